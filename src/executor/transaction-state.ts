/**
 * The state as one running transaction has it: a source below, the transaction's own changes above, and an undo
 * log for frames that revert. Also where accesses are observed, and what is warm (EIP-2929).
 *
 * Everything is synchronous and in numbers: an account is found by its address as a 160-bit number, a slot by
 * its 256-bit one, as they stand on the EVM's stack. Cells are created on first use and never removed within a
 * transaction, so what was touched survives a revert.
 */
import type { Address } from '../input/block.ts';
import { accountKey, storageKey } from '../state/key.ts';
import type { AccountState, StateSource } from '../state/source.ts';
import { MissingStateError } from './missing-state.ts';
import {
  FIELD_SHIFT,
  OBSERVED,
  OBSERVED_STORAGE,
  type Observed,
  type ObservedAccount,
  observedOf,
  REACHED,
  REACHED_SLOT,
} from './observed.ts';

/** What one transaction changed of one account. An absent field did not change. */
export interface AccountDiff {
  readonly address: Address;
  readonly balance?: bigint;
  readonly nonce?: bigint;
  readonly code?: Uint8Array;
  /** The storage from before this transaction is gone; `slots` come on top of nothing. */
  readonly isWiped: boolean;
  /** Destroyed by SELFDESTRUCT: afterwards the account does not exist. */
  readonly isDestroyed: boolean;
  /** Touched and empty (EIP-161): afterwards it does not exist, provided that it is empty then. */
  readonly isClearedIfEmpty: boolean;
  /** It did not exist and does now; matters only for an account left empty before EIP-161. */
  readonly isCreated: boolean;
  /** New values of slots whose value differs from the one before. */
  readonly slots: readonly (readonly [slot: bigint, value: bigint])[];
}

export interface Slot {
  /** At the start of the transaction: EIP-2200's original value. */
  readonly original: bigint;
  /** `undefined`: not written since the transaction began or the storage was wiped. */
  written: bigint | undefined;
  observed: number;
  isWarm: boolean;
  /** EIP-7928: the gas to reach it was there. */
  isReached: boolean;
}

/** An account as the transaction has it. Changed by `TransactionState` alone, but for the observations. */
export interface Cell {
  readonly address: Address;
  readonly word: bigint;
  readonly base: AccountState | null;
  exists: boolean;
  balance: bigint;
  nonce: bigint;
  code: Uint8Array;
  isWiped: boolean;
  isDestroyed: boolean;
  isClearedIfEmpty: boolean;
  isWarm: boolean;
  /** EIP-161: looked at for emptiness when the transaction ends. */
  isTouched: boolean;
  /** EIP-6780: created by this transaction. */
  isCreatedHere: boolean;
  /** To be destroyed when the transaction ends. */
  isDoomed: boolean;
  readonly slots: Map<bigint, Slot>;
  /** Slots that are warm from the start (EIP-2930). */
  listed: ReadonlySet<bigint> | null;
  /** EIP-1153; `null` until something is stored. */
  transient: Map<bigint, bigint> | null;
  observedBalance: number;
  observedNonce: number;
  observedCode: number;
  observedStorage: boolean;
  /** EIP-7928: the gas to reach it was there. Survives a revert. */
  isReached: boolean;
}

type Flag = 'isWarm' | 'isTouched' | 'isCreatedHere' | 'isDoomed';

type Undo =
  | {
      readonly kind: 'account';
      readonly cell: Cell;
      readonly exists: boolean;
      readonly balance: bigint;
      readonly nonce: bigint;
      readonly code: Uint8Array;
      readonly isWiped: boolean;
    }
  | { readonly kind: 'slot'; readonly slot: Slot; readonly written: bigint | undefined }
  | { readonly kind: 'cold'; readonly slot: Slot }
  | { readonly kind: 'flag'; readonly cell: Cell; readonly flag: Flag }
  | {
      readonly kind: 'transient';
      readonly values: Map<bigint, bigint>;
      readonly key: bigint;
      readonly value: bigint;
    };

/** What of the fork the state has to know. */
export interface TransactionStateOptions {
  /** Before EIP-161 an empty account can exist, and beginning to exist is a change that calls can see. */
  readonly emptyAccountsExist: boolean;
  /** Precompiles: their code is not state, and they are never cold. Default: none. */
  readonly precompiles?: ReadonlySet<bigint>;
}

