/** When transactions could start at the earliest. */
import type { ConflictGraph } from './conflict-graph.ts';

/** By transaction: gas before which it cannot start, on any number of workers. O(transactions + edges). */
export function earliestStarts({ gas, predecessors }: ConflictGraph): Float64Array {
  const earliest = new Float64Array(gas.length);
  for (const [index, before] of predecessors.entries()) {
    for (const other of before) {
      const end = (earliest[other] as number) + Number(gas[other]);
      earliest[index] = Math.max(earliest[index] as number, end);
    }
  }
  return earliest;
}
