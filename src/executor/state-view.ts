/**
 * The state manager below the EVM: `TransactionState` in the form that @ethereumjs asks for. A slot's value is
 * handed over as the shortest big-endian byte string, empty for zero.
 */
import type { AccountFields, StateManagerInterface } from '@ethereumjs/common';
import { Account, type Address as EvmAddress, KECCAK256_NULL, KECCAK256_RLP } from '@ethereumjs/util';
import type { Address } from '../input/block.ts';
import type { Keccak } from './crypto.ts';
import { OBSERVED } from './observed.ts';
import { type Cell, currentValue, type TransactionState } from './transaction-state.ts';

const EMPTY = new Uint8Array(0);
/** Stands for any hash that is not the empty one; the real hash is computed only when it is asked for. */
const SOME_HASH = new Uint8Array(32).fill(0xff);

/** Hex of bytes without a prefix. */
export function unprefixedHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** A 256-bit number as shortest bytes. */
export function slotBytes(value: bigint): Uint8Array {
  if (value === 0n) return EMPTY;
  const hex = value.toString(16);
  return new Uint8Array(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'));
}

/** The number that big-endian bytes stand for; 0n for none. */
export function slotValue(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${unprefixedHex(bytes)}`);
}

/** Hashes of code by the identity of the array: hashing 24 KB costs more than most calls. */
export class CodeHashes {
  readonly keccak: Keccak;
  readonly #hashes = new WeakMap<Uint8Array, Uint8Array>();

  constructor(keccak: Keccak) {
    this.keccak = keccak;
  }

  hashOf(code: Uint8Array): Uint8Array {
    if (code.length === 0) return KECCAK256_NULL;
    let hash = this.#hashes.get(code);
    if (hash === undefined) {
      hash = this.keccak(code);
      this.#hashes.set(code, hash);
    }
    return hash;
  }
}

/** An account whose code hash is computed when asked for. */
class ViewAccount extends Account {
  readonly #code: Uint8Array;
  readonly #hashes: CodeHashes;
  readonly #hasStorage: () => boolean;

  constructor(state: TransactionState, hashes: CodeHashes, cell: Cell) {
    super(cell.nonce, cell.balance, KECCAK256_RLP, cell.code.length === 0 ? KECCAK256_NULL : SOME_HASH);
    this.#code = cell.code;
    this.#hashes = hashes;
    this.#hasStorage = () => state.hasStorage(cell);
  }

  override get codeHash(): Uint8Array {
    return this.#hashes.hashOf(this.#code);
  }

  override set codeHash(_hash: Uint8Array) {
    // Code changes only by putCode.
  }

  /** Only EIP-7610's collision check asks: some other hash than that of no storage is all it needs. */
  override get storageRoot(): Uint8Array {
    return this.#hasStorage() ? SOME_HASH : KECCAK256_RLP;
  }

  override set storageRoot(_root: Uint8Array) {
    // Storage changes only slot by slot.
  }

  override isEmpty(): boolean {
    return this.balance === 0n && this.nonce === 0n && this.#code.length === 0;
  }
}

/** The state manager, for one transaction at a time. */
export class StateView implements StateManagerInterface {
  /** EIP-2200's original values; the state keeps them with each slot. */
  readonly originalStorageCache = {
    get: (address: EvmAddress, key: Uint8Array): Promise<Uint8Array> =>
      Promise.resolve(
        slotBytes(this.#state.slot(this.#state.cellAt(addressHex(address)), slotValue(key)).original),
      ),
    clear: (): void => {},
  };

  readonly #state: TransactionState;
  readonly #hashes: CodeHashes;
  #checkpoints: number[] = [];

  constructor(state: TransactionState, hashes: CodeHashes) {
    this.#state = state;
    this.#hashes = hashes;
  }

  /** Forgets the checkpoints of a transaction that did not end. */
  begin(): void {
    this.#checkpoints = [];
  }

  async getAccount(address: EvmAddress): Promise<Account | undefined> {
    const cell = this.#cell(address);
    return cell.exists ? new ViewAccount(this.#state, this.#hashes, cell) : undefined;
  }

  async putAccount(address: EvmAddress, account: Account = new Account()): Promise<void> {
    this.#state.put(this.#cell(address), account.balance, account.nonce);
  }

  async deleteAccount(address: EvmAddress): Promise<void> {
    this.#state.remove(this.#cell(address));
  }

  async modifyAccountFields(address: EvmAddress, fields: AccountFields): Promise<void> {
    const cell = this.#cell(address);
    const { balance = cell.exists ? cell.balance : 0n, nonce = cell.exists ? cell.nonce : 0n } = fields;
    this.#state.put(cell, balance, nonce);
  }

  async putCode(address: EvmAddress, code: Uint8Array): Promise<void> {
    // The EVM may hand over a window into a frame's memory.
    this.#state.putCode(this.#cell(address), code.slice());
  }

  async getCode(address: EvmAddress): Promise<Uint8Array> {
    const cell = this.#cell(address);
    if (!this.#state.precompiles.has(cell.word)) cell.observedCode |= OBSERVED.read;
    return cell.code;
  }

  async getCodeSize(address: EvmAddress): Promise<number> {
    return (await this.getCode(address)).length;
  }

  async getStorage(address: EvmAddress, key: Uint8Array): Promise<Uint8Array> {
    const cell = this.#cell(address);
    const slot = this.#state.slot(cell, slotValue(key));
    slot.observed |= OBSERVED.read;
    return slotBytes(currentValue(cell, slot));
  }

  async putStorage(address: EvmAddress, key: Uint8Array, value: Uint8Array): Promise<void> {
    const slot = this.#state.slot(this.#cell(address), slotValue(key));
    slot.observed |= OBSERVED.write;
    this.#state.write(slot, slotValue(value));
  }

  async clearStorage(address: EvmAddress): Promise<void> {
    this.#state.clearStorage(this.#cell(address));
  }

  async checkpoint(): Promise<void> {
    this.#checkpoints.push(this.#state.mark());
  }

  async commit(): Promise<void> {
    this.#checkpoints.pop();
  }

  async revert(): Promise<void> {
    this.#state.revertTo(this.#checkpoints.pop() ?? 0);
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

  /** Shares the transaction's state: nothing here runs two at once. */
  shallowCopy(): StateManagerInterface {
    return new StateView(this.#state, this.#hashes);
  }

  #cell(address: EvmAddress): Cell {
    return this.#state.cellAt(addressHex(address));
  }
}

function addressHex(address: EvmAddress): Address {
  return `0x${unprefixedHex(address.bytes)}`;
}
