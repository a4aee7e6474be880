/**
 * Sets taken from recordings of one execution, without any analysis. They are a witness of that execution and of no
 * other: on another state, or after other transactions, a transaction may touch something else. Their status says so,
 * and in execution the guard compares each access with them as with any others.
 *
 * Slots are those that were touched, and written where their value changed. What was written and left as it was (a
 * lock, a balance that is passed on) counts as read, which comes to the same for everybody else. Of a touched account
 * every field counts as read, as the recording does not tell which one was; the fee recipient's balance as added to.
 */
import type { BlockInput, Transaction } from '../input/block.ts';
import { accountKey, type StateKey, storageKey } from '../state/key.ts';
import type { Recording } from '../state/recording.ts';
import type { AccessMode, AccessSet, Region } from './access.ts';
import { derivedAccessList } from './derived-access-list.ts';
import { NO_INPUTS } from './inputs.ts';
import { REASONS } from './reason.ts';
import type { BlockAnalysis, TransactionAnalysis } from './result.ts';
import { blockRules } from './rules.ts';
import { entryOf } from './transaction.ts';
import { NO_EFFECTS } from './write-index.ts';

/** For weights only: what a slot, an account and a transaction cost, roughly. */
const SLOT_GAS = 2_100n;
const CHANGE_GAS = 2_900n;
const BASE_GAS = 21_000n;

/** The analysis of a block that recordings stand for. One for each transaction, in block order. */
export function recordedAnalysis(input: BlockInput, recordings: readonly Recording[]): BlockAnalysis {
  const rules = blockRules(input);
  const transactions = input.transactions.map((tx, index): TransactionAnalysis => {
    const recording = recordings[index] ?? { touched: new Map(), changed: new Map() };
    const accesses = accessesOf(input, tx, recording);
    return {
      index,
      status: 'recorded',
      reasons: [
        {
          code: 'recorded',
          message: REASONS.recorded,
          at: entryOf(tx),
          dependsOn: [],
          writtenBy: new Map(),
        },
      ],
      accesses,
      assumptions: new Set(),
      inputs: NO_INPUTS,
      effects: NO_EFFECTS,
      debits: new Set(),
      nonceWrites: new Set(),
      gasEstimate: gasOf(tx, recording),
      waitsFor: [],
      resolveAfter: [],
      pending: [],
      heldBy: [],
      derivedAccessList: derivedAccessList(rules, tx, accesses),
    };
  });
  const options = { unordered: false, trustAccessLists: false, skipInvalid: false };
  return { input, transactions, missing: [], options };
}

function accessesOf(
  { block }: BlockInput,
  { from, conditions }: Transaction,
  { touched, changed }: Recording,
): AccessSet {
  const keys = new Map<StateKey, AccessMode>();
  for (const [address, slots] of touched) {
    for (const field of ['balance', 'nonce', 'code'] as const) keys.set(accountKey(address, field), 'read');
    for (const slot of slots) keys.set(storageKey(address, slot), 'read');
  }
  const regions: Region[] = [];
  for (const [address, { fields, slots, isReplaced }] of changed) {
    for (const field of fields) keys.set(accountKey(address, field), 'write');
    for (const slot of slots) keys.set(storageKey(address, slot), 'write');
    if (isReplaced) regions.push({ shape: 'account', address, field: 'storage', mode: 'write' });
  }
  if (block !== null && block.feeRecipient !== from)
    keys.set(accountKey(block.feeRecipient, 'balance'), 'delta');
  for (const field of ['balance', 'nonce'] as const) keys.set(accountKey(from, field), 'write');
  keys.set(accountKey(from, 'code'), keys.get(accountKey(from, 'code')) ?? 'read');
  for (const account of conditions?.knownAccounts ?? []) {
    const { address } = account;
    if (account.kind === 'storage-root')
      regions.push({ shape: 'account', address, field: 'storage', mode: 'read' });
    else
      for (const slot of account.slots.keys()) {
        const key = storageKey(address, slot);
        keys.set(key, keys.get(key) ?? 'read');
      }
  }
  return { keys, regions, origins: new Map() };
}

function gasOf({ gasLimit }: Transaction, { touched, changed }: Recording): bigint {
  let gas = BASE_GAS;
  for (const slots of touched.values()) gas += SLOT_GAS * BigInt(slots.size);
  for (const { slots } of changed.values()) gas += CHANGE_GAS * BigInt(slots.size);
  return gas < gasLimit ? gas : gasLimit;
}
