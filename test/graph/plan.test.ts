import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildConflictGraph } from '../../src/graph/build.ts';
import { findComponents } from '../../src/graph/components.ts';
import type { ConflictGraph } from '../../src/graph/conflict-graph.ts';
import { findCriticalPath } from '../../src/graph/critical-path.ts';
import { type Granularity, type Plan, planSchedule } from '../../src/graph/plan.ts';
import { reduction, relationOf } from './naive.ts';
import { analysisOf, randomDag } from './random-block.ts';

function graphOf(gas: readonly bigint[], pairs: readonly (readonly [number, number])[]): ConflictGraph {
  const steps = reduction(relationOf(gas.length, pairs));
  const predecessors = gas.map((_own, index) => steps.filter(([, to]) => to === index).map(([from]) => from));
  const successors = gas.map((_own, index) => steps.filter(([from]) => from === index).map(([, to]) => to));
  const components = findComponents(gas, predecessors);
  return {
    gas,
    predecessors,
    successors,
    edges: steps.map(([from, to]) => ({ from, to, keys: [] })),
    components,
    componentOf: gas.map((_own, index) =>
      components.findIndex(({ transactions }) => transactions.includes(index)),
    ),
    criticalPath: findCriticalPath(gas, predecessors),
    resolutions: [],
    hotKeys: [],
  };
}

const sum = (gas: readonly bigint[]): bigint => gas.reduce((total, own) => total + own, 0n);
const descending = (a: bigint, b: bigint): number => (a < b ? 1 : -1);
const lanesOf = (plan: Plan): number[][] =>
  plan.lanes.map((lane) => lane.map(({ transaction }) => transaction));

describe('planSchedule', () => {
  test('an empty block', () => {
    expect(planSchedule(graphOf([], []), { workers: 2 })).toEqual({
      workers: 2,
      granularity: 'transaction',
      lanes: [[], []],
      makespan: 0n,
      speedup: { '2': 1, '4': 1, '8': 1, '16': 1, bound: 1 },
    });
  });

  test('starts the heaviest path first', () => {
    const graph = graphOf([3n, 3n, 1n, 5n], [[2, 3]]);
    const plan = planSchedule(graph, { workers: 2 });
    expect(lanesOf(plan)).toEqual([
      [2, 3],
      [0, 1],
    ]);
    expect(plan.lanes[0]?.[1]).toEqual({ transaction: 3, worker: 0, start: 1n, end: 6n, resolved: null });
    expect(plan.makespan).toBe(6n);
    expect(plan.speedup).toEqual({ '2': 2, '4': 2, '8': 2, '16': 2, bound: 2 });
  });

  test('keeps a chain on the worker that holds its state', () => {
    const plan = planSchedule(
      graphOf(
        [2n, 2n, 2n, 2n, 2n, 2n],
        [
          [0, 3],
          [3, 4],
          [1, 2],
          [2, 5],
        ],
      ),
      { workers: 2 },
    );
    expect(lanesOf(plan)).toEqual([
      [0, 3, 4],
      [1, 2, 5],
    ]);
  });

  test('components as a whole, in block order', () => {
    const graph = graphOf(
      [1n, 9n, 2n, 3n, 2n],
      [
        [0, 2],
        [2, 4],
      ],
    );
    const plan = planSchedule(graph, { workers: 2, granularity: 'component' });
    expect(lanesOf(plan)).toEqual([[1], [0, 2, 3, 4]]);
    expect(plan.makespan).toBe(9n);
    expect(plan.speedup).toEqual({ '2': 17 / 9, '4': 17 / 9, '8': 17 / 9, '16': 17 / 9, bound: 17 / 9 });
  });

  test('gas beyond 2^53 is rounded up to a common unit', () => {
    const huge = 2n ** 64n - 1n;
    const plan = planSchedule(graphOf([huge, huge, 1n], [[0, 1]]), { workers: 2 });
    expect(plan.makespan).toBeGreaterThanOrEqual(2n * huge);
    expect(plan.makespan).toBeLessThan(2n * huge + 2n ** 14n);
    expect(plan.speedup.bound).toBeCloseTo(1);
  });

  test('has the resolve step of what is deferred; what it holds starts then, not at its end', () => {
    const graph = buildConflictGraph(
      analysisOf([{ gas: 4n }, { gas: 2n }, { gas: 9n, resolveAfter: [0] }, { gas: 3n, heldBy: [2] }]),
    );
    const tasks = planSchedule(graph, { workers: 2 }).lanes.flat();
    expect(tasks.map(({ transaction, start, resolved }) => [transaction, start, resolved])).toEqual([
      [0, 0n, null],
      [2, 4n, 4n],
      [1, 0n, null],
      [3, 4n, null],
    ]);
    expect(graph.criticalPath).toEqual({ transactions: [0, 2], gas: 13n });
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %p workers', (workers) => {
    expect(() => planSchedule(graphOf([], []), { workers })).toThrow(
      /workers: expected an integer of at least 1, got/,
    );
  });
});

