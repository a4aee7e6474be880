/**
 * Who reads what whom has written: the dependencies of executors that keep several versions of the state (Block-STM),
 * where a later write never disturbs an earlier read. Nothing commutes there: who adds to a balance reads it.
 */
import type { TransactionAnalysis } from '../analysis/result.ts';
import { DELTA, tabulateAccesses } from './access-table.ts';
import { PathPruner } from './path-pruner.ts';
import { indexRegions } from './region-index.ts';

const NONE = -1;
const NO_REGIONS: readonly number[] = [];

/**
 * The direct dependencies of each transaction, ascending. Those that others imply are left out. Whatever a
 * transaction may touch counts as read, whatever it may write or add to as written; pending regions count like any.
 *
 * O(accesses), and for each region those that write in it.
 */
export function findDependencies(transactions: readonly TransactionAnalysis[]): number[][] {
  const settled = transactions.map((one) => (one.pending.length === 0 ? one : { ...one, pending: [] }));
  const table = tabulateAccesses(settled);
  const { keys, regions, rowStart, locations, modes } = table;
  const regionsOf = indexRegions(table, settled);
  const lastWriter = new Int32Array(keys.length + regions.length).fill(NONE);
  /** By region: who wrote something of it since it was written as a whole. */
  const writersWithin = regions.map((): number[] => []);
  const pruner = new PathPruner(transactions.length);
  return transactions.map((_, index) => {
    const rows = Array.from(
      { length: (rowStart[index + 1] ?? 0) - (rowStart[index] ?? 0) },
      (_row, at) => (rowStart[index] ?? 0) + at,
    );
    const found: number[] = [];
    const meet = (location: number): void => {
      const writer = lastWriter[location] ?? NONE;
      if (writer !== NONE) found.push(writer);
    };
    for (const row of rows) {
      const location = locations[row] as number;
      meet(location);
      for (const region of regionsOf[location] ?? NO_REGIONS) meet(region);
      found.push(...(writersWithin[location - keys.length] ?? []));
    }
    for (const row of rows) {
      if (((modes[row] as number) & DELTA) === 0) continue;
      const location = locations[row] as number;
      lastWriter[location] = index;
      for (const region of regionsOf[location] ?? NO_REGIONS) {
        const writers = writersWithin[region - keys.length];
        if (writers?.at(-1) !== index) writers?.push(index);
      }
      const own = writersWithin[location - keys.length];
      if (own !== undefined) own.length = 0;
    }
    const kept = pruner.lastOf(found);
    pruner.enter(index, kept);
    return kept;
  });
}
