/**
 * The lattice of stack words. A word is a plain `bigint` when its value is known and depends on no state;
 * otherwise a `SymbolicWord`: known bits, an unsigned interval, the cells that it depends on, and, for a hash
 * of partly unknown bytes, what was hashed. Less is known the higher a word stands.
 *
 * Known bits are the tristate numbers of Linux' eBPF verifier (Vishwanathan et al., CGO 2022).
 */
import type { Preimage } from './access.ts';
import { type CellSet, NO_CELLS, unionCells } from './cells.ts';

const WORD_BITS = 256n;
export const MAX_WORD = (1n << WORD_BITS) - 1n;

/** `keccak256(preimage) + i`, where `first <= i <= last`. */
export interface HashOrigin {
  readonly preimage: Preimage;
  readonly first: bigint;
  readonly last: bigint;
}

export interface SymbolicWord {
  /** The known bits; 0 where `unknown` is set. */
  readonly value: bigint;
  /** Mask of the bits that are not known; 0n means a known value that depends on cells. */
  readonly unknown: bigint;
  /** Smallest and largest possible value, unsigned. */
  readonly min: bigint;
  readonly max: bigint;
  /** The cells whose values the word depends on. */
  readonly cells: CellSet;
  readonly hash: HashOrigin | null;
}

export type Word = bigint | SymbolicWord;

/** The known value, or `null`. */
export function knownValue(word: Word): bigint | null {
  if (typeof word === 'bigint') return word;
  return word.unknown === 0n ? word.value : null;
}

export function cellsOf(word: Word): CellSet {
  return typeof word === 'bigint' ? NO_CELLS : word.cells;
}

export function minOf(word: Word): bigint {
  return typeof word === 'bigint' ? word : word.min;
}

export function maxOf(word: Word): bigint {
  return typeof word === 'bigint' ? word : word.max;
}

export function unknownBits(word: Word): bigint {
  return typeof word === 'bigint' ? 0n : word.unknown;
}

export function knownBits(word: Word): bigint {
  return typeof word === 'bigint' ? word : word.value;
}

/** A known value that depends on `cells`. */
export function knownWord(value: bigint, cells: CellSet): Word {
  if (cells.length === 0) return value;
  return { value, unknown: 0n, min: value, max: value, cells, hash: null };
}

/** Any word. */
export function unknownWord(cells: CellSet): SymbolicWord {
  return { value: 0n, unknown: MAX_WORD, min: 0n, max: MAX_WORD, cells, hash: null };
}

/** Number of bits from the highest that is set; 0 for 0n. */
export function bitLength(x: bigint): number {
  const hex = x.toString(16);
  return 4 * (hex.length - 1) + 32 - Math.clz32(Number.parseInt(hex.charAt(0), 16));
}

/** Smallest `2^n - 1` that is at least `x`. */
export function maskAbove(x: bigint): bigint {
  return (1n << BigInt(bitLength(x))) - 1n;
}

/**
 * The word of which both the bits and the interval hold: each sharpens the other.
 *
 * @param value - Known bits; bits of `unknown` are ignored.
 */
export function boundedWord(value: bigint, unknown: bigint, min: bigint, max: bigint, cells: CellSet): Word {
  let bits = value & ~unknown & MAX_WORD;
  let mask = unknown;
  let low = min > bits ? min : bits;
  let high = max < (bits | mask) ? max : bits | mask;
  if (low > high) {
    // The two contradict each other: no execution gets here. Any sound word will do.
    return unknownWord(cells);
  }
  const differing = maskAbove(low ^ high);
  const learned = mask & ~differing;
  if (learned !== 0n) {
    bits |= low & learned;
    mask &= differing;
    if (bits > low) low = bits;
    if ((bits | mask) < high) high = bits | mask;
    if (low > high) return unknownWord(cells);
  }
  if (mask === 0n) return knownWord(bits, cells);
  if (low === high) return knownWord(low, cells);
  return { value: bits, unknown: mask, min: low, max: high, cells, hash: null };
}

/** A word of the interval, both ends included. */
export function rangeWord(min: bigint, max: bigint, cells: CellSet): Word {
  return boundedWord(0n, MAX_WORD, min, max, cells);
}

/** A word of known bits; `value` and `unknown` must be within 256 bits. */
export function bitsWord(value: bigint, unknown: bigint, cells: CellSet): Word {
  return boundedWord(value, unknown, 0n, MAX_WORD, cells);
}

