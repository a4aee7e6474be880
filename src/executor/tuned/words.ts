/** Words of 256 bits in big-endian bytes. Small ones, which are most, take one conversion instead of four. */

const LOW_64 = (1n << 64n) - 1n;

/** The 32 bytes at `at` as a number. */
export function readWord(view: DataView, at: number): bigint {
  if ((view.getUint32(at) | view.getUint32(at + 4) | view.getUint32(at + 8)) === 0) {
    const low = view.getBigUint64(at + 24);
    const high = view.getUint32(at + 12);
    if (high === 0 && (view.getUint32(at + 16) | view.getUint32(at + 20)) === 0) return low;
    return (BigInt(high) << 128n) | (view.getBigUint64(at + 16) << 64n) | low;
  }
  return (
    (view.getBigUint64(at) << 192n) |
    (view.getBigUint64(at + 8) << 128n) |
    (view.getBigUint64(at + 16) << 64n) |
    view.getBigUint64(at + 24)
  );
}

/** Writes a number as 32 bytes. */
export function writeWord(view: DataView, at: number, word: bigint): void {
  view.setBigUint64(at + 24, word);
  if (word <= LOW_64) {
    view.setBigUint64(at, 0n);
    view.setBigUint64(at + 8, 0n);
    view.setBigUint64(at + 16, 0n);
    return;
  }
  view.setBigUint64(at + 16, word >> 64n);
  view.setBigUint64(at + 8, word >> 128n);
  view.setBigUint64(at, word >> 192n);
}

/** A number as 32 bytes of its own. */
export function wordBytes(word: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  writeWord(new DataView(bytes.buffer), 0, word);
  return bytes;
}

/** A view of all of `bytes`. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
