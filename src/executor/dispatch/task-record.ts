/** One transaction with the state that it may reach for, as it goes to a worker. */
import type { Address, Hex, Transaction } from '../../input/block.ts';
import type { Reader, Writer } from './batch.ts';

/** Parts of an account's flags: two bits of access mode for each field, then what follows. */
export const MODE_SHIFT = { balance: 0, nonce: 2, code: 4 } as const;
/** The value is what an earlier transaction has left on the worker, whose index stands in its place. */
export const OWN_BALANCE = 1 << 6;
export const OWN_NONCE = 1 << 7;
export const EXISTS = 1 << 8;
/** The transaction may write the whole storage. */
export const MAY_CLEAR = 1 << 9;
/** It has storage without code and nonce (EIP-7610). */
export const HAS_STORAGE = 1 << 10;

export interface AccountRecord {
  readonly address: Address;
  readonly flags: number;
  readonly balance: bigint;
  readonly nonce: bigint;
  /** Number of its code; 0 for none. */
  readonly code: number;
}

export interface SlotRecord {
  /** Place of its account among the task's. */
  readonly account: number;
  /** As in `access-table.ts`. */
  readonly mode: number;
  readonly slot: bigint;
  /** `null`: what transaction `writer` has left on the worker. */
  readonly value: bigint | null;
  readonly writer: number;
}

const OWN_SLOT = 4;

export function writeTransaction(writer: Writer, index: number, transaction: Transaction): void {
  const { type } = transaction;
  writer.push(index, type);
  if (type > 2) {
    writer.push({ ...transaction, data: NO_DATA, signature: null });
  } else {
    const { from, to, nonce, gasLimit, value, maxFeePerGas, chainId, accessList } = transaction;
    const { maxPriorityFeePerGas } = transaction;
    writer.push(from, to, nonce, gasLimit, value, maxFeePerGas, maxPriorityFeePerGas, chainId, accessList);
  }
  writer.pushBytes(transaction.data);
}

export function readTransaction(reader: Reader): {
  readonly index: number;
  readonly transaction: Transaction;
} {
  const index = reader.number();
  const type = reader.number();
  if (type > 2) {
    const transaction = reader.any() as Transaction;
    return { index, transaction: { ...transaction, data: reader.bytes() } };
  }
  const transaction = {
    type: type as Transaction['type'],
    hash: NO_HASH,
    from: reader.text() as Address,
    to: reader.any() as Address | null,
    nonce: reader.bigint(),
    gasLimit: reader.bigint(),
    value: reader.bigint(),
    maxFeePerGas: reader.bigint(),
    maxPriorityFeePerGas: reader.bigint(),
    chainId: reader.any() as bigint | null,
    accessList: reader.any() as Transaction['accessList'],
    data: reader.bytes(),
    maxFeePerBlobGas: 0n,
    blobVersionedHashes: [],
    authorizationList: [],
    signature: null,
  };
  return { index, transaction };
}

export function writeState(
  writer: Writer,
  accounts: readonly AccountRecord[],
  slots: readonly SlotRecord[],
): void {
  writer.push(accounts.length, slots.length);
  for (const { address, flags, balance, nonce, code } of accounts) {
    writer.push(address, flags, balance, nonce, code);
  }
  for (const { account, mode, slot, value, writer: index } of slots) {
    const tag = account * 8 + mode;
    if (value === null) writer.push(tag + OWN_SLOT, slot, index);
    else writer.push(tag, slot, value);
  }
}

/** Takes the records as they come. */
export interface StateReceiver {
  receiveAccount(record: AccountRecord): void;
  receiveSlot(record: SlotRecord): void;
}

export function readState(reader: Reader, receiver: StateReceiver): void {
  const accounts = reader.number();
  const slots = reader.number();
  for (let i = 0; i < accounts; i++) {
    receiver.receiveAccount({
      address: reader.text() as Address,
      flags: reader.number(),
      balance: reader.bigint(),
      nonce: reader.bigint(),
      code: reader.number(),
    });
  }
  for (let i = 0; i < slots; i++) {
    const tag = reader.number();
    const isOwn = (tag & OWN_SLOT) !== 0;
    const slot = reader.bigint();
    receiver.receiveSlot({
      account: tag >> 3,
      mode: tag & 3,
      slot,
      value: isOwn ? null : reader.bigint(),
      writer: isOwn ? reader.number() : -1,
    });
  }
}

const NO_DATA = new Uint8Array(0);
/** A worker does not need the hash. */
const NO_HASH: Hex = '0x';
