/** On what two transactions meet: the causing keys of an edge. */
import { bitsConflict } from '../graph/access-table.ts';
import type { Edge } from '../graph/conflict-graph.ts';
import type { Outcome } from './outcome.ts';

/** Edges into and out of a transaction, as transactions. */
export interface Neighbour {
  readonly transaction: number;
  /** Empty: one waits for the other to be derived again, not for a key. */
  readonly keys: readonly string[];
}

/** Direct neighbours of one side, in block order. */
export function neighboursOf(
  { graph, order, placeOf }: Outcome,
  transaction: number,
  side: 'predecessors' | 'successors',
): Neighbour[] {
  const place = placeOf[transaction];
  const isEdge = ({ from, to }: Edge): boolean => (side === 'predecessors' ? to === place : from === place);
  return graph.edges.filter(isEdge).map(({ from, to, keys }) => ({
    transaction: order[side === 'predecessors' ? from : to] as number,
    keys,
  }));
}

/** Mode bits in words. */
export function modeText(mode: number): string {
  if (bitsConflict(mode, mode)) return 'write';
  return mode === 1 ? 'read' : 'delta';
}
