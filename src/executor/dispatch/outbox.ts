/** Makes messages of tasks, and results of the answers; knows which worker has been sent which code. */
import { isUint8Array } from 'node:util/types';
import { InternalError } from '../../errors.ts';
import type { Transaction } from '../../input/block.ts';
import { type BatchTiming, receivedTiming } from '../trace.ts';
import type { RunResult } from '../transaction-runner.ts';
import { type Batch, type BatchAnswer, Reader, type Stop, Writer } from './batch.ts';
import type { CodeStore } from './code-store.ts';
import type { ListedRange } from './listed-runner.ts';
import { readLayout } from './own-layout.ts';
import { readResult } from './result-record.ts';
import type { Task } from './task-maker.ts';
import { writeState, writeTransaction } from './task-record.ts';

/** What a batch came to: results of its first tasks, and why there are no more. */
export interface BatchResults {
  readonly results: readonly RunResult[];
  readonly stop: Stop | null;
  readonly timing: BatchTiming | null;
}

/** What one worker has. */
interface Sent {
  codeEpoch: number;
  readonly codes: Set<number>;
  round: number;
}

export class Outbox {
  readonly codes: CodeStore;
  readonly #sent: readonly Sent[];

  /** @param places - How many workers there are. */
  constructor(codes: CodeStore, places: number) {
    this.codes = codes;
    this.#sent = Array.from({ length: places }, () => ({
      codeEpoch: -1,
      codes: new Set<number>(),
      round: 0,
    }));
  }

  /** Between two blocks. */
  tidy(): void {
    this.codes.tidy();
  }

  batch(place: number, tasks: readonly Task[], transactions: readonly Transaction[]): Batch {
    const sent = this.#sentTo(place);
    if (sent.codeEpoch !== this.codes.epoch) {
      sent.codes.clear();
      sent.codeEpoch = this.codes.epoch;
    }
    const codes: [number, Uint8Array][] = [];
    const writer = new Writer();
    for (const task of tasks) {
      const transaction = transactions[task.transaction];
      if (transaction === undefined) throw new InternalError(`there is no transaction ${task.transaction}`);
      writeTransaction(writer, task.transaction, transaction);
      writeState(writer, task.accounts, task.slots);
      for (const { code } of task.accounts) {
        if (code === 0 || sent.codes.has(code)) continue;
        sent.codes.add(code);
        codes.push([code, this.codes.code(code)]);
      }
    }
    return {
      values: writer.values,
      bytes: writer.bytes(),
      codes,
      codeEpoch: sent.codeEpoch,
      round: sent.round,
    };
  }

  /** A batch of this worker did not come to its end: what it was sent behind it, it refuses. */
  nextRound(place: number): void {
    this.#sentTo(place).round++;
  }

  /** The worker is a new one, or has not what it should have. */
  forget(place: number): void {
    this.#sentTo(place).codes.clear();
  }

  #sentTo(place: number): Sent {
    const sent = this.#sent[place];
    if (sent === undefined) throw new RangeError(`there is no worker ${place}`);
    return sent;
  }
}

/** @throws InternalError when it is no answer to these tasks. */
export function receivedResults(answer: unknown, tasks: readonly Task[]): BatchResults {
  const { reader, stop, timing } = openAnswer(answer);
  const results: RunResult[] = [];
  for (const task of tasks) {
    if (reader.isAtEnd) break;
    results.push(readResult(reader, task));
  }
  checkEnd(reader, stop, tasks[results.length]?.transaction);
  return { results, stop, timing };
}

/**
 * Results of the first transactions of a range.
 *
 * @throws InternalError when it is no answer to that range.
 */
export function receivedListed(answer: unknown, { first, count }: ListedRange): BatchResults {
  const { reader, stop, timing } = openAnswer(answer);
  const results: RunResult[] = [];
  while (results.length < count && !reader.isAtEnd) {
    results.push(readResult(reader, readLayout(reader, first + results.length)));
  }
  checkEnd(reader, stop, results.length === count ? undefined : first + results.length);
  return { results, stop, timing };
}

function openAnswer(answer: unknown): Omit<BatchResults, 'results'> & { readonly reader: Reader } {
  const { values, bytes, stop, timing } = (answer ?? {}) as { readonly [K in keyof BatchAnswer]?: unknown };
  if (!Array.isArray(values) || !isUint8Array(bytes))
    throw new InternalError('an answer is not one to a batch');
  return { reader: new Reader(values, bytes), stop: stopOf(stop), timing: receivedTiming(timing) };
}

/** @param expected - The first transaction without a result, if there is one. */
function checkEnd(reader: Reader, stop: Stop | null, expected: number | undefined): void {
  if (!reader.isAtEnd || stop?.transaction !== expected) {
    throw new InternalError('an answer has other results than were asked for');
  }
}

function stopOf(value: unknown): Stop | null {
  if (typeof value !== 'object' || value === null) return null;
  const { transaction, code, message } = value as { readonly [K in keyof Stop]?: unknown };
  if (typeof transaction !== 'number') throw new InternalError('an answer names no transaction');
  return { transaction, code: String(code), message: String(message) };
}
