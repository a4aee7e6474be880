/**
 * Where a slot lies in the storage layout of its contract, told by what was hashed to find it: a base slot or a
 * named root, and the way from there through mappings, arrays and structs.
 */
import type { Preimage, PreimageWord, SlotOrigin } from '../analysis/access.ts';
import { HASH_DISTANCE, hashOf } from '../analysis/known-hashes.ts';

/** Where the way begins. */
export type PlaceRoot =
  /** A position in the order of declarations. */
  | { readonly kind: 'slot'; readonly slot: bigint }
  /** A name that was hashed, e.g. `eip1967.proxy.admin` (ERC-1967, ERC-7201, diamonds). */
  | { readonly kind: 'name'; readonly name: string }
  /** A hash of something else; words, `null` where one is not known. */
  | { readonly kind: 'hash'; readonly words: readonly (bigint | null)[] };

/** One step of the way. */
export type PlaceStep =
  /** Into a mapping; `null`: the key is not known. */
  | { readonly kind: 'key'; readonly key: bigint | null }
  /** Into a mapping whose keys are strings or byte strings. */
  | { readonly kind: 'bytes-key'; readonly key: Uint8Array }
  /** Into a dynamic array, a string or a byte string: slots behind its first one. */
  | { readonly kind: 'element'; readonly slots: bigint }
  /** Into a struct, or an array of fixed length: slots behind its first one. Never 0. */
  | { readonly kind: 'member'; readonly slots: bigint };

/** A slot, as its contract's source would reach it. */
export interface StoragePlace {
  readonly root: PlaceRoot;
  /** Outermost first. */
  readonly steps: readonly PlaceStep[];
}

/** What is known of the contract beside the slot itself. */
export interface PlaceContext {
  /** Mappings hash `key . slot` in Solidity, `slot . key` in Vyper. */
  readonly order: 'solidity' | 'vyper';
  /** How a word came about that is a hash, or lies behind one. */
  readonly originOf: (word: bigint) => SlotOrigin | null;
}

/** Slots from here on are hashes rather than positions in a source file. */
export const FIRST_HASHED_SLOT = HASH_DISTANCE;

/** Steps of one place; real layouts have a handful, hostile ones as many as they like. */
const MOST_STEPS = 16;

/** Bytes of a name that stands for a root. */
const LONGEST_NAME = 96;

/** ERC-7201 clears the last byte of the hash. */
const LAST_BYTE = 0xffn;

/** Whether a word is too large for an address: it may be a slot behind a hash. */
export function isHashLike(word: PreimageWord): boolean {
  return word.kind === 'hash' || (word.kind === 'constant' && word.value >> 160n !== 0n);
}

/** The place of a slot; `null`: it is neither near the start of storage nor at a known hash. */
export function placeOfSlot(slot: bigint, context: PlaceContext): StoragePlace | null {
  if (slot < FIRST_HASHED_SLOT) return { root: { kind: 'slot', slot }, steps: [] };
  const origin = context.originOf(slot);
  return origin === null ? null : placeOfOrigin(origin, context);
}

/** The place of a slot that came about like this. */
export function placeOfOrigin(origin: SlotOrigin, context: PlaceContext): StoragePlace {
  return placeAt(origin, context, 0);
}

function placeAt({ preimage, offset }: SlotOrigin, context: PlaceContext, depth: number): StoragePlace {
  const name = nameOf(preimage);
  // What is called after a name often lies just below its hash, so that nobody knows a preimage of it.
  if (name !== null) return at({ kind: 'name', name }, offset === -1n ? 0n : offset);
  const { byteLength, words } = preimage;
  const [first, second] = words;
  if (byteLength === 32 && first !== undefined) {
    const namespace = namespaceOf(first, context);
    if (namespace !== null) {
      return at({ kind: 'name', name: namespace }, offset + ((hashOf(preimage) ?? 0n) & LAST_BYTE));
    }
    const array = placeOfWord(first, context, depth);
    if (array !== null && offset >= 0n) return then(array, { kind: 'element', slots: offset });
  } else if (byteLength === 64 && first !== undefined && second !== undefined) {
    const solidity = { slot: second, key: first };
    const vyper = { slot: first, key: second };
    for (const { slot, key } of context.order === 'solidity' ? [solidity, vyper] : [vyper, solidity]) {
      const mapping = placeOfWord(slot, context, depth);
      if (mapping !== null) return member(then(mapping, { kind: 'key', key: constantOf(key) }), offset);
      // A hash that nobody knows may well be the slot: a key may be as small as one.
      if (isHashLike(slot)) break;
    }
  } else if (byteLength > 32) {
    const place = placeOfBytesKey(preimage, context, depth);
    if (place !== null) return member(place, offset);
  }
  return at({ kind: 'hash', words: words.map(constantOf) }, offset);
}

