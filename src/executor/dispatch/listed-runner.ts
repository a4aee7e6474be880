/** What a worker does for a block that is run by its access list: any transactions of it, in any order. */
import type { BlockBroadcast, RequestContext } from '../protocol.ts';
import { clock } from '../trace.ts';
import type { TransactionRunner } from '../transaction-runner.ts';
import { type BatchAnswer, type Stop, Writer } from './batch.ts';
import { type ListedBlock, receivedBlock } from './listed-block.ts';
import { OwnLayout } from './own-layout.ts';
import { writeResult } from './result-record.ts';

/** Consecutive transactions of a block. */
export interface ListedRange {
  readonly first: number;
  readonly count: number;
}

export class ListedRunner {
  readonly #place: number;
  #block: ListedBlock | null = null;
  #runner: TransactionRunner | null = null;
  #isTraced = false;

  /** @param place - Which of the workers this is. */
  constructor(place: number) {
    this.#place = place;
  }

  /** @param runner - Turned to the block already. */
  setBlock(
    { listed, isTraced = false }: Pick<BlockBroadcast, 'listed' | 'isTraced'>,
    runner: TransactionRunner | null,
  ): void {
    this.#block = listed === undefined ? null : receivedBlock(listed);
    this.#isTraced = isTraced;
    this.#runner = runner;
  }

  /** Runs each on what the list says that it finds, up to one that cannot be run here. */
  async run({ first, count }: ListedRange, { advance, isCancelled }: RequestContext): Promise<BatchAnswer> {
    const writer = new Writer();
    const times: number[] | null = this.#isTraced ? [] : null;
    let stop: Stop | null = null;
    for (let index = first; stop === null && index < first + count && !isCancelled(); index++) {
      advance();
      times?.push(clock());
      stop = await this.#runNext(index, writer);
      times?.push(clock());
    }
    const timing = times === null ? null : { worker: this.#place, times };
    return { values: writer.values, bytes: writer.bytes(), stop, timing };
  }

  /** @returns Why it did not come to its end, or `null`. */
  async #runNext(index: number, writer: Writer): Promise<Stop | null> {
    try {
      const transaction = this.#block?.transactions[index];
      if (this.#block === null || this.#runner === null || transaction === undefined) {
        throw new Error('a request came before its block');
      }
      const { changes, state } = this.#block;
      const result = await this.#runner.run(index, changes.before(index + 1, state), { transaction });
      const layout = new OwnLayout(this.#runner.cells);
      layout.write(writer);
      writeResult(writer, result, layout, this.#runner.cells);
      return null;
    } catch (error) {
      const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
      return { transaction: index, code: String(code), message: String(message) };
    }
  }
}
