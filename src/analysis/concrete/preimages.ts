/**
 * The hashes that one transaction made, with what was hashed: as `hashes.ts` keeps them for the abstract
 * interpreter, here as limbs and bytes. A preimage is put into words only when a slot needs it.
 */
import type { Preimage, PreimageWord, SlotOrigin } from '../access.ts';
import { LongestNesting } from '../memory.ts';
import { copyWord, loadBytes, sameWords, setFromBytes, toBigint, WORD } from './limbs.ts';

/** Bytes of preimages that one transaction may keep. */
const MOST_BYTES = 1 << 23;

/** The low bits of a slot that may be an offset behind a hash; `Hashes` has the same. */
const OFFSET_MASK = 0xffff;

export class Preimages {
  /** Hashes in the order in which they were made. */
  #words = new Int32Array(64 * WORD);
  #starts = new Int32Array(65);
  #bytes = new Uint8Array(4096);
  #view = viewOf(this.#bytes);
  /** The next hash of the same bucket, as 1 + index, or 0. */
  #next = new Int32Array(64);
  /** Buckets by all but the offset's bits: 1 + index of the latest hash, or 0. */
  #heads = new Int32Array(128);
  readonly #built: (Preimage | undefined)[] = [];
  /** Preimages of earlier transactions, by a limb of the hash. */
  readonly #earlier = new Map<number, Built>();
  #count = 0;
  /** Steps taken through buckets, to be counted as work. */
  probes = 0;

  get count(): number {
    return this.#count;
  }

