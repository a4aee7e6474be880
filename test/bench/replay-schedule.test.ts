/** The replay against the planner, and against what can be worked out by hand. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { longestPath, type ReplayTasks, replaySchedule } from '../../bench/replay-schedule.ts';
import { bottomLevels, scheduleTasks } from '../../src/graph/list-schedule.ts';
import { randomDag } from '../graph/random-block.ts';

interface Graph {
  readonly predecessors: readonly (readonly number[])[];
  readonly successors: readonly (readonly number[])[];
}

function graphOf(count: number, pairs: readonly (readonly [number, number])[]): Graph {
  const all = Array.from({ length: count }, (_, index) => index);
  const isEdge = new Set(pairs.map(([from, to]) => from * count + to));
  return {
    predecessors: all.map((to) => all.filter((from) => isEdge.has(from * count + to))),
    successors: all.map((from) => all.filter((to) => isEdge.has(from * count + to))),
  };
}

function tasksOf(
  gas: readonly number[],
  costs: readonly number[],
  pairs: readonly (readonly [number, number])[] = [],
): ReplayTasks {
  const graph = graphOf(gas.length, pairs);
  return { ...graph, costs, urgency: bottomLevels(Float64Array.from(gas), graph.successors) };
}

const replay = (tasks: ReplayTasks, workers: number, dispatchCost = 0) =>
  replaySchedule(tasks, { workers, dispatchCost });

describe('without a cost of giving out', () => {
  test('with gas for time it is the plan', () => {
    fc.assert(
      fc.property(randomDag, fc.integer({ min: 1, max: 5 }), ({ gas, pairs }, workers) => {
        const weights = gas.map(Number);
        const tasks = tasksOf(weights, weights, pairs);
        const { predecessors, successors } = tasks;
        const levels = bottomLevels(Float64Array.from(weights), successors);
        const plan = scheduleTasks(
          { weights: Float64Array.from(weights), levels, predecessors, successors },
          workers,
        );
        const { start, end, makespan } = replay(tasks, workers);
        expect(makespan).toBe(plan.makespan);
        expect(start).toEqual([...plan.start]);
        expect(end).toEqual([...plan.end]);
      }),
    );
  });

  test('urgency is by gas, time by what was measured', () => {
    // By gas the last one is most urgent, though it takes least.
    const tasks = tasksOf([1, 1, 9], [4, 4, 1]);
    expect(replay(tasks, 2)).toEqual({ start: [0, 1, 0], end: [4, 5, 1], makespan: 5 });
    expect(replay(tasks, 1)).toMatchObject({ start: [1, 5, 0], makespan: 9 });
    expect(replay(tasks, 32).makespan).toBe(4);
  });

  test('a chain takes its sum on any number of workers', () => {
    const chain = tasksOf(
      [1, 1, 1],
      [5, 2, 3],
      [
        [0, 1],
        [1, 2],
      ],
    );
    for (const workers of [1, 2, 8]) expect(replay(chain, workers).start).toEqual([0, 5, 7]);
    expect(longestPath(chain)).toBe(10);
  });

  test('an empty block, and free transactions', () => {
    expect(replay(tasksOf([], []), 3)).toEqual({ start: [], end: [], makespan: 0 });
    expect(replay(tasksOf([1, 1], [0, 0], [[0, 1]]), 1).makespan).toBe(0);
    expect(longestPath(tasksOf([], []))).toBe(0);
  });
});

describe('with a cost of giving out', () => {
  const independent = tasksOf([4, 3, 2, 1], [10, 10, 10, 10]);

  test('the main thread gives out one at a time, on a wide machine', () => {
    expect(replay(independent, 4, 3)).toMatchObject({ start: [3, 6, 9, 12], makespan: 22 });
  });

  test('it goes on while the workers are busy', () => {
    expect(replay(independent, 1, 3)).toMatchObject({ start: [3, 13, 23, 33], makespan: 43 });
    expect(replay(independent, 1, 20)).toMatchObject({ start: [20, 40, 60, 80], makespan: 90 });
  });

  test('a successor is given out when its predecessor is done', () => {
    expect(replay(tasksOf([1, 1], [10, 10], [[0, 1]]), 2, 3)).toMatchObject({ start: [3, 16], makespan: 26 });
  });

  test('no schedule beats the longest path, the work shared by all, or the main thread', () => {
    const dispatch = fc.integer({ min: 0, max: 10 });
    fc.assert(
      fc.property(
        randomDag,
        fc.integer({ min: 1, max: 5 }),
        dispatch,
        ({ gas, pairs }, workers, dispatchCost) => {
          const costs = gas.map((own) => Number(own));
          const tasks = tasksOf([...costs].reverse(), costs, pairs);
          const { start, end, makespan } = replay(tasks, workers, dispatchCost);
          const total = costs.reduce((sum, cost) => sum + cost, 0);
          expect(makespan).toBeGreaterThanOrEqual(longestPath(tasks));
          expect(makespan).toBeGreaterThanOrEqual(total / workers);
          expect(makespan).toBeGreaterThanOrEqual(costs.length * dispatchCost);
          for (const [task, earlier] of tasks.predecessors.entries()) {
            for (const one of earlier)
              expect(start[task]).toBeGreaterThanOrEqual((end[one] ?? 0) + dispatchCost);
          }
          for (const at of start) {
            const busy = start.filter((from, task) => from <= at && (end[task] ?? 0) > at);
            expect(busy.length).toBeLessThanOrEqual(workers);
          }
        },
      ),
    );
  });
});
