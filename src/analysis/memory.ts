/**
 * Byte strings of which each byte has a concrete value or comes from a symbolic word: memory, call data,
 * return data, code. A label says which byte of which word a byte is, so that a word that is stored and
 * loaded again comes back as it was, at any alignment.
 */
import type { Preimage, PreimageWord } from './access.ts';
import { type CellSet, NO_CELLS, unionCells } from './cells.ts';
import {
  bitsWord,
  cellsOf,
  joinWords,
  knownValue,
  knownWord,
  type SymbolicWord,
  sameWords,
  unknownWord,
  type Word,
} from './word.ts';

/** `0`: no label, the byte is known and depends on nothing. Else `1 + 32 * word + byte`, byte 0 the highest. */
type Label = number;

/** The symbolic words that labels refer to; one table for one analysis. */
export class LabelTable {
  readonly #words: SymbolicWord[] = [];
  readonly #unknown = new Map<CellSet, number>();

  add(word: SymbolicWord): Label {
    this.#words.push(word);
    return 1 + 32 * (this.#words.length - 1);
  }

  /** The label of a byte of which nothing is known. */
  unknown(cells: CellSet): Label {
    let label = this.#unknown.get(cells);
    if (label === undefined) {
      label = this.add(unknownWord(cells));
      this.#unknown.set(cells, label);
    }
    return label;
  }

  word(label: Label): SymbolicWord {
    return this.#words[(label - 1) >> 5] as SymbolicWord;
  }
}

/** Bytes that are compared at once when memories are joined. */
const BLOCK = 1024;

const scratch = new Uint8Array(32);
const scratchView = new DataView(scratch.buffer);

/** The 32 bytes at an offset as a number; four 64-bit reads, measured to be three times as fast as by hex. */
export function wordOfBytes(bytes: Uint8Array, offset: number): bigint {
  for (let i = 0; i < 32; i++) scratch[i] = bytes[offset + i] as number;
  const low = (scratchView.getBigUint64(16) << 64n) | scratchView.getBigUint64(24);
  const high = (scratchView.getBigUint64(0) << 64n) | scratchView.getBigUint64(8);
  return high === 0n ? low : (high << 128n) | low;
}

function bytesOfWord(value: bigint, into: Uint8Array, offset: number): void {
  if (value <= 0xffffffffn) {
    into.fill(0, offset, offset + 28);
    scratchView.setUint32(28, Number(value));
    for (let i = 28; i < 32; i++) into[offset + i] = scratch[i] as number;
    return;
  }
  scratchView.setBigUint64(24, value & MAX_UINT64);
  scratchView.setBigUint64(16, (value >> 64n) & MAX_UINT64);
  scratchView.setBigUint64(8, (value >> 128n) & MAX_UINT64);
  scratchView.setBigUint64(0, value >> 192n);
  for (let i = 0; i < 32; i++) into[offset + i] = scratch[i] as number;
}

const MAX_UINT64 = (1n << 64n) - 1n;

/**
 * A byte string without an end: beyond what was written it is zero, or unknown from some offset on.
 * Copies share their arrays until one of them is written.
 */
export class SymbolicBytes {
  #bytes: Uint8Array;
  #labels: Int32Array | null;
  /** Label of every byte beyond the arrays. */
  #tail: Label;
  #isShared: boolean;
  readonly #table: LabelTable;

  private constructor(
    table: LabelTable,
    bytes: Uint8Array,
    labels: Int32Array | null,
    tail: Label,
    shared: boolean,
  ) {
    this.#table = table;
    this.#bytes = bytes;
    this.#labels = labels;
    this.#tail = tail;
    this.#isShared = shared;
  }

  static empty(table: LabelTable): SymbolicBytes {
    return new SymbolicBytes(table, new Uint8Array(0), null, 0, false);
  }

  /** Known bytes; the array is not copied and must not change. */
  static known(table: LabelTable, bytes: Uint8Array): SymbolicBytes {
    return new SymbolicBytes(table, bytes, null, 0, true);
  }

  /** Every byte unknown. */
  static unknown(table: LabelTable, cells: CellSet): SymbolicBytes {
    return new SymbolicBytes(table, new Uint8Array(0), null, table.unknown(cells), false);
  }

