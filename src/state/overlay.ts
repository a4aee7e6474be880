/** State after changes: a source over another one. */
import type { Address } from '../input/block.ts';
import { type AccountDiff, existsAfter, type StateDiff } from './diff.ts';
import type { AccountState, StateSource } from './source.ts';

const NO_ACCOUNT: AccountState = { balance: 0n, nonce: 0n, code: new Uint8Array(0) };

/**
 * The state that `changes` make of `base`. Both are looked at when asked, so the overlay follows a diff that
 * grows; whoever lets it grow sees to it that answers do not change under a reader.
 *
 * An account of which a field is neither changed nor known in `base` is unknown.
 */
export function overlayState(base: StateSource, changes: StateDiff): StateSource {
  const source = {
    account: (address: Address) => {
      const change = changes.get(address);
      return change === undefined ? base.account(address) : changedAccount(base, address, change);
    },
    storage: (address: Address, slot: bigint) => {
      const change = changes.get(address);
      const value = change?.storage.get(slot);
      if (value !== undefined) return value;
      return change?.destroyed === true ? 0n : base.storage(address, slot);
    },
  };
  const hasStorage = (address: Address): boolean => {
    const change = changes.get(address);
    for (const value of change?.storage.values() ?? []) if (value !== 0n) return true;
    return change?.destroyed !== true && base.hasStorage?.(address) === true;
  };
  const code = (address: Address): Uint8Array | undefined => {
    const change = changes.get(address);
    if (change?.destroyed === true) return source.account(address)?.code;
    return change?.code ?? base.code?.(address) ?? base.account(address)?.code;
  };
  const { load } = base;
  return load === undefined
    ? { ...source, hasStorage, code }
    : { ...source, hasStorage, code, load: (keys) => load.call(base, keys) };
}

function changedAccount(
  base: StateSource,
  address: Address,
  change: AccountDiff,
): AccountState | null | undefined {
  if (!existsAfter(change)) return null;
  const { balance, nonce, code } = change;
  if (balance !== undefined && nonce !== undefined && code !== undefined) return { balance, nonce, code };
  const before = change.destroyed === true ? NO_ACCOUNT : base.account(address);
  if (before === undefined) return undefined;
  const account = before ?? NO_ACCOUNT;
  return {
    balance: balance ?? account.balance,
    nonce: nonce ?? account.nonce,
    code: code ?? account.code,
  };
}
