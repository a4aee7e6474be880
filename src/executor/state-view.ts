/**
 * The state as one running transaction sees it: a `StateSource` below, the transaction's own changes above,
 * and an undo log for frames that revert. Also where storage, code and account accesses are observed.
 *
 * A slot's value is the shortest big-endian byte string, empty for zero, as the EVM hands it over. Cells are
 * created on first use and never removed within a transaction, so what was touched survives a revert.
 */
import type { AccountFields, StateManagerInterface } from '@ethereumjs/common';
import { Account, type Address as EvmAddress, KECCAK256_NULL, KECCAK256_RLP } from '@ethereumjs/util';
import type { AccessMode } from '../analysis/access.ts';
import type { Address } from '../input/block.ts';
import { accountKey, type StateKey, storageKey } from '../state/key.ts';
import type { AccountState } from '../state/source.ts';
import type { ExecutionState } from './execution-state.ts';
import { MissingStateError } from './missing-state.ts';

/** How a key was observed, as bits: a transaction may do several of them. */
export const OBSERVED = { read: 1, write: 2, delta: 4 } as const;

/** An account's field that is one state key. */
export type AccountField = 'balance' | 'nonce' | 'code';

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
  /** New values of slots whose value differs from the one before, shortest bytes, by slot in 64 hex digits. */
  readonly slots: readonly (readonly [slot: string, value: Uint8Array])[];
}

/** What one transaction was seen to do. */
export interface Observed {
  readonly keys: ReadonlyMap<StateKey, AccessMode>;
  /** Accounts whose whole storage was written: those created or destroyed. */
  readonly storages: readonly Address[];
}

interface Slot {
  /** At the start of the transaction: EIP-2200's original value. */
  readonly original: Uint8Array;
  /** `undefined`: not written since the transaction began or the storage was wiped. */
  written: Uint8Array | undefined;
  observed: number;
}

interface Cell {
  readonly address: Address;
  readonly base: AccountState | null;
  exists: boolean;
  balance: bigint;
  nonce: bigint;
  code: Uint8Array;
  isWiped: boolean;
  isDestroyed: boolean;
  isClearedIfEmpty: boolean;
  readonly slots: Map<string, Slot>;
  observedBalance: number;
  observedNonce: number;
  observedCode: number;
  observedStorage: boolean;
}

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
  | { readonly kind: 'slot'; readonly slot: Slot; readonly written: Uint8Array | undefined };

const EMPTY = new Uint8Array(0);
/** Stands for any hash that is not the empty one; the real hash is computed only when it is asked for. */
const SOME_HASH = new Uint8Array(32).fill(0xff);

/** Hex of bytes without a prefix. */
export function unprefixedHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function addressHex(address: EvmAddress): Address {
  return `0x${unprefixedHex(address.bytes)}`;
}

