/**
 * A block as a worker gets it that runs it by its access list (`listed-run.ts`): its transactions, the list, and the
 * state before the first one as far as the list names it. Serialised once, in shared memory.
 */
import { deserialize, serialize } from 'node:v8';
import type { Address, Transaction } from '../../input/block.ts';
import type { BlockAccessList } from '../../input/block-access-list/list.ts';
import { Snapshot, type SnapshotAccount } from '../../state/snapshot.ts';
import type { StateSource } from '../../state/source.ts';
import { ListedChanges } from '../access-list/listed-changes.ts';

/** What is not in it is unknown to the worker: a transaction that needs more is run by the main thread. */
interface ListedBlockData {
  readonly transactions: readonly Transaction[];
  readonly list: BlockAccessList;
  readonly accounts: ReadonlyMap<Address, SnapshotAccount>;
  readonly absent: ReadonlySet<Address>;
  /** Accounts with slots that are not zero (EIP-7610). */
  readonly withStorage: ReadonlySet<Address>;
}

export interface ListedBlock {
  readonly transactions: readonly Transaction[];
  readonly changes: ListedChanges;
  /** Before the first transaction. */
  readonly state: StateSource;
}

/** @param state - Before the first transaction. */
export function sharedBlock(
  transactions: readonly Transaction[],
  list: BlockAccessList,
  state: StateSource,
): SharedArrayBuffer {
  const accounts = new Map<Address, SnapshotAccount>();
  const absent = new Set<Address>();
  const withStorage = new Set<Address>();
  for (const { address, storageChanges, storageReads } of list) {
    const account = state.account(address);
    if (account === null) absent.add(address);
    if (account === null || account === undefined) continue;
    const storage = new Map<bigint, bigint>();
    for (const slot of [...storageChanges.map((one) => one.slot), ...storageReads]) {
      const value = state.storage(address, slot);
      if (value !== undefined) storage.set(slot, value);
    }
    accounts.set(address, { ...account, storage });
    if (state.hasStorage?.(address) === true) withStorage.add(address);
  }
  const data: ListedBlockData = { transactions, list, accounts, absent, withStorage };
  const bytes = serialize(data);
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return shared;
}

/** The inverse of `sharedBlock`. */
export function receivedBlock(shared: SharedArrayBuffer): ListedBlock {
  const data = deserialize(new Uint8Array(shared).slice()) as ListedBlockData;
  const { transactions, list, accounts, absent, withStorage } = data;
  const none = new Set<Address>();
  const known = new Snapshot({ accounts, absent, storageOnly: none, codeOnly: none, partial: true });
  const state: StateSource = {
    account: (address) => known.account(address),
    storage: (address, slot) => known.storage(address, slot),
    hasStorage: (address) => withStorage.has(address),
  };
  return { transactions, changes: new ListedChanges(list), state };
}
