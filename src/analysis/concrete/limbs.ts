/**
 * 256-bit words as eight 32-bit limbs in an `Int32Array`, the lowest first; a word is named by the index of its
 * lowest limb. Operations of two operands take the top of the stack at `a` and the word below it at `b`, and
 * leave the result at `b`. Nothing here allocates, but for what the rarer operations do by way of `bigint`.
 */
import { concrete } from '../arithmetic.ts';

/** Limbs of a word. */
export const WORD = 8;

const HIGH = 0x100000000;
const SIGN = 0x80000000 | 0;

// Between limbs and other forms.

/** Numbers above this are given as infinite: nothing so long can be paid for. */
const LARGEST = 2 ** 53;

/** The word as a number; `Infinity` from 2^53 on. */
export function toNumber(words: Int32Array, at: number): number {
  const rest =
    (words[at + 2] as number) |
    (words[at + 3] as number) |
    (words[at + 4] as number) |
    (words[at + 5] as number) |
    (words[at + 6] as number) |
    (words[at + 7] as number);
  if (rest !== 0) return Number.POSITIVE_INFINITY;
  const number = ((words[at + 1] as number) >>> 0) * HIGH + ((words[at] as number) >>> 0);
  return number < LARGEST ? number : Number.POSITIVE_INFINITY;
}

/** @param number - A whole number below 2^53. */
export function setNumber(words: Int32Array, at: number, number: number): void {
  words[at] = number | 0;
  words[at + 1] = (number / HIGH) | 0;
  words[at + 2] = 0;
  words[at + 3] = 0;
  words[at + 4] = 0;
  words[at + 5] = 0;
  words[at + 6] = 0;
  words[at + 7] = 0;
}

export function isZeroWord(words: Int32Array, at: number): boolean {
  return (
    ((words[at] as number) |
      (words[at + 1] as number) |
      (words[at + 2] as number) |
      (words[at + 3] as number) |
      (words[at + 4] as number) |
      (words[at + 5] as number) |
      (words[at + 6] as number) |
      (words[at + 7] as number)) ===
    0
  );
}

export function copyWord(from: Int32Array, at: number, to: Int32Array, into: number): void {
  to[into] = from[at] as number;
  to[into + 1] = from[at + 1] as number;
  to[into + 2] = from[at + 2] as number;
  to[into + 3] = from[at + 3] as number;
  to[into + 4] = from[at + 4] as number;
  to[into + 5] = from[at + 5] as number;
  to[into + 6] = from[at + 6] as number;
  to[into + 7] = from[at + 7] as number;
}

export function sameWords(a: Int32Array, at: number, b: Int32Array, other: number): boolean {
  return (
    a[at] === b[other] &&
    a[at + 1] === b[other + 1] &&
    a[at + 2] === b[other + 2] &&
    a[at + 3] === b[other + 3] &&
    a[at + 4] === b[other + 4] &&
    a[at + 5] === b[other + 5] &&
    a[at + 6] === b[other + 6] &&
    a[at + 7] === b[other + 7]
  );
}

const scratch = new DataView(new ArrayBuffer(32));

export function toBigint(words: Int32Array, at: number): bigint {
  const rest =
    (words[at + 2] as number) |
    (words[at + 3] as number) |
    (words[at + 4] as number) |
    (words[at + 5] as number) |
    (words[at + 6] as number) |
    (words[at + 7] as number);
  if (rest === 0) {
    const high = (words[at + 1] as number) >>> 0;
    if (high < 0x200000) return BigInt(high * HIGH + ((words[at] as number) >>> 0));
  }
  for (let i = 0; i < WORD; i++) scratch.setInt32(4 * i, words[at + i] as number, true);
  const low = scratch.getBigUint64(0, true) | (scratch.getBigUint64(8, true) << 64n);
  if (
    ((words[at + 4] as number) |
      (words[at + 5] as number) |
      (words[at + 6] as number) |
      (words[at + 7] as number)) ===
    0
  ) {
    return low;
  }
  return low | (scratch.getBigUint64(16, true) << 128n) | (scratch.getBigUint64(24, true) << 192n);
}

