/**
 * RLP (Yellow Paper, App. B) into one buffer that is used again, from the back to the front: what a list holds
 * stands there before its head is written, so nothing is measured beforehand and nothing is copied. Whoever
 * writes starts with the last item.
 */

import { decodeDigits } from './hex.ts';

const FIRST_CAPACITY = 4096;
/** A larger buffer than this is not kept. */
const KEPT_CAPACITY = 2 ** 20;

/** Numbers up to this are doubles without loss, whose bytes are found faster than those of a `bigint`. */
const LARGEST_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** Writes items one before the other. Positions count from the end, so they outlive a larger buffer. */
export class RlpWriter {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  /** Index of the first byte that is written. */
  #start = FIRST_CAPACITY;

  /** Forgets everything. */
  reset(): void {
    if (this.#bytes.length > KEPT_CAPACITY) this.#bytes = new Uint8Array(FIRST_CAPACITY);
    this.#start = this.#bytes.length;
  }

  /** Forgets what was written since. @param end - `length` before that. */
  rewind(end: number): void {
    this.#start = this.#bytes.length - end;
  }

  /** How many bytes are written. */
  get length(): number {
    return this.#bytes.length - this.#start;
  }

  /** All that is written, or what is written before the last `end` bytes: a view until the next write. */
  view(end = 0): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#bytes.length - end);
  }

  /** One byte as it is. */
  raw(byte: number): void {
    this.#room(1);
    this.#bytes[--this.#start] = byte;
  }

  /** Bytes as they are: items that are encoded already. */
  encoded(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#start -= bytes.length;
    this.#bytes.set(bytes, this.#start);
  }

  /** A byte string. */
  bytes(bytes: Uint8Array): void {
    const end = this.length;
    this.encoded(bytes);
    this.string(end);
  }

  /** A byte string from lower-case or upper-case hex with its prefix; at least two bytes. */
  hex(text: string): void {
    const length = (text.length - 2) >> 1;
    this.#room(length);
    this.#start -= length;
    decodeDigits(text, this.#bytes, this.#start);
    this.#head(0x80, length);
  }

  /** A non-negative integer: as few bytes as it has, none for 0. */
  integer(value: bigint): void {
    this.#room(MAX_INTEGER);
    const end = this.length;
    if (value <= LARGEST_SAFE) {
      this.#digits(Number(value));
    } else {
      const text = value.toString(16);
      this.#start -= (text.length + 1) >> 1;
      decodeDigits(text.length % 2 === 0 ? `0x${text}` : `0x0${text}`, this.#bytes, this.#start);
    }
    this.string(end);
  }

  /**
   * Makes one byte string of the bytes that were written since.
   *
   * @param end - `length` before the last of them was written.
   */
  string(end: number): void {
    const length = this.length - end;
    if (length !== 1 || (this.#bytes[this.#start] ?? 0) >= 0x80) this.#head(0x80, length);
  }

  /**
   * Makes a list of the items that were written since.
   *
   * @param end - `length` before the last of them was written.
   */
  list(end: number): void {
    this.#head(0xc0, this.length - end);
  }

  /** The bytes of a number, none for 0. */
  #digits(value: number): void {
    const low = value >>> 0;
    const high = (value - low) / 2 ** 32;
    if (high > 0) {
      for (let shift = 0; shift < 32; shift += 8) this.#bytes[--this.#start] = low >>> shift;
    }
    for (let rest = high > 0 ? high : low; rest > 0; rest >>>= 8) this.#bytes[--this.#start] = rest;
  }

  #head(base: number, length: number): void {
    this.#room(MAX_HEAD);
    if (length < 56) {
      this.#bytes[--this.#start] = base + length;
      return;
    }
    const before = this.#start;
    this.#digits(length);
    const width = before - this.#start;
    this.#bytes[--this.#start] = base + 55 + width;
  }

  #room(count: number): void {
    if (this.#start >= count) return;
    const { length } = this;
    const larger = new Uint8Array(2 * (length + count));
    larger.set(this.view(), larger.length - length);
    this.#bytes = larger;
    this.#start = larger.length - length;
  }
}

/** 256 bits. */
const MAX_INTEGER = 32;
/** A byte for the kind, and a length of up to 2^64. */
const MAX_HEAD = 9;