const EMPTY = new Uint8Array(0);
/** Its touch survives a revert: the one account that a revert left touched on mainnet (EIP-161, note). */
const RIPEMD160 = 3n;
/** Addresses kept as text before the list starts anew; some ten blocks' worth. */
const MAXIMUM_NAMES = 50_000;
const NONE: ReadonlySet<bigint> = new Set();

/** Whether two byte strings are the same. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** EIP-161. */
export function isEmpty(cell: Cell): boolean {
  return cell.balance === 0n && cell.nonce === 0n && cell.code.length === 0;
}

/** The address that code delegates to (EIP-7702), or `null`. */
export function delegateIn(code: Uint8Array): bigint | null {
  if (code[0] !== 0xef || code[1] !== 0x01 || code[2] !== 0x00) return null;
  return BigInt(`0x${Buffer.from(code.subarray(3)).toString('hex') || '0'}`);
}

/** The value of a slot of `cell` now. */
export function currentValue(cell: Cell, slot: Slot): bigint {
  return slot.written ?? (cell.isWiped ? 0n : slot.original);
}

/** One transaction at a time. */
export class TransactionState {
  /** Cells that were touched, or are to be destroyed, at some time; the cell's flag says whether it still holds. */
  readonly touched: Cell[] = [];
  readonly doomed: Cell[] = [];
  readonly precompiles: ReadonlySet<bigint>;
  readonly #options: TransactionStateOptions;
  readonly #names = new Map<bigint, Address>();
  #source: StateSource = { account: () => null, storage: () => 0n };
  #cells = new Map<bigint, Cell>();
  #listed = new Map<bigint, Set<bigint>>();
  readonly #undo: Undo[] = [];

  constructor(options: TransactionStateOptions) {
    this.#options = options;
    this.precompiles = options.precompiles ?? NONE;
  }

