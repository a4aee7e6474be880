/** Official blockchain tests: each block's state root, receipts root, gas and bloom, however it is executed. */
import { afterAll, expect, test } from '@jest/globals';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import type { Granularity } from '../../src/graph/plan.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { isLong, say } from '../effort.ts';
import { type BlockchainTest, blockchainTests } from '../oracle/blockchain-tests.ts';
import { stateAfter } from '../oracle/state-after.ts';
import { stateRootOf } from '../oracle/state-root.ts';
import { WORKER_URL } from './small-blocks.ts';

interface Way {
  readonly workers: number;
  readonly granularity: Granularity;
}

const WAYS: readonly Way[] = (isLong ? [1, 2, 4, 8] : [1, 2]).flatMap((workers) =>
  (['transaction', 'component'] as const).map((granularity) => ({ workers, granularity })),
);
/** One test in so many. */
const EVERY = isLong ? 1 : 3;

const executors = new Map<number, Executor>();

async function executorOf(workers: number): Promise<Executor> {
  const executor = executors.get(workers) ?? (await createExecutor({ workers, workerUrl: WORKER_URL }));
  executors.set(workers, executor);
  return executor;
}

afterAll(async () => {
  for (const executor of executors.values()) await executor.close();
});

/** What is wrong with the blocks of a test, executed in one way. */
async function problemsOf(one: BlockchainTest, { workers, granularity }: Way): Promise<string[]> {
  const executor = await executorOf(workers);
  const problems: string[] = [];
  let prestate = one.prestate;
  for (const input of one.blocks) {
    const { execution } = await executor.executeBlock(input, {
      state: snapshotState(prestate),
      granularity,
      mode: workers === 1 ? 'sequential' : 'parallel',
    });
    prestate = stateAfter(prestate, execution.stateDiff);
    const found = [...execution.verified.mismatches];
    if (execution.verified.header === null) found.push('the header was not compared');
    if (execution.escapes.length > 0) found.push(`${execution.escapes.length} escapes`);
    if ((await stateRootOf(prestate)) !== input.block?.stateRoot) found.push('another state root');
    const place = `${one.name}, block ${input.block?.number}, ${workers} workers by ${granularity}`;
    problems.push(...found.map((problem) => `${place}: ${problem}`));
  }
  return problems;
}

describeCorpus('official blockchain tests', () => {
  test('end each block as its header says', async () => {
    const problems: string[] = [];
    const unsupported: string[] = [];
    let count = 0;
    for await (const one of blockchainTests(EVERY)) {
      if (one.unsupported !== null) {
        unsupported.push(`${one.name}: ${one.unsupported}`);
        continue;
      }
      count += one.blocks.length;
      for (const way of WAYS) problems.push(...(await problemsOf(one, way)));
    }
    say(
      `${count} blocks of official tests executed in ${WAYS.length} ways, ${unsupported.length} tests left out`,
    );
    for (const line of unsupported) say(`  left out: ${line}`);
    expect(problems).toEqual([]);
    expect(unsupported).toEqual([]);
    expect(count).toBeGreaterThan(100);
  }, 3_600_000);
});
