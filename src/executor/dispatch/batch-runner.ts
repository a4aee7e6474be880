/** What a worker does: runs batches of one block after another. */
import type { EngineKind } from '../engine-kind.ts';
import type { BlockBroadcast, RequestContext } from '../protocol.ts';
import { RunnerStore } from '../runner-store.ts';
import { clock } from '../trace.ts';
import type { TransactionRunner } from '../transaction-runner.ts';
import { type Batch, type BatchAnswer, Reader, type Stop, Writer } from './batch.ts';
import { writeResult } from './result-record.ts';
import { readState, readTransaction } from './task-record.ts';
import { WorkerState } from './worker-state.ts';

export class BatchRunner {
  readonly #place: number;
  readonly #store: RunnerStore;
  readonly #codes = new Map<number, Uint8Array>();
  readonly #state = new WorkerState(this.#codes);
  #codeEpoch = 0;
  #runner: TransactionRunner | null = null;
  /** Batches up to this round are refused. */
  #refused = -1;
  #isTraced = false;

  /** @param place - Which of the workers this is. */
  constructor(kind: EngineKind, place = 0) {
    this.#place = place;
    this.#store = new RunnerStore(kind);
  }

  async setBlock({ input, precompiles, isTraced = false }: BlockBroadcast): Promise<void> {
    this.#runner = await this.#store.runnerOf(input);
    this.#runner.setBlock(input);
    this.#state.startBlock(precompiles);
    this.#isTraced = isTraced;
  }

  /** Turned to the block; `null` before the first one. */
  get runner(): TransactionRunner | null {
    return this.#runner;
  }

  /** Runs one transaction after the other, as long as somebody wants to know. */
  async run(
    { values, bytes, codes, codeEpoch, round }: Batch,
    { advance, isCancelled }: RequestContext,
  ): Promise<BatchAnswer> {
    if (codeEpoch !== this.#codeEpoch) {
      this.#codes.clear();
      this.#codeEpoch = codeEpoch;
    }
    for (const [number, code] of codes) this.#codes.set(number, code);
    const reader = new Reader(values, bytes);
    const writer = new Writer();
    const times: number[] | null = this.#isTraced ? [] : null;
    let stop: Stop | null = null;
    while (stop === null && !reader.isAtEnd && !isCancelled()) {
      advance();
      times?.push(clock());
      stop = await this.#runNext(reader, writer, round <= this.#refused);
      times?.push(clock());
    }
    if (stop !== null) this.#refused = round;
    const timing = times === null ? null : { worker: this.#place, times };
    return { values: writer.values, bytes: writer.bytes(), stop, timing };
  }

  /** @returns Why it did not come to its end, or `null`. */
  async #runNext(reader: Reader, writer: Writer, isRefused: boolean): Promise<Stop | null> {
    const { index, transaction } = readTransaction(reader);
    if (isRefused) return { transaction: index, code: 'refused', message: 'one before it was stopped' };
    const state = this.#state;
    try {
      if (this.#runner === null) throw new Error('a batch came before its block');
      state.begin();
      readState(reader, state);
      const result = await this.#runner.run(index, state, { transaction });
      writeResult(writer, result, state, this.#runner.cells);
      return null;
    } catch (error) {
      const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
      return { transaction: index, code: String(code), message: String(message) };
    }
  }
}
