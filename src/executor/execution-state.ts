/** Pre-state as execution needs it: a source, with or without the means to send it to a thread whole. */
import type { BlockAnalysis } from '../analysis/result.ts';
import type { Address } from '../input/block.ts';
import type { StateDiff } from '../state/diff.ts';
import { addressOf, parseKey } from '../state/key.ts';
import { overlayState } from '../state/overlay.ts';
import { Snapshot, type SnapshotAccount, type SnapshotData } from '../state/snapshot.ts';
import type { StateSource } from '../state/source.ts';

/** A state source that can also say whether an account has any storage at all (EIP-7610). */
export interface ExecutionState extends StateSource {
  /** Absent: no account without code and nonce is taken to have storage. */
  readonly hasStorage?: (address: Address) => boolean;
}

/** A source with what execution asks beyond it, where the source holds its accounts in memory. */
export function executionState(source: StateSource): ExecutionState {
  const data = snapshotOf(source);
  if (data === null) return source;
  return {
    account: (address) => source.account(address),
    storage: (address, slot) => source.storage(address, slot),
    ...(source.load === undefined ? {} : { load: source.load }),
    hasStorage: (address) => {
      for (const value of data.accounts.get(address)?.storage.values() ?? []) if (value !== 0n) return true;
      return false;
    },
  };
}

/**
 * Pre-state for the workers: all of it where it is in memory, otherwise the values of the derived keys.
 *
 * @param changes - What the block's own first steps changed of `source`.
 */
export function workerState(source: StateSource, changes: StateDiff, analysis: BlockAnalysis): SnapshotData {
  const data = snapshotOf(source);
  if (data === null) return derivedState(overlayState(source, changes), analysis);
  if (changes.size === 0) return data;
  const accounts = new Map(data.accounts);
  for (const [address, { storage }] of changes) {
    const account = accounts.get(address);
    // System calls write slots of contracts that are there, and nothing else.
    if (account === undefined) continue;
    accounts.set(address, { ...account, storage: new Map([...account.storage, ...storage]) });
  }
  return { ...data, accounts };
}

/** The pre-state that a worker was sent, as a source. */
export function receivedState(data: SnapshotData): ExecutionState {
  return executionState(new Snapshot(data));
}

function snapshotOf(source: StateSource): SnapshotData | null {
  if (
    !(
      'accounts' in source &&
      'absent' in source &&
      'storageOnly' in source &&
      'codeOnly' in source &&
      'partial' in source
    )
  ) {
    return null;
  }
  const { accounts, absent, storageOnly, codeOnly, partial } = source as StateSource & SnapshotData;
  return { accounts, absent, storageOnly, codeOnly, partial };
}

/** What is not in it is unknown there: a transaction that needs more is run by the main thread. */
function derivedState(source: StateSource, analysis: BlockAnalysis): SnapshotData {
  const accounts = new Map<Address, SnapshotAccount & { readonly storage: Map<bigint, bigint> }>();
  const absent = new Set<Address>();
  for (const { accesses } of analysis.transactions) {
    for (const key of accesses.keys.keys()) {
      const address = addressOf(key);
      const account = source.account(address);
      if (account === undefined) continue;
      if (account === null) {
        absent.add(address);
        continue;
      }
      let entry = accounts.get(address);
      if (entry === undefined) {
        const { balance, nonce, code } = account;
        entry = { balance, nonce, code, storage: new Map() };
        accounts.set(address, entry);
      }
      const { slot } = parseKey(key);
      const value = slot === null ? undefined : source.storage(address, slot);
      if (slot !== null && value !== undefined) entry.storage.set(slot, value);
    }
  }
  return { accounts, absent, storageOnly: new Set(), codeOnly: new Set(), partial: true };
}