/** The same word with more cells. */
export function withCells(word: Word, cells: CellSet): Word {
  if (cells.length === 0) return word;
  if (typeof word === 'bigint') return knownWord(word, cells);
  const union = unionCells(word.cells, cells);
  return union === word.cells ? word : { ...word, cells: union };
}

function samePreimage(a: Preimage, b: Preimage): boolean {
  if (a === b) return true;
  if (a.byteLength !== b.byteLength || a.words.length !== b.words.length) return false;
  return a.words.every((x, i) => {
    const y = b.words[i];
    if (y === undefined || x.kind !== y.kind) return false;
    if (x.kind === 'constant') return y.kind === 'constant' && x.value === y.value;
    if (x.kind === 'hash')
      return y.kind === 'hash' && x.offset === y.offset && samePreimage(x.preimage, y.preimage);
    return true;
  });
}

function sameHash(a: HashOrigin | null, b: HashOrigin | null): boolean {
  if (a === b) return true;
  return (
    a !== null &&
    b !== null &&
    a.first === b.first &&
    a.last === b.last &&
    samePreimage(a.preimage, b.preimage)
  );
}

/**
 * Whether the two say the same of the value, cells apart. Unknown words that look alike are not the same
 * value, only the same knowledge.
 */
export function sameKnowledge(a: Word, b: Word): boolean {
  if (a === b) return true;
  if (typeof a === 'bigint') return typeof b !== 'bigint' && b.unknown === 0n && b.value === a;
  if (typeof b === 'bigint') return a.unknown === 0n && a.value === b;
  return (
    a.value === b.value &&
    a.unknown === b.unknown &&
    a.min === b.min &&
    a.max === b.max &&
    sameHash(a.hash, b.hash)
  );
}

/** Whether the two say the same of the value, and depend on the same cells. */
export function sameWords(a: Word, b: Word): boolean {
  if (a === b) return true;
  if (!sameKnowledge(a, b)) return false;
  const [x, y] = [cellsOf(a), cellsOf(b)];
  return x === y || (x.length === y.length && x.every((cell, i) => cell === y[i]));
}

/**
 * Least upper bound: what holds of either. Where the values differ, the result also depends on `control`,
 * the cells that decided which of the two it is.
 */
export function joinWords(a: Word, b: Word, control: CellSet): Word {
  if (a === b) return a;
  if (sameKnowledge(a, b)) return withCells(a, cellsOf(b));
  const cells = unionCells(unionCells(cellsOf(a), cellsOf(b)), control);
  const bitsA = knownBits(a);
  const bitsB = knownBits(b);
  const unknown = unknownBits(a) | unknownBits(b) | (bitsA ^ bitsB);
  const min = minOf(a) < minOf(b) ? minOf(a) : minOf(b);
  const max = maxOf(a) > maxOf(b) ? maxOf(a) : maxOf(b);
  return boundedWord(bitsA, unknown, min, max, cells);
}

/** Whether `a` knows at least what `b` knows: every value of `a` is one of `b`. */
export function leqWords(a: Word, b: Word): boolean {
  if (typeof b === 'bigint') return knownValue(a) === b;
  if (b.hash !== null && !sameKnowledge(a, b)) return false;
  const bits = unknownBits(a);
  return (
    (bits & ~b.unknown) === 0n &&
    (knownBits(a) & ~b.unknown) === b.value &&
    minOf(a) >= b.min &&
    maxOf(a) <= b.max
  );
}

/**
 * At least the join, and reached from below in few steps: bits that differ take their whole byte with them, and
 * a bound that moves goes as far as the bits allow.
 */
export function widenWord(old: Word, now: Word, control: CellSet): Word {
  const joined = joinWords(old, now, control);
  if (sameKnowledge(joined, old)) return joined;
  let unknown = unknownBits(joined);
  for (let shift = 0n; shift < WORD_BITS; shift += 8n) {
    const byte = 0xffn << shift;
    if ((unknown & byte) !== (unknownBits(old) & byte)) unknown |= byte;
  }
  const min = minOf(joined) < minOf(old) ? 0n : minOf(joined);
  const max = maxOf(joined) > maxOf(old) ? MAX_WORD : maxOf(joined);
  return boundedWord(knownBits(joined), unknown, min, max, cellsOf(joined));
}

/** Whether the two may be the same value. */
export function mayEqual(a: Word, b: Word): boolean {
  const certain = MAX_WORD & ~(unknownBits(a) | unknownBits(b));
  if (((knownBits(a) ^ knownBits(b)) & certain) !== 0n) return false;
  return minOf(a) <= maxOf(b) && minOf(b) <= maxOf(a);
}
