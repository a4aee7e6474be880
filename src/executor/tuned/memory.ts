/**
 * The memory of one frame. Words that were stored at multiples of 32 are kept as numbers and become bytes only
 * when somebody needs them as bytes: most are loaded again as they were stored.
 */
import { readWord, viewOf, writeWord } from './words.ts';

const EMPTY = new Uint8Array(0);
const FIRST_CAPACITY = 512;

export class Memory {
  /** Bytes in use, a multiple of 32. */
  size = 0;
  /** Gas paid for that size. */
  cost = 0;
  #bytes: Uint8Array = EMPTY;
  #view: DataView = viewOf(EMPTY);
  /** Values of whole words, by number of the word, where they are known. */
  #words: (bigint | undefined)[] = [];
  /** Words that are newer than their bytes. */
  #stale: boolean[] = [];

  /** Enlarges the memory to `size` bytes, which `cost` has been paid for. */
  grow(size: number, cost: number): void {
    this.size = size;
    this.cost = cost;
    if (size <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(size, this.#bytes.length * 2, FIRST_CAPACITY));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  load(at: number): bigint {
    if (at % 32 !== 0) {
      this.#settle(at, 32);
      return readWord(this.#view, at);
    }
    const index = at / 32;
    let word = this.#words[index];
    if (word === undefined) {
      word = readWord(this.#view, at);
      this.#keep(index, word, false);
    }
    return word;
  }

  store(at: number, word: bigint): void {
    if (at % 32 === 0) {
      this.#keep(at / 32, word, true);
      return;
    }
    this.#settle(at, 32);
    this.#forget(at, 32);
    writeWord(this.#view, at, word);
  }

  storeByte(at: number, byte: number): void {
    this.#settle(at, 1);
    this.#forget(at, 1);
    this.#bytes[at] = byte;
  }

  /** A copy; nothing is read beyond `size`. */
  read(at: number, length: number): Uint8Array {
    if (length === 0) return EMPTY;
    this.#settle(at, length);
    return this.#bytes.slice(at, at + length);
  }

  /** A window that holds until the next change. */
  window(at: number, length: number): Uint8Array {
    if (length === 0) return EMPTY;
    this.#settle(at, length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Copies `length` bytes of `data` from `from` on; beyond its end they are zero. */
  write(at: number, data: Uint8Array, from: number, length: number): void {
    if (length === 0) return;
    this.#settle(at, length);
    this.#forget(at, length);
    const available = Math.min(length, Math.max(0, data.length - from));
    if (available > 0) this.#bytes.set(data.subarray(from, from + available), at);
    if (available < length) this.#bytes.fill(0, at + available, at + length);
  }

  /** Copies within the memory; the two places may overlap. */
  move(to: number, from: number, length: number): void {
    if (length === 0) return;
    this.#settle(from, length);
    this.#settle(to, length);
    this.#forget(to, length);
    this.#bytes.copyWithin(to, from, from + length);
  }

  #keep(index: number, word: bigint, isStale: boolean): void {
    while (this.#words.length < index) {
      this.#words.push(undefined);
      this.#stale.push(false);
    }
    this.#words[index] = word;
    this.#stale[index] = isStale;
  }

  /** Brings the bytes of a place up to date. */
  #settle(at: number, length: number): void {
    const end = Math.min(Math.ceil((at + length) / 32), this.#words.length);
    for (let index = Math.floor(at / 32); index < end; index++) {
      if (this.#stale[index] !== true) continue;
      writeWord(this.#view, index * 32, this.#words[index] as bigint);
      this.#stale[index] = false;
    }
  }

  /** Forgets the words of a place whose bytes are about to change. */
  #forget(at: number, length: number): void {
    const end = Math.min(Math.ceil((at + length) / 32), this.#words.length);
    for (let index = Math.floor(at / 32); index < end; index++) this.#words[index] = undefined;
  }
}
