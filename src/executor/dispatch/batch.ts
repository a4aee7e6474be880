/**
 * Transactions on their way to a worker, and their results on the way back. Both are flat lists of numbers,
 * words and addresses, and one array of bytes: objects take much longer to post. What is
 * written in one order is read in the same.
 */
import { InternalError } from '../../errors.ts';
import type { BatchTiming } from '../trace.ts';

/** Consecutive work of one worker. */
export interface Batch {
  readonly values: readonly unknown[];
  /** Call data, one after the other. */
  readonly bytes: Uint8Array;
  /** Codes that the worker has not been sent yet, by number. */
  readonly codes: readonly (readonly [number: number, code: Uint8Array])[];
  /** The numbering of codes; those of another one are forgotten. */
  readonly codeEpoch: number;
  /** After a batch that did not come to its end, the worker refuses those of the same round. */
  readonly round: number;
}

/** Why a batch did not come to its end. Nothing of that transaction and of those after it has happened. */
export interface Stop {
  readonly transaction: number;
  /** A code of an error, or `outside-of-sets`: it reached for what was not derived. */
  readonly code: string;
  readonly message: string;
}

export interface BatchAnswer {
  /** Of the transactions that came to an end, in order. */
  readonly values: readonly unknown[];
  /** Logs, blooms, code and observations, one after the other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly stop: Stop | null;
  /** `null`: nobody asked for it. */
  readonly timing: BatchTiming | null;
}

/** How much is written. */
export interface WriterMark {
  readonly values: number;
  readonly pieces: number;
  readonly length: number;
}

/** A growing list of values and bytes. */
export class Writer {
  readonly values: unknown[] = [];
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  push(...values: readonly unknown[]): void {
    for (const value of values) this.values.push(value);
  }

  /** Adds bytes, with their length among the values. */
  pushBytes(bytes: Uint8Array): void {
    this.values.push(bytes.length);
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  /** A point to go back to. */
  get mark(): WriterMark {
    return { values: this.values.length, pieces: this.#pieces.length, length: this.#length };
  }

  /** Takes back what was written since. */
  revertTo({ values, pieces, length }: WriterMark): void {
    this.values.length = values;
    this.#pieces.length = pieces;
    this.#length = length;
  }

  /** All bytes so far, in an array of their own. */
  bytes(): Uint8Array<ArrayBuffer> {
    const joined = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      joined.set(piece, at);
      at += piece.length;
    }
    return joined;
  }
}

/** Reads what a `Writer` has written, and throws where it is not what is expected. */
export class Reader {
  readonly #values: readonly unknown[];
  readonly #bytes: Uint8Array;
  #at = 0;
  #byteAt = 0;

  constructor(values: readonly unknown[], bytes: Uint8Array) {
    this.#values = values;
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#values.length;
  }

  /** An integer from 0. */
  number(): number {
    const value = this.#values[this.#at++];
    if (typeof value === 'number' && value >= 0 && Number.isInteger(value)) return value;
    throw this.#unexpected('a count');
  }

  /** From 0. */
  bigint(): bigint {
    const value = this.#values[this.#at++];
    if (typeof value === 'bigint' && value >= 0n) return value;
    throw this.#unexpected('an amount');
  }

  text(): string {
    const value = this.#values[this.#at++];
    if (typeof value === 'string') return value;
    throw this.#unexpected('text');
  }

  boolean(): boolean {
    const value = this.#values[this.#at++];
    if (typeof value === 'boolean') return value;
    throw this.#unexpected('a boolean');
  }

  /** Whatever comes next, for the caller to check. */
  any(): unknown {
    return this.#values[this.#at++];
  }

  /** A part of the array that was read from. */
  bytes(): Uint8Array {
    const length = this.number();
    if (this.#byteAt + length > this.#bytes.length) throw this.#unexpected(`${length} more bytes`);
    const part = this.#bytes.subarray(this.#byteAt, this.#byteAt + length);
    this.#byteAt += length;
    return part;
  }

  #unexpected(what: string): InternalError {
    return new InternalError(`a message has something else than ${what} at ${this.#at - 1}`);
  }
}
