/** Blocks that are run by an access list, right and wrong ones: the result is that of a sequential run. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { analyzeBlock } from '../../src/analysis/block.ts';
import { BlockRun, openBlock } from '../../src/executor/block-run.ts';
import { blockBroadcast } from '../../src/executor/dispatch/block-broadcast.ts';
import { sharedBlock } from '../../src/executor/dispatch/listed-block.ts';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import { canRunBy, runByList } from '../../src/executor/listed-run.ts';
import type { Execution } from '../../src/executor/outcome.ts';
import { WorkerPool } from '../../src/executor/pool.ts';
import { TransactionRunner } from '../../src/executor/transaction-runner.ts';
import type { BlockInput } from '../../src/input/block.ts';
import type { AccountChanges, BlockAccessList } from '../../src/input/block-access-list/list.ts';
import { isHardforkFrom } from '../../src/input/chain.ts';
import { readInput } from '../../src/input/read.ts';
import { diffToJson } from '../../src/state/diff.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { StateSource } from '../../src/state/source.ts';
import { type Prestate, readCorpusBlock } from '../corpus.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { fuzzing, say } from '../effort.ts';
import { blockDraft, materialize } from '../generators/block.ts';
import { WORKER_URL } from './small-blocks.ts';

let sequential: Executor;
let parallel: Executor;
let pool: WorkerPool;
beforeAll(async () => {
  sequential = await createExecutor({ workers: 1, engine: 'tuned' });
  parallel = await createExecutor({ workers: 2, engine: 'tuned', workerUrl: WORKER_URL });
  pool = await WorkerPool.start({ workers: 2, engine: 'tuned', workerUrl: WORKER_URL });
});
afterAll(async () => {
  await parallel.close();
  await pool.close();
});

/** What must not depend on how a block was executed. */
function resultOf({ timings, mode, modeReason, workers, verified, ...result }: Execution) {
  return { ...result, stateDiff: diffToJson(result.stateDiff) };
}

async function inOrder(input: BlockInput, state: StateSource): Promise<Execution> {
  return (await sequential.executeBlock(input, { state, mode: 'sequential' })).execution;
}

async function byList(input: BlockInput, state: StateSource, list: BlockAccessList): Promise<Execution> {
  const options = { state, blockAccessList: list, mode: 'parallel' } as const;
  return (await parallel.executeBlock(input, options)).execution;
}

/** How many results count, from the first transaction on. */
async function provedBy(
  list: BlockAccessList,
  input: BlockInput,
  state: StateSource,
  meanwhile: () => Promise<void> = async () => {},
): Promise<number> {
  const runner = await TransactionRunner.create(input, 'tuned');
  runner.setBlock(input);
  const block = openBlock(input, state);
  pool.broadcast({
    ...blockBroadcast(block, runner.precompiles),
    listed: sharedBlock(input.transactions, list, block.state),
  });
  const run = new BlockRun(block, runner);
  await Promise.all([runByList(run, pool, list, Symbol('test')), meanwhile()]);
  const missing = run.results.indexOf(undefined);
  return missing < 0 ? run.results.length : missing;
}

/** One of the list's values is another one. */
function spoiled(
  list: BlockAccessList,
  pick: number,
): { readonly list: BlockAccessList; readonly step: number } {
  const places = list.flatMap((account, at) => [
    ...account.balanceChanges.map((_, place) => ({ at, field: 'balanceChanges' as const, place })),
    ...account.nonceChanges.map((_, place) => ({ at, field: 'nonceChanges' as const, place })),
  ]);
  const chosen = places[pick % places.length];
  if (chosen === undefined) return { list, step: Number.POSITIVE_INFINITY };
  const { at, field, place } = chosen;
  const change = (account: AccountChanges): AccountChanges => ({
    ...account,
    [field]: account[field].map((one, index) => (index === place ? { ...one, value: one.value + 1n } : one)),
  });
  return {
    list: list.map((account, index) => (index === at ? change(account) : account)),
    step: list[at]?.[field][place]?.index ?? 0,
  };
}

const newDraft = blockDraft.filter(({ hardfork }) => isHardforkFrom(hardfork, 'cancun'));

