/** What one run on known values comes to, in the words of a derivation. */
import type { Address, Transaction } from '../../input/block.ts';
import { intrinsicGas } from '../../input/intrinsic-gas.ts';
import type { StateKey } from '../../state/key.ts';
import type { AccessMode, AccessSet, Region, SlotOrigin } from '../access.ts';
import type { ForeseenReceipt } from '../result.ts';
import { effectiveGasPrice } from '../rules.ts';
import type { Derivation } from '../transaction.ts';
import { knownValue, MAX_WORD, minOf, rangeWord, unknownWord, type Word } from '../word.ts';
import type { Effects } from '../write-index.ts';
import { type Account, BALANCE, CODE, NONCE } from './accounts.ts';
import type { Ending } from './interpreter.ts';
import { toBigint } from './limbs.ts';
import type { Machine } from './machine.ts';
import { NOT_KNOWN, type State } from './state.ts';

const NOTHING: readonly never[] = [];
const NO_CODE = new Uint8Array(0);
// Most transactions have none of these.
const NO_ADDRESSES: ReadonlySet<Address> = new Set();
const NO_ORIGINS: AccessSet['origins'] = new Map();
const NO_CODES: Effects['codes'] = new Map();
const NO_REGIONS: readonly Region[] = [];

export function resultOf(machine: Machine, tx: Transaction, ending: Ending): Derivation {
  const { state } = machine;
  const accesses = accessesOf(state);
  // Before the assumptions, to which it may add.
  const effects = effectsOf(machine, tx);
  return {
    status: 'exact',
    reasons: NOTHING,
    accesses,
    assumptions: assumptionsOf(state),
    missing: NOTHING,
    waitsFor: NOTHING,
    pending: NOTHING,
    gasEstimate: tx.gasLimit - BigInt(Math.min(ending.gas, Number(tx.gasLimit))),
    effects,
    debits: writersOf(state, BALANCE),
    nonceWrites: writersOf(state, NONCE),
    accessList: touchesOnlyWarm(machine, tx) ? EMPTY_LIST : null,
    ...(state.isRefundKnown && { receipt: receiptOf(machine, tx, ending) }),
  };
}

/** Refunds with their cap (EIP-3529), and the floor of the data (EIP-7623). */
function receiptOf(machine: Machine, tx: Transaction, ending: Ending): ForeseenReceipt {
  const { state, schedule, block } = machine;
  const spent = Number(tx.gasLimit) - ending.gas;
  const refund = Math.min(state.refund, Math.floor(spent / schedule.refunds.quotient));
  const floor = block.intrinsic.floorToken === 0 ? 0 : intrinsicGas(tx, block.intrinsic).floor;
  let credits: Map<Address, bigint> | null = null;
  for (const { address, credit, base } of state.accounts.met) {
    if (credit > 0n && base === null) credits = (credits ?? new Map()).set(address, credit);
  }
  const gasUsed = BigInt(Math.max(spent - refund, floor));
  return {
    isSuccess: ending.isSuccess,
    gasUsed,
    tip: tipFor(machine, tx, gasUsed),
    sender: senderAfter(machine, tx, gasUsed),
    credits: credits ?? NO_CREDITS,
  };
}

/** Before EIP-1559 all of the price, after it what is left of it above the base fee. */
function tipFor({ block: { block } }: Machine, tx: Transaction, gasUsed: bigint): bigint {
  const price = knownValue(effectiveGasPrice(tx, block)) ?? 0n;
  return gasUsed * (price - (block?.baseFeePerGas ?? 0n));
}

/** The sender's balance once the gas that is left has been paid back. */
function senderAfter(machine: Machine, tx: Transaction, gasUsed: bigint): ForeseenReceipt['sender'] {
  const { state, block } = machine;
  if (block.block === null) return null;
  const sender = state.accounts.at(tx.from);
  const price = knownValue(effectiveGasPrice(tx, block.block));
  const balance = sender.isDestroyed ? null : knownValue(state.balanceOf(sender));
  if (price === null || balance === null) return null;
  const left = balance + (tx.gasLimit - gasUsed) * price;
  const isOwn = tx.from === block.block.feeRecipient;
  return { address: tx.from, balance: isOwn ? left + tipFor(machine, tx, gasUsed) : left };
}

const NO_CREDITS: ForeseenReceipt['credits'] = new Map();

const EMPTY_LIST = [] as const;

/** Whether no slots are touched, and no accounts but those that are warm anyway: so it is with transfers. */
function touchesOnlyWarm({ state, block }: Machine, { from, to }: Transaction): boolean {
  if (state.slots.met.length > 0) return false;
  for (const { address } of state.accounts.met) {
    if (address !== from && address !== to && address !== block.block?.feeRecipient) return false;
  }
  return true;
}

/** Accounts of which code, or an authorisation, may write the field. */
function writersOf({ accounts }: State, field: number): ReadonlySet<Address> {
  let addresses: Set<Address> | null = null;
  for (const account of accounts.met) {
    if ((account.written & field) !== 0) addresses = (addresses ?? new Set()).add(account.address);
  }
  return addresses ?? NO_ADDRESSES;
}

