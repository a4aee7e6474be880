/** What a traced execution says of when what ran where. Times themselves are never looked at, only their order. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import type { Outcome } from '../../src/executor/outcome.ts';
import { clock, type ExecutionTrace, receivedTiming, TraceRecorder } from '../../src/executor/trace.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { BOXES, blockOfCalls, DEFERRAL_PRESTATE, RELAYS, SHELF } from '../generators/deferral.ts';
import { SENDERS as CALLERS } from '../generators/universe.ts';
import { blockOf, COUNTER, MAPPING, preState, SENDERS, WORKER_URL } from './small-blocks.ts';

const independent = blockOf(SENDERS.map((from) => ({ from, to: MAPPING })));
const chained = blockOf(SENDERS.map((from) => ({ from, to: COUNTER })));
const state = preState();

let executor: Executor;
beforeAll(async () => {
  executor = await createExecutor({ workers: 2, workerUrl: WORKER_URL, engine: 'tuned' });
});
afterAll(() => executor.close());

function traceOf({ execution }: Outcome): ExecutionTrace {
  if (execution.trace === null) throw new Error('it was not traced');
  return execution.trace;
}

/** Each thread does one thing after the other, and nothing before the block began. */
function expectInOrder({ runs, spans }: ExecutionTrace): void {
  const ends = new Map<number | null, number>();
  for (const { worker, start, end } of runs) {
    expect(start).toBeGreaterThanOrEqual(ends.get(worker) ?? 0);
    expect(end).toBeGreaterThanOrEqual(start);
    ends.set(worker, end);
  }
  for (const { start, end } of spans) expect([start >= 0, end >= start]).toEqual([true, true]);
}

const transactionsOf = ({ runs }: ExecutionTrace): number[] =>
  runs.map(({ transaction }) => transaction).sort((a, b) => a - b);

describe('a traced execution', () => {
  test.each([
    ['independent transactions', independent],
    ['a chain', chained],
  ])('in parallel: %s, each on a worker', async (_name, input) => {
    const outcome = await executor.executeBlock(input, {
      state,
      mode: 'parallel',
      trace: true,
      verify: true,
    });
    const trace = traceOf(outcome);
    expect(outcome.execution.verified.sequential).toBe(true);
    expect(transactionsOf(trace)).toEqual([0, 1, 2, 3]);
    expect(trace.runs.filter(({ worker }) => worker !== 0 && worker !== 1)).toEqual([]);
    expectInOrder(trace);
    expect(trace.spans.map(({ name }) => name)).toEqual(['derive', 'close']);
  });

  test('starts a transaction after the end of those that it follows', async () => {
    const outcome = await executor.executeBlock(chained, { state, mode: 'parallel', trace: true });
    const { runs } = traceOf(outcome);
    const runOf = (index: number) => runs.find(({ transaction }) => transaction === index);
    for (const { from, to } of outcome.graph.edges) {
      expect(runOf(to)?.start).toBeGreaterThanOrEqual(runOf(from)?.end ?? Number.NaN);
    }
    expect(outcome.graph.edges.length).toBeGreaterThan(0);
  });

  test('in sequence: on the main thread, in block order', async () => {
    const trace = traceOf(
      await executor.executeBlock(independent, { state, mode: 'sequential', trace: true }),
    );
    expect(trace.runs.map(({ transaction, worker }) => [transaction, worker])).toEqual([
      [0, null],
      [1, null],
      [2, null],
      [3, null],
    ]);
    expectInOrder(trace);
  });

  test('by an access list: on workers, each once', async () => {
    const input = { ...independent, hardfork: 'cancun' } as const;
    const { execution } = await executor.executeBlock(input, { state, mode: 'sequential' });
    const { blockAccessList } = execution;
    const listed = await executor.executeBlock(input, {
      state,
      blockAccessList,
      mode: 'parallel',
      trace: true,
    });
    expect(listed.execution.verified.accessList).toBe(true);
    const trace = traceOf(listed);
    expect(transactionsOf(trace)).toEqual([0, 1, 2, 3]);
    expect(trace.runs.filter(({ worker }) => worker === null)).toEqual([]);
    expectInOrder(trace);
  });

  test('says when deferred transactions are resolved', async () => {
    const [box, otherBox] = BOXES;
    const balanceOf = (sender: number) => BigInt(CALLERS[sender] ?? 0);
    // What is left after a fee is known only once it is paid: neither box holds a known address.
    const input = blockOfCalls([
      { sender: 0, to: SHELF, data: [1n] },
      { sender: 3, to: SHELF, data: [2n] },
      { sender: 1, to: box, data: [BigInt(otherBox), balanceOf(0)] },
      { sender: 2, to: RELAYS[0], data: [BigInt(SHELF), balanceOf(3)] },
      { sender: 1, to: RELAYS[1], data: [5n, 0n] },
    ]);
    const source = snapshotState(DEFERRAL_PRESTATE);
    for (const mode of ['parallel', 'sequential'] as const) {
      const outcome = await executor.executeBlock(input, { state: source, mode, trace: true });
      const deferred = outcome.analysis.transactions.filter(({ status }) => status === 'deferred');
      const trace = traceOf(outcome);
      expect(trace.resolved.map(({ transaction }) => transaction)).toEqual(
        deferred.map(({ index }) => index),
      );
      expect(deferred.length).toBeGreaterThan(0);
      for (const { transaction, at } of trace.resolved) {
        expect(trace.runs.find((run) => run.transaction === transaction)?.start).toBeGreaterThanOrEqual(at);
      }
    }
  });
});

test.each(['parallel', 'sequential'] as const)('%s: without being asked nobody measures', async (mode) => {
  const { execution } = await executor.executeBlock(independent, { state, mode });
  expect(execution.trace).toBeNull();
});

describe('what is not a timing', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'soon'],
    ['no worker', { times: [1, 2] }],
    ['a worker that there cannot be', { worker: -1, times: [] }],
    ['times that are none', { worker: 0, times: [1, Number.NaN] }],
    ['no list', { worker: 0, times: { length: 2 } }],
  ])('%s is passed over', (_name, value) => {
    expect(receivedTiming(value)).toBeNull();
  });

  test('a timing is taken', () => {
    expect(receivedTiming({ worker: 1, times: [1, 2.5] })).toEqual({ worker: 1, times: [1, 2.5] });
  });
});

test('a batch that stopped has runs up to there', () => {
  const recorder = new TraceRecorder();
  const now = clock();
  recorder.addBatch([7, 8, 9], { worker: 1, times: [now, now + 1, now + 1, now + 2] });
  expect(recorder.trace.runs.map(({ transaction, worker }) => [transaction, worker])).toEqual([
    [7, 1],
    [8, 1],
  ]);
});
