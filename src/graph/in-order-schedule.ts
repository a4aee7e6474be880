/** How long a block takes on lanes that take its transactions in block order. */
import { scheduleTasks } from './list-schedule.ts';

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
  const levels = Float64Array.from(weights, (_, index) => -index);
  return scheduleTasks({ weights, levels, predecessors, successors }, lanes).makespan;
}
