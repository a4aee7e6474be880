/**
 * The state that the oracle runs the EVM on: all in memory, one cell an account, an undo log for frames that
 * revert. Written for being plainly right; shares nothing with `src/executor`.
 */
import type { AccountFields, StateManagerInterface } from '@ethereumjs/common';
import {
  Account,
  bytesToBigInt,
  type Address as EvmAddress,
  hexToBytes,
  KECCAK256_NULL,
  KECCAK256_RLP,
  type PrefixedHexString,
  unpadBytes,
} from '@ethereumjs/util';
import type { Address, Hex } from '../../src/input/block.ts';
import { keccak256 } from '../../src/input/keccak.ts';
import { parseKey, type StateKey, slotHex } from '../../src/state/key.ts';
import type { Prestate, PrestateAccount } from '../corpus.ts';

interface Cell {
  exists: boolean;
  balance: bigint;
  nonce: bigint;
  code: Uint8Array;
  codeHash: Uint8Array;
  /** Values without leading zeros, by slot in 32 bytes of hex; a zero is not there. */
  slots: Map<string, Uint8Array>;
}

const EMPTY = new Uint8Array(0);
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
/** Any hash but that of the empty trie: all that the EVM asks of a storage root is whether it is that one. */
const SOME_STORAGE = new Uint8Array(32).fill(1);

/** A state manager for one run of a block. */
export class OracleState implements StateManagerInterface {
  readonly #cells = new Map<string, Cell>();
  readonly #undo: (() => void)[] = [];
  readonly #checkpoints: number[] = [];
  readonly #originals = new Map<string, Uint8Array>();

  /** What EIP-2200 calls the original value: that at the start of the transaction. */
  readonly originalStorageCache = {
    get: async (address: EvmAddress, key: Uint8Array): Promise<Uint8Array> => {
      const id = `${address.toString()}${hexOf(key)}`;
      const known = this.#originals.get(id);
      if (known !== undefined) return known;
      const value = await this.getStorage(address, key);
      this.#originals.set(id, value);
      return value;
    },
    clear: (): void => this.#originals.clear(),
  };

  constructor(prestate: Prestate) {
    for (const [address, account] of Object.entries(prestate)) {
      this.#cells.set(address.toLowerCase(), cellOf(account));
    }
  }

