/**
 * 256-bit words as eight 32-bit limbs in an `Int32Array`, the lowest first; a word is named by the index of its
 * lowest limb. Arithmetic is by way of `bigint`, for instructions that the loop leaves to others.
 */

/** Limbs of a word. */
export const WORD = 8;

const HIGH = 0x100000000;

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

function significantLimbs(words: Int32Array, at: number): number {
  let count = WORD;
  while (count > 0 && words[at + count - 1] === 0) count--;
  return count;
}

/** The top of the stack is at `a`, the word below it, and then the result, at `b`. */
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