describe('random graphs', () => {
  const workers = fc.integer({ min: 1, max: 6 });
  const runs = { numRuns: 200 };

  function checkLanes(graph: ConflictGraph, plan: Plan): void {
    const end = new Map<number, bigint>();
    for (const lane of plan.lanes) for (const task of lane) end.set(task.transaction, task.end);
    expect([...end.keys()].sort((a, b) => a - b)).toEqual([...graph.gas.keys()]);
    let last = 0n;
    for (const [worker, lane] of plan.lanes.entries()) {
      let free = 0n;
      for (const task of lane) {
        expect(task.worker).toBe(worker);
        expect(task.start).toBeGreaterThanOrEqual(free);
        expect(task.end - task.start).toBe(graph.gas[task.transaction]);
        for (const predecessor of graph.predecessors[task.transaction] ?? []) {
          expect(end.get(predecessor)).toBeLessThanOrEqual(task.start);
        }
        free = task.end;
        if (free > last) last = free;
      }
    }
    expect(plan.makespan).toBe(last);
    expect(plan.lanes.length).toBe(plan.workers);
    expect(plan.makespan).toBeGreaterThanOrEqual(graph.criticalPath.gas);
    expect(plan.makespan * BigInt(plan.workers)).toBeGreaterThanOrEqual(sum(graph.gas));
  }

  test('one at a time on each worker, after its predecessors, within the bound of Graham 1969', () => {
    fc.assert(
      fc.property(randomDag, workers, ({ gas, pairs }, width) => {
        const graph = graphOf(gas, pairs);
        const plan = planSchedule(graph, { workers: width });
        checkLanes(graph, plan);
        const bound = sum(gas) + BigInt(width - 1) * graph.criticalPath.gas;
        expect(plan.makespan * BigInt(width)).toBeLessThanOrEqual(bound);
      }),
      runs,
    );
  });

  test('components stay whole and in block order, within the bound of list scheduling', () => {
    fc.assert(
      fc.property(randomDag, workers, ({ gas, pairs }, width) => {
        const graph = graphOf(gas, pairs);
        const plan = planSchedule(graph, { workers: width, granularity: 'component' });
        checkLanes(graph, plan);
        const workerOf = new Map<number, number>();
        for (const { transaction, worker } of plan.lanes.flat()) workerOf.set(transaction, worker);
        for (const { transactions } of graph.components) {
          expect(new Set(transactions.map((index) => workerOf.get(index))).size).toBe(1);
        }
        for (const lane of lanesOf(plan)) expect(lane).toEqual([...lane].sort((a, b) => a - b));
        const [largest = 0n] = graph.components.map((component) => component.gas).sort(descending);
        expect(plan.makespan * BigInt(width)).toBeLessThanOrEqual(sum(gas) + BigInt(width - 1) * largest);
      }),
      runs,
    );
  });

  test('the same plan each time, and the speed-up that scheduling on so many workers gives', () => {
    fc.assert(
      fc.property(
        randomDag,
        workers,
        fc.constantFrom<Granularity>('transaction', 'component'),
        ({ gas, pairs }, width, granularity) => {
          const graph = graphOf(gas, pairs);
          const plan = planSchedule(graph, { workers: width, granularity });
          expect(planSchedule(structuredClone(graph), { workers: width, granularity })).toEqual(plan);
          for (const other of ['2', '4', '8', '16'] as const) {
            const { makespan } = planSchedule(graph, { workers: Number(other), granularity });
            expect(plan.speedup[other]).toBe(makespan === 0n ? 1 : Number(sum(gas)) / Number(makespan));
            expect(plan.speedup[other]).toBeLessThanOrEqual(plan.speedup.bound);
          }
        },
      ),
      runs,
    );
  });
});
