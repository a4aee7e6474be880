/** Who comes first among those that may start at the same time. */
import { expect, test } from '@jest/globals';
import { analyzeBlock } from '../../../src/analysis/block.ts';
import { Deferral } from '../../../src/executor/deferral.ts';
import { LineUp } from '../../../src/executor/dispatch/line-up.ts';
import { buildConflictGraph } from '../../../src/graph/build.ts';
import { type Plan, planSchedule } from '../../../src/graph/plan.ts';
import { snapshotState } from '../../../src/state/prestate.ts';
import { BOXES, blockOfCalls, DEFERRAL_PRESTATE } from '../../generators/deferral.ts';

const [BOX] = BOXES;
/** Two that have nothing to do with each other, and one that waits for the first. */
const input = blockOfCalls([
  { sender: 0, to: BOX, data: [1n, 0n] },
  { sender: 1, to: BOXES[1], data: [2n, 0n] },
  { sender: 2, to: BOX, data: [3n, 0n] },
]);

/** Starts one after the other at one worker, each committed before the next. */
function startsOf(plan: Plan | null): number[] {
  const state = snapshotState(DEFERRAL_PRESTATE);
  const analysis = analyzeBlock(input, { state });
  const graph = buildConflictGraph(analysis);
  const results: unknown[] = input.transactions.map(() => undefined);
  const lineUp = new LineUp({ granularity: 'transaction', places: 1, results });
  if (plan !== null) lineUp.follow(plan);
  lineUp.read(new Deferral(analysis, graph, state));
  const started: number[] = [];
  for (;;) {
    const [next] = lineUp.startable(0, 1);
    if (next === undefined) return started;
    started.push(next.index);
    lineUp.give(next.index, 0);
    results[next.index] = true;
    lineUp.commit(next.index);
  }
}

test('by the heaviest path to the end, where there is no plan', () => {
  expect(startsOf(null)).toEqual([0, 1, 2]);
});

test('as a plan starts them, as far as predecessors allow', () => {
  const graph = buildConflictGraph(analyzeBlock(input, { state: snapshotState(DEFERRAL_PRESTATE) }));
  const plan = planSchedule(graph, { workers: 1 });
  const backwards = plan.lanes.map((lane) =>
    lane.map((task) => ({ ...task, start: BigInt(input.transactions.length - task.transaction) })),
  );
  expect(startsOf({ ...plan, lanes: backwards })).toEqual([1, 0, 2]);
});
