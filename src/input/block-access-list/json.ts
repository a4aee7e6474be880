/**
 * A block access list as JSON: the form that `eth_getBlockAccessList` answers with (execution-apis,
 * `block-access-list.yaml`).
 */
import type { Address, Hex } from '../block.ts';
import { bytesToHex } from '../hex.ts';
import type { BlockAccessList, ValueChange } from './list.ts';

/** A step and what it left; balances and nonces are quantities, slot values 32 bytes wide. */
interface ValueChangeJson {
  index: Hex;
  value: Hex;
}

/** What happened to one account, in the JSON of EIP-7928. */
export interface AccountChangesJson {
  address: Address;
  storageChanges: { key: Hex; changes: ValueChangeJson[] }[];
  storageReads: Hex[];
  balanceChanges: ValueChangeJson[];
  nonceChanges: ValueChangeJson[];
  codeChanges: { index: Hex; code: Hex }[];
}

/** The list as `eth_getBlockAccessList` answers it. */
export function blockAccessListToJson(list: BlockAccessList): AccountChangesJson[] {
  return list.map((account) => ({
    address: account.address,
    storageChanges: account.storageChanges.map(({ slot, changes }) => ({
      key: word(slot),
      changes: changes.map(({ index, value }) => ({ index: quantity(index), value: word(value) })),
    })),
    storageReads: account.storageReads.map(word),
    balanceChanges: account.balanceChanges.map(changeToJson),
    nonceChanges: account.nonceChanges.map(changeToJson),
    codeChanges: account.codeChanges.map(({ index, code }) => ({
      index: quantity(index),
      code: bytesToHex(code),
    })),
  }));
}

function changeToJson({ index, value }: ValueChange): ValueChangeJson {
  return { index: quantity(index), value: quantity(value) };
}

function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`;
}

function word(value: bigint): Hex {
  return `0x${value.toString(16).padStart(64, '0')}`;
}