/** @param value - Cut to 256 bits. */
export function setBigint(words: Int32Array, at: number, value: bigint): void {
  scratch.setBigUint64(0, value, true);
  const rest = value >> 64n;
  if (rest === 0n) {
    words[at] = scratch.getInt32(0, true);
    words[at + 1] = scratch.getInt32(4, true);
    for (let i = 2; i < WORD; i++) words[at + i] = 0;
    return;
  }
  scratch.setBigUint64(8, rest, true);
  scratch.setBigUint64(16, value >> 128n, true);
  scratch.setBigUint64(24, value >> 192n, true);
  for (let i = 0; i < WORD; i++) words[at + i] = scratch.getInt32(4 * i, true);
}

/** Reads 32 big-endian bytes. */
export function loadBytes(words: Int32Array, at: number, bytes: DataView, offset: number): void {
  words[at + 7] = bytes.getInt32(offset);
  words[at + 6] = bytes.getInt32(offset + 4);
  words[at + 5] = bytes.getInt32(offset + 8);
  words[at + 4] = bytes.getInt32(offset + 12);
  words[at + 3] = bytes.getInt32(offset + 16);
  words[at + 2] = bytes.getInt32(offset + 20);
  words[at + 1] = bytes.getInt32(offset + 24);
  words[at] = bytes.getInt32(offset + 28);
}

/** Writes 32 big-endian bytes. */
export function storeBytes(words: Int32Array, at: number, bytes: DataView, offset: number): void {
  bytes.setInt32(offset, words[at + 7] as number);
  bytes.setInt32(offset + 4, words[at + 6] as number);
  bytes.setInt32(offset + 8, words[at + 5] as number);
  bytes.setInt32(offset + 12, words[at + 4] as number);
  bytes.setInt32(offset + 16, words[at + 3] as number);
  bytes.setInt32(offset + 20, words[at + 2] as number);
  bytes.setInt32(offset + 24, words[at + 1] as number);
  bytes.setInt32(offset + 28, words[at] as number);
}

/**
 * The number that `length` bytes from `offset` make, at most 32; bytes beyond the end of the array are zero, as
 * beyond the end of code and call data.
 */
export function setFromBytes(
  words: Int32Array,
  at: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
): void {
  let next = offset + length - 1;
  for (let i = 0; i < WORD; i++) {
    let limb = 0;
    for (let shift = 0; shift < 32 && next >= offset; shift += 8, next--) {
      if (next < bytes.length) limb |= (bytes[next] as number) << shift;
    }
    words[at + i] = limb;
  }
}

// Arithmetic.

export function add(words: Int32Array, a: number, b: number): void {
  let carry = 0;
  for (let i = 0; i < WORD; i++) {
    const x = words[a + i] as number;
    const y = words[b + i] as number;
    const sum = (x + y + carry) | 0;
    carry = ((x & y) | ((x | y) & ~sum)) >>> 31;
    words[b + i] = sum;
  }
}

export function sub(words: Int32Array, a: number, b: number): void {
  let borrow = 0;
  for (let i = 0; i < WORD; i++) {
    const x = words[a + i] as number;
    const y = words[b + i] as number;
    const difference = (x - y - borrow) | 0;
    borrow = ((~x & y) | ((~x | y) & difference)) >>> 31;
    words[b + i] = difference;
  }
}

/** Columns of the product, 16 bits each. */
const LOW = 0x10000;

/** 16-bit halves of the second factor. */
const halves = new Float64Array(16);

function significantLimbs(words: Int32Array, at: number): number {
  let count = WORD;
  while (count > 0 && words[at + count - 1] === 0) count--;
  return count;
}