  fork(): SymbolicBytes {
    this.#isShared = true;
    return new SymbolicBytes(this.#table, this.#bytes, this.#labels, this.#tail, true);
  }

  /** Number of bytes held; all beyond are alike. */
  get extent(): number {
    return this.#bytes.length;
  }

  /** Whether the first `length` bytes are known and depend on nothing. */
  isPlain(length: number): boolean {
    if (this.#tail !== 0 && length > this.#bytes.length) return false;
    if (this.#labels === null) return true;
    const end = Math.min(length, this.#labels.length);
    for (let i = 0; i < end; i++) if (this.#labels[i] !== 0) return false;
    return true;
  }

  /** Offset of the first byte whose value is not known, at most `length`. */
  firstUnknown(length: number): number {
    const end = Math.min(length, this.#bytes.length);
    for (let i = 0; i < end; i++) if (this.#byteUnknown(i) !== 0) return i;
    return this.#tail === 0 ? length : end;
  }

  /** Cells on which bytes of the range depend. */
  cells(offset: number, length: number): CellSet {
    let cells = NO_CELLS;
    let last: SymbolicWord | null = null;
    const end = Math.min(offset + length, this.#bytes.length);
    if (this.#labels !== null) {
      for (let i = offset; i < end; i++) {
        const label = this.#labels[i] as number;
        if (label === 0) continue;
        const word = this.#table.word(label);
        if (word !== last) cells = unionCells(cells, word.cells);
        last = word;
      }
    }
    if (this.#tail !== 0 && offset + length > end)
      cells = unionCells(cells, this.#table.word(this.#tail).cells);
    return cells;
  }

  /** The known bytes of a range, or `null` if one is not known. The result is the caller's. */
  read(offset: number, length: number): Uint8Array | null {
    const result = new Uint8Array(length);
    if (this.#tail !== 0 && offset + length > this.#bytes.length && length > 0) {
      if (this.#table.word(this.#tail).unknown !== 0n) return null;
    }
    const end = Math.min(offset + length, this.#bytes.length);
    if (this.#labels !== null) {
      for (let i = offset; i < end; i++) if (this.#byteUnknown(i) !== 0) return null;
    }
    if (offset < end) result.set(this.#bytes.subarray(offset, end));
    return result;
  }

  loadWord(offset: number): Word {
    const first = this.#label(offset);
    if (first === 0 && this.#isPlainRange(offset, 32)) {
      if (offset + 32 <= this.#bytes.length) return wordOfBytes(this.#bytes, offset);
      const padded = new Uint8Array(32);
      if (offset < this.#bytes.length) padded.set(this.#bytes.subarray(offset));
      return wordOfBytes(padded, 0);
    }
    if (first !== 0 && ((first - 1) & 31) === 0 && offset + 32 <= this.#bytes.length) {
      let isWhole = true;
      for (let i = 1; i < 32 && isWhole; i++) isWhole = this.#label(offset + i) === first + i;
      if (isWhole) return this.#table.word(first);
    }
    let value = 0n;
    let unknown = 0n;
    let cells = NO_CELLS;
    for (let i = 0; i < 32; i++) {
      const label = this.#label(offset + i);
      const mask = this.#byteUnknown(offset + i);
      value = (value << 8n) | BigInt(this.#byte(offset + i) & ~mask & 0xff);
      unknown = (unknown << 8n) | BigInt(mask);
      if (label !== 0) cells = unionCells(cells, this.#table.word(label).cells);
    }
    return bitsWord(value, unknown, cells);
  }

  storeWord(offset: number, word: Word): void {
    this.#own(offset + 32);
    if (typeof word === 'bigint') {
      bytesOfWord(word, this.#bytes, offset);
      this.#labels?.fill(0, offset, offset + 32);
      return;
    }
    bytesOfWord(word.value, this.#bytes, offset);
    const labels = this.#label32();
    const label = this.#table.add(word);
    for (let i = 0; i < 32; i++) labels[offset + i] = label + i;
  }

  /** MSTORE8: the lowest byte of `word`. */
  storeByte(offset: number, word: Word): void {
    this.#own(offset + 1);
    if (typeof word === 'bigint') {
      this.#bytes[offset] = Number(word & 0xffn);
      if (this.#labels !== null) this.#labels[offset] = 0;
      return;
    }
    this.#bytes[offset] = Number(word.value & 0xffn);
    this.#label32()[offset] = this.#table.add(word) + 31;
  }

  /** Copies `length` bytes of `source` from `sourceOffset` to `offset`; the two may be the same object. */
  copyFrom(source: SymbolicBytes, sourceOffset: number, offset: number, length: number): void {
    if (length === 0) return;
    this.#own(offset + length);
    if (source === this) {
      this.#own(sourceOffset + length);
      this.#bytes.copyWithin(offset, sourceOffset, sourceOffset + length);
      this.#labels?.copyWithin(offset, sourceOffset, sourceOffset + length);
      return;
    }
    const available = Math.max(0, Math.min(length, source.#bytes.length - sourceOffset));
    this.#bytes.set(source.#bytes.subarray(sourceOffset, sourceOffset + available), offset);
    this.#bytes.fill(0, offset + available, offset + length);
    if (source.#labels === null && source.#tail === 0) {
      this.#labels?.fill(0, offset, offset + length);
      return;
    }
    const labels = this.#label32();
    if (source.#labels === null) labels.fill(0, offset, offset + available);
    else labels.set(source.#labels.subarray(sourceOffset, sourceOffset + available), offset);
    labels.fill(source.#tail, offset + available, offset + length);
  }

  /** The range as a byte string of its own, zero or unknown beyond as this one is beyond its end. */
  slice(offset: number, length: number): SymbolicBytes {
    const bytes = new Uint8Array(length);
    const end = Math.min(offset + length, this.#bytes.length);
    if (offset < end) bytes.set(this.#bytes.subarray(offset, end));
    let labels: Int32Array | null = null;
    if (this.#labels !== null || (this.#tail !== 0 && offset + length > this.#bytes.length)) {
      labels = new Int32Array(length);
      if (this.#labels !== null && offset < end) labels.set(this.#labels.subarray(offset, end));
      if (this.#tail !== 0) labels.fill(this.#tail, Math.max(0, this.#bytes.length - offset));
      if (isBlank(labels)) labels = null;
    }
    return new SymbolicBytes(this.#table, bytes, labels, 0, false);
  }

  /** Everything from `offset` on, without an end. */
  suffix(offset: number): SymbolicBytes {
    const rest = this.slice(offset, Math.max(0, this.#bytes.length - offset));
    rest.#tail = this.#tail;
    if (rest.#tail !== 0) rest.#label32();
    return rest;
  }

  /** Everything from `offset` on may have changed to anything. */
  forgetFrom(offset: number, cells: CellSet): void {
    const label = this.#table.unknown(
      unionCells(cells, this.#tail === 0 ? NO_CELLS : this.#table.word(this.#tail).cells),
    );
    // May end up longer than asked for: what is beyond the offset is filled after that.
    this.#own(Math.max(offset, this.#bytes.length));
    if (offset < this.#bytes.length) this.#label32().fill(label, offset);
    this.#tail = label;
  }

  /** Bytes of the range may have changed to anything. */
  forget(offset: number, length: number, cells: CellSet): void {
    if (length === 0) return;
    this.#own(offset + length);
    this.#label32().fill(this.#table.unknown(cells), offset, offset + length);
  }

  /** What holds of either, word by word. */
  static join(
    a: SymbolicBytes,
    b: SymbolicBytes,
    control: CellSet,
    combine: (x: Word, y: Word, control: CellSet) => Word = joinWords,
  ): SymbolicBytes {
    if (a.#bytes === b.#bytes && a.#labels === b.#labels && a.#tail === b.#tail) return a;
    const result = a.fork();
    const extent = Math.max(a.extent, b.extent);
    for (let i = 0; i < extent; i += 32) {
      if (i % BLOCK === 0 && a.#sameBlock(b, i)) {
        i += BLOCK - 32;
        continue;
      }
      if (a.#sameChunk(b, i)) continue;
      const x = a.loadWord(i);
      const y = b.loadWord(i);
      // Stored even if nothing is lost: labels of a word that lies across chunks hold for this side only.
      result.storeWord(i, combine(x, y, control));
    }
    if (a.#tail !== b.#tail) {
      const cellsOfTail = (tail: Label) => (tail === 0 ? NO_CELLS : a.#table.word(tail).cells);
      const cells = unionCells(unionCells(cellsOfTail(a.#tail), cellsOfTail(b.#tail)), control);
      result.forgetFrom(Math.ceil(extent / 32) * 32, cells);
    }
    return result;
  }

  /** Whether as much is known of both, at every offset. May say no where words lie across others. */
  static isSame(a: SymbolicBytes, b: SymbolicBytes): boolean {
    if (a.#tail !== b.#tail) {
      if (a.#tail === 0 || b.#tail === 0) return false;
      if (!sameWords(a.#table.word(a.#tail), b.#table.word(b.#tail))) return false;
    }
    const extent = Math.max(a.extent, b.extent);
    for (let i = 0; i < extent; i += 32) {
      if (i % BLOCK === 0 && a.#sameBlock(b, i)) {
        i += BLOCK - 32;
        continue;
      }
      if (a.#sameChunk(b, i)) continue;
      if (!a.#isWholeWord(i) || !b.#isWholeWord(i) || !sameWords(a.loadWord(i), b.loadWord(i))) return false;
    }
    return true;
  }

  /** Whether the two are certainly the same bytes, over the first `length`. */
  equals(other: SymbolicBytes, length: number): boolean {
    if (this.#bytes === other.#bytes && this.#labels === other.#labels && this.#tail === other.#tail)
      return true;
    for (let i = 0; i < length; i += 32) if (!this.#sameChunk(other, i)) return false;
    return true;
  }

  /** The range as a preimage: whole words, with holes where bytes are not known. */
  preimage(offset: number, length: number, originOf: (value: bigint) => PreimageWord | null): Preimage {
    const words: PreimageWord[] = [];
    const window = this.slice(offset, length);
    const nesting = new LongestNesting();
    const fitting = (hash: PreimageWord | null): PreimageWord | null =>
      hash?.kind === 'hash' && !nesting.fits(hash.preimage) ? null : hash;
    for (let i = 0; i < length; i += 32) {
      const word = window.loadWord(i);
      const value = knownValue(word);
      const hash = typeof word === 'bigint' ? null : word.hash;
      if (value !== null) words.push(fitting(originOf(value)) ?? { kind: 'constant', value });
      else if (hash !== null && hash.first === hash.last) {
        words.push(
          fitting({ kind: 'hash', preimage: hash.preimage, offset: hash.first }) ?? { kind: 'unknown' },
        );
      } else words.push({ kind: 'unknown' });
    }
    return { byteLength: length, words };
  }

  /** Whether a whole block is the same, told quickly; `false` may also mean that it was not looked at. */
  #sameBlock(other: SymbolicBytes, offset: number): boolean {
    const end = offset + BLOCK;
    if (end > this.#bytes.length || end > other.#bytes.length) return false;
    if (Buffer.compare(this.#bytes.subarray(offset, end), other.#bytes.subarray(offset, end)) !== 0)
      return false;
    const mine = this.#labels;
    const theirs = other.#labels;
    if (mine === null || theirs === null) return mine === theirs;
    const bytesOf = ({ buffer, byteOffset }: Int32Array) =>
      new Uint8Array(buffer, byteOffset + 4 * offset, 4 * BLOCK);
    return mine === theirs || Buffer.compare(bytesOf(mine), bytesOf(theirs)) === 0;
  }

  #sameChunk(other: SymbolicBytes, offset: number): boolean {
    for (let i = offset; i < offset + 32; i++) {
      if (this.#byte(i) !== other.#byte(i) || this.#label(i) !== other.#label(i)) return false;
    }
    return true;
  }

  /** Whether the word at a multiple of 32 was stored as one, or is plain. */
  #isWholeWord(offset: number): boolean {
    const first = this.#label(offset);
    if (first === 0) return this.#isPlainRange(offset, 32);
    if (((first - 1) & 31) !== 0) return false;
    for (let i = 1; i < 32; i++) if (this.#label(offset + i) !== first + i) return false;
    return true;
  }

  #isPlainRange(offset: number, length: number): boolean {
    if (this.#tail !== 0 && offset + length > this.#bytes.length) return false;
    if (this.#labels === null) return true;
    const end = Math.min(offset + length, this.#labels.length);
    for (let i = offset; i < end; i++) if (this.#labels[i] !== 0) return false;
    return true;
  }

  #byte(offset: number): number {
    if (offset < this.#bytes.length) return this.#bytes[offset] as number;
    return 0;
  }

  #label(offset: number): Label {
    if (offset >= this.#bytes.length) return this.#tail;
    return this.#labels === null ? 0 : (this.#labels[offset] as number);
  }

  /** Mask of the unknown bits of a byte. */
  #byteUnknown(offset: number): number {
    const label = this.#label(offset);
    if (label === 0) return 0;
    const { unknown } = this.#table.word(label);
    if (unknown === 0n) return 0;
    return Number((unknown >> BigInt(8 * (31 - ((label - 1) & 31)))) & 0xffn);
  }

  #label32(): Int32Array {
    if (this.#labels === null) this.#labels = new Int32Array(this.#bytes.length);
    return this.#labels;
  }

  /** Makes the arrays this object's own, and at least `extent` long. */
  #own(extent: number): void {
    const length = this.#bytes.length;
    if (!this.#isShared && extent <= length) return;
    const grown = extent <= length ? length : Math.max(extent, Math.min(2 * length, length + 65536));
    const rounded = Math.ceil(grown / 32) * 32;
    const bytes = new Uint8Array(rounded);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    if (this.#labels !== null || this.#tail !== 0) {
      const labels = new Int32Array(rounded);
      if (this.#labels !== null) labels.set(this.#labels);
      if (this.#tail !== 0) labels.fill(this.#tail, length);
      this.#labels = labels;
    }
    this.#isShared = false;
  }
}

function isBlank(labels: Int32Array): boolean {
  for (let i = 0; i < labels.length; i++) if (labels[i] !== 0) return false;
  return true;
}

/**
 * Words of the hashes in a preimage, written out; those beyond count as constants, or as unknown. Hashes of
 * hashes that occur twice double at every step otherwise.
 */
const LARGEST_NESTED = 64;

/** What may still be nested in one preimage. */
export class LongestNesting {
  #room = LARGEST_NESTED;

  /** Whether there is room for this one too; then it takes its room. */
  fits(preimage: Preimage): boolean {
    const size = sizeOf(preimage);
    if (size > this.#room) return false;
    this.#room -= size;
    return true;
  }
}

const sizes = new WeakMap<Preimage, number>();

/** Number of words of a preimage with all that is nested in it; kept, since others hold the same ones. */
function sizeOf(preimage: Preimage): number {
  let size = sizes.get(preimage);
  if (size === undefined) {
    size = preimage.words.length;
    for (const word of preimage.words) if (word.kind === 'hash') size += sizeOf(word.preimage);
    sizes.set(preimage, size);
  }
  return size;
}

/** A byte string with an end: call data, return data, code. */
export interface SymbolicString {
  readonly bytes: SymbolicBytes;
  readonly length: Word;
}

export function emptyString(table: LabelTable): SymbolicString {
  return { bytes: SymbolicBytes.empty(table), length: 0n };
}

/** The word at a known offset of a string, zero beyond its end (CALLDATALOAD). */
export function loadString(text: SymbolicString, offset: bigint): Word {
  const end = offset + 32n;
  const length = knownValue(text.length);
  if (length !== null && offset >= length) return knownWord(0n, cellsOf(text.length));
  if (offset > 0xffffffffn) return unknownWord(cellsOf(text.length));
  const word = text.bytes.loadWord(Number(offset));
  if (length !== null) return word;
  // Beyond a length that is not known, each byte is zero or what the bytes say.
  const min = typeof text.length === 'bigint' ? text.length : text.length.min;
  return end <= min ? word : joinWords(word, unknownWord(cellsOf(text.length)), NO_CELLS);
}
