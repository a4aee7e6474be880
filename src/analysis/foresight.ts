/**
 * What to ask a slow state source for, so that few rounds of asking suffice: first what the transactions say
 * themselves, then what each of them is seen to need, looked at alone and past what is still missing.
 */
import type { Address, BlockInput, Transaction } from '../input/block.ts';
import { accountKey, type StateKey, storageKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import { ownStepKeys } from '../state/system-calls.ts';
import { beforeTransactions } from './block.ts';
import { BlockKnowledge, NO_PREDECESSORS } from './block-knowledge.ts';
import { blockRules } from './rules.ts';
import { entryOf, scoutTransaction } from './transaction.ts';

/** A scout need not be thorough: what it does not see is asked for in the next round. */
const SCOUT_LIMITS = { steps: 100_000, forks: 64, memoryBytes: 1 << 20, precompileSteps: 200_000 };

/** Words of call data that are looked at for addresses. */
const MAX_CALL_DATA_WORDS = 256;
/** Smaller words are amounts, lengths and offsets rather than addresses; precompiles are known anyway. */
const SMALLEST_ADDRESS = 1n << 80n;
const LARGEST_ADDRESS = (1n << 160n) - 1n;

/** ERC-1967: the slot that names a proxy's implementation, and the one that OpenZeppelin used before. */
const IMPLEMENTATION_SLOTS = [
  0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbcn,
  0x7050c9e0f4ca769c69bd3a8ef740bc37934f8e2c036e5a723fd8ee048ed3f8c3n,
];

/** Keys that a block certainly or probably needs, to be seen without any state. Ascending. */
export function foreseenKeys({ block, hardfork, transactions }: BlockInput): StateKey[] {
  const keys = new Set<StateKey>();
  const whole = (address: Address) => keys.add(accountKey(address, 'balance'));
  if (block !== null) {
    whole(block.feeRecipient);
  }
  for (const key of ownStepKeys({ block, hardfork })) keys.add(key);
  for (const tx of transactions) {
    whole(tx.from);
    whole(entryOf(tx).address);
    for (const { authority, address } of tx.authorizationList) {
      if (authority !== null) whole(authority);
      whole(address);
    }
    for (const { address, storageKeys } of tx.accessList ?? []) {
      whole(address);
      for (const slot of storageKeys) keys.add(storageKey(address, BigInt(slot)));
    }
    if (tx.to === null || tx.data.length < 4) continue;
    for (const slot of IMPLEMENTATION_SLOTS) keys.add(storageKey(tx.to, slot));
    for (const address of addressesIn(tx)) whole(address);
  }
  return [...keys].sort();
}

/** Words of the call data that look like addresses: tokens of a path, receivers, owners. */
function addressesIn({ data }: Transaction): Address[] {
  const found: Address[] = [];
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 4, n = 0; at + 32 <= bytes.length && n < MAX_CALL_DATA_WORDS; at += 32, n++) {
    const word = BigInt(`0x${bytes.toString('hex', at, at + 32)}`);
    if (word >= SMALLEST_ADDRESS && word <= LARGEST_ADDRESS) {
      found.push(`0x${word.toString(16).padStart(40, '0')}`);
    }
  }
  return found;
}

/**
 * What some transactions of a block need of the state and do not find, each looked at as if it came first.
 *
 * @returns By index, without those that lack nothing.
 */
export function scoutBlock(
  input: BlockInput,
  source: StateSource,
  indices: Iterable<number>,
): Map<number, readonly StateKey[]> {
  const rules = blockRules(input);
  const needs = new Map<number, readonly StateKey[]>();
  if (!rules.isSupported) return needs;
  const state = beforeTransactions(input, source);
  const knowledge = new BlockKnowledge(state, NO_PREDECESSORS, state);
  for (const index of indices) {
    const tx = input.transactions[index];
    if (tx === undefined) continue;
    const { missing } = scoutTransaction(rules, tx, knowledge, SCOUT_LIMITS);
    if (missing.length > 0) needs.set(index, missing);
  }
  return needs;
}
