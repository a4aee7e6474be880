/** The resolve steps of a block: when deferred transactions are derived again. */
import type { Resolution } from './conflict-graph.ts';
import type { Wait } from './conflicts.ts';

/** One for each transaction that waits to be derived again, or did. O(transactions + waits). */
export function findResolutions(transactions: readonly Wait[]): Resolution[] {
  const resolutions: Resolution[] = [];
  for (const { index, resolveAfter, heldBy } of transactions) {
    if (resolveAfter.length === 0) continue;
    const after = new Set(resolveAfter);
    for (const holder of heldBy)
      for (const other of transactions[holder]?.resolveAfter ?? []) after.add(other);
    resolutions.push({ transaction: index, after: [...after].sort((a, b) => a - b) });
  }
  return resolutions;
}

/**
 * When each of them is resolved: what it waits for has ended.
 *
 * @param end - By transaction.
 * @returns By transaction.
 */
export function resolvedAt(resolutions: readonly Resolution[], end: Float64Array): Map<number, number> {
  return new Map(
    resolutions.map(({ transaction, after }) => [
      transaction,
      after.reduce((latest, other) => Math.max(latest, end[other] as number), 0),
    ]),
  );
}
