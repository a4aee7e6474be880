import { afterEach, describe, expect, test } from '@jest/globals';
import { executionState, workerState } from '../../src/executor/execution-state.ts';
import { WorkerPool } from '../../src/executor/pool.ts';
import type { Task } from '../../src/executor/protocol.ts';
import { blockOf, preState, SENDERS, WORKER_URL } from './small-blocks.ts';

const [A, B] = SENDERS;
const state = preState();
const input = blockOf([{ from: A }, { from: B }]);
const analysis = {
  input,
  transactions: [],
  missing: [],
  options: { unordered: false, trustAccessLists: false, skipInvalid: false },
};

let pool: WorkerPool | null = null;
afterEach(async () => {
  await pool?.close();
  pool = null;
});

async function start(workers: number, workerUrl = WORKER_URL): Promise<WorkerPool> {
  pool = await WorkerPool.start({ workers, workerUrl });
  pool.setBlock({ input, state: workerState(state, new Map(), analysis) });
  return pool;
}

function task(transaction: number): Task {
  return { transaction, patch: [], recordOrigins: false };
}

describe('workers', () => {
  test('answer each task, also when there are more tasks than workers', async () => {
    const workers = await start(2);
    const ends = await Promise.all(Array.from({ length: 20 }, (_, i) => workers.run(task(i % 2))));
    for (const [i, end] of ends.entries()) {
      expect(end).toMatchObject({ kind: 'result', result: { status: 'ran', index: i % 2, isSuccess: true } });
    }
  });

  test('see the values that a task carries', async () => {
    const workers = await start(1);
    const patch = [{ address: A, balance: 5n, slots: [] }];
    const end = await workers.run({ transaction: 0, patch, recordOrigins: false });
    expect(end).toMatchObject({
      kind: 'result',
      result: { status: 'invalid', reason: 'insufficient-funds' },
    });
    expect(executionState(state).account(A)?.balance).toBe(10n ** 18n);
  });

  test('say what state they lack', async () => {
    const workers = await start(1);
    const known = { account: () => undefined, storage: () => undefined };
    workers.setBlock({ input, state: workerState(known, new Map(), analysis) });
    expect(await workers.run(task(0))).toMatchObject({
      kind: 'failure',
      failure: { code: 'missing-state', keys: [`${A}:balance`] },
    });
  });
});

describe('a worker that dies', () => {
  test('is replaced, and its task and the following ones are done', async () => {
    const workers = await start(2);
    const ends = Array.from({ length: 30 }, (_, i) => workers.run(task(i % 2)));
    await workers.kill(0);
    for (const end of await Promise.all(ends)) expect(end.kind).toBe('result');
    await workers.kill(1);
    expect((await workers.run(task(0))).kind).toBe('result');
    expect(workers.deaths).toBe(2);
  });

  test('before it was ever ready makes the start fail', async () => {
    const nowhere = new URL('./there-is-no-such-worker.js', WORKER_URL);
    await expect(WorkerPool.start({ workers: 2, workerUrl: nowhere })).rejects.toThrow();
  });
});

test('closing ends what is under way', async () => {
  const workers = await start(1);
  const ends = [workers.run(task(0)), workers.run(task(1))];
  await workers.close();
  const kinds = (await Promise.all(ends)).map((end) =>
    end.kind === 'failure' ? end.failure.code : end.kind,
  );
  expect(kinds).toContain('closed');
});
