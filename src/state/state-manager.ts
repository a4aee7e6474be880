/** Pre-state from a state manager of @ethereumjs, as it is when it is asked. */
import type { StateManagerInterface } from '@ethereumjs/common';
import { createAddressFromString, equalsBytes, KECCAK256_RLP } from '@ethereumjs/util';
import type { Address } from '../input/block.ts';
import { hexToBytes } from '../input/hex.ts';
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
