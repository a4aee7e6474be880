/** A block access list as RLP, and its hash, as in a header's `blockAccessListHash` (EIP-7928). */
import { InputError } from '../../errors.ts';
import { bytesToHex } from '../hex.ts';
import { keccak256 } from '../keccak.ts';
import { decodeRlp, RlpError, type RlpItem } from '../rlp.ts';
import { RlpWriter } from '../rlp-writer.ts';
import { member, type Where } from '../schema.ts';
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

/** The fields of each kind of list in a list; those of the outermost one under `accounts`. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  accounts: ['address', 'storageChanges', 'storageReads', 'balanceChanges', 'nonceChanges', 'codeChanges'],
  storageChanges: ['key', 'changes'],
  changes: ['index', 'value'],
  balanceChanges: ['index', 'value'],
  nonceChanges: ['index', 'value'],
  codeChanges: ['index', 'code'],
};

/**
 * An encoding as the JSON that it stands for, with all values as hex of bytes, whatever they are.
 *
 * @throws InputError
 */
export function rlpToJson(bytes: Uint8Array, where: Where): unknown {
  let item: RlpItem;
  try {
    item = decodeRlp(bytes);
  } catch (error) {
    if (!(error instanceof RlpError)) throw error;
    throw new InputError({ ...where, expected: 'RLP', got: error.message });
  }
  return named(item, 'accounts', where);
}

function named(item: RlpItem, name: string, where: Where): unknown {
  if (item instanceof Uint8Array) return bytesToHex(item);
  const fields = FIELDS[name];
  if (fields === undefined) return item.map((one) => named(one, '', where));
  return item.map((one, at) => {
    const inside = member(where, at);
    if (one instanceof Uint8Array || one.length !== fields.length) {
      const got = one instanceof Uint8Array ? 'bytes' : `${one.length} of them`;
      throw new InputError({ ...inside, expected: fields.join(', '), got });
    }
    return Object.fromEntries(
      fields.map((field, place) => [field, named(one[place] as RlpItem, field, member(inside, field))]),
    );
  });
}
