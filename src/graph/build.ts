/** From access sets to the conflict graph: the table of contents of this folder's first half. */
import type { BlockAnalysis } from '../analysis/result.ts';
import { tabulateAccesses } from './access-table.ts';
import { findComponents } from './components.ts';
import type { ConflictGraph } from './conflict-graph.ts';
import { findCriticalPath } from './critical-path.ts';
import { findEdges } from './edges.ts';
import { findHotKeys } from './hot-keys.ts';
import { findResolutions } from './resolutions.ts';

/**
 * The conflict graph of an analysed block. For an unordered set of transactions the given order stands for
 * any other: edges run from lower to higher indices too.
 *
 * O(accesses + conflicts of neighbouring accesses), and transactions² / 32 bits for leaving out implied edges.
 */
export function buildConflictGraph(analysis: BlockAnalysis): ConflictGraph {
  const { transactions } = analysis;
  const gas = transactions.map((transaction) => transaction.gasEstimate);
  const table = tabulateAccesses(transactions);
  const edges = findEdges(transactions, table);
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
    resolutions: findResolutions(transactions),
    hotKeys: findHotKeys(gas, table),
  };
}
