/** From access sets to the conflict graph: the table of contents of this folder's first half. */
import type { BlockAnalysis } from '../analysis/result.ts';
import type { ConflictGraph } from './conflict-graph.ts';
import { findConflicts } from './conflicts.ts';
import { graphOf } from './graph-of.ts';

/**
 * The conflict graph of an analysed block. For an unordered set of transactions the given order stands for
 * any other: edges run from lower to higher indices too.
 *
 * O(accesses + conflicts of neighbouring accesses), and transactions² / 32 bits for leaving out implied edges.
 */
export function buildConflictGraph(analysis: BlockAnalysis): ConflictGraph {
  return graphOf(findConflicts(analysis));
}