/** A mapping by string: the key's bytes, and the mapping's slot behind them. */
function placeOfBytesKey(preimage: Preimage, context: PlaceContext, depth: number): StoragePlace | null {
  const bytes = preimageBytes(preimage);
  if (bytes === null) return null;
  const keyLength = bytes.length - 32;
  const slot = { kind: 'constant', value: wordOf(bytes.subarray(keyLength)) } as const;
  const mapping = placeOfWord(slot, context, depth);
  return mapping === null ? null : then(mapping, { kind: 'bytes-key', key: bytes.slice(0, keyLength) });
}

/** Where a mapping or an array itself is, by the word that stands for it in the preimage. */
function placeOfWord(word: PreimageWord, context: PlaceContext, depth: number): StoragePlace | null {
  if (depth >= MOST_STEPS) return null;
  switch (word.kind) {
    case 'hash':
      return placeAt(word, context, depth + 1);
    case 'constant': {
      if (word.value < FIRST_HASHED_SLOT) return { root: { kind: 'slot', slot: word.value }, steps: [] };
      const origin = context.originOf(word.value);
      return origin === null ? null : placeAt(origin, context, depth + 1);
    }
    case 'unknown':
      return null;
    default:
      return word satisfies never;
  }
}

/** ERC-7201: `keccak256(keccak256(id) - 1)`, its last byte cleared. */
function namespaceOf(word: PreimageWord, context: PlaceContext): string | null {
  if (word.kind !== 'constant' || word.value < FIRST_HASHED_SLOT) return null;
  const origin = context.originOf(word.value);
  return origin?.offset === -1n ? nameOf(origin.preimage) : null;
}

/** A preimage that is readable text. */
function nameOf(preimage: Preimage): string | null {
  const { byteLength, words } = preimage;
  if (byteLength < 4 || byteLength > LONGEST_NAME || words.some(({ kind }) => kind !== 'constant'))
    return null;
  const bytes = preimageBytes(preimage);
  if (bytes === null || !bytes.every((byte) => byte > 0x20 && byte < 0x7f)) return null;
  return String.fromCharCode(...bytes);
}

/** The bytes that were hashed, where all are known. */
function preimageBytes({ byteLength, words }: Preimage): Uint8Array | null {
  const bytes = new Uint8Array(words.length * 32);
  for (const [index, word] of words.entries()) {
    const value = numberOf(word);
    if (value === null) return null;
    for (let i = 31, rest = value; i >= 0; i--, rest >>= 8n) bytes[32 * index + i] = Number(rest & 0xffn);
  }
  return bytes.subarray(0, byteLength);
}

function numberOf(word: PreimageWord): bigint | null {
  if (word.kind !== 'hash') return constantOf(word);
  const hash = hashOf(word.preimage);
  return hash === null ? null : BigInt.asUintN(256, hash + word.offset);
}

function wordOf(bytes: Uint8Array): bigint {
  return bytes.reduce((word, byte) => (word << 8n) | BigInt(byte), 0n);
}

function constantOf(word: PreimageWord): bigint | null {
  return word.kind === 'constant' ? word.value : null;
}

function at(root: PlaceRoot, slots: bigint): StoragePlace {
  return member({ root, steps: [] }, slots);
}

function member(place: StoragePlace, slots: bigint): StoragePlace {
  return slots === 0n ? place : then(place, { kind: 'member', slots });
}

function then({ root, steps }: StoragePlace, step: PlaceStep): StoragePlace {
  return { root, steps: [...steps, step] };
}
