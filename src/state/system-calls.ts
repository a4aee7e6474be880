/**
 * What a block does to state beside its transactions: the system calls before the first one, and the
 * withdrawals after the last. (Rewards of miners, and the requests of EIP-7002 and EIP-7251 that contracts
 * queue up, are not here.)
 */
import { InternalError } from '../errors.ts';
import type { Address, BlockHeader } from '../input/block.ts';
import { isHardforkFrom } from '../input/chain.ts';
import type { GrowingDiff, StateDiff } from './diff.ts';
import type { StateSource } from './source.ts';

/** EIP-4788: holds the beacon block roots. */
export const BEACON_ROOTS_ADDRESS = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02';

/** EIP-4788, HISTORY_BUFFER_LENGTH. */
const BEACON_ROOTS_LENGTH = 8191n;

/** EIP-2935: holds the hashes of earlier blocks. */
export const HISTORY_STORAGE_ADDRESS = '0x0000f90827f1c53a10cb7a02335b175320002935';

/** EIP-2935, HISTORY_SERVE_WINDOW. */
const HISTORY_LENGTH = 8191n;

/** The contracts that the system calls before a block's first transaction go to. */
export function systemContracts(hardfork: string): Address[] {
  return [
    ...(isHardforkFrom(hardfork, 'cancun') ? ([BEACON_ROOTS_ADDRESS] as const) : []),
    ...(isHardforkFrom(hardfork, 'prague') ? ([HISTORY_STORAGE_ADDRESS] as const) : []),
  ];
}

/**
 * The system calls before a block's first transaction: EIP-4788 since Cancun, EIP-2935 since Prague. Where
 * there is no contract, nothing happens; where there is one, it is taken to be the one of the EIP. Where the
 * state does not know, nothing is said: the slots stay unknown.
 */
export function systemCallsDiff(
  state: StateSource,
  block: Pick<BlockHeader, 'number' | 'timestamp' | 'parentHash' | 'parentBeaconBlockRoot'>,
  hardfork: string,
): StateDiff {
  const diff: GrowingDiff = new Map();
  const { number, timestamp, parentHash, parentBeaconBlockRoot } = block;
  if (
    isHardforkFrom(hardfork, 'cancun') &&
    parentBeaconBlockRoot !== null &&
    hasCode(state, BEACON_ROOTS_ADDRESS)
  ) {
    const slot = timestamp % BEACON_ROOTS_LENGTH;
    const storage = new Map([
      [slot, timestamp],
      [slot + BEACON_ROOTS_LENGTH, BigInt(parentBeaconBlockRoot)],
    ]);
    diff.set(BEACON_ROOTS_ADDRESS, { storage });
  }
  if (isHardforkFrom(hardfork, 'prague') && number > 0n && hasCode(state, HISTORY_STORAGE_ADDRESS)) {
    const storage = new Map([[(number - 1n) % HISTORY_LENGTH, BigInt(parentHash)]]);
    diff.set(HISTORY_STORAGE_ADDRESS, { storage });
  }
  return diff;
}

function hasCode(state: StateSource, address: typeof BEACON_ROOTS_ADDRESS | typeof HISTORY_STORAGE_ADDRESS) {
  return (state.account(address)?.code ?? state.code?.(address) ?? []).length > 0;
}

/**
 * The withdrawals after a block's last transaction (EIP-4895): balances credited. Nothing is created or
 * touched for an amount of 0.
 *
 * @param state - The state after the last transaction.
 * @throws InternalError when it does not know a receiver: load them first.
 */
export function withdrawalsDiff(state: StateSource, block: Pick<BlockHeader, 'withdrawals'>): StateDiff {
  const diff: GrowingDiff = new Map();
  for (const { address, amount } of block.withdrawals ?? []) {
    if (amount === 0n) continue;
    const account = state.account(address);
    if (account === undefined)
      throw new InternalError(`withdrawal to ${address}, whose balance is not known`);
    const earlier = diff.get(address)?.balance ?? account?.balance ?? 0n;
    diff.set(address, { balance: earlier + amount, storage: new Map() });
  }
  return diff;
}
