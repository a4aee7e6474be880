import { afterEach, describe, expect, test } from '@jest/globals';
import { blockBroadcast } from '../../src/executor/block-data.ts';
import { executionState, workerState } from '../../src/executor/execution-state.ts';
import { type End, WorkerPool } from '../../src/executor/pool.ts';
import type { Task } from '../../src/executor/protocol.ts';
import { receivedResult } from '../../src/executor/received-result.ts';
import type { RunResult } from '../../src/executor/transaction-runner.ts';
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
  pool.broadcast(blockBroadcast({ input, state: workerState(state, new Map(), analysis) }));
  return pool;
}

function run(workers: WorkerPool, transaction: number, patch: Task['patch'] = []): Promise<End<RunResult>> {
  const body = { transaction, patch, recordOrigins: false };
  return workers.request({ kind: 'task', body }, { accept: (answer) => receivedResult(answer, transaction) });
}

describe('workers', () => {
  test('answer each task, also when there are more tasks than workers', async () => {
    const workers = await start(2);
    const ends = await Promise.all(Array.from({ length: 20 }, (_, i) => run(workers, i % 2)));
    for (const [i, end] of ends.entries()) {
      expect(end).toMatchObject({ kind: 'answer', value: { status: 'ran', index: i % 2, isSuccess: true } });
    }
  });

  test('see the values that a task carries', async () => {
    const workers = await start(1);
    const patch = [{ address: A, balance: 5n, slots: [] }];
    const end = await run(workers, 0, patch);
    expect(end).toMatchObject({
      kind: 'answer',
      value: { status: 'invalid', reason: 'insufficient-funds' },
    });
    expect(executionState(state).account(A)?.balance).toBe(10n ** 18n);
  });

  test('say what state they lack', async () => {
    const workers = await start(1);
    const known = { account: () => undefined, storage: () => undefined };
    workers.broadcast(blockBroadcast({ input, state: workerState(known, new Map(), analysis) }));
    expect(await run(workers, 0)).toMatchObject({
      kind: 'failure',
      failure: { code: 'missing-state', keys: [`${A}:balance`] },
    });
  });
});

describe('a worker that dies', () => {
  test('is replaced, and its task and the following ones are done', async () => {
    const workers = await start(2);
    const ends = Array.from({ length: 30 }, (_, i) => run(workers, i % 2));
    await workers.kill(0);
    for (const end of await Promise.all(ends)) expect(end.kind).toBe('answer');
    await workers.kill(1);
    expect((await run(workers, 0)).kind).toBe('answer');
    expect(workers.deaths).toBe(2);
  });

  test('before it was ever ready makes the start fail', async () => {
    const nowhere = new URL('./there-is-no-such-worker.js', WORKER_URL);
    await expect(WorkerPool.start({ workers: 2, workerUrl: nowhere })).rejects.toThrow();
  });
});

test('closing ends what is under way', async () => {
  const workers = await start(1);
  const ends = [run(workers, 0), run(workers, 1)];
  await workers.close();
  const kinds = (await Promise.all(ends)).map((end) =>
    end.kind === 'failure' ? end.failure.code : end.kind,
  );
  expect(kinds).toContain('closed');
});
