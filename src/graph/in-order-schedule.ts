/** How long a block takes on lanes that take its transactions in block order. */
import type { ConflictGraph } from './conflict-graph.ts';
import { type LaneSchedule, type LaneTasks, scheduleInTurn, scheduleReady } from './lane-schedule.ts';
import { weigh } from './weights.ts';

/** A schedule that follows the block's order, and by which rule. */
export interface InOrderSchedule extends LaneSchedule {
  readonly rule: 'ready' | 'in-turn';
}

/** The transactions of a graph as tasks, in units of `weigh`. */
export function tasksOf({ gas, predecessors, successors }: ConflictGraph, lanes: number): LaneTasks {
  const startsAfter = predecessors.map(() => null);
  return { weights: weigh(gas).values, predecessors, successors, startsAfter, lanes };
}

/** The shorter one of two schedules that follow the block's order; of equals `ready`. */
export function scheduleInOrder(tasks: LaneTasks): InOrderSchedule {
  const inOrder = [...tasks.weights.keys()];
  const ready = scheduleReady(tasks, inOrder);
  const inTurn = scheduleInTurn(tasks, inOrder);
  return inTurn.makespan < ready.makespan ? { rule: 'in-turn', ...inTurn } : { rule: 'ready', ...ready };
}

/**
 * Weight until the last lane is done, where a free lane takes the first transaction of the block whose predecessors
 * are done.
 *
 * @param predecessors - Of each transaction; all lower than itself.
 */
export function inOrderMakespan(
  weights: Float64Array,
  predecessors: readonly (readonly number[])[],
  lanes: number,
): number {
  const successors: number[][] = predecessors.map(() => []);
  for (const [to, before] of predecessors.entries()) for (const from of before) successors[from]?.push(to);
  const startsAfter = predecessors.map(() => null);
  return scheduleReady({ weights, predecessors, successors, startsAfter, lanes }, [...weights.keys()])
    .makespan;
}
