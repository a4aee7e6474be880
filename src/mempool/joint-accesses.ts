/** What an order touches as a whole. */
import type { AccessMode, AccessSet, SlotOrigin } from '../analysis/access.ts';
import type { TransactionAnalysis } from '../analysis/result.ts';
import type { StateKey } from '../state/key.ts';

/** The accesses of all transactions of an order; two modes of one key add up. */
export function jointAccesses(analyses: readonly TransactionAnalysis[]): AccessSet {
  const [first, ...others] = analyses;
  if (first === undefined) return { keys: new Map(), regions: [], origins: new Map() };
  if (others.length === 0) return first.accesses;
  const keys = new Map<StateKey, AccessMode>();
  const origins = new Map<StateKey, SlotOrigin>();
  for (const { accesses } of analyses) {
    for (const [key, mode] of accesses.keys) {
      const old = keys.get(key);
      keys.set(key, old === undefined || old === mode ? mode : 'write');
    }
    for (const [key, origin] of accesses.origins) origins.set(key, origin);
  }
  return { keys, regions: analyses.flatMap(({ accesses }) => accesses.regions), origins };
}
