/** Blocks through a pool whose workers are lost at drawn moments: the results are those of a sequential run. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FaultEvent } from '../../src/executor/events.ts';
import { Executor } from '../../src/executor/executor.ts';
import { WorkerPool } from '../../src/executor/pool.ts';
import type { PoolOptions } from '../../src/executor/pool-options.ts';
import { readInput } from '../../src/input/read.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { fuzzing, say } from '../effort.ts';
import { faultyWorker } from './faulty.ts';
import { arbitraryTransactions, blockOf, preState, WORKER_URL } from './small-blocks.ts';

const faults: FaultEvent[] = [];
const options: PoolOptions = { workers: 3, workerUrl: WORKER_URL };
let pool: WorkerPool;
let executor: Executor;

beforeAll(async () => {
  pool = await WorkerPool.start(options);
  executor = new Executor(options, pool);
  executor.on('fault', (fault) => faults.push(fault));
});
afterAll(() => executor.close());

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('a worker killed at any moment of a block makes no difference', async () => {
  const { seed, numRuns } = fuzzing({ short: 25, long: 500 });
  await fc.assert(
    fc.asyncProperty(
      arbitraryTransactions,
      fc.constantFrom('grayGlacier', 'homestead', 'cancun'),
      fc.array(fc.record({ place: fc.nat(2), turn: fc.nat(60) }), { minLength: 1, maxLength: 3 }),
      async (transactions, hardfork, kills) => {
        const input = blockOf(transactions, { hardfork });
        const running = executor.executeBlock(input, { state: preState(), mode: 'parallel', verify: true });
        const killing = kills.map(async ({ place, turn }) => {
          await turns(turn);
          await pool.kill(place);
        });
        const [{ execution }] = await Promise.all([running, ...killing]);
        expect(execution.verified).toMatchObject({ sequential: true, mismatches: [] });
        expect(execution.escapes).toEqual([]);
      },
    ),
    { seed, numRuns },
  );
  say(`killed workers: seed ${seed}, ${numRuns} blocks, ${faults.length} workers lost`);
  expect(faults.length).toBeGreaterThan(numRuns / 2);
}, 3_600_000);

test('a worker killed at any moment of a large block makes no difference', async () => {
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(new URL(`../../examples/mixed-block/${name}.json`, import.meta.url), 'utf8'));
  const input = readInput(read('block'));
  const state = snapshotState(read('prestate'));
  await fc.assert(
    fc.asyncProperty(fc.nat(2), fc.nat(100), async (place, turn) => {
      const running = executor.executeBlock(input, { state, mode: 'parallel' });
      await turns(turn);
      await pool.kill(place);
      const { execution } = await running;
      expect(execution.verified).toMatchObject({ header: true, mismatches: [] });
      expect(execution.escapes).toEqual([]);
    }),
    fuzzing({ short: 6, long: 200 }),
  );
}, 3_600_000);

test('a block given up at any moment makes no difference to the next one', async () => {
  const { seed, numRuns } = fuzzing({ short: 25, long: 2000 });
  let aborted = 0;
  await fc.assert(
    fc.asyncProperty(
      arbitraryTransactions,
      arbitraryTransactions,
      fc.nat(40),
      async (transactions, others, turn) => {
        const controller = new AbortController();
        const { signal } = controller;
        const state = preState();
        const given = executor
          .executeBlock(blockOf(transactions), { state, mode: 'parallel', signal })
          .catch((error: { readonly code: unknown }) => {
            expect(error.code).toBe('aborted');
            aborted++;
          });
        const next = executor.executeBlock(blockOf(others), { state, mode: 'parallel', verify: true });
        await turns(turn);
        controller.abort();
        await given;
        const { execution } = await next;
        expect(execution.verified).toMatchObject({ sequential: true, mismatches: [] });
      },
    ),
    { seed, numRuns },
  );
  say(`blocks given up: seed ${seed}, ${aborted} of ${numRuns} before they were done`);
  expect(aborted).toBeGreaterThan(0);
}, 3_600_000);

test.each([
  ['exit', 1],
  ['nonsense', 2],
])(
  'workers that all go wrong (%s at the %dth request) make no difference',
  async (kind, at) => {
    const faulty = { ...options, workerUrl: faultyWorker({ kind, at }) };
    const session = new Executor(faulty, await WorkerPool.start(faulty));
    try {
      await fc.assert(
        fc.asyncProperty(arbitraryTransactions, async (transactions) => {
          const input = blockOf(transactions);
          const { execution } = await session.executeBlock(input, {
            state: preState(),
            mode: 'parallel',
            verify: true,
          });
          expect(execution.verified).toMatchObject({ sequential: true, mismatches: [] });
        }),
        fuzzing({ short: 3, long: 50 }),
      );
    } finally {
      await session.close();
    }
  },
  3_600_000,
);
