/**
 * Transfer functions of the arithmetic, comparison and bit opcodes (Yellow Paper App. H, 0s and 10s).
 * Each is sound: it covers the concrete result for all values that its operands stand for.
 */

import { type CellSet, unionCells } from './cells.ts';
import {
  bitLength,
  bitsWord,
  boundedWord,
  cellsOf,
  knownBits,
  knownValue,
  knownWord,
  MAX_WORD,
  maxOf,
  mayEqual,
  minOf,
  rangeWord,
  type SymbolicWord,
  unknownBits,
  unknownWord,
  type Word,
} from './word.ts';

const SIGN = 1n << 255n;
const MODULUS = 1n << 256n;

function signed(x: bigint): bigint {
  return x >= SIGN ? x - MODULUS : x;
}

/** Ten to the number of decimals, and places of a byte in a word: exponentiation of the host is faster there. */
const LARGEST_SHORT_EXPONENT = 80n;
const LARGEST_SHORT_BASE = 1n << 16n;

function unsigned(x: bigint): bigint {
  return x & MAX_WORD;
}

/** `base ** exponent` modulo 2^256. */
function power(base: bigint, exponent: bigint): bigint {
  // What fits, or nearly, need not be cut on the way.
  if (exponent < LARGEST_SHORT_EXPONENT && base < LARGEST_SHORT_BASE) return unsigned(base ** exponent);
  let result = 1n;
  let factor = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * factor) & MAX_WORD;
    factor = (factor * factor) & MAX_WORD;
  }
  return result;
}

function signExtend(size: bigint, x: bigint): bigint {
  if (size >= 31n) return x;
  const bit = size * 8n + 7n;
  const mask = (1n << (bit + 1n)) - 1n;
  return (x >> bit) & 1n ? (x | ~mask) & MAX_WORD : x & mask;
}

function leadingZeros(x: bigint): bigint {
  return BigInt(256 - bitLength(x));
}

/** The EVM's own results, for known operands. */
export const concrete = {
  add: (a: bigint, b: bigint) => unsigned(a + b),
  mul: (a: bigint, b: bigint) => unsigned(a * b),
  sub: (a: bigint, b: bigint) => unsigned(a - b),
  div: (a: bigint, b: bigint) => (b === 0n ? 0n : a / b),
  sdiv: (a: bigint, b: bigint) => (b === 0n ? 0n : unsigned(signed(a) / signed(b))),
  mod: (a: bigint, b: bigint) => (b === 0n ? 0n : a % b),
  smod: (a: bigint, b: bigint) => (b === 0n ? 0n : unsigned(signed(a) % signed(b))),
  exp: power,
  signextend: signExtend,
  lt: (a: bigint, b: bigint) => (a < b ? 1n : 0n),
  gt: (a: bigint, b: bigint) => (a > b ? 1n : 0n),
  slt: (a: bigint, b: bigint) => (signed(a) < signed(b) ? 1n : 0n),
  sgt: (a: bigint, b: bigint) => (signed(a) > signed(b) ? 1n : 0n),
  eq: (a: bigint, b: bigint) => (a === b ? 1n : 0n),
  and: (a: bigint, b: bigint) => a & b,
  or: (a: bigint, b: bigint) => a | b,
  xor: (a: bigint, b: bigint) => a ^ b,
  byte: (i: bigint, x: bigint) => (i >= 32n ? 0n : (x >> (8n * (31n - i))) & 0xffn),
  shl: (n: bigint, x: bigint) => (n >= 256n ? 0n : unsigned(x << n)),
  shr: (n: bigint, x: bigint) => (n >= 256n ? 0n : x >> n),
  sar: (n: bigint, x: bigint) => (n >= 256n ? (x >= SIGN ? MAX_WORD : 0n) : unsigned(signed(x) >> n)),
} as const;

export type BinaryOperation = keyof typeof concrete;

type Abstract = (a: Word, b: Word, cells: CellSet) => Word;

function boolean(cells: CellSet): Word {
  return rangeWord(0n, 1n, cells);
}

function compare(isCertain: boolean, isImpossible: boolean, cells: CellSet): Word {
  if (isCertain) return knownWord(1n, cells);
  return isImpossible ? knownWord(0n, cells) : boolean(cells);
}

/** Tristate addition; exact in the sense of Vishwanathan et al. */
function addBits(a: Word, b: Word): { value: bigint; unknown: bigint } {
  const sumValue = knownBits(a) + knownBits(b);
  const sumUnknown = unknownBits(a) + unknownBits(b);
  const carries = (sumValue + sumUnknown) ^ sumValue;
  const unknown = (carries | unknownBits(a) | unknownBits(b)) & MAX_WORD;
  return { value: sumValue & MAX_WORD & ~unknown, unknown };
}

