/**
 * Theorem 2: a parallel run is the sequential run, to the last byte, whatever the number of workers. The
 * executor's own sequential run is compared with the oracle's, which shares no code with it.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { regionText } from '../src/analysis/region-text.ts';
import { createExecutor, type Executor } from '../src/executor/executor.ts';
import type { Execution, Outcome } from '../src/executor/outcome.ts';
import type { BlockInput } from '../src/input/block.ts';
import { bytesToHex } from '../src/input/hex.ts';
import { readInput } from '../src/input/read.ts';
import { diffToJson, existsAfter, type StateDiff } from '../src/state/diff.ts';
import { slotHex } from '../src/state/key.ts';
import { snapshotState } from '../src/state/prestate.ts';
import { mainnetBlocks, type Prestate, type PrestateAccount, readCorpusBlock } from './corpus.ts';
import { describeCorpus } from './corpus-suite.ts';
import { fuzzing, isLong, say } from './effort.ts';
import { WORKER_URL } from './executor/small-blocks.ts';
import { blockDraft, materialize } from './generators/block.ts';
import { blocksOfCalls } from './generators/deferral.ts';
import { missesOf } from './oracle/coverage.ts';
import { Oracle, type Recorded } from './oracle/recorder.ts';
import { OracleState } from './oracle/state.ts';

/** Every block runs on two workers; on one, three and eight as well these, or all in the long form. */
const SEVERAL_WORKERS = [116525, 2462997, 6137495, 11743952, 12522062, 15274915, 18426253, 19933122];
const WORKERS = [1, 3, 8];

const DELAYING_WORKER_URL = new URL('./executor/delaying-worker.js', import.meta.url);

/** What must not depend on how a block was executed. */
function outcomeOf({ timings, mode, modeReason, workers, verified, ...result }: Execution) {
  return { ...result, stateDiff: diffToJson(result.stateDiff) };
}

interface Loaded {
  readonly input: BlockInput;
  readonly prestate: Prestate;
}

function load(number: number): Loaded {
  const { block, prestate, blockHashes } = readCorpusBlock(number);
  return { input: readInput(block, { blockHashes }), prestate };
}

describeCorpus('equivalence on mainnet blocks', () => {
  const executors = new Map<number, Executor>();
  beforeAll(async () => {
    for (const workers of [2, ...WORKERS]) {
      executors.set(workers, await createExecutor({ workers, workerUrl: WORKER_URL }));
    }
  });
  afterAll(async () => {
    for (const executor of executors.values()) await executor.close();
  });

  async function execute(workers: number, { input, prestate }: Loaded, verify: boolean): Promise<Execution> {
    const executor = executors.get(workers);
    if (executor === undefined) throw new Error(`no executor with ${workers} workers`);
    // `auto` would run most blocks of this corpus on one thread.
    const mode = workers === 1 ? 'sequential' : 'parallel';
    const { execution } = await executor.executeBlock(input, {
      state: snapshotState(prestate),
      mode,
      verify,
    });
    expect(execution.verified).toEqual({
      sequential: verify ? true : null,
      header: true,
      accessList: null,
      mismatches: [],
    });
    expect(execution.escapes).toEqual([]);
    expect(execution.faults).toEqual([]);
    return execution;
  }

  const delays = isLong
    ? { workers: [1, 2, 3, 4, 5, 6, 7, 8], repetitions: 20 }
    : { workers: [4], repetitions: 1 };
  describe.each(delays.workers)('with %d workers that answer late', (workers) => {
    let late: Executor;
    beforeAll(async () => {
      late = await createExecutor({ workers, workerUrl: DELAYING_WORKER_URL });
    });
    afterAll(() => late.close());

    test.each(isLong ? mainnetBlocks() : SEVERAL_WORKERS)('%d', async (number) => {
      const { input, prestate } = load(number);
      const reference = outcomeOf(await execute(1, { input, prestate }, false));
      for (let i = 0; i < delays.repetitions; i++) {
        const state = snapshotState(prestate);
        const { execution } = await late.executeBlock(input, { state, mode: 'parallel' });
        expect(outcomeOf(execution)).toEqual(reference);
      }
      expect(Object.values(late.metrics().faults)).toEqual([0, 0, 0, 0, 0, 0]);
    });
  });

  const several = isLong ? mainnetBlocks() : SEVERAL_WORKERS;
  test.each(mainnetBlocks())('%d', async (number) => {
    const block = load(number);
    const reference = outcomeOf(await execute(2, block, true));
    for (const workers of several.includes(number) ? WORKERS : []) {
      expect([workers, outcomeOf(await execute(workers, block, isLong))]).toEqual([workers, reference]);
    }
  });
});

describe('equivalence on random blocks', () => {
  const { seed, numRuns } = fuzzing({ short: 150, long: 20_000 });
  let executor: Executor;
  beforeAll(async () => {
    executor = await createExecutor({ workers: 3, workerUrl: WORKER_URL });
  });
  afterAll(() => executor.close());

  test('parallel, sequential and the oracle agree', async () => {
    let transactions = 0;
    await fc.assert(
      fc.asyncProperty(blockDraft, async (draft) => {
        const { input, prestate } = await materialize(draft);
        const state = snapshotState(prestate);
        const { execution } = await executor.executeBlock(input, { state, mode: 'parallel', verify: true });
        expect(execution.escapes).toEqual([]);
        expect(execution.faults).toEqual([]);
        expect(execution.verified.mismatches).toEqual([]);
        expect(execution.verified.sequential).toBe(true);
        await compareWithOracle(input, prestate, execution);
        transactions += input.transactions.length;
      }),
      { seed, numRuns },
    );
    say(`random blocks executed: seed ${seed}, ${numRuns} blocks, ${transactions} transactions`);
  }, 3_600_000);
});

