/** Pre-state from a state manager of @ethereumjs, as it is when it is asked; and a block's changes back into it. */
import type { StateManagerInterface } from '@ethereumjs/common';
import {
  Account,
  bigIntToUnpaddedBytes,
  createAddressFromString,
  equalsBytes,
  KECCAK256_RLP,
} from '@ethereumjs/util';
import type { Address } from '../input/block.ts';
import { hexToBytes } from '../input/hex.ts';
import { type AccountDiff, existsAfter, type StateDiff } from './diff.ts';
import { type FetchedAccount, type FetchingState, fetchingState } from './fetching.ts';
import { slotHex } from './key.ts';

/**
 * Reads through a state manager. What was read once is kept: make a new one for the next block, and leave the
 * state manager as it is until this block is done.
 */
export function stateManagerState(
  manager: Pick<StateManagerInterface, 'getAccount' | 'getCode' | 'getStorage'>,
): FetchingState {
  const account = async (address: Address): Promise<FetchedAccount | null> => {
    const owner = createAddressFromString(address);
    const found = await manager.getAccount(owner);
    if (found === undefined) return null;
    const code = found.isContract() ? await manager.getCode(owner) : new Uint8Array(0);
    const { balance, nonce, storageRoot } = found;
    return { balance, nonce, code, hasStorage: !equalsBytes(storageRoot, KECCAK256_RLP) };
  };
  const slot = async (address: Address, number: bigint): Promise<bigint> => {
    const key = hexToBytes(slotHex(number)) as Uint8Array;
    const value = await manager.getStorage(createAddressFromString(address), key);
    return value.length === 0 ? 0n : BigInt(`0x${Buffer.from(value).toString('hex')}`);
  };
  // One after the other: a trie below answers no faster when it is asked for many things at once.
  return fetchingState(async (request) => {
    const accounts: (FetchedAccount | null)[] = [];
    for (const address of request.accounts) accounts.push(await account(address));
    const slots: bigint[] = [];
    for (const { address, slot: number } of request.slots) slots.push(await slot(address, number));
    return { accounts, slots };
  });
}

/**
 * Makes a block's changes in a state manager that has the state from before the block; afterwards it has that
 * from after it, and `getStateRoot()` is the block's state root. All of them or, if the state manager throws, none.
 */
export async function applyDiff(
  manager: Pick<
    StateManagerInterface,
    | 'getAccount'
    | 'putAccount'
    | 'deleteAccount'
    | 'putCode'
    | 'putStorage'
    | 'clearStorage'
    | 'checkpoint'
    | 'commit'
    | 'revert'
  >,
  diff: StateDiff,
): Promise<void> {
  await manager.checkpoint();
  try {
    for (const [address, change] of diff) await applyAccount(manager, address, change);
  } catch (error) {
    await manager.revert();
    throw error;
  }
  await manager.commit();
}

async function applyAccount(
  manager: Parameters<typeof applyDiff>[0],
  address: Address,
  change: AccountDiff,
): Promise<void> {
  const owner = createAddressFromString(address);
  if (change.destroyed === true) {
    await manager.clearStorage(owner);
    await manager.deleteAccount(owner);
  }
  if (!existsAfter(change)) return;
  // Storage and code hang on an account, so it comes first.
  const account = (await manager.getAccount(owner)) ?? new Account();
  account.balance = change.balance ?? account.balance;
  account.nonce = change.nonce ?? account.nonce;
  await manager.putAccount(owner, account);
  if (change.code !== undefined) await manager.putCode(owner, change.code);
  for (const [slot, value] of change.storage) {
    const bytes = value === 0n ? NOTHING : bigIntToUnpaddedBytes(value);
    await manager.putStorage(owner, hexToBytes(slotHex(slot)) as Uint8Array, bytes);
  }
}

const NOTHING = new Uint8Array(0);