  clear(): void {
    for (let i = 0; i < this.#count; i++) this.#heads[this.#bucket(this.#words, i * WORD)] = 0;
    this.#count = 0;
    this.#built.length = 0;
    if (this.#bytes.length > 1 << 16) {
      this.#bytes = new Uint8Array(4096);
      this.#view = viewOf(this.#bytes);
    }
  }

  /**
   * Notes that a word is the hash of some bytes, unless it is there.
   *
   * @returns false when there is no room.
   */
  add(words: Int32Array, at: number, array: Uint8Array, offset: number, length: number): boolean {
    if (this.#find(words, at, this.#count) >= 0) return true;
    const index = this.#count;
    const start = this.#starts[index] as number;
    if (start + length > MOST_BYTES) return false;
    if (WORD * index === this.#words.length) this.#grow();
    if (start + length > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(2 * this.#bytes.length, start + length));
      bytes.set(this.#bytes.subarray(0, start));
      this.#bytes = bytes;
      this.#view = viewOf(bytes);
    }
    for (let i = 0; i < length; i++) this.#bytes[start + i] = array[offset + i] as number;
    this.#starts[index + 1] = start + length;
    copyWord(words, at, this.#words, index * WORD);
    this.#count++;
    this.#link(index);
    return true;
  }

  /** How a slot came about, if it is one of the hashes or lies less than 2^16 behind one. */
  originOf(words: Int32Array, at: number): SlotOrigin | null {
    const exact = this.#find(words, at, this.#count);
    if (exact >= 0) return { preimage: this.#preimage(exact), offset: 0n };
    const low = (words[at] as number) & OFFSET_MASK;
    const below = this.#firstOf(words, at, 0, low);
    if (below >= 0) return this.#behind(words, at, below);
    copyWord(words, at, shifted, 0);
    subtractOffset(shifted);
    const beyond = this.#firstOf(shifted, 0, low + 1, OFFSET_MASK + 1);
    return beyond < 0 ? null : this.#behind(words, at, beyond);
  }

  #behind(words: Int32Array, at: number, index: number): SlotOrigin {
    const offset = ((words[at] as number) - (this.#words[index * WORD] as number)) & OFFSET_MASK;
    return { preimage: this.#preimage(index), offset: BigInt(offset) };
  }

  /** The earliest hash with the same upper bits, and lower ones from `from` on and below `to`; or -1. */
  #firstOf(words: Int32Array, at: number, from: number, to: number): number {
    let first = -1;
    for (let i = this.#heads[this.#bucket(words, at)] as number; i > 0; i = this.#next[i - 1] as number) {
      this.probes++;
      const own = (i - 1) * WORD;
      const low = (this.#words[own] as number) & OFFSET_MASK;
      if (low >= from && low < to && sameUpper(this.#words, own, words, at)) first = i - 1;
    }
    return first;
  }

  /** Index of a hash, made before `before`, or -1. */
  #find(words: Int32Array, at: number, before: number): number {
    for (let i = this.#heads[this.#bucket(words, at)] as number; i > 0; i = this.#next[i - 1] as number) {
      this.probes++;
      if (i - 1 < before && sameWords(this.#words, (i - 1) * WORD, words, at)) return i - 1;
    }
    return -1;
  }

  #bucket(words: Int32Array, at: number): number {
    const hash = Math.imul(words[at + 1] as number, 0x9e3779b1) ^ ((words[at] as number) >>> 16);
    return (hash ^ (hash >>> 15)) & (this.#heads.length - 1);
  }

  #link(index: number): void {
    const bucket = this.#bucket(this.#words, index * WORD);
    this.#next[index] = this.#heads[bucket] as number;
    this.#heads[bucket] = index + 1;
  }

  #grow(): void {
    const capacity = 2 * this.#next.length;
    this.#words = longer(this.#words, capacity * WORD);
    this.#starts = longer(this.#starts, capacity + 1);
    this.#next = longer(this.#next, capacity);
    this.#heads = new Int32Array(2 * capacity);
    for (let i = 0; i < this.#count; i++) this.#link(i);
  }

  /** In words; those that are hashes made before it are taken apart in turn, with an own stack of what waits. */
  #preimage(index: number): Preimage {
    const built = this.#built[index];
    if (built !== undefined) return built;
    const waiting = [index];
    for (;;) {
      const at = waiting[waiting.length - 1];
      if (at === undefined) break;
      const before = waiting.length;
      const nested = this.#nested(at);
      for (const other of nested) if (other >= 0 && this.#built[other] === undefined) waiting.push(other);
      if (waiting.length > before) continue;
      waiting.pop();
      this.#built[at] ??= this.#build(at, nested);
    }
    return this.#built[index] as Preimage;
  }

  /** For each word of a preimage the earlier hash that it is, or -1. */
  #nested(index: number): number[] {
    const found: number[] = [];
    const end = this.#starts[index + 1] as number;
    for (let at = this.#starts[index] as number; at < end; at += 32) {
      this.#loadWord(at, end);
      found.push(this.#find(shifted, 0, index));
    }
    return found;
  }

  #build(index: number, nested: readonly number[]): Preimage {
    const parts = nested.map((other) => (other < 0 ? undefined : this.#built[other]));
    const limb = this.#words[index * WORD] as number;
    const earlier = this.#earlier.get(limb);
    if (earlier !== undefined && this.#isSame(earlier, index, parts)) return earlier.preimage;
    const preimage = this.#make(index, parts);
    if (this.#earlier.size >= MOST_EARLIER) this.#earlier.clear();
    const words = this.#words.slice(index * WORD, index * WORD + WORD);
    this.#earlier.set(limb, { words, parts, preimage });
    return preimage;
  }

  /** Whether an earlier transaction hashed the same, and had made the same hashes of which it is made. */
  #isSame({ words, parts: others }: Built, index: number, parts: readonly (Preimage | undefined)[]): boolean {
    return sameWords(words, 0, this.#words, index * WORD) && parts.every((part, i) => part === others[i]);
  }

  #make(index: number, parts: readonly (Preimage | undefined)[]): Preimage {
    const start = this.#starts[index] as number;
    const end = this.#starts[index + 1] as number;
    const nesting = new LongestNesting();
    const words = parts.map((preimage, i): PreimageWord => {
      if (preimage !== undefined && nesting.fits(preimage)) return { kind: 'hash', preimage, offset: 0n };
      this.#loadWord(start + 32 * i, end);
      return { kind: 'constant', value: toBigint(shifted, 0) };
    });
    return { byteLength: end - start, words };
  }

  /** A word of the bytes, with zeros beyond `end`, into the scratch word. */
  #loadWord(at: number, end: number): void {
    if (at + 32 <= end) loadBytes(shifted, 0, this.#view, at);
    else setFromBytes(shifted, 0, this.#bytes.subarray(0, end), at, 32);
  }
}

function viewOf({ buffer }: Uint8Array): DataView {
  return new DataView(buffer);
}

const shifted = new Int32Array(WORD);

/** A preimage, its hash, and those of its words that are preimages. */
interface Built {
  readonly words: Int32Array;
  readonly parts: readonly (Preimage | undefined)[];
  readonly preimage: Preimage;
}

const MOST_EARLIER = 1 << 14;

/** Subtracts 2^16. */
function subtractOffset(words: Int32Array): void {
  let borrow = OFFSET_MASK + 1;
  for (let i = 0; i < WORD && borrow !== 0; i++) {
    const limb = (words[i] as number) >>> 0;
    words[i] = (limb - borrow) | 0;
    borrow = limb < borrow ? 1 : 0;
  }
}

/** Whether two words are the same but for the bits of an offset. */
function sameUpper(a: Int32Array, at: number, b: Int32Array, other: number): boolean {
  for (let i = 1; i < WORD; i++) if (a[at + i] !== b[other + i]) return false;
  return (a[at] as number) >>> 16 === (b[other] as number) >>> 16;
}

function longer(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const result = new Int32Array(length);
  result.set(array);
  return result;
}
