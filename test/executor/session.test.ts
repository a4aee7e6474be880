/** A session over many blocks: giving up, closing, events and numbers. Whether results are right is tested elsewhere. */
import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { FaultEvent, TransactionEvent } from '../../src/executor/events.ts';
import { createExecutor, Executor, type ExecutorOptions } from '../../src/executor/executor.ts';
import { WorkerPool } from '../../src/executor/pool.ts';
import { blockOf, MAPPING, preState, SENDERS, WORKER_URL } from './small-blocks.ts';

const WAYS = [
  ['parallel', 2],
  ['sequential', 1],
] as const;

let executor: Executor | null = null;
afterEach(async () => {
  await executor?.close({ pending: 'abort' });
  executor = null;
});

async function start(workers: number, options: Partial<ExecutorOptions> = {}): Promise<Executor> {
  executor = await createExecutor({ workers, workerUrl: WORKER_URL, engine: 'tuned', ...options });
  return executor;
}

const independent = blockOf(SENDERS.map((from) => ({ from, to: MAPPING })));
const state = preState();

describe.each(WAYS)('a block that is given up, %s', (mode, workers) => {
  test('rejects as soon as its signal is aborted, and the executor goes on', async () => {
    const session = await start(workers);
    const controller = new AbortController();
    const end = session.on('transaction', () => controller.abort('no time'));
    const given = session.executeBlock(independent, { state, mode, signal: controller.signal });
    await expect(given).rejects.toMatchObject({ name: 'AbortError', code: 'aborted', cause: 'no time' });
    end();
    const { execution } = await session.executeBlock(independent, { state, mode, verify: true });
    expect(execution.verified.sequential).toBe(true);
    expect(session.metrics().blocks).toBe(1);
  });

  test('may be given up by what else happens in this thread', async () => {
    const session = await start(workers);
    const controller = new AbortController();
    const transactions = Array.from({ length: 4000 }, (_, index) => ({
      from: SENDERS[index % 4] ?? SENDERS[0],
      to: MAPPING,
    }));
    const long = blockOf(transactions, { header: { gasLimit: 10n ** 12n } });
    const given = session.executeBlock(long, { state, mode, signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(given).rejects.toMatchObject({ code: 'aborted' });
    const { execution } = await session.executeBlock(independent, { state, mode, verify: true });
    expect(execution.verified.sequential).toBe(true);
    expect(session.metrics().blocks).toBe(1);
  });

  test('may not have begun', async () => {
    const session = await start(workers);
    const controller = new AbortController();
    const order: string[] = [];
    const first = session.executeBlock(independent, { state, mode }).then(() => order.push('first'));
    const second = session
      .executeBlock(independent, { state, mode, signal: controller.signal })
      .catch(({ code }) => order.push(code));
    const third = session.executeBlock(independent, { state, mode }).then(() => order.push('third'));
    controller.abort();
    await Promise.all([first, second, third]);
    expect(order).toEqual(['aborted', 'first', 'third']);
    await expect(
      session.executeBlock(independent, { state, mode, signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'aborted' });
    expect(session.metrics().blocks).toBe(2);
  });

  test('may be waiting for state', async () => {
    const session = await start(workers);
    const controller = new AbortController();
    let requests = 0;
    const slow = {
      account: () => undefined,
      storage: () => undefined,
      load: async () => {
        requests++;
        controller.abort();
      },
    };
    const given = session.executeBlock(independent, { state: slow, mode, signal: controller.signal });
    await expect(given).rejects.toMatchObject({ code: 'aborted' });
    await session.executeBlock(independent, { state, mode });
    expect(requests).toBe(1);
  });

  test('leaves nothing at a signal that is not aborted', async () => {
    const session = await start(workers);
    const { signal } = new AbortController();
    for (let block = 0; block < 3; block++) await session.executeBlock(independent, { state, mode, signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe.each(WAYS)('an executor that is closed, %s', (mode, workers) => {
  test('finishes what was asked for, and takes nothing more', async () => {
    const session = await start(workers);
    const asked = [1, 2, 3].map(() => session.executeBlock(independent, { state, mode }));
    await Promise.all([session.close(), session.close()]);
    for (const { execution } of await Promise.all(asked)) expect(execution.receipts).toHaveLength(4);
    await expect(session.executeBlock(independent, { state })).rejects.toMatchObject({ code: 'closed' });
    await expect(session.readInput([])).rejects.toMatchObject({ code: 'closed' });
    expect(session.metrics()).toMatchObject({ blocks: 3, workers: { size: workers, alive: 0 } });
  });

  test('gives up what was asked for, if that is wanted', async () => {
    const session = await start(workers);
    const asked = [1, 2, 3].map(() => session.executeBlock(independent, { state, mode }));
    const ends = Promise.allSettled(asked);
    await session.close({ pending: 'abort' });
    for (const end of await ends)
      expect(end).toMatchObject({ status: 'rejected', reason: { code: 'closed' } });
  });

  test('by its signal gives up everything', async () => {
    const controller = new AbortController();
    const session = await start(workers, { signal: controller.signal });
    const asked = session.executeBlock(independent, { state, mode });
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'closed' });
    await session.close();
    await expect(start(workers, { signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
  });
});

test('an executor can be disposed of', async () => {
  const session = await start(2);
  await session[Symbol.asyncDispose]();
  await expect(session.executeBlock(independent, { state })).rejects.toMatchObject({ code: 'closed' });
});

test.each([
  ['workers', 0],
  ['workers', 1.5],
  ['depth', 0],
  ['hangTimeoutMs', -1],
  ['memoryLimitMb', Number.NaN],
  ['maxFaults', -1],
])('an executor is not made with %s %d', async (name, value) => {
  await expect(start(2, { [name]: value })).rejects.toMatchObject({
    code: 'invalid-input',
    problem: { path: name, got: String(value) },
  });
});

describe('rules of an executor', () => {
  test('are the defaults for reading, and made ready', async () => {
    const session = await start(2, { chain: 'sepolia', hardfork: 'cancun' });
    expect(session.metrics().caches.engines).toBe(1);
    expect(await session.readInput([])).toMatchObject({ chainId: 11155111n, hardfork: 'cancun' });
    expect(await session.readInput([], { hardfork: 'london' })).toMatchObject({ hardfork: 'london' });
  });

  test('must be known', async () => {
    await expect(start(1, { hardfork: 'paris-sud' })).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

describe.each(WAYS)('events and numbers, %s', (mode, workers) => {
  test('tell of each transaction and each block', async () => {
    const session = await start(workers);
    const transactions: TransactionEvent[] = [];
    const blocks: unknown[] = [];
    const ends = [
      session.on('transaction', (event) => transactions.push(event)),
      session.on('block', (event) => blocks.push(event)),
    ];
    const { execution } = await session.executeBlock(independent, { state, mode });
    expect(transactions.map(({ done }) => done)).toEqual([1, 2, 3, 4]);
    expect(new Set(transactions.map(({ transaction }) => transaction)).size).toBe(4);
    const block = { sequence: 1, number: 15_000_000n, hash: null, transactions: 4 };
    for (const event of transactions) {
      const gasUsed = execution.receipts[event.transaction]?.gasUsed;
      expect(event).toMatchObject({ block, status: 'succeeded', gasUsed });
    }
    const { gasUsed, modeReason, escapes, timings } = execution;
    expect(blocks).toEqual([{ block, gasUsed, mode, modeReason, escapes, timings }]);
    for (const end of ends) end();
    await session.executeBlock(independent, { state, mode });
    expect([transactions.length, blocks.length]).toEqual([4, 1]);
    const metrics = session.metrics();
    expect(metrics).toMatchObject({
      blocks: 2,
      transactions: 8,
      gasUsed: 2n * gasUsed,
      escapes: 0,
      parallelBlocks: mode === 'parallel' ? 2 : 0,
      workers: { size: workers, alive: workers === 1 ? 0 : workers },
      caches: { engines: 1 },
    });
    expect(metrics.timings.total).toBeGreaterThanOrEqual(timings.total);
  });
});

test('faults are told, with their block, and counted', async () => {
  const options = { workers: 2, workerUrl: WORKER_URL };
  const pool = await WorkerPool.start(options);
  executor = new Executor(options, pool);
  const faults: FaultEvent[] = [];
  executor.on('fault', (fault) => faults.push(fault));
  await pool.kill(1);
  const running = executor.executeBlock(independent, { state, mode: 'parallel' });
  executor.on('transaction', () => void pool.kill(0));
  const { execution } = await running;
  const withoutBlock = faults.map(({ block: _, ...fault }) => fault);
  expect(withoutBlock.slice(1, 1 + execution.faults.length)).toEqual(execution.faults);
  expect(faults[0]).toMatchObject({ kind: 'killed', place: 1, block: null });
  const { faults: counted } = executor.metrics();
  expect(Object.values(counted).reduce((sum, one) => sum + one)).toBe(faults.length);
});
