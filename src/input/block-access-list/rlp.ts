/** A block access list as RLP, and its hash, as in a header's `blockAccessListHash` (EIP-7928). */
import { keccak256 } from '../keccak.ts';
import { RlpWriter } from '../rlp-writer.ts';
import type { AccountChanges, BlockAccessList, CodeChange, SlotChanges, ValueChange } from './list.ts';

const writer = new RlpWriter();

/** The canonical encoding of a list that is in canonical order. */
export function encodeBlockAccessList(list: BlockAccessList): Uint8Array {
  return written(list).slice();
}

/** The 32-byte hash of the encoding. */
export function blockAccessListHash(list: BlockAccessList): Uint8Array {
  return keccak256(written(list));
}

/** A view until something else is written. */
function written(list: BlockAccessList): Uint8Array {
  writer.reset();
  writeList(list, writeAccount);
  return writer.view();
}

/** From the back to the front, as the writer wants it. */
function writeList<T>(items: readonly T[], write: (item: T) => void): void {
  const end = writer.length;
  for (let i = items.length - 1; i >= 0; i--) write(items[i] as T);
  writer.list(end);
}

function writeAccount(account: AccountChanges): void {
  const end = writer.length;
  writeList(account.codeChanges, writeCode);
  writeList(account.nonceChanges, writeValue);
  writeList(account.balanceChanges, writeValue);
  writeList(account.storageReads, writeSlot);
  writeList(account.storageChanges, writeSlotChanges);
  writer.hex(account.address);
  writer.list(end);
}

function writeSlotChanges({ slot, changes }: SlotChanges): void {
  const end = writer.length;
  writeList(changes, writeValue);
  writer.integer(slot);
  writer.list(end);
}

function writeSlot(slot: bigint): void {
  writer.integer(slot);
}

function writeValue({ index, value }: ValueChange): void {
  const end = writer.length;
  writer.integer(value);
  writer.integer(BigInt(index));
  writer.list(end);
}

function writeCode({ index, code }: CodeChange): void {
  const end = writer.length;
  writer.bytes(code);
  writer.integer(BigInt(index));
  writer.list(end);
}
