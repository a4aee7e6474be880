/** What groups that were simulated apart come to together. */
import { InputError } from '../errors.ts';
import type { Address } from '../input/block.ts';
import { type AccountDiff, existsAfter, type GrowingAccountDiff, type StateDiff } from '../state/diff.ts';
import { storageKey } from '../state/key.ts';
import type { AccountState, StateSource } from '../state/source.ts';

/**
 * The difference that several groups make, each of which was simulated alone on the same state; see
 * `simulationGroups`. Balances are added to, as that of the fee recipient; all else only one of them changes.
 *
 * @param before - The state that each of them started from. What several change has to be known there.
 * @throws InputError if two change one nonce, code or slot: they were not independent.
 */
export function joinResults(before: StateSource, results: readonly StateDiff[]): StateDiff {
  const byAddress = new Map<Address, AccountDiff[]>();
  for (const result of results) {
    for (const [address, change] of result) {
      const changes = byAddress.get(address);
      if (changes === undefined) byAddress.set(address, [change]);
      else changes.push(change);
    }
  }
  const joined = new Map<Address, AccountDiff>();
  for (const [address, changes] of byAddress) {
    const [first, ...others] = changes as [AccountDiff, ...AccountDiff[]];
    joined.set(address, others.length === 0 ? first : joinChanges(before, address, changes));
  }
  return joined;
}

const NOTHING: AccountState = { balance: 0n, nonce: 0n, code: new Uint8Array(0) };

function joinChanges(before: StateSource, address: Address, changes: readonly AccountDiff[]): AccountDiff {
  const known = before.account(address);
  if (known === undefined) throw unknown(`${address}:balance`);
  const account = known ?? NOTHING;
  const real = changes.filter((change) => isChanged(before, address, account, change));
  const joined: GrowingAccountDiff = { storage: new Map() };
  // Whoever leaves an account as it was may still make it exist, or remove it because it is empty.
  if (real.length === 0) return changes.find((change) => existsAfter(change)) ?? (changes[0] as AccountDiff);
  const gone = real.filter(({ destroyed }) => destroyed === true);
  if (gone.length > 0) {
    if (real.length > 1) throw dependent(address);
    return gone[0] as AccountDiff;
  }
  let balance = account.balance;
  for (const change of real) {
    if (change.balance !== undefined) balance += change.balance - account.balance;
    if (change.nonce !== undefined && change.nonce !== account.nonce) {
      if (joined.nonce !== undefined) throw dependent(`${address}:nonce`);
      joined.nonce = change.nonce;
    }
    if (change.code !== undefined && !isSameCode(change.code, account.code)) {
      if (joined.code !== undefined) throw dependent(`${address}:code`);
      joined.code = change.code;
    }
    for (const [slot, value] of change.storage) {
      if (value === slotOf(before, address, slot)) continue;
      if (joined.storage.has(slot)) throw dependent(storageKey(address, slot));
      joined.storage.set(slot, value);
    }
  }
  if (balance !== account.balance) joined.balance = balance;
  return joined;
}

/** Whether anything of an account is other than before, apart from whether an empty one exists. */
function isChanged(
  before: StateSource,
  address: Address,
  account: AccountState,
  { balance, nonce, code, storage, destroyed }: AccountDiff,
): boolean {
  const from = destroyed === true ? NOTHING : account;
  if ((balance ?? from.balance) !== account.balance || (nonce ?? from.nonce) !== account.nonce) return true;
  if (!isSameCode(code ?? from.code, account.code)) return true;
  if (destroyed === true && before.hasStorage?.(address) !== false) return !isEmpty(account);
  for (const [slot, value] of storage) if (value !== slotOf(before, address, slot)) return true;
  return false;
}

function isEmpty({ balance, nonce, code }: AccountState): boolean {
  return balance === 0n && nonce === 0n && code.length === 0;
}

function slotOf(before: StateSource, address: Address, slot: bigint): bigint {
  const value = before.storage(address, slot);
  if (value === undefined) throw unknown(storageKey(address, slot));
  return value;
}

function isSameCode(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && a.every((byte, at) => byte === b[at]));
}

function unknown(key: string): InputError {
  return new InputError({ source: 'joinResults', path: key, expected: 'a known value before', got: 'none' });
}

function dependent(what: string): InputError {
  const got = 'several that change it';
  return new InputError({ source: 'joinResults', path: what, expected: 'groups that are independent', got });
}
