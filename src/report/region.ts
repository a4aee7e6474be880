/** Regions and hashed slots in an author's terms: which mapping or array, which of its keys. */
import type { Preimage, PreimageWord, Region, SlotOrigin } from '../analysis/access.ts';
import { slotHex } from '../state/key.ts';

/** A storage layout reading of a preimage: `m[k1][k2]…` with `m` at the base slot. `null`: not known. */
export interface MappingPlace {
  readonly baseSlot: bigint | null;
  /** Outermost first. */
  readonly keys: readonly (bigint | null)[];
}

/** Slots beyond this are hashes rather than positions in a source file. */
const HIGHEST_DECLARED_SLOT = 2n ** 64n - 1n;

/** Solidity hashes `key . slot`, Vyper `slot . key`: the slot's end is the one with a base slot or a nested hash. */
export function mappingPlace(preimage: Preimage): MappingPlace {
  const [first, second] = preimage.words;
  if (preimage.byteLength !== 64 || first === undefined || second === undefined) {
    return { baseSlot: null, keys: preimage.words.map(constantOf) };
  }
  const [slot, key] = !isSlotLike(second) && isSlotLike(first) ? [first, second] : [second, first];
  if (slot.kind === 'hash' && slot.offset === 0n) {
    const outer = mappingPlace(slot.preimage);
    return { baseSlot: outer.baseSlot, keys: [...outer.keys, constantOf(key)] };
  }
  return { baseSlot: constantOf(slot), keys: [constantOf(key)] };
}

/** Base slot of a dynamic array whose elements start at this place; `null`: not known to be one. */
export function arrayBaseSlot(origin: SlotOrigin): bigint | null {
  const [word] = origin.preimage.words;
  return origin.preimage.byteLength === 32 && word !== undefined ? constantOf(word) : null;
}

/** A hashed slot in words, e.g. `mapping 3 [0x00ab…cdef] +1`; `null` where its layout is not known. */
export function placeText(origin: SlotOrigin): string | null {
  const offset = origin.offset === 0n ? '' : ` +${origin.offset}`;
  const array = arrayBaseSlot(origin);
  if (array !== null) {
    return `array ${shortWord(array)} [${origin.offset}]`;
  }
  const { baseSlot, keys } = mappingPlace(origin.preimage);
  return baseSlot === null ? null : `mapping ${shortWord(baseSlot)} ${keyText(keys)}${offset}`;
}

/** A region in words, without its address. */
export function regionText(region: Region): string {
  switch (region.shape) {
    case 'mapping': {
      const { baseSlot, keys } = mappingPlace(region.preimage);
      const name = baseSlot === null ? 'a mapping' : `mapping ${shortWord(baseSlot)}`;
      return `${name} ${keyText(keys)}`;
    }
    case 'array': {
      const base = region.origin === null ? null : arrayBaseSlot(region.origin);
      return base === null
        ? `slots ${shortWord(region.first)} to ${shortWord(region.last)}`
        : `array ${shortWord(base)}`;
    }
    case 'account':
      return 'all storage';
    case 'everything':
      return region.field === 'any' ? 'all state' : `the ${region.field} of every account`;
    default:
      return region satisfies never;
  }
}

function constantOf(word: PreimageWord): bigint | null {
  return word.kind === 'constant' ? word.value : null;
}

function isSlotLike(word: PreimageWord): boolean {
  return word.kind === 'hash' || (word.kind === 'constant' && word.value <= HIGHEST_DECLARED_SLOT);
}

function keyText(keys: readonly (bigint | null)[]): string {
  return keys.map((key) => `[${key === null ? '?' : shortWord(key)}]`).join('');
}

/** A word as a person writes it: small numbers in decimal, others as shortened hex. */
export function shortWord(value: bigint): string {
  if (value < 10_000n) {
    return value.toString();
  }
  const hex = value < 2n ** 160n ? value.toString(16).padStart(40, '0') : slotHex(value).slice(2);
  return `0x${hex.slice(0, 4)}…${hex.slice(-4)}`;
}
