/**
 * Root of a Merkle Patricia trie (Yellow Paper appendix D) over entries that are all there at once: built from
 * the leaves up, without a database, each node written once and into one buffer. A node is written where its
 * parent will hold it, and gives way to its hash if it is too long for that. A trie that grows entry by entry
 * takes many times as long for a block's receipts (measured).
 */
import { keccak256 } from '../input/keccak.ts';
import { RlpWriter } from '../input/rlp-writer.ts';

interface Trie {
  /** Ascending. */
  readonly entries: readonly Entry[];
  readonly writeValue: (into: RlpWriter, index: number) => void;
}

interface Entry {
  readonly key: Uint8Array;
  /** Place among the keys as they were given. */
  readonly index: number;
}

/** Digits are those of a key in hex. */
const DIGITS = 16;
/** Nodes from this length on stand in their parents by their hash. */
const HASHED_LENGTH = 32;

const writer = new RlpWriter();

/**
 * The root hash.
 *
 * @param keys - Distinct, in any order.
 * @param writeValue - Writes the value of a key, of at least one byte, as raw bytes.
 */
export function trieRoot(
  keys: readonly Uint8Array[],
  writeValue: (into: RlpWriter, index: number) => void,
): Uint8Array {
  const entries = keys.map((key, index) => ({ key, index })).sort((a, b) => Buffer.compare(a.key, b.key));
  writer.reset();
  if (entries.length === 0) writer.bytes(EMPTY);
  else writeNode({ entries, writeValue }, 0, entries.length, 0);
  return keccak256(writer.view());
}

const EMPTY = new Uint8Array(0);

/** The node of the entries from `start` to before `end`, of which there are some, and which share their first `depth` digits. */
function writeNode(trie: Trie, start: number, end: number, depth: number): void {
  const first = keyAt(trie, start);
  if (end - start === 1) {
    const after = writer.length;
    writeValue(trie, start);
    writePath(first, depth, 2 * first.length, 'leaf');
    writer.list(after);
    return;
  }
  // Ascending, so what the first and the last share all of them share.
  const last = keyAt(trie, end - 1);
  let shared = depth;
  while (shared < 2 * first.length && digitAt(first, shared) === digitAt(last, shared)) shared++;
  if (shared === depth) {
    writeBranch(trie, start, end, depth);
    return;
  }
  const after = writer.length;
  writeBranch(trie, start, end, shared);
  shorten(after);
  writePath(first, depth, shared, 'extension');
  writer.list(after);
}

function writeBranch(trie: Trie, start: number, end: number, depth: number): void {
  const after = writer.length;
  let from = start;
  if (2 * keyAt(trie, start).length === depth) {
    writeValue(trie, start);
    from++;
  } else {
    writer.bytes(EMPTY);
  }
  let upper = end;
  for (let digit = DIGITS - 1; digit >= 0; digit--) {
    let lower = upper;
    while (lower > from && digitAt(keyAt(trie, lower - 1), depth) === digit) lower--;
    if (lower === upper) {
      writer.bytes(EMPTY);
    } else {
      const child = writer.length;
      writeNode(trie, lower, upper, depth + 1);
      shorten(child);
    }
    upper = lower;
  }
  writer.list(after);
}

/** Puts its hash in the place of the node that was written since. */
function shorten(after: number): void {
  if (writer.length - after < HASHED_LENGTH) return;
  const hash = keccak256(writer.view(after));
  writer.rewind(after);
  writer.bytes(hash);
}

function writeValue({ entries, writeValue: write }: Trie, place: number): void {
  const after = writer.length;
  write(writer, entries[place]?.index ?? 0);
  writer.string(after);
}

/** Some digits of a key in hex-prefix encoding (Yellow Paper appendix C). */
function writePath(key: Uint8Array, from: number, to: number, kind: 'leaf' | 'extension'): void {
  const after = writer.length;
  let at = to;
  for (; at - from >= 2; at -= 2) writer.raw((digitAt(key, at - 2) << 4) | digitAt(key, at - 1));
  const odd = at > from ? 0x10 | digitAt(key, from) : 0;
  writer.raw((kind === 'leaf' ? 0x20 : 0) | odd);
  writer.string(after);
}

function keyAt({ entries }: Trie, place: number): Uint8Array {
  return entries[place]?.key ?? EMPTY;
}

function digitAt(key: Uint8Array, place: number): number {
  const byte = key[place >> 1] ?? 0;
  return place % 2 === 0 ? byte >> 4 : byte & 15;
}