/** By columns of 16 bits: each product is below 2^48, and a column's sum below 2^53. */
export function mul(words: Int32Array, a: number, b: number): void {
  const countA = significantLimbs(words, a);
  const countB = significantLimbs(words, b);
  for (let i = 0; i < countB; i++) {
    const limb = words[b + i] as number;
    halves[2 * i] = limb & 0xffff;
    halves[2 * i + 1] = limb >>> 16;
  }
  const lastB = 2 * countB - 1;
  let carry = 0;
  let low = 0;
  for (let column = 0; column < 2 * WORD; column++) {
    let sum = carry;
    // Limb i of the first factor and half j of the second meet in column 2 i + j.
    let i = column - lastB > 0 ? (column - lastB + 1) >> 1 : 0;
    const last = column >> 1 < countA - 1 ? column >> 1 : countA - 1;
    for (; i <= last; i++) sum += ((words[a + i] as number) >>> 0) * (halves[column - 2 * i] as number);
    carry = Math.floor(sum / LOW);
    const part = sum - carry * LOW;
    if ((column & 1) === 0) low = part;
    else product[column >> 1] = (part << 16) | low;
  }
  for (let i = 0; i < WORD; i++) words[b + i] = product[i] as number;
}

const product = new Int32Array(WORD);

/** The exponent where the word is a power of two, else -1. */
function powerOfTwo(words: Int32Array, at: number): number {
  const top = significantLimbs(words, at) - 1;
  if (top < 0) return -1;
  const limb = words[at + top] as number;
  if ((limb & (limb - 1)) !== 0) return -1;
  for (let i = 0; i < top; i++) if (words[at + i] !== 0) return -1;
  return 32 * top + 31 - Math.clz32(limb);
}

/** Divisors of one limb below this go limb by limb: a remainder and the next limb stay below 2^53. */
const SHORT = 1 << 21;

function shortDivisor(words: Int32Array, at: number): number {
  const low = words[at] as number;
  return low > 0 && low < SHORT && significantLimbs(words, at) === 1 ? low : 0;
}

export function div(words: Int32Array, a: number, b: number): void {
  const exponent = powerOfTwo(words, b);
  if (exponent >= 0) {
    shiftRight(words, a, b, exponent, 0);
    return;
  }
  const divisor = shortDivisor(words, b);
  if (divisor === 0) {
    byBigint(concrete.div, words, a, b);
    return;
  }
  let rest = 0;
  for (let i = WORD - 1; i >= 0; i--) {
    const part = rest * HIGH + ((words[a + i] as number) >>> 0);
    const quotient = Math.floor(part / divisor);
    rest = part - quotient * divisor;
    words[b + i] = quotient | 0;
  }
}

export function mod(words: Int32Array, a: number, b: number): void {
  const exponent = powerOfTwo(words, b);
  if (exponent >= 0) {
    for (let i = 0; i < WORD; i++) {
      const bits = exponent - 32 * i;
      const mask = bits >= 32 ? -1 : bits <= 0 ? 0 : (1 << bits) - 1;
      words[b + i] = (words[a + i] as number) & mask;
    }
    return;
  }
  const divisor = shortDivisor(words, b);
  if (divisor === 0) {
    byBigint(concrete.mod, words, a, b);
    return;
  }
  let rest = 0;
  for (let i = WORD - 1; i >= 0; i--) rest = (rest * HIGH + ((words[a + i] as number) >>> 0)) % divisor;
  setNumber(words, b, rest);
}

/** Operations that are not worth their limbs. */
export function byBigint(
  operation: (a: bigint, b: bigint) => bigint,
  words: Int32Array,
  a: number,
  b: number,
): void {
  setBigint(words, b, operation(toBigint(words, a), toBigint(words, b)));
}

/** ADDMOD and MULMOD: `a` on top, the modulus at `n`, where the result goes. */
export function modular(
  operation: 'addmod' | 'mulmod',
  words: Int32Array,
  a: number,
  b: number,
  n: number,
): void {
  const modulus = toBigint(words, n);
  if (modulus === 0n) return;
  const x = toBigint(words, a);
  const y = toBigint(words, b);
  setBigint(words, n, (operation === 'addmod' ? x + y : x * y) % modulus);
}