  /** The whole state, as `prestateTracer` would write it; accounts by address, no zero slots. */
  dump(): Prestate {
    const dump: Record<string, PrestateAccount> = {};
    for (const [address, cell] of [...this.#cells].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!cell.exists) continue;
      const slots = [...cell.slots].sort(([a], [b]) => (a < b ? -1 : 1));
      dump[address] = {
        balance: `0x${cell.balance.toString(16)}`,
        nonce: cell.nonce <= MAX_SAFE ? Number(cell.nonce) : `0x${cell.nonce.toString(16)}`,
        code: hexOf(cell.code),
        storage: Object.fromEntries(slots.map(([slot, value]) => [slot, slotHex(bytesToBigInt(value))])),
      };
    }
    return dump;
  }

  /** Sets a balance from outside of transactions. */
  credit(address: Address, amount: bigint): void {
    const cell = this.#cell(address);
    cell.exists = true;
    cell.balance += amount;
  }

  /** Writes a slot of a system contract, if it is deployed. */
  setSystemSlot(address: Address, slot: bigint, value: bigint): void {
    const cell = this.#cells.get(address);
    if (cell === undefined || cell.code.length === 0) return;
    const bytes = unpadBytes(hexToBytes(slotHex(value)));
    setSlot(cell.slots, slotHex(slot), bytes.length === 0 ? undefined : bytes);
  }

  /** Gives a key another value, as whatever ran before might have. Undone by `revert`, as transactions are. */
  set(key: StateKey, value: bigint): void {
    const { address, field, slot } = parseKey(key);
    const cell = this.#cell(address);
    this.#change(cell, () => {
      cell.exists ||= value > 0n;
      if (field === 'balance') cell.balance = value;
      else if (field === 'nonce') cell.nonce = value;
    });
    if (field === 'storage') this.#setSlot(cell, slotHex(slot), unpadBytes(hexToBytes(slotHex(value))));
  }

  /** The same for code. */
  setCode(address: Address, code: Uint8Array): void {
    const cell = this.#cell(address);
    this.#change(cell, () => {
      cell.exists ||= code.length > 0;
      cell.code = code;
      cell.codeHash = code.length === 0 ? KECCAK256_NULL : keccak256(code);
    });
  }

  hasAccount(address: Address): boolean {
    return this.#cells.get(address)?.exists === true;
  }

  slotOf(address: Address, slot: bigint): bigint {
    return bytesToBigInt(this.#cells.get(address)?.slots.get(slotHex(slot)) ?? EMPTY);
  }

  /** Slots that are not zero. */
  slotsOf(address: Address): bigint[] {
    return [...(this.#cells.get(address)?.slots.keys() ?? [])].map(BigInt);
  }

  /** Accounts that were ever there. */
  addresses(): Address[] {
    return [...this.#cells.keys()] as Address[];
  }

  codeOf(address: Address): Uint8Array {
    return this.#cells.get(address)?.code ?? EMPTY;
  }

  balanceOf(address: Address): bigint {
    return this.#cells.get(address)?.balance ?? 0n;
  }

  nonceOf(address: Address): bigint {
    return this.#cells.get(address)?.nonce ?? 0n;
  }

  #cell(address: string): Cell {
    let cell = this.#cells.get(address);
    if (cell === undefined) {
      cell = newCell();
      this.#cells.set(address, cell);
    }
    return cell;
  }

  #change(cell: Cell, change: () => void): void {
    const { exists, balance, nonce, code, codeHash, slots } = cell;
    this.#undo.push(() => Object.assign(cell, { exists, balance, nonce, code, codeHash, slots }));
    change();
  }

  async getAccount(address: EvmAddress): Promise<Account | undefined> {
    const cell = this.#cells.get(address.toString());
    if (cell?.exists !== true) return undefined;
    const root = cell.slots.size > 0 ? SOME_STORAGE : KECCAK256_RLP;
    return new Account(cell.nonce, cell.balance, root, cell.codeHash);
  }

  async putAccount(address: EvmAddress, account?: Account): Promise<void> {
    if (account === undefined) return this.deleteAccount(address);
    const cell = this.#cell(address.toString());
    this.#change(cell, () => {
      cell.exists = true;
      cell.nonce = account.nonce;
      cell.balance = account.balance;
    });
  }

  async deleteAccount(address: EvmAddress): Promise<void> {
    const cell = this.#cell(address.toString());
    this.#change(cell, () => Object.assign(cell, newCell()));
  }

  async modifyAccountFields(address: EvmAddress, fields: AccountFields): Promise<void> {
    const cell = this.#cell(address.toString());
    this.#change(cell, () => {
      cell.exists = true;
      cell.nonce = fields.nonce ?? cell.nonce;
      cell.balance = fields.balance ?? cell.balance;
    });
  }

  async putCode(address: EvmAddress, code: Uint8Array): Promise<void> {
    const cell = this.#cell(address.toString());
    this.#change(cell, () => {
      cell.exists = true;
      cell.code = code;
      cell.codeHash = code.length === 0 ? KECCAK256_NULL : keccak256(code);
    });
  }

  async getCode(address: EvmAddress): Promise<Uint8Array> {
    return this.#cells.get(address.toString())?.code ?? EMPTY;
  }

  async getCodeSize(address: EvmAddress): Promise<number> {
    return (await this.getCode(address)).length;
  }

  async getStorage(address: EvmAddress, key: Uint8Array): Promise<Uint8Array> {
    return this.#cells.get(address.toString())?.slots.get(hexOf(key)) ?? EMPTY;
  }

  async putStorage(address: EvmAddress, key: Uint8Array, value: Uint8Array): Promise<void> {
    this.#setSlot(this.#cell(address.toString()), hexOf(key), unpadBytes(value));
  }

  /** @param value - Without leading zeros. */
  #setSlot({ slots }: Cell, slot: string, value: Uint8Array): void {
    const before = slots.get(slot);
    this.#undo.push(() => setSlot(slots, slot, before));
    setSlot(slots, slot, value.length === 0 ? undefined : value);
  }

  async clearStorage(address: EvmAddress): Promise<void> {
    const cell = this.#cell(address.toString());
    this.#change(cell, () => {
      cell.slots = new Map();
    });
  }

  async checkpoint(): Promise<void> {
    this.#checkpoints.push(this.#undo.length);
  }

  async commit(): Promise<void> {
    this.#checkpoints.pop();
    if (this.#checkpoints.length === 0) this.#undo.length = 0;
  }

  async revert(): Promise<void> {
    const height = this.#checkpoints.pop() ?? 0;
    while (this.#undo.length > height) this.#undo.pop()?.();
  }

  async getStateRoot(): Promise<Uint8Array> {
    return new Uint8Array(32);
  }

  async setStateRoot(): Promise<void> {}

  async hasStateRoot(): Promise<boolean> {
    return true;
  }

  clearCaches(): void {}

  shallowCopy(): StateManagerInterface {
    return new OracleState(this.dump());
  }
}

function setSlot(slots: Map<string, Uint8Array>, slot: string, value: Uint8Array | undefined): void {
  if (value === undefined) slots.delete(slot);
  else slots.set(slot, value);
}

function newCell(): Cell {
  return { exists: false, balance: 0n, nonce: 0n, code: EMPTY, codeHash: KECCAK256_NULL, slots: new Map() };
}

function cellOf({ balance = '0x0', nonce = 0, code = '0x', storage = {} }: PrestateAccount): Cell {
  const cell = newCell();
  cell.exists = true;
  cell.balance = BigInt(balance);
  cell.nonce = BigInt(nonce);
  if (code.length > 2) {
    cell.code = hexToBytes(code as PrefixedHexString);
    cell.codeHash = keccak256(cell.code);
  }
  for (const [slot, value] of Object.entries(storage)) {
    if (BigInt(value) === 0n) continue;
    cell.slots.set(slotHex(BigInt(slot)), unpadBytes(hexToBytes(slotHex(BigInt(value)))));
  }
  return cell;
}

/** Lower-case hex with a prefix. */
export function hexOf(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;
}
