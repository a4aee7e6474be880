/**
 * The state between any two transactions of a block as the block's access list has it: what was there before the
 * first one, and on it the last value that the list names for a key up to there. All of it is known before anything
 * runs, so each transaction can be run by itself; whether the list is right is `proof.ts`'s question.
 *
 * From Cancun on. Before, a contract that is destroyed takes storage with it that no list names (EIP-6780), and
 * still earlier empty accounts exist, which none names either.
 */
import type { Address } from '../../input/block.ts';
import type {
  AccountChanges,
  BlockAccessList,
  CodeChange,
  ValueChange,
} from '../../input/block-access-list/list.ts';
import type { AccountState, StateSource } from '../../state/source.ts';

/** What the list says that a step leaves in a key. */
export type ListedChange =
  | {
      readonly kind: 'balance' | 'nonce';
      readonly address: Address;
      readonly value: bigint;
    }
  | { readonly kind: 'code'; readonly address: Address; readonly code: Uint8Array }
  | {
      readonly kind: 'slot';
      readonly address: Address;
      readonly slot: bigint;
      readonly value: bigint;
    };

interface ListedAccount extends Pick<AccountChanges, 'balanceChanges' | 'nonceChanges' | 'codeChanges'> {
  readonly slots: ReadonlyMap<bigint, readonly ValueChange[]>;
}

/** A list in canonical order, to be looked up. */
export class ListedChanges {
  readonly #accounts = new Map<Address, ListedAccount>();
  readonly #steps: ListedChange[][] = [];

  constructor(list: BlockAccessList) {
    for (const { address, storageChanges, balanceChanges, nonceChanges, codeChanges } of list) {
      const slots = new Map(storageChanges.map(({ slot, changes }) => [slot, changes]));
      this.#accounts.set(address, { slots, balanceChanges, nonceChanges, codeChanges });
      for (const { index, value } of balanceChanges) this.#add(index, { kind: 'balance', address, value });
      for (const { index, value } of nonceChanges) this.#add(index, { kind: 'nonce', address, value });
      for (const { index, code } of codeChanges) this.#add(index, { kind: 'code', address, code });
      for (const { slot, changes } of storageChanges) {
        for (const { index, value } of changes) this.#add(index, { kind: 'slot', address, slot, value });
      }
    }
  }

  /** What a step leaves behind. */
  at(step: number): readonly ListedChange[] {
    return this.#steps[step] ?? [];
  }

  /**
   * The state that a step finds.
   *
   * @param base - The state that the first transaction finds.
   */
  before(step: number, base: StateSource): StateSource {
    return {
      account: (address) => this.#account(address, step, base),
      storage: (address, slot) => this.#storage(address, slot, step, base),
      hasStorage: (address) => this.#hasStorage(address, step, base),
    };
  }

  #add(step: number, change: ListedChange): void {
    const changes = this.#steps[step];
    if (changes === undefined) this.#steps[step] = [change];
    else changes.push(change);
  }

  #account(address: Address, step: number, base: StateSource): AccountState | null | undefined {
    const before = base.account(address);
    const listed = this.#accounts.get(address);
    if (listed === undefined || before === undefined) return before;
    const balance = lastBefore(listed.balanceChanges, step)?.value;
    const nonce = lastBefore(listed.nonceChanges, step)?.value;
    const code = lastBefore(listed.codeChanges, step)?.code;
    if (balance === undefined && nonce === undefined && code === undefined) return before;
    const account = {
      balance: balance ?? before?.balance ?? 0n,
      nonce: nonce ?? before?.nonce ?? 0n,
      code: code ?? before?.code ?? EMPTY,
    };
    const isEmpty = account.balance === 0n && account.nonce === 0n && account.code.length === 0;
    return isEmpty ? null : account;
  }

  #storage(address: Address, slot: bigint, step: number, base: StateSource): bigint | undefined {
    const listed = this.#accounts.get(address);
    if (listed === undefined) return base.storage(address, slot);
    const change = lastBefore(listed.slots.get(slot) ?? NONE, step);
    if (change !== undefined) return change.value;
    return isCreated(base.account(address), listed, step) ? 0n : base.storage(address, slot);
  }

  #hasStorage(address: Address, step: number, base: StateSource): boolean {
    for (const changes of this.#accounts.get(address)?.slots.values() ?? []) {
      if ((lastBefore(changes, step)?.value ?? 0n) !== 0n) return true;
    }
    return base.hasStorage?.(address) ?? false;
  }
}

const EMPTY = new Uint8Array(0);
const NONE: readonly ValueChange[] = [];

/** Whether an account came to be before the step: its storage began empty then. */
function isCreated(before: AccountState | null | undefined, listed: ListedAccount, step: number): boolean {
  if (before === undefined) return false;
  if (before !== null && (before.nonce > 0n || before.code.length > 0)) return false;
  return lastBefore(listed.nonceChanges, step) !== undefined;
}

/** The last change of an earlier step; by bisection, since a fee recipient has one for each transaction. */
function lastBefore<T extends ValueChange | CodeChange>(changes: readonly T[], step: number): T | undefined {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((changes[middle]?.index ?? step) < step) low = middle + 1;
    else high = middle;
  }
  return changes[low - 1];
}