/** All of an analysis and a graph that depends on how transactions were resolved. */
function resolvedOf({ analysis, graph }: Pick<Outcome, 'analysis' | 'graph'>): unknown {
  return analysis.transactions.map(({ index, status, accesses, resolveAfter, pending, heldBy }) => ({
    index,
    status,
    keys: [...accesses.keys].sort(([a], [b]) => (a < b ? -1 : 1)),
    regions: accesses.regions.map(regionText).sort(),
    resolveAfter,
    pending,
    heldBy,
    predecessors: graph.predecessors[index],
  }));
}

describe('equivalence where much is deferred', () => {
  const { seed, numRuns } = fuzzing({ short: 30, long: 5_000 });
  const executors: Executor[] = [];
  beforeAll(async () => {
    // Results come back in random order.
    const workerUrl = DELAYING_WORKER_URL;
    for (const workers of [1, 2, 3]) executors.push(await createExecutor({ workers, workerUrl }));
  });
  afterAll(async () => {
    for (const executor of executors) await executor.close();
  });

  test.each([false, true])(
    'skipping invalid ones: %s',
    async (skipInvalid) => {
      const counts = { transactions: 0, deferred: 0, held: 0 };
      await fc.assert(
        fc.asyncProperty(fc.oneof(blocksOfCalls(), blockDraft), async (drawn) => {
          const { input, prestate } = 'input' in drawn ? drawn : await materialize(drawn);
          const outcomes: Outcome[] = [];
          for (const executor of executors) {
            for (const granularity of ['transaction', 'component'] as const) {
              // With one worker `auto` analyses afterwards.
              const modes =
                executor.workers === 1 ? (['sequential', 'auto'] as const) : (['parallel'] as const);
              for (const mode of modes) {
                const state = snapshotState(prestate);
                outcomes.push(await executor.executeBlock(input, { state, mode, granularity, skipInvalid }));
              }
            }
          }
          const [reference] = outcomes as [Outcome];
          for (const outcome of outcomes) {
            expect(outcomeOf(outcome.execution)).toEqual(outcomeOf(reference.execution));
            expect(resolvedOf(outcome)).toEqual(resolvedOf(reference));
          }
          expect(reference.execution.escapes).toEqual([]);
          await compareWithOracle(input, prestate, reference.execution);
          const { transactions } = reference.analysis;
          const recorded = await recordAll(input, prestate);
          expect(
            transactions.flatMap((one, index) => missesOf(input, one, recorded[index] as Recorded)),
          ).toEqual([]);
          counts.transactions += transactions.length;
          counts.deferred += transactions.filter(({ status }) => status === 'deferred').length;
          counts.held += transactions.filter(({ heldBy }) => heldBy.length > 0).length;
        }),
        { seed, numRuns },
      );
      expect(counts.deferred).toBeGreaterThan(0);
      say(
        `deferral, skipping invalid ones ${skipInvalid}: seed ${seed}, ${numRuns} blocks, ${JSON.stringify(counts)}`,
      );
    },
    3_600_000,
  );
});

async function recordAll(input: BlockInput, prestate: Prestate): Promise<Recorded[]> {
  const oracle = await Oracle.create(input, prestate);
  const recorded: Recorded[] = [];
  for (const index of input.transactions.keys()) recorded.push(await oracle.run(index));
  return recorded;
}

async function compareWithOracle(input: BlockInput, prestate: Prestate, execution: Execution): Promise<void> {
  const oracle = await Oracle.create(input, prestate);
  for (const receipt of execution.receipts) {
    const { gasUsed, status, logs } = await oracle.run(receipt.transaction);
    expect(receipt.gasUsed).toBe(gasUsed);
    expect(receipt.status ?? status).toBe(status);
    expect(receipt.logs.map(({ data, ...log }) => ({ ...log, data: bytesToHex(data) }))).toEqual(logs);
  }
  expect(applied(prestate, execution.stateDiff)).toEqual(oracle.state.dump());
}

/** The pre-state with a diff on it, as the oracle dumps its state. */
function applied(prestate: Prestate, diff: StateDiff): Prestate {
  const after: Record<string, PrestateAccount> = { ...new OracleState(prestate).dump() };
  for (const [address, change] of diff) {
    const before = change.destroyed === true ? undefined : after[address];
    if (!existsAfter(change)) {
      delete after[address];
      continue;
    }
    const storage = { ...before?.storage };
    for (const [slot, value] of change.storage) storage[slotHex(slot)] = slotHex(value);
    after[address] = {
      balance: change.balance === undefined ? (before?.balance ?? '0x0') : `0x${change.balance.toString(16)}`,
      nonce: change.nonce === undefined ? (before?.nonce ?? 0) : Number(change.nonce),
      code: change.code === undefined ? (before?.code ?? '0x') : bytesToHex(change.code),
      storage,
    };
  }
  // Once more through the oracle's state, for its order and without zeros.
  return new OracleState(after).dump();
}
