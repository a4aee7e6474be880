/** Schedules on lanes against every schedule that there is. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type LaneTasks, scheduleLanes } from '../../src/mempool/lane-schedule.ts';
import { fuzzing } from '../effort.ts';

const options = fuzzing({ short: 1_000, long: 20_000 });

function tasks(most: number): fc.Arbitrary<LaneTasks> {
  return fc.integer({ min: 1, max: most }).chain((count) =>
    fc.record({
      weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: count, maxLength: count }),
      predecessors: fc.tuple(
        ...Array.from({ length: count }, (_, at) =>
          at === 0
            ? fc.constant<number[]>([])
            : fc.uniqueArray(fc.nat(at - 1), { maxLength: 2 }).map((list) => list.sort((a, b) => a - b)),
        ),
      ),
      lanes: fc.integer({ min: 1, max: 3 }),
    }),
  );
}

/** The least makespan: each task that is ready, on each lane, as early as it can start there. */
function optimum({ weights, predecessors, lanes }: LaneTasks): number {
  let best = Number.POSITIVE_INFINITY;
  const end = new Map<number, number>();
  const extend = (free: readonly number[], makespan: number): void => {
    if (makespan >= best) return;
    if (end.size === weights.length) {
      best = makespan;
      return;
    }
    for (const [task, before] of predecessors.entries()) {
      if (end.has(task) || !before.every((other) => end.has(other))) continue;
      for (const [lane, from] of free.entries()) {
        const start = Math.max(from, ...before.map((other) => end.get(other) ?? 0));
        const done = start + (weights[task] ?? 0);
        end.set(task, done);
        extend(
          free.map((each, at) => (at === lane ? done : each)),
          Math.max(makespan, done),
        );
        end.delete(task);
      }
    }
  };
  extend(
    Array.from({ length: lanes }, () => 0),
    0,
  );
  return best;
}

function expectPossible({ weights, predecessors, lanes }: LaneTasks, steps?: number): number {
  const { start, makespan, bound } = scheduleLanes({ weights, predecessors, lanes }, steps);
  const end = start.map((from, at) => from + (weights[at] ?? 0));
  for (const [task, before] of predecessors.entries()) {
    for (const other of before) expect(start[task]).toBeGreaterThanOrEqual(end[other] ?? 0);
  }
  for (const from of start) {
    const running = start.filter((other, at) => other <= from && (end[at] ?? 0) > from).length;
    expect(running).toBeLessThanOrEqual(lanes);
  }
  expect(makespan).toBe(Math.max(...end));
  expect(bound).toBeLessThanOrEqual(makespan);
  return makespan;
}

test(`few tasks: the optimum (seed ${options.seed})`, () => {
  fc.assert(
    fc.property(tasks(6), (each) => {
      expect(expectPossible(each)).toBe(optimum(each));
    }),
    options,
  );
});

test(`more tasks: possible, the same each time, and no worse than without a search (seed ${options.seed})`, () => {
  fc.assert(
    fc.property(tasks(14), (each) => {
      const found = expectPossible(each, 300);
      expect(expectPossible(each, 300)).toBe(found);
      expect(found).toBeLessThanOrEqual(expectPossible(each, 0));
    }),
    { ...options, numRuns: Math.ceil(options.numRuns / 5) },
  );
});
