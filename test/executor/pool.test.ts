import { afterEach, describe, expect, test } from '@jest/globals';
import type { BatchResults } from '../../src/executor/dispatch/outbox.ts';
import type { Fault } from '../../src/executor/fault.ts';
import { type End, type RequestOptions, WorkerPool } from '../../src/executor/pool.ts';
import type { PoolOptions } from '../../src/executor/pool-options.ts';
import { batchesOf } from './batches.ts';
import { faultyWorker } from './faulty.ts';
import { blockOf, preState, SENDERS, WORKER_URL } from './small-blocks.ts';

const [A, B] = SENDERS;
const state = preState();
const input = blockOf([{ from: A }, { from: B }]);
const batches = await batchesOf(input, state);

let pool: WorkerPool | null = null;
let faults: Fault[] = [];
afterEach(async () => {
  await pool?.close();
  pool = null;
  faults = [];
});

async function start(options: Partial<PoolOptions> = {}): Promise<WorkerPool> {
  pool = await WorkerPool.start({ workers: 2, workerUrl: WORKER_URL, ...options });
  pool.onFault = (fault) => faults.push(fault);
  pool.broadcast({ kind: 'block', input, precompiles: new Map() });
  return pool;
}

type RunOptions = Omit<RequestOptions<BatchResults>, 'accept'>;

function run(workers: WorkerPool, transaction: number, options: RunOptions = {}): Promise<End<BatchResults>> {
  const one = batches[transaction];
  if (one === undefined) throw new Error(`there is no transaction ${transaction}`);
  return workers.request({ kind: 'batch', body: one.batch }, { ...options, accept: one.accept });
}

/** The answer to a batch of that transaction. */
function ran(index: number) {
  return { kind: 'answer', value: { results: [{ status: 'ran', index, isSuccess: true }], stop: null } };
}

function runMany(workers: WorkerPool, count: number, options: RunOptions = {}): Promise<End<BatchResults>[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => run(workers, i % 2, options)));
}

/** How requests ended: `answer`, or the failure's code. */
function kinds(ends: readonly End<BatchResults>[]): string[] {
  return ends.map((end) => (end.kind === 'failure' ? end.failure.code : end.kind));
}

describe('workers', () => {
  test('answer each request, also when there are more requests than workers', async () => {
    for (const [i, end] of (await runMany(await start(), 20)).entries()) {
      expect(end).toMatchObject(ran(i % 2));
    }
    expect(faults).toEqual([]);
  });

  test('leave what was cancelled, and answer what comes after it', async () => {
    const workers = await start({ workers: 1 });
    const group = Symbol('group');
    const cancelled = runMany(workers, 10, { group });
    const kept = run(workers, 1);
    workers.cancel(group);
    expect(kinds(await cancelled)).toEqual(Array(10).fill('cancelled'));
    expect((await kept).kind).toBe('answer');
    expect(faults).toEqual([]);
  });
});

describe('a worker that is killed', () => {
  test('is replaced, and its requests and the following ones are answered', async () => {
    const workers = await start();
    const ends = runMany(workers, 30);
    await workers.kill(0);
    expect(kinds(await ends)).toEqual(Array(30).fill('answer'));
    await workers.kill(1);
    expect((await run(workers, 0)).kind).toBe('answer');
    expect(faults.map(({ kind, place }) => [kind, place])).toEqual([
      ['killed', 0],
      ['killed', 1],
    ]);
    expect(faults[0]?.attempt).toBe(1);
    expect(faults[1]?.attempt).toBe(0);
  });

  test('and cannot be replaced leaves its place empty until the next block', async () => {
    const workerUrl = new URL(WORKER_URL);
    const workers = await start({ workerUrl });
    workerUrl.href = 'https://example.org/';
    await workers.kill(0);
    expect(faults.map(({ kind, place }) => [kind, place])).toEqual([
      ['not-started', 0],
      ['killed', 0],
    ]);
    expect(kinds(await runMany(workers, 6))).toEqual(Array(6).fill('answer'));
    workers.renew();
    expect(workers.alive).toBe(1);
    workerUrl.href = WORKER_URL.href;
    workers.renew();
    workers.renew();
    expect((await run(workers, 0, { place: 0, retry: 'never' })).kind).toBe('answer');
  });

  test('takes with it what only it could answer', async () => {
    const workers = await start();
    const pinned = runMany(workers, 4, { place: 1, retry: 'never' });
    const others = runMany(workers, 4, { place: 0, retry: 'never' });
    await workers.kill(1);
    expect(kinds(await pinned)).toContain('worker-lost');
    expect(kinds(await others)).toEqual(Array(4).fill('answer'));
    expect(kinds([await run(workers, 0, { place: 1, retry: 'never' })])).toEqual(['answer']);
  });

  test('while it starts leaves its place empty until the next block', async () => {
    const workers = await start({ workers: 1 });
    await workers.kill(0);
    await workers.kill(0);
    expect(faults.map(({ kind }) => kind)).toEqual(['killed', 'not-started']);
    expect(kinds([await run(workers, 0)])).toEqual(['worker-lost']);
    workers.renew();
    expect((await run(workers, 0)).kind).toBe('answer');
    expect(workers.alive).toBe(1);
  });
});