  /** Forgets the last transaction and starts one over `source`. */
  begin(source: StateSource): void {
    this.#source = source;
    this.#cells = new Map();
    if (this.#listed.size > 0) this.#listed = new Map();
    this.#undo.length = 0;
    this.touched.length = 0;
    this.doomed.length = 0;
  }

  /** The account of an address as a number. */
  cell(word: bigint): Cell {
    return this.#cells.get(word) ?? this.#newCell(word, this.#nameOf(word));
  }

  /** The account of an address as text. */
  cellAt(address: Address): Cell {
    const word = BigInt(address);
    return this.#cells.get(word) ?? this.#newCell(word, address);
  }

  slot(cell: Cell, key: bigint): Slot {
    let slot = cell.slots.get(key);
    if (slot === undefined) {
      const original = this.#source.storage(cell.address, key);
      if (original === undefined) throw new MissingStateError([storageKey(cell.address, key)]);
      const isWarm = cell.listed?.has(key) === true;
      slot = { original, written: undefined, observed: 0, isWarm, isReached: false };
      cell.slots.set(key, slot);
    }
    return slot;
  }

  /** Whether any slot is known not to be zero. */
  hasStorage(cell: Cell): boolean {
    for (const slot of cell.slots.values()) if (currentValue(cell, slot) !== 0n) return true;
    if (cell.isWiped || this.#source.hasStorage === undefined) return false;
    return this.#source.hasStorage(cell.address);
  }

  /** Sets balance and nonce; the account exists afterwards. */
  put(cell: Cell, balance: bigint, nonce: bigint): void {
    if (cell.exists && cell.balance === balance && cell.nonce === nonce) return;
    this.#saveAccount(cell);
    if (!cell.exists && this.#options.emptyAccountsExist) cell.observedBalance |= OBSERVED.delta;
    cell.exists = true;
    cell.balance = balance;
    cell.nonce = nonce;
  }

  /** Sets the code; `code` must not change afterwards. */
  putCode(cell: Cell, code: Uint8Array): void {
    cell.observedCode |= OBSERVED.write;
    this.#saveAccount(cell);
    cell.exists = true;
    cell.code = code.length === 0 ? EMPTY : code;
  }

  /** Removes an account; one that is empty and unused only in case that it is still empty when this is applied. */
  remove(cell: Cell): void {
    this.#saveAccount(cell);
    cell.exists = false;
    if (isEmpty(cell) && !cell.isWiped && !hasWrittenSlots(cell)) {
      // Others may have credited it in the meantime: whether it is empty is decided when the diff is applied.
      cell.isClearedIfEmpty = true;
      return;
    }
    cell.isDestroyed = true;
    this.#wipe(cell);
    cell.balance = 0n;
    cell.nonce = 0n;
    cell.code = EMPTY;
  }

  write(slot: Slot, value: bigint): void {
    this.#undo.push({ kind: 'slot', slot, written: slot.written });
    slot.written = value;
  }

  clearStorage(cell: Cell): void {
    this.#saveAccount(cell);
    this.#wipe(cell);
  }

  transient(cell: Cell, key: bigint): bigint {
    return cell.transient?.get(key) ?? 0n;
  }

  writeTransient(cell: Cell, key: bigint, value: bigint): void {
    cell.transient ??= new Map();
    const values = cell.transient;
    this.#undo.push({ kind: 'transient', values, key, value: values.get(key) ?? 0n });
    values.set(key, value);
  }

  /** Makes an account and some slots warm from the start (EIP-2930), without looking at any of them. */
  list(word: bigint, keys: readonly bigint[]): void {
    let listed = this.#listed.get(word);
    if (listed === undefined) {
      listed = new Set();
      this.#listed.set(word, listed);
    }
    for (const key of keys) listed.add(key);
    const cell = this.#cells.get(word);
    if (cell === undefined) return;
    cell.isWarm = true;
    cell.listed = listed;
  }

  /** Makes an account warm; says whether it was cold. */
  warm(cell: Cell): boolean {
    if (cell.isWarm) return false;
    this.#raise(cell, 'isWarm');
    return true;
  }

  /** Makes a slot warm; says whether it was cold. */
  warmSlot(slot: Slot): boolean {
    if (slot.isWarm) return false;
    slot.isWarm = true;
    this.#undo.push({ kind: 'cold', slot });
    return true;
  }

  touch(cell: Cell): void {
    if (cell.isTouched) return;
    this.touched.push(cell);
    if (cell.word === RIPEMD160) cell.isTouched = true;
    else this.#raise(cell, 'isTouched');
  }

  markCreated(cell: Cell): void {
    if (!cell.isCreatedHere) this.#raise(cell, 'isCreatedHere');
  }

  doom(cell: Cell): void {
    if (cell.isDoomed) return;
    this.doomed.push(cell);
    this.#raise(cell, 'isDoomed');
  }

  /** Marks a whole account as written, its storage included: it is created or destroyed. */
  observeWhole(cell: Cell): void {
    cell.observedBalance |= OBSERVED.write;
    cell.observedNonce |= OBSERVED.write;
    cell.observedCode |= OBSERVED.write;
    cell.observedStorage = true;
  }

  /** A point to go back to. */
  mark(): number {
    return this.#undo.length;
  }

  /** Undoes everything since `mark`, but for what was observed. */
  revertTo(mark: number): void {
    for (let entry = this.#undo.length > mark ? this.#undo.pop() : undefined; entry !== undefined; ) {
      undo(entry);
      entry = this.#undo.length > mark ? this.#undo.pop() : undefined;
    }
  }

  /** What changed since `begin`, by address in order of first use. */
  diff(): AccountDiff[] {
    const diffs: AccountDiff[] = [];
    for (const cell of this.#cells.values()) {
      const diff = accountDiff(cell);
      if (diff !== null) diffs.push(diff);
    }
    return diffs;
  }

  /** What was observed since `begin`, whatever runs next; a key both read and credited is a write. */
  observed(): Observed {
    const cells = this.#cells;
    return observedOf(() => observedAccounts(cells.values()));
  }

  /** Everything that was looked at since `begin`, in order of first use. */
  get cells(): Iterable<Cell> {
    return this.#cells.values();
  }

  #nameOf(word: bigint): Address {
    let name = this.#names.get(word);
    if (name === undefined) {
      if (this.#names.size >= MAXIMUM_NAMES) this.#names.clear();
      name = `0x${word.toString(16).padStart(40, '0')}`;
      this.#names.set(word, name);
    }
    return name;
  }

  #newCell(word: bigint, address: Address): Cell {
    const base = this.#source.account(address);
    if (base === undefined) throw new MissingStateError([accountKey(address, 'balance')]);
    const listed = this.#listed.get(word) ?? null;
    const cell: Cell = {
      address,
      word,
      base,
      exists: base !== null,
      balance: base?.balance ?? 0n,
      nonce: base?.nonce ?? 0n,
      code: base?.code ?? EMPTY,
      isWiped: false,
      isDestroyed: false,
      isClearedIfEmpty: false,
      isWarm: listed !== null || this.precompiles.has(word),
      isTouched: false,
      isCreatedHere: false,
      isDoomed: false,
      slots: new Map(),
      listed,
      transient: null,
      observedBalance: 0,
      observedNonce: 0,
      observedCode: 0,
      observedStorage: false,
      isReached: false,
    };
    this.#cells.set(word, cell);
    return cell;
  }

  #saveAccount(cell: Cell): void {
    const { exists, balance, nonce, code, isWiped } = cell;
    this.#undo.push({ kind: 'account', cell, exists, balance, nonce, code, isWiped });
  }

  #raise(cell: Cell, flag: Flag): void {
    cell[flag] = true;
    this.#undo.push({ kind: 'flag', cell, flag });
  }

