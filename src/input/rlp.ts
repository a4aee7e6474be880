/**
 * Recursive Length Prefix (Yellow Paper, App. B), with what transactions need and no more: strict decoding into
 * views of the input. The depth of nesting is limited, so that no input can exhaust the stack or memory.
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

/**
 * Takes a list apart, without looking into its items.
 *
 * @returns The encoding of each item, as views; `null` for a byte string.
 * @throws RlpError
 */
export function splitRlpList(bytes: Uint8Array): Uint8Array[] | null {
  const whole = rangeAt(bytes, 0, bytes.length);
  if (!whole.isList) return null;
  if (whole.end !== bytes.length) throw new RlpError(`${bytes.length - whole.end} bytes after the end`);
  const items: Uint8Array[] = [];
  for (let position = whole.start; position < whole.end; ) {
    const { end } = rangeAt(bytes, position, whole.end);
    items.push(bytes.subarray(position, end));
    position = end;
  }
  return items;
}

/** Where the content of the item at a place begins and ends. */
function rangeAt(bytes: Uint8Array, at: number, limit: number) {
  const first = bytes[at];
  if (first === undefined || at >= limit) throw new RlpError('cut short');
  if (first < 0x80) return { start: at, end: at + 1, isList: false };
  const isList = first >= 0xc0;
  return { ...contentRange(bytes, at, limit, first - (isList ? 0xc0 : 0x80)), isList };
}

function decodeAt(
  bytes: Uint8Array,
  at: number,
  limit: number,
  depth: number,
): { readonly item: RlpItem; readonly end: number } {
  const { start, end, isList } = rangeAt(bytes, at, limit);
  if (!isList) {
    const only = bytes[start];
    if (start > at && end - start === 1 && only !== undefined && only < 0x80) {
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
