/** Compares what a transaction was seen to do with what was derived for it: anything outside is an escape. */
import type { AccessMode, AccessSet } from '../analysis/access.ts';
import { accessCovers } from '../analysis/overlap.ts';
import type { Status } from '../analysis/result.ts';
import type { Address } from '../input/block.ts';
import { accountKey, type StateKey, storageKey } from '../state/key.ts';
import type { Ran } from './transaction-runner.ts';

/** An observed access outside the derived set: a defect of the analysis. */
export interface Escape {
  readonly transaction: number;
  /** A key, or `<address>:storage` for the whole storage of an account. */
  readonly key: StateKey;
  readonly mode: AccessMode;
}

/**
 * All escapes of a transaction, in the order in which they were first touched. A recording does not tell what was read
 * from what was written and left as it was (a lock, a balance that is passed on); to other transactions both are a
 * read.
 */
export function findEscapes(accesses: AccessSet, ran: Ran, status?: Status): Escape[] {
  const escapes: Escape[] = [];
  const changed = status === 'recorded' ? changedKeys(ran) : null;
  for (const [key, mode] of ran.observed.keys) {
    const origin = ran.origins.get(key);
    if (accessCovers(accesses, key, mode, origin)) continue;
    const isLeftAsItWas = changed !== null && !changed.has(key);
    if (isLeftAsItWas && accessCovers(accesses, key, 'read', origin)) continue;
    escapes.push({ transaction: ran.index, key, mode });
  }
  for (const address of ran.observed.storages) {
    if (!coversStorage(accesses, address)) {
      escapes.push({ transaction: ran.index, key: `${address}:storage`, mode: 'write' });
    }
  }
  return escapes;
}

/** Whether observed slots have to be traced to their hashes before they can be compared. */
export function needsOrigins(accesses: AccessSet): boolean {
  return accesses.regions.some(({ shape }) => shape === 'mapping');
}

function changedKeys({ diff }: Ran): ReadonlySet<StateKey> {
  const keys = new Set<StateKey>();
  for (const { address, slots, ...fields } of diff) {
    for (const field of ['balance', 'nonce', 'code'] as const) {
      if (fields[field] !== undefined) keys.add(accountKey(address, field));
    }
    for (const [slot] of slots) keys.add(storageKey(address, slot));
  }
  return keys;
}

function coversStorage({ regions }: AccessSet, address: Address): boolean {
  return regions.some((region) => {
    if (region.mode !== 'write') return false;
    switch (region.shape) {
      case 'everything':
        return region.field === 'any' || region.field === 'storage';
      case 'account':
        return region.address === address;
      case 'array':
      case 'mapping':
        return false;
      default:
        return region satisfies never;
    }
  });
}
