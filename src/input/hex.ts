/** Hex text and byte strings: `0x` prefix, lower-case out, either case in. */
import type { Hex } from './block.ts';

const NOT_HEX = /[^0-9a-fA-F]/;

export function bytesToHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}

/**
 * The bytes of `0x` hex of even length, in a buffer of their own (a pooled `Buffer` would post its whole
 * pool to a thread).
 *
 * @returns `null` for anything else, of any length.
 */
export function hexToBytes(text: string): Uint8Array | null {
  if (!isHex(text) || text.length % 2 !== 0) return null;
  const bytes = new Uint8Array((text.length - 2) / 2);
  Buffer.from(bytes.buffer).write(text.slice(2), 'hex');
  return bytes;
}

/** Whether a text is `0x` and then hex digits only, none included. Linear, without backtracking. */
export function isHex(text: string): text is Hex {
  return text.startsWith('0x') && !NOT_HEX.test(text.slice(2));
}

/** Big-endian; 0n for no bytes. */
export function bytesToBigint(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(bytesToHex(bytes));
}
