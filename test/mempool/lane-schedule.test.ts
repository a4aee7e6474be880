/** Schedules on lanes against every schedule that there is. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type LaneSchedule,
  type LaneTasks,
  scheduleInTurn,
  scheduleReady,
} from '../../src/graph/lane-schedule.ts';
import { shortestSchedule } from '../../src/mempool/lane-search.ts';
import { fuzzing } from '../effort.ts';
import { leastMakespan } from './exhaustive.ts';

const options = fuzzing({ short: 1_000, long: 20_000 });

interface Drawn {
  readonly weights: readonly number[];
  readonly predecessors: readonly (readonly number[])[];
  readonly lanes: number;
}

function tasks(most: number): fc.Arbitrary<Drawn> {
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

const withSuccessors = ({ weights, predecessors, lanes }: Drawn): LaneTasks => {
  const successors = predecessors.map((_, task) =>
    predecessors.flatMap((list, other) => (list.includes(task) ? [other] : [])),
  );
  const startsAfter = predecessors.map(() => null);
  return { weights: Float64Array.from(weights), predecessors, successors, startsAfter, lanes };
};

function expectPossible({ weights, predecessors, lanes }: LaneTasks, found: LaneSchedule): void {
  const { start, lane, makespan } = found;
  const end = start.map((from, at) => from + (weights[at] ?? 0));
  for (const [task, before] of predecessors.entries()) {
    for (const other of before) expect(start[task]).toBeGreaterThanOrEqual(end[other] ?? 0);
  }
  for (const [task, from] of start.entries()) {
    expect(lane[task]).toBeLessThan(lanes);
    const others = start.filter(
      (other, at) => at !== task && lane[at] === lane[task] && other <= from && (end[at] ?? 0) > from,
    );
    expect(others).toEqual([]);
  }
  expect(makespan).toBe(Math.max(...end));
}

test(`few tasks: the optimum (seed ${options.seed})`, () => {
  fc.assert(
    fc.property(tasks(6), (drawn) => {
      const of = withSuccessors(drawn);
      const found = shortestSchedule(of, 0);
      expectPossible(of, found);
      expect(found.makespan).toBe(leastMakespan(drawn.weights, drawn.predecessors, drawn.lanes));
      expect(found.bound).toBe(found.makespan);
    }),
    options,
  );
});

test(`the optimum is what one rule makes of some sequence (seed ${options.seed})`, () => {
  fc.assert(
    fc.property(tasks(6), (drawn) => {
      const of = withSuccessors(drawn);
      const { start, makespan } = shortestSchedule(of, 0);
      const sequence = [...start.keys()].sort((a, b) => (start[a] ?? 0) - (start[b] ?? 0) || a - b);
      expect(scheduleInTurn(of, sequence).makespan).toBe(makespan);
    }),
    options,
  );
});

test(`many tasks: possible, between the bound and the rule in order (seed ${options.seed})`, () => {
  fc.assert(
    fc.property(tasks(40), (drawn) => {
      const of = withSuccessors(drawn);
      const inOrder = drawn.weights.map((_, at) => at);
      const found = shortestSchedule(of, 30);
      expectPossible(of, found);
      expect(found.bound).toBeLessThanOrEqual(found.makespan);
      for (const rule of [scheduleReady, scheduleInTurn]) {
        const simple = rule(of, inOrder);
        expectPossible(of, simple);
        expect(found.makespan).toBeLessThanOrEqual(simple.makespan);
      }
    }),
    options,
  );
});

test('a lane that waits can be shorter than one that never does', () => {
  // The second and third, long ones, wait for the short first; the last one waits for both.
  const of = withSuccessors({
    weights: [1, 5, 10, 10, 10],
    predecessors: [[], [], [0], [0], [2, 3]],
    lanes: 2,
  });
  const inOrder = [0, 1, 2, 3, 4];
  expect(scheduleReady(of, inOrder).makespan).toBe(25);
  expect(scheduleInTurn(of, [0, 2, 3, 1, 4]).makespan).toBe(21);
  expect(shortestSchedule(of, 0)).toMatchObject({ makespan: 21, bound: 21 });
});
