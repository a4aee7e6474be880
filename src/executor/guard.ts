/** Compares what a transaction was seen to do with what was derived for it: anything outside is an escape. */
import type { AccessMode, AccessSet } from '../analysis/access.ts';
import { accessCovers } from '../analysis/overlap.ts';
import type { Address } from '../input/block.ts';
import type { StateKey } from '../state/key.ts';
import type { Ran } from './transaction-runner.ts';

/** An observed access outside the derived set: a defect of the analysis. */
export interface Escape {
  readonly transaction: number;
  /** A key, or `<address>:storage` for the whole storage of an account. */
  readonly key: StateKey;
  readonly mode: AccessMode;
}

/** All escapes of a transaction, in the order in which they were first touched. */
export function findEscapes(accesses: AccessSet, ran: Ran): Escape[] {
  const escapes: Escape[] = [];
  for (const [key, mode] of ran.observed.keys) {
    if (!accessCovers(accesses, key, mode, ran.origins.get(key))) {
      escapes.push({ transaction: ran.index, key, mode });
    }
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
