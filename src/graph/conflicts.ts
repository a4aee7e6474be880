/**
 * What is left of a block's access sets once their keys and regions are compared with each other: numbers and
 * text. Everything about the conflict graph follows from it, also where there is no analysis at hand.
 */
import { describeRegion } from '../analysis/overlap.ts';
import type { BlockAnalysis } from '../analysis/result.ts';
import { type AccessRows, tabulateAccesses } from './access-table.ts';
import { indexRegions, type RegionIndex } from './region-index.ts';

/** Whom a transaction waits for because of deferred ones; see `TransactionAnalysis`. */
export interface Wait {
  readonly index: number;
  readonly resolveAfter: readonly number[];
  readonly heldBy: readonly number[];
}

export interface Conflicts extends AccessRows {
  /** Gas of each transaction, in block order. */
  readonly gas: readonly bigint[];
  /** One for each transaction, in block order. */
  readonly waits: readonly Wait[];
  /** By location, from `keys.length`: the regions in words. */
  readonly regionTexts: readonly string[];
  /** Which regions each location meets; empty where the block has none. */
  readonly regionsOf: RegionIndex;
}

/** O(accesses), and for each account with regions its regions times its keys and regions. */
export function findConflicts({ transactions }: BlockAnalysis): Conflicts {
  const { regions, ...rows } = tabulateAccesses(transactions);
  return {
    ...rows,
    gas: transactions.map(({ gasEstimate }) => gasEstimate),
    waits: transactions,
    regionTexts: regions.map(describeRegion),
    regionsOf: indexRegions({ ...rows, regions }, transactions),
  };
}