/** Bytes of the word without leading zeros. */
export function byteLength(words: Int32Array, at: number): number {
  const count = significantLimbs(words, at);
  return count === 0 ? 0 : 4 * count - (Math.clz32(words[at + count - 1] as number) >> 3);
}

export function signExtend(words: Int32Array, a: number, b: number): void {
  const size = toNumber(words, a);
  if (size >= 31) return;
  const bit = 8 * size + 7;
  const limb = bit >> 5;
  const unused = 31 - (bit & 31);
  const extended = ((words[b + limb] as number) << unused) >> unused;
  words[b + limb] = extended;
  const sign = extended >> 31;
  for (let i = limb + 1; i < WORD; i++) words[b + i] = sign;
}

export function leadingZeros(words: Int32Array, at: number): void {
  const count = significantLimbs(words, at);
  const zeros = count === 0 ? 256 : 32 * (WORD - count) + Math.clz32(words[at + count - 1] as number);
  setNumber(words, at, zeros);
}

// Comparison.

/** Whether the unsigned word at `a` is less than that at `b`. */
export function isLess(words: Int32Array, a: number, b: number): boolean {
  for (let i = WORD - 1; i >= 0; i--) {
    const x = words[a + i] as number;
    const y = words[b + i] as number;
    if (x !== y) return (x ^ SIGN) < (y ^ SIGN);
  }
  return false;
}

/** Whether the signed word at `a` is less than that at `b`. */
export function isLessSigned(words: Int32Array, a: number, b: number): boolean {
  const x = words[a + 7] as number;
  const y = words[b + 7] as number;
  return x === y ? isLess(words, a, b) : x < y;
}

// Bits.

/** Limb `i` of the word at `a`, with sign limbs above it. */
function limbOf(words: Int32Array, a: number, i: number, sign: number): number {
  return i < WORD ? (words[a + i] as number) : sign;
}

/** @param sign - What comes in from above: 0 or -1. */
function shiftRight(words: Int32Array, a: number, b: number, by: number, sign: number): void {
  const limbs = by >> 5;
  const bits = by & 31;
  // Upwards: where the two are one word, what is read lies above what is written.
  for (let i = 0; i < WORD; i++) {
    const low = limbOf(words, a, i + limbs, sign);
    words[b + i] = bits === 0 ? low : (low >>> bits) | (limbOf(words, a, i + limbs + 1, sign) << (32 - bits));
  }
}

function fill(words: Int32Array, at: number, limb: number): void {
  for (let i = 0; i < WORD; i++) words[at + i] = limb;
}

export function shl(words: Int32Array, a: number, b: number): void {
  const by = toNumber(words, a);
  if (by >= 256) {
    fill(words, b, 0);
    return;
  }
  const limbs = by >> 5;
  const bits = by & 31;
  for (let i = WORD - 1; i >= 0; i--) {
    const from = i - limbs;
    const high = from >= 0 ? (words[b + from] as number) : 0;
    const low = from >= 1 ? (words[b + from - 1] as number) : 0;
    words[b + i] = bits === 0 ? high : (high << bits) | (low >>> (32 - bits));
  }
}

export function shr(words: Int32Array, a: number, b: number): void {
  const by = toNumber(words, a);
  if (by >= 256) fill(words, b, 0);
  else shiftRight(words, b, b, by, 0);
}

export function sar(words: Int32Array, a: number, b: number): void {
  const by = toNumber(words, a);
  const sign = (words[b + 7] as number) >> 31;
  if (by >= 256) fill(words, b, sign);
  else shiftRight(words, b, b, by, sign);
}

export function byteOf(words: Int32Array, a: number, b: number): void {
  const index = toNumber(words, a);
  const byte = index >= 32 ? 0 : ((words[b + 7 - (index >> 2)] as number) >>> (8 * (3 - (index & 3)))) & 0xff;
  setNumber(words, b, byte);
}
