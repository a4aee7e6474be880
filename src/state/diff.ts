/** Changes of state as plain data: what differs afterwards, with the values that it has then. */
import type { Address, Hex } from '../input/block.ts';
import { bytesToHex } from '../input/hex.ts';
import { slotHex } from './key.ts';

/**
 * What changed of one account; what is absent did not. An account that is `destroyed` and has nothing else
 * does not exist afterwards; any other one does.
 */
export interface AccountDiff {
  readonly balance?: bigint;
  readonly nonce?: bigint;
  readonly code?: Uint8Array;
  readonly storage: ReadonlyMap<bigint, bigint>;
  /** All of the account from before is gone, its storage included; the other fields come on top of nothing. */
  readonly destroyed?: true;
}

/** What has changed, by account. */
export type StateDiff = ReadonlyMap<Address, AccountDiff>;

/** A diff that grows; see `mergeDiffs`. Its owner alone changes it. */
export type GrowingDiff = Map<Address, GrowingAccountDiff>;

export interface GrowingAccountDiff extends AccountDiff {
  balance?: bigint;
  nonce?: bigint;
  code?: Uint8Array;
  readonly storage: Map<bigint, bigint>;
  destroyed?: true;
}

/** Lays a later diff onto an earlier one, in place: the later one wins. O(size of `later`). */
function layOnto(earlier: GrowingDiff, later: StateDiff): void {
  for (const [address, change] of later) {
    let account = earlier.get(address);
    if (account === undefined || change.destroyed === true) {
      account = { storage: new Map() };
      if (change.destroyed === true) account.destroyed = true;
      earlier.set(address, account);
    }
    if (change.balance !== undefined) account.balance = change.balance;
    if (change.nonce !== undefined) account.nonce = change.nonce;
    if (change.code !== undefined) account.code = change.code;
    for (const [slot, value] of change.storage) account.storage.set(slot, value);
  }
}

/** One diff for several, in order: later ones win. */
export function mergeDiffs(diffs: Iterable<StateDiff>): GrowingDiff {
  const merged: GrowingDiff = new Map();
  for (const diff of diffs) layOnto(merged, diff);
  return merged;
}

/** Whether the account exists afterwards. An account that has an entry and is not destroyed does. */
export function existsAfter(change: AccountDiff): boolean {
  if (change.destroyed !== true) return true;
  const { balance, nonce, code, storage } = change;
  return balance !== undefined || nonce !== undefined || code !== undefined || storage.size > 0;
}

/** `AccountDiff` with quantities as hex. */
export interface AccountDiffJson {
  balance?: Hex;
  nonce?: Hex;
  code?: Hex;
  storage?: Record<Hex, Hex>;
  destroyed?: true;
}

/** A diff for JSON: addresses and slots ascending, slots and their values 32 bytes wide. */
export function diffToJson(diff: StateDiff): Record<Address, AccountDiffJson> {
  const json: Record<Address, AccountDiffJson> = {};
  const accounts = [...diff].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [address, { balance, nonce, code, storage, destroyed }] of accounts) {
    const account: AccountDiffJson = {};
    if (destroyed === true) account.destroyed = true;
    if (balance !== undefined) account.balance = `0x${balance.toString(16)}`;
    if (nonce !== undefined) account.nonce = `0x${nonce.toString(16)}`;
    if (code !== undefined) account.code = bytesToHex(code);
    if (storage.size > 0) {
      const slots = [...storage].sort(([a], [b]) => (a < b ? -1 : 1));
      account.storage = Object.fromEntries(slots.map(([slot, value]) => [slotHex(slot), slotHex(value)]));
    }
    json[address] = account;
  }
  return json;
}
