/** From conflicts to the graph of who waits for whom. Runs wherever JavaScript does: nothing here hashes. */
import { findComponents } from './components.ts';
import type { ConflictGraph } from './conflict-graph.ts';
import type { Conflicts } from './conflicts.ts';
import { findCriticalPath } from './critical-path.ts';
import { findEdges } from './edges.ts';
import { findHotKeys } from './hot-keys.ts';
import { findResolutions } from './resolutions.ts';

/** O(conflicts of neighbouring accesses), and transactions² / 32 bits for leaving out implied edges. */
export function graphOf(conflicts: Conflicts): ConflictGraph {
  const { gas, waits } = conflicts;
  const edges = findEdges(conflicts);
  const predecessors: number[][] = gas.map(() => []);
  const successors: number[][] = gas.map(() => []);
  for (const { from, to } of edges) {
    predecessors[to]?.push(from);
    successors[from]?.push(to);
  }
  const components = findComponents(gas, predecessors);
  const componentOf: number[] = gas.map(() => 0);
  for (const { id, transactions: members } of components)
    for (const index of members) componentOf[index] = id;
  return {
    gas,
    predecessors,
    successors,
    edges,
    components,
    componentOf,
    criticalPath: findCriticalPath(gas, predecessors),
    resolutions: findResolutions(waits),
    hotKeys: findHotKeys(gas, conflicts),
  };
}
