/** On what the transactions of the longest chain wait for each other. */
import type { ConflictGraph } from '../graph/conflict-graph.ts';

/** For each but the last the key, or the text of a region, on which it meets the next; `null`: a resolve step. */
export function chainLinks({ criticalPath: { transactions }, edges }: ConflictGraph): (string | null)[] {
  const next = new Map(transactions.map((index, position) => [index, transactions[position + 1]]));
  const linkAfter = new Map<number, string>();
  for (const { from, to, keys } of edges) {
    if (next.get(from) === to && keys[0] !== undefined) linkAfter.set(from, keys[0]);
  }
  return transactions.slice(0, -1).map((index) => linkAfter.get(index) ?? null);
}