function subBits(a: Word, b: Word): { value: bigint; unknown: bigint } {
  const difference = unsigned(knownBits(a) - knownBits(b));
  const alpha = unsigned(difference + unknownBits(a));
  const beta = unsigned(difference - unknownBits(b));
  const unknown = (alpha ^ beta) | unknownBits(a) | unknownBits(b);
  return { value: difference & ~unknown, unknown };
}

/** A hash plus a bounded number is a slot of the same region. */
function shiftHash(word: Word, by: Word, cells: CellSet): SymbolicWord | null {
  if (typeof word === 'bigint' || word.hash === null) return null;
  const low = minOf(by);
  const high = maxOf(by);
  if (high - low >= 1n << 63n || high >= 1n << 63n) return null;
  const { preimage, first, last } = word.hash;
  if (last + high >= 1n << 63n) return null;
  return { ...unknownWord(cells), hash: { preimage, first: first + low, last: last + high } };
}

function add(a: Word, b: Word, cells: CellSet): Word {
  const shifted = shiftHash(a, b, cells) ?? shiftHash(b, a, cells);
  if (shifted !== null) return shifted;
  const { value, unknown } = addBits(a, b);
  const high = maxOf(a) + maxOf(b);
  const low = minOf(a) + minOf(b);
  if (high <= MAX_WORD) return boundedWord(value, unknown, low, high, cells);
  if (low > MAX_WORD) return boundedWord(value, unknown, low - MODULUS, high - MODULUS, cells);
  return bitsWord(value, unknown, cells);
}

function sub(a: Word, b: Word, cells: CellSet): Word {
  const { value, unknown } = subBits(a, b);
  const low = minOf(a) - maxOf(b);
  const high = maxOf(a) - minOf(b);
  if (low >= 0n) return boundedWord(value, unknown, low, high, cells);
  if (high < 0n) return boundedWord(value, unknown, low + MODULUS, high + MODULUS, cells);
  return bitsWord(value, unknown, cells);
}

function mul(a: Word, b: Word, cells: CellSet): Word {
  const high = maxOf(a) * maxOf(b);
  return high <= MAX_WORD ? rangeWord(minOf(a) * minOf(b), high, cells) : unknownWord(cells);
}

function div(a: Word, b: Word, cells: CellSet): Word {
  if (maxOf(b) === 0n) return knownWord(0n, cells);
  if (minOf(b) === 0n) return rangeWord(0n, maxOf(a), cells);
  return rangeWord(minOf(a) / maxOf(b), maxOf(a) / minOf(b), cells);
}

function mod(a: Word, b: Word, cells: CellSet): Word {
  if (maxOf(b) === 0n) return knownWord(0n, cells);
  if (minOf(b) > maxOf(a)) return bounded(a, cells);
  const limit = maxOf(b) - 1n;
  return rangeWord(0n, limit < maxOf(a) ? limit : maxOf(a), cells);
}

/** What is known of `word`, with other cells and without its hash. */
function bounded(word: Word, cells: CellSet): Word {
  return boundedWord(knownBits(word), unknownBits(word), minOf(word), maxOf(word), cells);
}

function and(a: Word, b: Word, cells: CellSet): Word {
  // Zero bits of either side are known zeros of the result.
  const possible = (knownBits(a) | unknownBits(a)) & (knownBits(b) | unknownBits(b));
  const certain = knownBits(a) & knownBits(b);
  const max = maxOf(a) < maxOf(b) ? maxOf(a) : maxOf(b);
  return boundedWord(certain, possible & ~certain, 0n, max, cells);
}

function or(a: Word, b: Word, cells: CellSet): Word {
  const certain = knownBits(a) | knownBits(b);
  const unknown = (unknownBits(a) | unknownBits(b)) & ~certain;
  const min = minOf(a) > minOf(b) ? minOf(a) : minOf(b);
  return boundedWord(certain, unknown, min, MAX_WORD, cells);
}

function xor(a: Word, b: Word, cells: CellSet): Word {
  const unknown = unknownBits(a) | unknownBits(b);
  return bitsWord((knownBits(a) ^ knownBits(b)) & ~unknown, unknown, cells);
}

function shl(n: Word, x: Word, cells: CellSet): Word {
  const by = knownValue(n);
  if (by === null) return unknownWord(cells);
  if (by >= 256n) return knownWord(0n, cells);
  return bitsWord(unsigned(knownBits(x) << by), unsigned(unknownBits(x) << by), cells);
}