/** A 256-bit number as shortest bytes. */
export function slotBytes(value: bigint): Uint8Array {
  if (value === 0n) return EMPTY;
  const hex = value.toString(16);
  return new Uint8Array(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'));
}

/** Inverse of `slotBytes`. */
export function slotValue(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${unprefixedHex(bytes)}`);
}

function trimmed(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start++;
  return start === 0 ? bytes : bytes.subarray(start);
}

/** Whether two byte strings are the same. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** An account whose code hash is computed when asked for: hashing 24 KB costs more than most calls. */
class ViewAccount extends Account {
  readonly #code: Uint8Array;
  readonly #view: StateView;
  readonly #address: Address;

  constructor(view: StateView, cell: Cell) {
    super(cell.nonce, cell.balance, KECCAK256_RLP, cell.code.length === 0 ? KECCAK256_NULL : SOME_HASH);
    this.#code = cell.code;
    this.#view = view;
    this.#address = cell.address;
  }

  override get codeHash(): Uint8Array {
    return this.#code.length === 0 ? KECCAK256_NULL : this.#view.codeHash(this.#code);
  }

  override set codeHash(_hash: Uint8Array) {
    // Code changes only by putCode.
  }

  /** Only EIP-7610's collision check asks: some other hash than that of no storage is all it needs. */
  override get storageRoot(): Uint8Array {
    return this.#view.hasStorage(this.#address) ? SOME_HASH : KECCAK256_RLP;
  }

  override set storageRoot(_root: Uint8Array) {
    // Storage changes only slot by slot.
  }

  override isEmpty(): boolean {
    return this.balance === 0n && this.nonce === 0n && this.#code.length === 0;
  }
}

/** What of the fork the view has to know. */
export interface StateViewOptions {
  /** Before EIP-161 an empty account can exist, and beginning to exist is a change that calls can see. */
  readonly emptyAccountsExist: boolean;
  /** Accounts whose code is not state: precompiles. Default: none. */
  readonly precompiles?: ReadonlySet<Address>;
}

/** The state manager below the EVM, for one transaction at a time. */
export class StateView implements StateManagerInterface {
  /** EIP-2200's original values; the view keeps them with each slot. */
  readonly originalStorageCache = {
    get: (address: EvmAddress, key: Uint8Array): Promise<Uint8Array> =>
      Promise.resolve(this.#slot(this.#cell(addressHex(address)), unprefixedHex(key)).original),
    clear: (): void => {},
  };

  readonly #keccak: (message: Uint8Array) => Uint8Array;
  readonly #codeHashes = new WeakMap<Uint8Array, Uint8Array>();
  readonly #options: StateViewOptions;
  #source: ExecutionState = { account: () => null, storage: () => 0n };
  #cells = new Map<Address, Cell>();
  #undo: Undo[] = [];
  #checkpoints: number[] = [];

  constructor(keccak: (message: Uint8Array) => Uint8Array, options: StateViewOptions) {
    this.#keccak = keccak;
    this.#options = options;
  }

  /** Forgets the last transaction and starts one over `source`. */
  begin(source: ExecutionState): void {
    this.#source = source;
    this.#cells = new Map();
    this.#undo = [];
    this.#checkpoints = [];
  }

  /** Marks an account's field as observed; `bits` is an `OR` of `OBSERVED`. */
  observe(address: Address, field: AccountField, bits: number): void {
    const cell = this.#cell(address);
    switch (field) {
      case 'balance':
        cell.observedBalance |= bits;
        break;
      case 'nonce':
        cell.observedNonce |= bits;
        break;
      case 'code':
        cell.observedCode |= bits;
        break;
      default:
        field satisfies never;
    }
  }

  /** Whether all of `bits` were observed of an account's field. */
  hasObserved(address: Address, field: AccountField, bits: number): boolean {
    const cell = this.#cell(address);
    const observed = {
      balance: cell.observedBalance,
      nonce: cell.observedNonce,
      code: cell.observedCode,
    }[field];
    return (observed & bits) === bits;
  }

  /** Marks a whole account as written, its storage included: it is created or destroyed. */
  observeWhole(address: Address): void {
    const cell = this.#cell(address);
    cell.observedBalance |= OBSERVED.write;
    cell.observedNonce |= OBSERVED.write;
    cell.observedCode |= OBSERVED.write;
    cell.observedStorage = true;
  }

  balance(address: Address): bigint {
    return this.#cell(address).balance;
  }

  nonce(address: Address): bigint {
    return this.#cell(address).nonce;
  }

  /** The code, without observing a read. */
  code(address: Address): Uint8Array {
    return this.#cell(address).code;
  }

  codeHash(code: Uint8Array): Uint8Array {
    let hash = this.#codeHashes.get(code);
    if (hash === undefined) {
      hash = this.#keccak(code);
      this.#codeHashes.set(code, hash);
    }
    return hash;
  }

  /** Whether any slot is known not to be zero. */
  hasStorage(address: Address): boolean {
    const cell = this.#cell(address);
    for (const slot of cell.slots.values()) if (this.#current(cell, slot).length > 0) return true;
    if (cell.isWiped || this.#source.hasStorage === undefined) return false;
    return this.#source.hasStorage(address);
  }

  /** What changed since `begin`, by address in order of first use. */
  diff(): AccountDiff[] {
    const diffs: AccountDiff[] = [];
    for (const cell of this.#cells.values()) {
      const diff = this.#accountDiff(cell);
      if (diff !== null) diffs.push(diff);
    }
    return diffs;
  }

  /** What was observed since `begin`; a key both read and credited is a write. */
  observed(): Observed {
    const keys = new Map<StateKey, AccessMode>();
    const storages: Address[] = [];
    const add = (key: StateKey, bits: number): void => {
      if (bits !== 0) keys.set(key, observedMode(bits));
    };
    for (const cell of this.#cells.values()) {
      if (cell.observedBalance !== 0) add(accountKey(cell.address, 'balance'), cell.observedBalance);
      if (cell.observedNonce !== 0) add(accountKey(cell.address, 'nonce'), cell.observedNonce);
      if (cell.observedCode !== 0) add(accountKey(cell.address, 'code'), cell.observedCode);
      if (cell.observedStorage) storages.push(cell.address);
      for (const [slot, { observed }] of cell.slots) add(`${cell.address}:0x${slot}`, observed);
    }
    return { keys, storages };
  }

  async getAccount(address: EvmAddress): Promise<Account | undefined> {
    const cell = this.#cell(addressHex(address));
    return cell.exists ? new ViewAccount(this, cell) : undefined;
  }

  async putAccount(address: EvmAddress, account: Account = new Account()): Promise<void> {
    const cell = this.#cell(addressHex(address));
    const { balance, nonce } = account;
    if (cell.exists && cell.balance === balance && cell.nonce === nonce) return;
    this.#saveAccount(cell);
    if (!cell.exists && this.#options.emptyAccountsExist) cell.observedBalance |= OBSERVED.delta;
    cell.exists = true;
    cell.balance = balance;
    cell.nonce = nonce;
  }

  async deleteAccount(address: EvmAddress): Promise<void> {
    const cell = this.#cell(addressHex(address));
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

  async modifyAccountFields(address: EvmAddress, fields: AccountFields): Promise<void> {
    const account = (await this.getAccount(address)) ?? new Account();
    if (fields.balance !== undefined) account.balance = fields.balance;
    if (fields.nonce !== undefined) account.nonce = fields.nonce;
    await this.putAccount(address, account);
  }

  async putCode(address: EvmAddress, code: Uint8Array): Promise<void> {
    const cell = this.#cell(addressHex(address));
    cell.observedCode |= OBSERVED.write;
    this.#saveAccount(cell);
    cell.exists = true;
    // The EVM may hand over a window into a frame's memory.
    cell.code = code.length === 0 ? EMPTY : code.slice();
  }

  async getCode(address: EvmAddress): Promise<Uint8Array> {
    const cell = this.#cell(addressHex(address));
    if (this.#options.precompiles?.has(cell.address) !== true) cell.observedCode |= OBSERVED.read;
    return cell.code;
  }

  async getCodeSize(address: EvmAddress): Promise<number> {
    return (await this.getCode(address)).length;
  }

  async getStorage(address: EvmAddress, key: Uint8Array): Promise<Uint8Array> {
    const cell = this.#cell(addressHex(address));
    const slot = this.#slot(cell, unprefixedHex(key));
    slot.observed |= OBSERVED.read;
    return this.#current(cell, slot);
  }

  async putStorage(address: EvmAddress, key: Uint8Array, value: Uint8Array): Promise<void> {
    const cell = this.#cell(addressHex(address));
    const slot = this.#slot(cell, unprefixedHex(key));
    slot.observed |= OBSERVED.write;
    this.#undo.push({ kind: 'slot', slot, written: slot.written });
    slot.written = trimmed(value);
  }

  async clearStorage(address: EvmAddress): Promise<void> {
    const cell = this.#cell(addressHex(address));
    this.#saveAccount(cell);
    this.#wipe(cell);
  }

  async checkpoint(): Promise<void> {
    this.#checkpoints.push(this.#undo.length);
  }

  async commit(): Promise<void> {
    this.#checkpoints.pop();
  }

  async revert(): Promise<void> {
    const mark = this.#checkpoints.pop() ?? 0;
    for (let i = this.#undo.length - 1; i >= mark; i--) {
      const entry = this.#undo[i];
      if (entry === undefined) continue;
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
        default:
          entry satisfies never;
      }
    }
    this.#undo.length = mark;
  }

  /** There is no trie here; only receipts from before Byzantium hold this, and they are not made from it. */
  async getStateRoot(): Promise<Uint8Array> {
    return new Uint8Array(32);
  }

  async setStateRoot(): Promise<void> {}

  async hasStateRoot(): Promise<boolean> {
    return false;
  }

  clearCaches(): void {}

  shallowCopy(): StateManagerInterface {
    const copy = new StateView(this.#keccak, this.#options);
    copy.begin(this.#source);
    return copy;
  }

  #cell(address: Address): Cell {
    let cell = this.#cells.get(address);
    if (cell === undefined) {
      const base = this.#source.account(address);
      if (base === undefined) throw new MissingStateError([accountKey(address, 'balance')]);
      cell = {
        address,
        base,
        exists: base !== null,
        balance: base?.balance ?? 0n,
        nonce: base?.nonce ?? 0n,
        code: base?.code ?? EMPTY,
        isWiped: false,
        isDestroyed: false,
        isClearedIfEmpty: false,
        slots: new Map(),
        observedBalance: 0,
        observedNonce: 0,
        observedCode: 0,
        observedStorage: false,
      };
      this.#cells.set(address, cell);
    }
    return cell;
  }

  #slot(cell: Cell, key: string): Slot {
    let slot = cell.slots.get(key);
    if (slot === undefined) {
      const number = BigInt(`0x${key}`);
      const value = this.#source.storage(cell.address, number);
      if (value === undefined) throw new MissingStateError([storageKey(cell.address, number)]);
      slot = { original: slotBytes(value), written: undefined, observed: 0 };
      cell.slots.set(key, slot);
    }
    return slot;
  }

  #current(cell: Cell, slot: Slot): Uint8Array {
    return slot.written ?? (cell.isWiped ? EMPTY : slot.original);
  }

  #saveAccount(cell: Cell): void {
    const { exists, balance, nonce, code, isWiped } = cell;
    this.#undo.push({ kind: 'account', cell, exists, balance, nonce, code, isWiped });
  }

  #wipe(cell: Cell): void {
    for (const slot of cell.slots.values()) {
      if (slot.written === undefined) continue;
      this.#undo.push({ kind: 'slot', slot, written: slot.written });
      slot.written = undefined;
    }
    cell.isWiped = true;
  }

  #accountDiff(cell: Cell): AccountDiff | null {
    const { address, base, isWiped, isDestroyed, isClearedIfEmpty } = cell;
    const slots: [string, Uint8Array][] = [];
    for (const [key, slot] of cell.slots) {
      const value = this.#current(cell, slot);
      if (!equalBytes(value, slot.original)) slots.push([key, value]);
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
}

function isEmpty(cell: Cell): boolean {
  return cell.balance === 0n && cell.nonce === 0n && cell.code.length === 0;
}

function hasWrittenSlots(cell: Cell): boolean {
  for (const slot of cell.slots.values()) if (slot.written !== undefined) return true;
  return false;
}

/** The strongest mode of what was observed of one key. */
function observedMode(bits: number): AccessMode {
  if ((bits & OBSERVED.write) !== 0 || bits === (OBSERVED.read | OBSERVED.delta)) return 'write';
  return bits === OBSERVED.delta ? 'delta' : 'read';
}
