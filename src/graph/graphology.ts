/** The conflict graph in the shape that graphology and its algorithms read. Nodes are named by index, as text. */
import { DirectedGraph } from 'graphology';
import type { ConflictGraph } from './conflict-graph.ts';

export interface NodeAttributes {
  /** As a number, for layouts and exports; exact up to 2^53. */
  readonly gas: number;
  readonly component: number;
  /** Whether the transaction is on the critical path. */
  readonly isCritical: boolean;
}

export interface EdgeAttributes {
  readonly keys: readonly string[];
  /** Whether the edge is a step of the critical path. */
  readonly isCritical: boolean;
}

/** A new graph with all that is known of nodes and edges as attributes; nodes and edges in block order, edges named `from-to`. */
export function toGraphology(graph: ConflictGraph): DirectedGraph<NodeAttributes, EdgeAttributes> {
  const { transactions: path } = graph.criticalPath;
  const isCritical = new Set(path);
  const nextOf = new Map(path.map((transaction, at) => [transaction, path[at + 1]]));
  const result = new DirectedGraph<NodeAttributes, EdgeAttributes>();
  for (const [index, gas] of graph.gas.entries()) {
    const component = graph.componentOf[index] as number;
    result.addNode(index, { gas: Number(gas), component, isCritical: isCritical.has(index) });
  }
  for (const { from, to, keys } of graph.edges) {
    result.addDirectedEdgeWithKey(`${from}-${to}`, from, to, { keys, isCritical: nextOf.get(from) === to });
  }
  return result;
}
