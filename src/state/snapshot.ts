/** Pre-state held in memory: what a file says of the accounts, as plain data that can be posted to a thread. */
import type { Address } from '../input/block.ts';
import type { AccountState, StateSource } from './source.ts';

/** An account with those of its slots that are known. Accounts with equal code share one array. */
export interface SnapshotAccount extends AccountState {
  readonly storage: ReadonlyMap<bigint, bigint>;
}

/** What a snapshot holds; structured cloning keeps it whole, shared code arrays included. */
export interface SnapshotData {
  /** Accounts that exist, empty ones too (before EIP-161 they make a difference). */
  readonly accounts: ReadonlyMap<Address, SnapshotAccount>;
  /** Accounts said not to exist. */
  readonly absent: ReadonlySet<Address>;
  /** Those of `accounts` of which neither balance nor code was given. */
  readonly storageOnly: ReadonlySet<Address>;
  /** Those of `accounts` of which no balance was given, but code. */
  readonly codeOnly: ReadonlySet<Address>;
  /** Whether what is missing is unknown, instead of empty. */
  readonly partial: boolean;
}

/** A `StateSource` over such data. Has nowhere to load from. */
export class Snapshot implements StateSource, SnapshotData {
  readonly accounts: ReadonlyMap<Address, SnapshotAccount>;
  readonly absent: ReadonlySet<Address>;
  readonly storageOnly: ReadonlySet<Address>;
  readonly codeOnly: ReadonlySet<Address>;
  readonly partial: boolean;

  constructor(data: SnapshotData) {
    this.accounts = data.accounts;
    this.absent = data.absent;
    this.storageOnly = data.storageOnly;
    this.codeOnly = data.codeOnly;
    this.partial = data.partial;
  }

  /** The same, with what is missing unknown. */
  knownOnly(): Snapshot {
    return this.partial ? this : new Snapshot({ ...this, partial: true });
  }

  account(address: Address): AccountState | null | undefined {
    const account = this.accounts.get(address);
    if (account === undefined) return this.partial && !this.absent.has(address) ? undefined : null;
    const isIncomplete = this.storageOnly.has(address) || this.codeOnly.has(address);
    return this.partial && isIncomplete ? undefined : account;
  }

  code(address: Address): Uint8Array | undefined {
    return this.codeOnly.has(address) ? this.accounts.get(address)?.code : this.account(address)?.code;
  }

  hasStorage(address: Address): boolean {
    for (const value of this.accounts.get(address)?.storage.values() ?? []) if (value !== 0n) return true;
    return false;
  }

  storage(address: Address, slot: bigint): bigint | undefined {
    const value = this.accounts.get(address)?.storage.get(slot);
    if (value !== undefined) return value;
    return this.partial && !this.absent.has(address) ? undefined : 0n;
  }
}