  #wipe(cell: Cell): void {
    for (const slot of cell.slots.values()) {
      if (slot.written === undefined) continue;
      this.#undo.push({ kind: 'slot', slot, written: slot.written });
      slot.written = undefined;
    }
    cell.isWiped = true;
  }
}

function undo(entry: Undo): void {
  switch (entry.kind) {
    case 'account':
      entry.cell.exists = entry.exists;
      entry.cell.balance = entry.balance;
      entry.cell.nonce = entry.nonce;
      entry.cell.code = entry.code;
      entry.cell.isWiped = entry.isWiped;
      break;
    case 'slot':
      entry.slot.written = entry.written;
      break;
    case 'cold':
      entry.slot.isWarm = false;
      break;
    case 'flag':
      entry.cell[entry.flag] = false;
      break;
    case 'transient':
      entry.values.set(entry.key, entry.value);
      break;
    default:
      entry satisfies never;
  }
}

function accountDiff(cell: Cell): AccountDiff | null {
  const { address, base, isWiped, isDestroyed, isClearedIfEmpty } = cell;
  const slots: [bigint, bigint][] = [];
  for (const [key, slot] of cell.slots) {
    const value = currentValue(cell, slot);
    if (value !== slot.original) slots.push([key, value]);
  }
  const isCreated = base === null && cell.exists;
  const hasBalance = cell.balance !== (base?.balance ?? 0n);
  const hasNonce = cell.nonce !== (base?.nonce ?? 0n);
  const hasCode = !equalBytes(cell.code, base?.code ?? EMPTY);
  if (
    !hasBalance &&
    !hasNonce &&
    !hasCode &&
    !isWiped &&
    !isDestroyed &&
    !isClearedIfEmpty &&
    !isCreated &&
    slots.length === 0
  ) {
    return null;
  }
  return {
    address,
    ...(hasBalance ? { balance: cell.balance } : {}),
    ...(hasNonce ? { nonce: cell.nonce } : {}),
    ...(hasCode ? { code: cell.code } : {}),
    isWiped,
    isDestroyed,
    isClearedIfEmpty,
    isCreated,
    slots,
  };
}

function hasWrittenSlots(cell: Cell): boolean {
  for (const slot of cell.slots.values()) if (slot.written !== undefined) return true;
  return false;
}

/** An account's observations in one number; see `observed.ts`. */
export function observedBits(cell: Cell): number {
  return (
    (cell.observedBalance << FIELD_SHIFT.balance) |
    (cell.observedNonce << FIELD_SHIFT.nonce) |
    (cell.observedCode << FIELD_SHIFT.code) |
    (cell.observedStorage ? OBSERVED_STORAGE : 0) |
    (cell.isReached ? REACHED : 0)
  );
}

/** A slot's observations in one number. */
export function observedSlotBits({ observed, isReached }: Slot): number {
  return observed | (isReached ? REACHED_SLOT : 0);
}

function* observedAccounts(cells: Iterable<Cell>): Generator<ObservedAccount> {
  for (const cell of cells) {
    const slots = [...cell.slots].map(([key, slot]) => [key, observedSlotBits(slot)] as const);
    yield { address: cell.address, bits: observedBits(cell), slots };
  }
}
