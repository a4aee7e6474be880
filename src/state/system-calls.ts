/**
 * What a block does to state beside its transactions, as far as it needs no byte code: the system calls before the
 * first one, and the withdrawals after the last. The queues of requests, which are emptied after these, are run
 * (`executor/requests.ts`). Rewards of miners are not here.
 */
import { InternalError } from '../errors.ts';
import type { Address, BlockHeader, BlockInput } from '../input/block.ts';
import { isHardforkFrom } from '../input/chain.ts';
import type { GrowingDiff, StateDiff } from './diff.ts';
import { accountKey, type StateKey, storageKey } from './key.ts';
import type { StateSource } from './source.ts';

/** EIP-4788: holds the beacon block roots. */
export const BEACON_ROOTS_ADDRESS = '0x000f3df6d732807ef1319fb7b8bb8522d0beac02';

/** EIP-4788, HISTORY_BUFFER_LENGTH. */
const BEACON_ROOTS_LENGTH = 8191n;

/** EIP-2935: holds the hashes of earlier blocks. */
export const HISTORY_STORAGE_ADDRESS = '0x0000f90827f1c53a10cb7a02335b175320002935';

/** EIP-2935, HISTORY_SERVE_WINDOW. */
const HISTORY_LENGTH = 8191n;

/** Who makes system calls. */
export const SYSTEM_ADDRESS = '0xfffffffffffffffffffffffffffffffffffffffe';

/** EIP-7002: holds the withdrawal requests of a block until its end. */
export const WITHDRAWAL_QUEUE_ADDRESS = '0x00000961ef480eb55e80d19ad83579a64c007002';

/** EIP-7251: holds its consolidation requests. */
export const CONSOLIDATION_QUEUE_ADDRESS = '0x0000bbddc7ce488642fb579f8b00f3a590007251';

/** Slots of both queues that emptying them reads and writes, whatever is in them. */
const QUEUE_SLOTS = [0n, 1n, 2n, 3n];

/**
 * The system calls before a block's first transaction, by the contract that they go to: EIP-4788 since Cancun,
 * EIP-2935 since Prague; and what the contract writes, if it is there and is the one of the EIP.
 */
export function systemCallSlots(
  block: Pick<BlockHeader, 'number' | 'timestamp' | 'parentHash' | 'parentBeaconBlockRoot'>,
  hardfork: string,
): Map<Address, ReadonlyMap<bigint, bigint>> {
  const { number, timestamp, parentHash, parentBeaconBlockRoot } = block;
  const calls = new Map<Address, ReadonlyMap<bigint, bigint>>();
  if (isHardforkFrom(hardfork, 'cancun') && parentBeaconBlockRoot !== null) {
    const slot = timestamp % BEACON_ROOTS_LENGTH;
    const slots = [
      [slot, timestamp],
      [slot + BEACON_ROOTS_LENGTH, BigInt(parentBeaconBlockRoot)],
    ] as const;
    calls.set(BEACON_ROOTS_ADDRESS, new Map(slots));
  }
  if (isHardforkFrom(hardfork, 'prague') && number > 0n) {
    const slot = (number - 1n) % HISTORY_LENGTH;
    calls.set(HISTORY_STORAGE_ADDRESS, new Map([[slot, BigInt(parentHash)]]));
  }
  return calls;
}

/**
 * What the system calls before a block's first transaction write, changed or not. Where there is no contract,
 * nothing happens. Where the state does not know, nothing is said: the slots stay unknown.
 */
export function systemCallsDiff(
  state: StateSource,
  block: Parameters<typeof systemCallSlots>[0],
  hardfork: string,
): StateDiff {
  const diff: GrowingDiff = new Map();
  for (const [address, slots] of systemCallSlots(block, hardfork)) {
    if (hasCode(state, address)) diff.set(address, { storage: new Map(slots) });
  }
  return diff;
}

/** Keys that the block's own steps need. */
export function ownStepKeys({ block, hardfork }: Pick<BlockInput, 'block' | 'hardfork'>): StateKey[] {
  const keys: StateKey[] = [];
  if (block === null) return keys;
  for (const [address, slots] of systemCallSlots(block, hardfork)) {
    keys.push(accountKey(address, 'balance'));
    for (const slot of slots.keys()) keys.push(storageKey(address, slot));
  }
  for (const { address } of block.withdrawals ?? []) keys.push(accountKey(address, 'balance'));
  if (!isHardforkFrom(hardfork, 'prague')) return keys;
  keys.push(accountKey(SYSTEM_ADDRESS, 'balance'));
  for (const address of [WITHDRAWAL_QUEUE_ADDRESS, CONSOLIDATION_QUEUE_ADDRESS] as const) {
    keys.push(accountKey(address, 'balance'), ...QUEUE_SLOTS.map((slot) => storageKey(address, slot)));
  }
  return keys;
}

function hasCode(state: StateSource, address: Address): boolean {
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