describe('a worker that goes wrong at its third request', () => {
  test.each([
    ['exit', 'killed', {}],
    ['throw', 'crashed', {}],
    ['hang', 'hung', { hangTimeoutMs: 400 }],
    ['silence', 'hung', { hangTimeoutMs: 400 }],
    ['fill', 'out-of-memory', { memoryLimitMb: 128 }],
    ['nonsense', 'garbage', {}],
    ['stranger', 'garbage', {}],
    ['noise', 'garbage', {}],
    ['unready', 'garbage', {}],
    ['twice', 'garbage', {}],
    ['misfailure', 'garbage', {}],
  ])('%s: is replaced, and everything is answered', async (kind, expected, options) => {
    const workerUrl = faultyWorker({ kind, at: 3 });
    const workers = await start({ workerUrl, workers: 1, maxFaults: 1000, ...options });
    const ends = await runMany(workers, 5);
    for (const [i, end] of ends.entries()) {
      expect(end).toMatchObject(ran(i % 2));
    }
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults) {
      expect(fault).toEqual({
        kind: expected,
        place: expect.any(Number),
        attempt: expect.any(Number),
        message: expect.stringMatching(/./),
      });
    }
  });
});

describe('workers that go wrong time and again', () => {
  test('on the same request: it ends as a failure', async () => {
    const workers = await start({ workerUrl: faultyWorker({ kind: 'exit' }), workers: 1, maxFaults: 1000 });
    expect(kinds([await run(workers, 0)])).toEqual(['worker-lost']);
    expect(faults.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  test('are not replaced any more in this block, and everything ends at once', async () => {
    const workers = await start({ workerUrl: faultyWorker({ kind: 'exit', at: 4 }), maxFaults: 3 });
    const ends = await runMany(workers, 40);
    expect(kinds(ends)).toContain('answer');
    expect(kinds(ends).slice(-1)).toEqual(['worker-lost']);
    expect(faults).toHaveLength(3);
    expect(kinds([await run(workers, 0)])).toEqual(['worker-lost']);
    workers.renew();
    expect((await run(workers, 0)).kind).toBe('answer');
  });
});

describe('a pool whose workers', () => {
  test.each([
    ['are not there', new URL('./there-is-no-such-worker.js', WORKER_URL)],
    ['cannot be imported', faultyWorker({ kind: 'import' })],
    ['never become ready', faultyWorker({ kind: 'unborn' })],
  ])('%s does not start', async (_, workerUrl) => {
    await expect(start({ workerUrl, startTimeoutMs: 2000 })).rejects.toThrow(/did not start/);
  });
});

test('closing ends what is under way, and can be done twice', async () => {
  const workers = await start({ workers: 1 });
  const ends = runMany(workers, 5);
  await Promise.all([workers.close(), workers.close()]);
  expect(kinds(await ends)).toContain('closed');
  expect(kinds([await run(workers, 0)])).toEqual(['closed']);
  expect(faults).toEqual([]);
});
