/** What a block access list (EIP-7928) says that a block needs of the state. */
import type { BlockAccessList } from '../input/block-access-list/list.ts';
import { accountKey, type StateKey, storageKey } from './key.ts';

/** The keys of all accounts and slots of the list, an account's as its balance. */
export function blockAccessListKeys(list: BlockAccessList): StateKey[] {
  return list.flatMap(({ address, storageChanges, storageReads }) => [
    accountKey(address, 'balance'),
    ...storageChanges.map(({ slot }) => storageKey(address, slot)),
    ...storageReads.map((slot) => storageKey(address, slot)),
  ]);
}
