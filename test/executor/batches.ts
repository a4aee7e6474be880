/** Batches of one transaction each, as a parallel run sends them to a worker that has nothing yet. */
import { analyzeBlock } from '../../src/analysis/block.ts';
import { BlockRun, openBlock } from '../../src/executor/block-run.ts';
import type { Batch } from '../../src/executor/dispatch/batch.ts';
import { CodeStore } from '../../src/executor/dispatch/code-store.ts';
import { type BatchResults, Outbox, receivedResults } from '../../src/executor/dispatch/outbox.ts';
import { TaskMaker } from '../../src/executor/dispatch/task-maker.ts';
import { TransactionRunner } from '../../src/executor/transaction-runner.ts';
import type { BlockInput } from '../../src/input/block.ts';
import type { StateSource } from '../../src/state/source.ts';

export interface OneTransaction {
  readonly batch: Batch;
  readonly accept: (answer: unknown) => BatchResults;
}

/** Of each transaction of a block, all on the state before it. */
export async function batchesOf(input: BlockInput, state: StateSource): Promise<OneTransaction[]> {
  const runner = await TransactionRunner.create(input, 'stock');
  const block = openBlock(input, state);
  const codes = new CodeStore();
  const maker = new TaskMaker(block, new BlockRun(block, runner), codes);
  return analyzeBlock(input, { state }).transactions.map(({ index, accesses }) => {
    const made = maker.make(index, accesses);
    if (made.kind !== 'task') throw new Error(`transaction ${index}: ${made.kind}`);
    const { task } = made;
    return {
      batch: new Outbox(codes, 1).batch(0, [task], input.transactions),
      accept: (answer) => receivedResults(answer, [task]),
    };
  });
}
