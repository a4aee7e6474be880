/** What the analysis of a transaction says where it is one of a mempool. */
import { type Place, REASONS } from './reason.ts';
import type { TransactionAnalysis } from './result.ts';
import { NO_EFFECTS } from './write-index.ts';

/** Nobody is certain to come before it, so there is nobody to wait for. */
export function asUnordered(one: TransactionAnalysis): TransactionAnalysis {
  return one.status === 'deferred'
    ? { ...one, status: 'unbounded', pending: [], waitsFor: [], resolveAfter: [] }
    : one;
}

/** The same transaction if its sets grow with those of others, round after round: it may touch anything. */
export function unsettled(one: TransactionAnalysis, at: Place): TransactionAnalysis {
  const everything = { shape: 'everything', address: null, field: 'any', mode: 'write' } as const;
  const code = 'round-limit';
  const reason = { code, message: REASONS[code], at, dependsOn: [], writtenBy: new Map() } as const;
  return {
    ...one,
    status: 'unbounded',
    reasons: [reason, ...one.reasons],
    accesses: { ...one.accesses, regions: [...one.accesses.regions, everything] },
    effects: NO_EFFECTS,
  };
}