function shr(n: Word, x: Word, cells: CellSet): Word {
  const by = knownValue(n);
  if (by === null) return rangeWord(0n, maxOf(x), cells);
  if (by >= 256n) return knownWord(0n, cells);
  return boundedWord(knownBits(x) >> by, unknownBits(x) >> by, minOf(x) >> by, maxOf(x) >> by, cells);
}

function sar(n: Word, x: Word, cells: CellSet): Word {
  return maxOf(x) < SIGN ? shr(n, x, cells) : unknownWord(cells);
}

function byteOf(i: Word, x: Word, cells: CellSet): Word {
  const index = knownValue(i);
  if (index === null) return rangeWord(0n, 255n, cells);
  if (index >= 32n) return knownWord(0n, cells);
  const by = 8n * (31n - index);
  return bitsWord((knownBits(x) >> by) & 0xffn, (unknownBits(x) >> by) & 0xffn, cells);
}

function signextend(size: Word, x: Word, cells: CellSet): Word {
  const bytes = knownValue(size);
  if (bytes === null) return unknownWord(cells);
  if (bytes >= 31n) return bounded(x, cells);
  const sign = 1n << (bytes * 8n + 7n);
  const low = (sign << 1n) - 1n;
  const value = knownBits(x) & low;
  const unknown = unknownBits(x) & low;
  if (unknown & sign) return bitsWord(value, unknown | (MAX_WORD & ~low), cells);
  return bitsWord(value & sign ? value | (MAX_WORD & ~low) : value, unknown, cells);
}

function eq(a: Word, b: Word, cells: CellSet): Word {
  return compare(false, !mayEqual(a, b), cells);
}

function lt(a: Word, b: Word, cells: CellSet): Word {
  return compare(maxOf(a) < minOf(b), minOf(a) >= maxOf(b), cells);
}

/** Signed order agrees with the unsigned one where neither operand can be negative. */
function slt(a: Word, b: Word, cells: CellSet): Word {
  return maxOf(a) < SIGN && maxOf(b) < SIGN ? lt(a, b, cells) : boolean(cells);
}

const abstract: Record<BinaryOperation, Abstract> = {
  add,
  mul,
  sub,
  div,
  sdiv: (a, b, cells) => (maxOf(a) < SIGN && maxOf(b) < SIGN ? div(a, b, cells) : unknownWord(cells)),
  mod,
  smod: (a, b, cells) => (maxOf(a) < SIGN && maxOf(b) < SIGN ? mod(a, b, cells) : unknownWord(cells)),
  exp: (_base, _exponent, cells) => unknownWord(cells),
  signextend,
  lt,
  gt: (a, b, cells) => lt(b, a, cells),
  slt,
  sgt: (a, b, cells) => slt(b, a, cells),
  eq,
  and,
  or,
  xor,
  byte: byteOf,
  shl,
  shr,
  sar,
};

/** Operand order is that of the stack: `a` on top. */
export function binary(operation: BinaryOperation, a: Word, b: Word): Word {
  if (typeof a === 'bigint' && typeof b === 'bigint') return concrete[operation](a, b);
  const cells = unionCells(cellsOf(a), cellsOf(b));
  const x = knownValue(a);
  const y = knownValue(b);
  if (x !== null && y !== null) return knownWord(concrete[operation](x, y), cells);
  return abstract[operation](a, b, cells);
}

export function isZero(a: Word): Word {
  return binary('eq', a, 0n);
}

export function not(a: Word): Word {
  return binary('xor', a, MAX_WORD);
}

/** EIP-7939. */
export function countLeadingZeros(a: Word): Word {
  const value = knownValue(a);
  if (value !== null) return knownWord(leadingZeros(value), cellsOf(a));
  return rangeWord(leadingZeros(maxOf(a)), leadingZeros(minOf(a)), cellsOf(a));
}

/** ADDMOD and MULMOD: the intermediate result is not cut to 256 bits. */
export function modular(operation: 'addmod' | 'mulmod', a: Word, b: Word, n: Word): Word {
  const cells = unionCells(unionCells(cellsOf(a), cellsOf(b)), cellsOf(n));
  const x = knownValue(a);
  const y = knownValue(b);
  const m = knownValue(n);
  if (m === 0n) return knownWord(0n, cells);
  if (x !== null && y !== null && m !== null) {
    return knownWord((operation === 'addmod' ? x + y : x * y) % m, cells);
  }
  return rangeWord(0n, maxOf(n) === 0n ? 0n : maxOf(n) - 1n, cells);
}

/** Number of bytes of the exponent that EXP is charged for, at least and at most. */
export function exponentBytes(exponent: Word): { readonly min: number; readonly max: number } {
  const bytes = (x: bigint) => Math.ceil(bitLength(x) / 8);
  return { min: bytes(minOf(exponent)), max: bytes(maxOf(exponent)) };
}
