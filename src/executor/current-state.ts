/**
 * The state between two transactions of a block: the pre-state below, everything committed so far above. The
 * main thread's own; nobody else writes.
 */
import type { Address } from '../input/block.ts';
import type { AccountDiff as AccountChange, GrowingAccountDiff, StateDiff } from '../state/diff.ts';
import { accountKey } from '../state/key.ts';
import type { AccountState, StateSource } from '../state/source.ts';
import { MissingStateError } from './missing-state.ts';
import { type AccountDiff, equalBytes } from './transaction-state.ts';

/** An account that something was committed to. */
export interface CurrentAccount {
  readonly address: Address;
  /** Before the block; `null` when it did not exist. */
  readonly before: AccountState | null;
  readonly exists: boolean;
  readonly balance: bigint;
  readonly nonce: bigint;
  readonly code: Uint8Array;
  /** Its storage from before the block is gone; `slots` come on top of nothing. */
  readonly isWiped: boolean;
  /** Values of the slots that were written, changed or not. */
  readonly slots: ReadonlyMap<bigint, bigint>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Cell = Mutable<Omit<CurrentAccount, 'slots' | 'address' | 'before'>> & {
  readonly address: Address;
  readonly before: AccountState | null;
  readonly slots: Map<bigint, bigint>;
  /** What `account` last returned, as long as it holds. */
  view: AccountState | null;
};

/** Which parts of a diff are differences to be added instead of values to be set. */
export interface Commutation {
  readonly isDelta: (address: Address, field: 'balance' | 'nonce') => boolean;
  /** What the transaction saw as the balance that it added to. */
  readonly seenBalance: (address: Address) => bigint;
}

const EMPTY = new Uint8Array(0);
const ALL_VALUES: Commutation = { isDelta: () => false, seenBalance: () => 0n };

/** Pre-state plus committed diffs. */
export class CurrentState implements StateSource {
  readonly #before: StateSource;
  readonly #cells = new Map<Address, Cell>();

  constructor(before: StateSource) {
    this.#before = before;
  }

  account(address: Address): AccountState | null | undefined {
    const cell = this.#cells.get(address);
    if (cell === undefined) return this.#before.account(address);
    if (!cell.exists) return null;
    cell.view ??= { balance: cell.balance, nonce: cell.nonce, code: cell.code };
    return cell.view;
  }

  storage(address: Address, slot: bigint): bigint | undefined {
    const cell = this.#cells.get(address);
    const value = cell?.slots.get(slot);
    if (value !== undefined) return value;
    return cell?.isWiped === true ? 0n : this.#before.storage(address, slot);
  }

  hasStorage(address: Address): boolean {
    const cell = this.#cells.get(address);
    if (cell !== undefined) for (const value of cell.slots.values()) if (value !== 0n) return true;
    return cell?.isWiped === true ? false : (this.#before.hasStorage?.(address) ?? false);
  }

  /** The account's committed changes; `undefined` when there are none. */
  changed(address: Address): CurrentAccount | undefined {
    return this.#cells.get(address);
  }

  /** All accounts that something was committed to, in no particular order. */
  allChanged(): Iterable<CurrentAccount> {
    return this.#cells.values();
  }

  /**
   * Commits what a transaction changed.
   */
  apply(diffs: readonly AccountDiff[], commutation: Commutation = ALL_VALUES): void {
    for (const diff of diffs) this.#applyAccount(diff, commutation);
  }

  #applyAccount(diff: AccountDiff, commutation: Commutation): void {
    const { address } = diff;
    const cell = this.#cell(address);
    cell.view = null;
    if (diff.isDestroyed) {
      remove(cell);
      return;
    }
    if (diff.balance !== undefined) {
      const isDelta = commutation.isDelta(address, 'balance');
      cell.balance = isDelta ? cell.balance + diff.balance - commutation.seenBalance(address) : diff.balance;
    }
    if (diff.nonce !== undefined) {
      cell.nonce = commutation.isDelta(address, 'nonce') ? cell.nonce + 1n : diff.nonce;
    }
    if (diff.code !== undefined) cell.code = diff.code;
    if (diff.isWiped) {
      cell.isWiped = true;
      cell.slots.clear();
    }
    for (const [slot, value] of diff.slots) cell.slots.set(slot, value);
    const isEmpty = cell.balance === 0n && cell.nonce === 0n && cell.code.length === 0;
    if (diff.isClearedIfEmpty) {
      if (isEmpty) remove(cell);
    } else if (!isEmpty || diff.isCreated) {
      cell.exists = true;
    }
  }

  #cell(address: Address): Cell {
    let cell = this.#cells.get(address);
    if (cell === undefined) {
      const before = this.#before.account(address);
      if (before === undefined) throw new MissingStateError([accountKey(address, 'balance')]);
      cell = {
        address,
        before,
        exists: before !== null,
        balance: before?.balance ?? 0n,
        nonce: before?.nonce ?? 0n,
        code: before?.code ?? EMPTY,
        isWiped: false,
        slots: new Map(),
        view: null,
      };
      this.#cells.set(address, cell);
    }
    return cell;
  }
}

/** EIP-161 and SELFDESTRUCT: nothing of the account stays. */
function remove(cell: Cell): void {
  cell.exists = false;
  cell.balance = 0n;
  cell.nonce = 0n;
  cell.code = EMPTY;
  cell.isWiped = true;
  cell.slots.clear();
}

/** What was committed, as a diff in which nothing stands that is as before. Accounts in order of address. */
export function committedDiff(current: CurrentState, before: StateSource): StateDiff {
  const diff = new Map<Address, AccountChange>();
  const accounts = [...current.allChanged()].sort((a, b) => (a.address < b.address ? -1 : 1));
  for (const account of accounts) {
    const change = accountChange(account, before);
    if (change !== null) diff.set(account.address, change);
  }
  return diff;
}

function accountChange(account: CurrentAccount, state: StateSource): AccountChange | null {
  const { address, before, exists, balance, nonce, code, isWiped } = account;
  if (!exists) return before === null ? null : { storage: new Map(), destroyed: true };
  const hadStorage = state.hasStorage?.(address) ?? (before?.code.length ?? 0) > 0;
  const isRenewed = isWiped && before !== null && (before.nonce > 0n || before.code.length > 0 || hadStorage);
  const old = isRenewed ? null : before;
  const storage = new Map<bigint, bigint>();
  const slots = [...account.slots];
  if (slots.length > 1) slots.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [slot, value] of slots) {
    const earlier = isWiped ? 0n : state.storage(address, slot);
    if (value !== earlier) storage.set(slot, value);
  }
  const hasBalance = balance !== (old?.balance ?? 0n) || isRenewed;
  const hasNonce = nonce !== (old?.nonce ?? 0n);
  const hasCode = !equalBytes(code, old?.code ?? EMPTY);
  if (!hasBalance && !hasNonce && !hasCode && storage.size === 0 && before !== null) return null;
  const change: GrowingAccountDiff = { storage };
  if (isRenewed) change.destroyed = true;
  if (hasBalance) change.balance = balance;
  if (hasNonce) change.nonce = nonce;
  if (hasCode) change.code = code;
  return change;
}
