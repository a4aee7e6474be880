/**
 * Numbers for the state keys of a block, so that what has to be known of each key is looked up by text once.
 * Here the whole storage of an account is a location as well.
 */
import type { AccessSet } from '../analysis/access.ts';
import type { Address } from '../input/block.ts';
import { type Field, parseKey, type StateKey } from '../state/key.ts';
import { ACCESS_BITS, WRITE } from './access-table.ts';

/** What a location is; `slot` is 0n but for slots. */
export interface Location {
  readonly address: Address;
  /** Number of the address, from 0 in order of first use. */
  readonly account: number;
  readonly field: Field | 'all-storage';
  readonly slot: bigint;
}

/** The accesses of one transaction: location and mode bits, each location once, in the order of its set. */
export interface Rows {
  readonly locations: readonly number[];
  readonly modes: readonly number[];
}

export class Locations {
  /** By number. */
  readonly all: Location[] = [];
  readonly #keys = new Map<StateKey, number>();
  readonly #storages = new Map<Address, number>();
  readonly #accounts = new Map<Address, number>();

  /** The rows of an access set; regions other than the whole storage of an account are left out. */
  rowsOf({ keys, regions }: AccessSet): Rows {
    const locations: number[] = [];
    const modes: number[] = [];
    for (const [key, mode] of keys) {
      locations.push(this.#ofKey(key));
      modes.push(ACCESS_BITS[mode]);
    }
    for (const region of regions) {
      if (region.shape !== 'account') continue;
      locations.push(this.#ofStorage(region.address));
      modes.push(region.mode === 'read' ? ACCESS_BITS.read : WRITE);
    }
    return { locations, modes };
  }

  #ofKey(key: StateKey): number {
    let location = this.#keys.get(key);
    if (location === undefined) {
      const { address, field, slot } = parseKey(key);
      location = this.all.push({ address, account: this.#numberOf(address), field, slot: slot ?? 0n }) - 1;
      this.#keys.set(key, location);
    }
    return location;
  }

  #ofStorage(address: Address): number {
    let location = this.#storages.get(address);
    if (location === undefined) {
      const account = this.#numberOf(address);
      location = this.all.push({ address, account, field: 'all-storage', slot: 0n }) - 1;
      this.#storages.set(address, location);
    }
    return location;
  }

  #numberOf(address: Address): number {
    let account = this.#accounts.get(address);
    if (account === undefined) {
      account = this.#accounts.size;
      this.#accounts.set(address, account);
    }
    return account;
  }
}