describe('on random blocks', () => {
  test('a right list proves right, and a wrong one up to where it is wrong', async () => {
    const { seed, numRuns } = fuzzing({ short: 40, long: 3_000 });
    let transactions = 0;
    await fc.assert(
      fc.asyncProperty(newDraft, fc.nat(), async (draft, pick) => {
        const { input, prestate } = await materialize(draft);
        const state = snapshotState(prestate);
        const expected = await inOrder(input, state);
        const right = expected.blockAccessList;
        expect(canRunBy(right, input)).toBe(true);
        const got = await byList(input, state, right);
        expect(resultOf(got)).toEqual(resultOf(expected));
        expect(got.verified).toMatchObject({ accessList: true, mismatches: [] });
        const wrong = spoiled(right, pick);
        const spoilt = await byList(input, state, wrong.list);
        expect(resultOf(spoilt)).toEqual(resultOf(expected));
        const count = input.transactions.length;
        expect(await provedBy(right, input, state)).toBe(count);
        expect(await provedBy(wrong.list, input, state)).toBe(Math.min(wrong.step, count));
        const early = right.map((account) => ({
          ...account,
          balanceChanges: [{ index: 0, value: 10n ** 30n }, ...account.balanceChanges],
        }));
        expect(resultOf(await byList(input, state, early))).toEqual(resultOf(expected));
        expect(await provedBy(early, input, state)).toBe(0);
        transactions += count;
      }),
      { seed, numRuns },
    );
    say(`blocks run by access lists: seed ${seed}, ${numRuns} blocks, ${transactions} transactions`);
  }, 3_600_000);

  test('a list of nothing proves nothing', async () => {
    await fc.assert(
      fc.asyncProperty(newDraft, async (draft) => {
        const { input, prestate } = await materialize(draft);
        const state = snapshotState(prestate);
        const got = await byList(input, state, []);
        expect(resultOf(got)).toEqual(resultOf(await inOrder(input, state)));
        expect(got.verified.accessList).toBe(
          input.transactions.length === 0 && got.blockAccessList.length === 0,
        );
      }),
      { numRuns: 10 },
    );
  });
});

test('where a list does not say what was read, this thread runs what the workers cannot', async () => {
  await fc.assert(
    fc.asyncProperty(newDraft, async (draft) => {
      const { input, prestate } = await materialize(draft);
      const state = snapshotState(prestate);
      const expected = await inOrder(input, state);
      const list = expected.blockAccessList
        .filter((account) => hasChanges(account))
        .map((account) => ({ ...account, storageReads: [] }));
      expect(resultOf(await byList(input, state, list))).toEqual(resultOf(expected));
      expect(await provedBy(list, input, state)).toBe(input.transactions.length);
    }),
    { numRuns: 20 },
  );
});

function hasChanges({ storageChanges, balanceChanges, nonceChanges, codeChanges }: AccountChanges): boolean {
  return [storageChanges, balanceChanges, nonceChanges, codeChanges].some(({ length }) => length > 0);
}

test('workers that are lost on the way change nothing', async () => {
  const draft = fc
    .sample(newDraft, { numRuns: 60, seed: 3 })
    .reduce((longest, one) => (one.transactions.length > longest.transactions.length ? one : longest));
  const { input, prestate } = await materialize(draft);
  const state = snapshotState(prestate);
  const { blockAccessList } = await inOrder(input, state);
  for (const place of [0, 1]) {
    const kill = async (): Promise<void> => {
      await pool.kill(place);
    };
    expect(await provedBy(blockAccessList, input, state, kill)).toBe(input.transactions.length);
    pool.renew();
  }
});

describe('what is given with a list', () => {
  test('is derived when it is looked at', async () => {
    const { input, prestate } = await materialize(fc.sample(newDraft, { numRuns: 1, seed: 7 })[0] as never);
    const state = snapshotState(prestate);
    const { blockAccessList } = await inOrder(input, state);
    const outcome = await parallel.executeBlock(input, { state, blockAccessList });
    expect(outcome.execution.timings.analysis).toBe(0);
    expect(outcome.analysis).toEqual(analyzeBlock(input, { state }));
    expect(outcome.graph.gas).toHaveLength(input.transactions.length);
    expect(outcome.plan.workers).toBe(2);
  });

  test('does not matter under rules that a list does not say all of', async () => {
    const draft = fc.sample(newDraft, { numRuns: 1, seed: 7 })[0] as never;
    const { input } = await materialize(draft);
    expect(canRunBy([], input)).toBe(true);
    expect(canRunBy([], { ...input, hardfork: 'shanghai' })).toBe(false);
  });
});

describeCorpus('on real blocks', () => {
  const load = (number: number): { readonly input: BlockInput; readonly prestate: Prestate } => {
    const { block, prestate, blockHashes } = readCorpusBlock(number);
    return { input: readInput(block, { blockHashes }), prestate };
  };

  test.each([19932148, 19933122])('block %d', async (number) => {
    const { input, prestate } = load(number);
    const state = snapshotState(prestate);
    const expected = await inOrder(input, state);
    const got = await byList(input, state, expected.blockAccessList);
    expect(got.verified).toMatchObject({ header: true, accessList: true, mismatches: [] });
    expect(got.mode).toBe('parallel');
    expect(resultOf(got)).toEqual(resultOf(expected));
    expect(await provedBy(expected.blockAccessList, input, state)).toBe(input.transactions.length);
  });
});
