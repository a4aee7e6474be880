/** Graph and plan of the block, as it is or with changes, by the library's own functions. */
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { Conflicts } from '../graph/conflicts.ts';
import { earliestStarts } from '../graph/earliest.ts';
import { graphOf } from '../graph/graph-of.ts';
import { type Granularity, type Plan, planSchedule } from '../graph/plan.ts';
import { type Change, conflictsWith, orderWith } from '../graph/scenario.ts';

/** Graph and plan count in places; everything that people see is named by transaction. */
export interface Outcome {
  /** By place: the transaction's index in the block as it is. */
  readonly order: readonly number[];
  /** By transaction: its place, or -1 if it was dropped. */
  readonly placeOf: Int32Array;
  readonly graph: ConflictGraph;
  readonly plan: Plan;
  /** By place: gas before which it cannot start, on any number of workers. */
  readonly earliest: Float64Array;
  readonly isCritical: Uint8Array;
  readonly totalGas: number;
}

export interface Width {
  readonly workers: number;
  readonly granularity: Granularity;
}

export function outcomeOf(base: Conflicts, changes: readonly Change[], width: Width): Outcome {
  const order = orderWith(changes, base.gas.length);
  const graph = graphOf(changes.length === 0 ? base : conflictsWith(base, changes, order));
  const placeOf = new Int32Array(base.gas.length).fill(-1);
  for (const [place, transaction] of order.entries()) placeOf[transaction] = place;
  const isCritical = new Uint8Array(order.length);
  for (const place of graph.criticalPath.transactions) isCritical[place] = 1;
  return {
    order,
    placeOf,
    graph,
    plan: planSchedule(graph, width),
    earliest: earliestStarts(graph),
    isCritical,
    totalGas: graph.gas.reduce((sum, gas) => sum + Number(gas), 0),
  };
}
