/** Whether a transaction left behind what the block's access list says: exactly that, and nothing else. */
import type { AccountState, StateSource } from '../../state/source.ts';
import type { CurrentState } from '../current-state.ts';
import { type AccountDiff, equalBytes } from '../transaction-state.ts';
import type { ListedChange } from './listed-changes.ts';

export interface Left {
  /** What the transaction changed. */
  readonly diff: readonly AccountDiff[];
  /** What the list says that it changed. */
  readonly listed: readonly ListedChange[];
  /** With the transaction committed. */
  readonly current: CurrentState;
  /** The state that the next step finds, by the list. */
  readonly next: StateSource;
}

/**
 * If the state before was that of the list, and this holds, then so is the state after: what the transaction
 * changed is compared here, what the list says that it changed as well, and everything else is as it was on both
 * sides.
 */
export function isAsListed({ diff, listed, current, next }: Left): boolean {
  return (
    diff.every(
      ({ address, slots }) =>
        isSameAccount(current.account(address), next.account(address)) &&
        slots.every(([slot]) => current.storage(address, slot) === next.storage(address, slot)),
    ) && listed.every((change) => isThere(change, current))
  );
}

function isSameAccount(
  one: AccountState | null | undefined,
  other: AccountState | null | undefined,
): boolean {
  if (!one || !other) return !one && !other;
  return one.balance === other.balance && one.nonce === other.nonce && equalBytes(one.code, other.code);
}

function isThere(change: ListedChange, current: CurrentState): boolean {
  const account = current.account(change.address);
  switch (change.kind) {
    case 'balance':
      return (account?.balance ?? 0n) === change.value;
    case 'nonce':
      return (account?.nonce ?? 0n) === change.value;
    case 'code':
      return equalBytes(account?.code ?? EMPTY, change.code);
    case 'slot':
      return current.storage(change.address, change.slot) === change.value;
    default:
      return change satisfies never;
  }
}

const EMPTY = new Uint8Array(0);