/** The strongest mode of a field; read and credited makes a write. */
function modeOf(account: Account, field: number): AccessMode | null {
  const isRead = (account.read & field) !== 0;
  const isCredited = (account.credited & field) !== 0;
  if ((account.written & field) !== 0 || (isRead && isCredited)) return 'write';
  if (isCredited) return 'delta';
  return isRead ? 'read' : null;
}

function accessesOf({ accounts, slots }: State): AccessSet {
  const keys = new Map<StateKey, AccessMode>();
  let origins: Map<StateKey, SlotOrigin> | null = null;
  let regions: Region[] | null = null;
  for (const account of accounts.met) {
    const { address, read, credited } = account;
    if ((read | credited) === 0) continue;
    const balance = modeOf(account, BALANCE);
    if (balance !== null) keys.set(account.balanceKey, balance);
    const nonce = modeOf(account, NONCE);
    if (nonce !== null) keys.set(account.nonceKey, nonce);
    const code = modeOf(account, CODE);
    if (code !== null) keys.set(account.codeKey, code);
    if (account.isOwn) {
      regions ??= [];
      regions.push({ shape: 'account', address, field: 'storage', mode: 'write' });
    }
  }
  for (const cell of slots.met) {
    if (!slots.isRead(cell)) continue;
    const key = slots.key(cell);
    keys.set(key, slots.isWritten(cell) ? 'write' : 'read');
    const origin = slots.origins[cell];
    if (origin !== null && origin !== undefined) origins = (origins ?? new Map()).set(key, origin);
  }
  return { keys, regions: regions ?? NO_REGIONS, origins: origins ?? NO_ORIGINS };
}

/** What is in state after the transaction, whichever way it ended. */
function effectsOf(machine: Machine, tx: Transaction): Effects {
  const { accounts, slots } = machine.state;
  const values = new Map<StateKey, Word>();
  let codes: Map<Address, readonly Uint8Array[]> | null = null;
  let reset: Set<Address> | null = null;
  for (const account of accounts.met) {
    const changed = account.written | account.credited;
    if (account.isCreated || account.isDestroyed) reset = (reset ?? new Set()).add(account.address);
    if (changed === 0) continue;
    if ((changed & BALANCE) !== 0) values.set(account.balanceKey, balanceAfter(machine, tx, account));
    if ((changed & NONCE) !== 0) {
      values.set(account.nonceKey, account.isDestroyed ? 0n : machine.state.nonceOf(account));
    }
    if ((changed & CODE) !== 0) {
      codes ??= new Map();
      codes.set(account.address, [account.isDestroyed ? NO_CODE : machine.state.codeOf(account)]);
    }
  }
  for (const cell of slots.met) {
    if (slots.isWritten(cell)) values.set(slots.key(cell), slotAfter(machine.state, cell));
  }
  return { values, codes: codes ?? NO_CODES, reset: reset ?? NO_ADDRESSES };
}

/** Fees make two balances unknown. */
function balanceAfter({ state, block }: Machine, tx: Transaction, account: Account): Word {
  if (account.isDestroyed) return 0n;
  if (account.address === tx.from || block.block === null) return ANY_WORD;
  const balance = state.balanceOf(account);
  if (account.address !== block.block.feeRecipient) return balance;
  const min = minOf(balance);
  // It is the same after most transactions.
  if (min !== feesOnTop.min) feesOnTop = { min, word: rangeWord(min, MAX_WORD, []) };
  return feesOnTop.word;
}

const ANY_WORD = unknownWord([]);

let feesOnTop = { min: 0n, word: rangeWord(0n, MAX_WORD, []) };

function slotAfter(state: State, cell: number): Word {
  const { slots } = state;
  const account = slots.account(cell);
  if (account.isDestroyed) return 0n;
  if (slots.hasValue(cell)) return toBigint(slots.words, slots.valueAt(cell));
  if (account.isCreated) return 0n;
  if (slots.hasOriginal(cell)) return toBigint(slots.words, slots.originalAt(cell));
  // Written by an instruction that halted before it looked.
  const fact = state.factOf(cell);
  switch (fact.kind) {
    case 'stable':
      state.valueAt(cell);
      return fact.value;
    case 'unstable':
      return fact.bounds;
    case 'missing':
      throw NOT_KNOWN;
    default:
      return fact satisfies never;
  }
}

/** Every key that was looked up and whose value was known. */
function assumptionsOf({ accounts, slots }: State): Set<StateKey> {
  const assumptions = new Set<StateKey>();
  for (const { stable, balanceKey, nonceKey, codeKey } of accounts.met) {
    if (stable === 0) continue;
    if ((stable & BALANCE) !== 0) assumptions.add(balanceKey);
    if ((stable & NONCE) !== 0) assumptions.add(nonceKey);
    if ((stable & CODE) !== 0) assumptions.add(codeKey);
  }
  for (const cell of slots.met) if (slots.hasOriginal(cell)) assumptions.add(slots.key(cell));
  return assumptions;
}
