/** What each transaction takes by itself: in the tuned form of the EVM, on this thread, without what surrounds it. */
import { BlockRun, openBlock } from '../dist/executor/block-run.js';
import { TransactionRunner } from '../dist/executor/transaction-runner.js';
import { snapshotState } from '../dist/index.js';
import type { BlockFiles } from './blocks.ts';
import { readFiles } from './own-contenders.ts';
import { median } from './statistics.ts';

/** Rounds that do not count. */
const UNCOUNTED = 3;

const runners = new Map<string, TransactionRunner>();

/**
 * Runs the block `rounds` times in order, each time over the state before it. Code is made ready for the EVM in
 * the first round, and stays so: it would count for whichever transaction happens to need it first.
 *
 * @returns Of each transaction the median, in milliseconds. What it takes to commit its changes is left out: the
 *   main thread does that.
 */
export async function measureTransactions(files: BlockFiles, rounds: number): Promise<number[]> {
  const input = readFiles(files);
  const runner = runners.get(input.hardfork) ?? (await TransactionRunner.create(input, 'tuned'));
  runners.set(input.hardfork, runner);
  runner.setBlock(input);
  const block = openBlock(input, snapshotState(files.prestate));
  const samples: number[][] = input.transactions.map(() => []);
  for (let round = -UNCOUNTED; round < rounds; round++) {
    const run = new BlockRun(block, runner);
    for (const [index, own] of samples.entries()) {
      const start = performance.now();
      const result = await runner.run(index, run.current);
      const elapsedMs = performance.now() - start;
      run.commit(result, null);
      if (round >= 0) own.push(elapsedMs);
    }
  }
  return samples.map(median);
}
