/** Hex text and byte strings: `0x` prefix, lower-case out, either case in. */
import type { Hex } from './block.ts';

const NOT_HEX = /[^0-9a-fA-F]/;

/** Words, hashes and addresses go through this one: to make a buffer for each takes half as long again (measured). */
const scratch = Buffer.alloc(32);

export function bytesToHex(bytes: Uint8Array): Hex {
  if (bytes.length <= scratch.length) {
    scratch.set(bytes);
    return `0x${scratch.toString('hex', 0, bytes.length)}`;
  }
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}

/**
 * The bytes of `0x` hex of even length, in a buffer of their own (a pooled `Buffer` would post its whole
 * pool to a thread).
 *
 * @returns `null` for anything else, of any length.
 */
export function hexToBytes(text: string): Uint8Array | null {
  if (text.length % 2 !== 0) return null;
  if (text.length > LONG) return longHexToBytes(text);
  if (!isHex(text)) return null;
  const bytes = new Uint8Array((text.length - 2) / 2);
  decodeDigits(text, bytes, 0);
  return bytes;
}

/** From this length on native decoding takes less time than decoding here (measured). */
const LONG = 138;

/**
 * Checked by decoding it: a regular expression takes seven times as long over code of 24 KB (measured). The
 * native decoder stops at what is no digit, but looks only at the low byte of what is no ASCII.
 */
function longHexToBytes(text: string): Uint8Array | null {
  if (!text.startsWith('0x') || Buffer.byteLength(text) !== text.length) return null;
  const bytes = new Uint8Array((text.length - 2) / 2);
  const decoded = Buffer.from(bytes.buffer).write(text.slice(2), 'hex');
  return decoded === bytes.length ? bytes : null;
}

/** Values of hex digits by their character codes. */
const DIGITS = new Uint8Array(128);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  DIGITS[digit.charCodeAt(0)] = value;
  DIGITS[digit.toUpperCase().charCodeAt(0)] = value;
}

/** Decodes hex that was checked before, prefix and even length included, to a place that has room for it. */
export function decodeDigits(text: string, into: Uint8Array, at: number): void {
  for (let digit = 2, to = at; digit < text.length; digit += 2, to++) {
    const high = DIGITS[text.charCodeAt(digit)] ?? 0;
    into[to] = (high << 4) | (DIGITS[text.charCodeAt(digit + 1)] ?? 0);
  }
}

/** Whether a text is `0x` and then hex digits only, none included. Linear, without backtracking. */
export function isHex(text: string): text is Hex {
  return text.startsWith('0x') && !NOT_HEX.test(text.slice(2));
}

/**
 * The number that `0x` hex of at least one digit stands for; `undefined` for anything else. The parser itself says
 * what is none, in less time than a look at each digit beforehand takes (measured); all that it takes beside digits
 * is space at the end.
 */
export function hexToBigint(text: string): bigint | undefined {
  if (text.length < 3 || !text.startsWith('0x') || text.trimEnd() !== text) return undefined;
  try {
    return BigInt(text);
  } catch {
    return undefined;
  }
}

/** Big-endian; 0n for no bytes. */
export function bytesToBigint(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(bytesToHex(bytes));
}
