/**
 * What a transaction was seen to do: as bits where it is counted and sent between threads, as keys where it is
 * read. The keys are made when somebody asks for them.
 */
import type { AccessMode } from '../analysis/access.ts';
import type { Address } from '../input/block.ts';
import { accountKey, type StateKey, storageKey } from '../state/key.ts';

/** How a key was observed, as bits: a transaction may do several of them. */
export const OBSERVED = { read: 1, write: 2, delta: 4 } as const;

/** Where in an account's bits those of its fields are. */
export const FIELD_SHIFT = { balance: 0, nonce: 3, code: 6 } as const;
/** Of an account: its whole storage was written. */
export const OBSERVED_STORAGE = 1 << 9;
/** Of an account: EIP-7928 counts it as accessed. */
export const REACHED = 1 << 10;
/** Of a slot: EIP-7928 counts it as accessed. */
export const REACHED_SLOT = 1 << 3;

/** What one transaction was seen to do. */
export interface Observed {
  readonly keys: ReadonlyMap<StateKey, AccessMode>;
  /** Accounts whose whole storage was written: those created or destroyed. */
  readonly storages: readonly Address[];
  /** Accounts that EIP-7928 counts as accessed though none of their keys is in `keys`: precompiles, mostly. */
  readonly touched: readonly Address[];
  /** Of `keys`, accounts and slots that EIP-7928 does not count: the gas to reach them was not there. */
  readonly unreached: readonly (Address | StateKey)[];
}

/** An account with the bits of what was observed of it. */
export interface ObservedAccount {
  readonly address: Address;
  readonly bits: number;
  readonly slots: Iterable<readonly [slot: bigint, bits: number]>;
}

/** The strongest mode of what was observed of one key. */
function modeOf(bits: number): AccessMode {
  const own = bits & 7;
  if ((own & OBSERVED.write) !== 0 || own === (OBSERVED.read | OBSERVED.delta)) return 'write';
  return own === OBSERVED.delta ? 'delta' : 'read';
}

/** @param accounts - Asked for at most once, when something is looked at. */
export function observedOf(accounts: () => Iterable<ObservedAccount>): Observed {
  let found: Observed | null = null;
  const find = (): Observed => {
    found ??= keysOf(accounts());
    return found;
  };
  return {
    get keys() {
      return find().keys;
    },
    get storages() {
      return find().storages;
    },
    get touched() {
      return find().touched;
    },
    get unreached() {
      return find().unreached;
    },
  };
}

function keysOf(accounts: Iterable<ObservedAccount>): Observed {
  const keys = new Map<StateKey, AccessMode>();
  const storages: Address[] = [];
  const touched: Address[] = [];
  const unreached: (Address | StateKey)[] = [];
  for (const { address, bits, slots } of accounts) {
    const before = keys.size;
    for (const field of ['balance', 'nonce', 'code'] as const) {
      const own = (bits >> FIELD_SHIFT[field]) & 7;
      if (own !== 0) keys.set(accountKey(address, field), modeOf(own));
    }
    if ((bits & OBSERVED_STORAGE) !== 0) storages.push(address);
    for (const [slot, own] of slots) {
      if ((own & 7) === 0) continue;
      const key = storageKey(address, slot);
      keys.set(key, modeOf(own));
      if ((own & REACHED_SLOT) === 0) unreached.push(key);
    }
    const isReached = (bits & REACHED) !== 0;
    if (isReached !== keys.size > before) (isReached ? touched : unreached).push(address);
  }
  return { keys, storages, touched, unreached };
}
