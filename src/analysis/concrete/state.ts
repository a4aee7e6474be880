/**
 * State as one fully known transaction finds and changes it. Reads go to what the transaction did, then to what
 * is known of the state before it; what is not known exactly where it is needed ends the attempt. Which reads
 * and writes are accesses, and which look-ups inputs, is as in `state-access.ts`.
 */
import type { Address } from '../../input/block.ts';
import { binary } from '../arithmetic.ts';
import type { Fact, Knowledge } from '../knowledge.ts';
import { knownOrigin } from '../known-hashes.ts';
import { knownValue, MAX_WORD, maxOf, minOf, type Word } from '../word.ts';
import { type Account, Accounts, BALANCE, CODE, NONCE } from './accounts.ts';
import { copyWord, setBigint, WORD } from './limbs.ts';
import { Preimages } from './preimages.ts';
import { Slots } from './slots.ts';

/** Thrown where something is needed that is not known exactly; one object, since nothing more is to be said. */
export const NOT_KNOWN = { kind: 'not-known' } as const;

/** What can be rolled back to. */
export interface Mark {
  slotMark: number;
  accountMark: number;
  refundMark: number;
}

export class State {
  readonly accounts: Accounts;
  readonly slots = new Slots();
  readonly preimages = new Preimages();
  /** Gas that is given back at the end, as far as it goes. */
  refund = 0;
  /** An authority may have been there, or not (EIP-7702). */
  isRefundKnown = true;
  #knowledge: Knowledge = NO_KNOWLEDGE;
  /** In their order, as far as they have been taken. */
  readonly #payments: ((balance: Word) => Word)[] = [];

  constructor(isPrecompile: (address: Address) => boolean) {
    this.accounts = new Accounts(isPrecompile);
  }

  begin(knowledge: Knowledge): void {
    this.#knowledge = knowledge;
    this.accounts.begin();
    this.slots.begin();
    this.preimages.clear();
    this.refund = 0;
    this.isRefundKnown = true;
  }

  end(): void {
    this.#knowledge = NO_KNOWLEDGE;
  }

  /** Steps taken through tables beyond the first of each look-up, since this was last asked. */
  takeProbes(): number {
    const probes = this.slots.probes + this.preimages.probes;
    this.slots.probes = 0;
    this.preimages.probes = 0;
    return probes;
  }

  mark(into: Mark): void {
    into.slotMark = this.slots.mark;
    into.accountMark = this.accounts.mark;
    into.refundMark = this.refund;
  }

  rollBack(mark: Mark): void {
    this.slots.rollBack(mark.slotMark);
    this.accounts.rollBack(mark.accountMark);
    this.refund = mark.refundMark;
  }

  // Storage.

  /** The cell of a slot that an instruction reaches for; notes how the slot came about. */
  locate(account: Account, words: Int32Array, at: number): number {
    const { slots, preimages } = this;
    const cell = slots.cell(account, words, at);
    if (slots.isLarge(cell) && !slots.isOriginOf(cell, preimages.count)) {
      const origin = preimages.originOf(words, at) ?? this.#knownOrigin(cell);
      if (origin !== null) slots.origins[cell] = origin;
    }
    return cell;
  }

  #knownOrigin(cell: number) {
    const { slots } = this;
    let origin = slots.knownOrigins[cell];
    if (origin === undefined) {
      origin = knownOrigin(slots.slot(cell));
      slots.knownOrigins[cell] = origin;
    }
    return origin;
  }

  /** What is known of the slot's value before the transaction. */
  factOf(cell: number): Fact {
    const { slots } = this;
    const origin = slots.isLarge(cell) ? (slots.origins[cell] ?? this.#knownOrigin(cell)) : null;
    return this.#knowledge.storage(slots.account(cell).address, slots.slot(cell), origin, slots.key(cell));
  }

  #needOriginal(cell: number): void {
    const { slots } = this;
    if (slots.hasOriginal(cell)) return;
    const fact = this.factOf(cell);
    if (fact.kind !== 'stable') throw NOT_KNOWN;
    setBigint(slots.words, slots.originalAt(cell), fact.value);
    slots.markOriginal(cell);
  }

  /** Where in the words of `slots` the value at the start of the transaction is (EIP-2200). */
  originalAt(cell: number): number {
    if (this.slots.account(cell).isCreated) return ZERO_AT;
    this.#needOriginal(cell);
    return this.slots.originalAt(cell);
  }

  /** Where the value now is. */
  valueAt(cell: number): number {
    return this.slots.hasValue(cell) ? this.slots.valueAt(cell) : this.originalAt(cell);
  }

  /** Copies a word of `slots`, or zero. */
  copy(from: number, words: Int32Array, at: number): void {
    if (from === ZERO_AT) words.fill(0, at, at + WORD);
    else copyWord(this.slots.words, from, words, at);
  }

  /** A new account has no storage, whatever the transaction wrote there before. */
  clearStorage(account: Account): number {
    const { slots } = this;
    for (const cell of slots.met) {
      if (slots.account(cell) === account && slots.hasValue(cell)) slots.store(cell, ZERO_WORD, 0);
    }
    return slots.met.length;
  }

  // Balances.

  /** What is known of the balance before the transaction. */
  #balanceBefore(account: Account): Word {
    if ((account.asked & BALANCE) === 0) {
      account.balanceBefore = this.#answer(
        account,
        BALANCE,
        this.#knowledge.balance(account.address, account.balanceKey),
      );
    }
    return account.balanceBefore;
  }

  #answer(account: Account, field: number, fact: Fact): Word {
    if (fact.kind === 'missing') throw NOT_KNOWN;
    account.asked |= field;
    if (fact.kind === 'unstable') return fact.bounds;
    account.stable |= field;
    return fact.value;
  }

  /** What is known of the balance now. */
  balanceOf(account: Account): Word {
    return plus(account.base ?? this.#afterPayments(account), account.credit);
  }

  #afterPayments(account: Account): Word {
    let balance = this.#balanceBefore(account);
    for (let i = 0; i < account.payments; i++) {
      const pay = this.#payments[i];
      if (pay !== undefined) balance = pay(balance);
    }
    return balance;
  }

  /**
   * Takes what the transaction itself asks of its sender, which nobody may ever look at: what is left is worked
   * out when somebody does.
   */
  payUnseen(sender: Account, pay: (balance: Word) => Word): void {
    this.#balanceBefore(sender);
    this.accounts.save(sender);
    this.#payments[sender.payments++] = pay;
    sender.isTouched = true;
  }

  /** The balance now, which has to be known, and counts as read. */
  loadBalance(account: Account): bigint {
    account.read |= BALANCE;
    return known(this.balanceOf(account));
  }

  credit(account: Account, amount: bigint): void {
    account.credited |= BALANCE;
    this.accounts.save(account);
    account.credit += amount;
    account.isTouched = true;
  }

  debit(account: Account, amount: bigint): void {
    writeField(account, BALANCE);
    this.setBalance(account, binary('sub', this.balanceOf(account), amount));
  }

  setBalance(account: Account, balance: Word): void {
    this.accounts.save(account);
    account.base = balance;
    account.credit = 0n;
    account.isTouched = true;
  }

  /** EIP-7610. */
  hasStorage(account: Account): boolean {
    return this.#knowledge.hasStorage(account.address);
  }

  // Nonce and code.

  /** What is known of the nonce now. */
  nonceOf(account: Account): Word {
    return account.nonce ?? this.#nonceBefore(account);
  }

  #nonceBefore(account: Account): Word {
    if ((account.asked & NONCE) === 0) {
      account.nonceBefore = this.#answer(
        account,
        NONCE,
        this.#knowledge.nonce(account.address, account.nonceKey),
      );
    }
    return account.nonceBefore;
  }

  setNonce(account: Account, nonce: bigint): void {
    this.accounts.save(account);
    account.nonce = nonce;
  }

  /** The code now; `null` when any code may be there. */
  peekCode(account: Account): Uint8Array | null {
    if (account.code !== null) return account.code;
    if ((account.asked & CODE) === 0) {
      const fact = this.#knowledge.code(account.address, account.codeKey);
      if (fact.kind === 'missing') throw NOT_KNOWN;
      account.asked |= CODE;
      account.codeBefore = fact.kind === 'stable' ? fact.code : null;
      if (fact.kind === 'stable') account.stable |= CODE;
    }
    return account.codeBefore;
  }

  /** The code now, which has to be known. */
  codeOf(account: Account): Uint8Array {
    const code = this.peekCode(account);
    if (code === null) throw NOT_KNOWN;
    return code;
  }

  loadCode(account: Account): Uint8Array {
    account.read |= CODE;
    return this.codeOf(account);
  }

  setCode(account: Account, code: Uint8Array): void {
    this.accounts.save(account);
    account.code = code;
  }

  /** Whether the account is empty (EIP-161). */
  isEmpty(account: Account): boolean {
    const nonce = this.nonceOf(account);
    if (minOf(nonce) > 0n) {
      const isOld = account.nonce !== null || this.#knowledge.hadBefore(account.address, 'nonce');
      if (!isOld) account.read |= NONCE;
      return false;
    }
    account.read |= CODE;
    if (this.codeOf(account).length > 0) return false;
    const balance = this.balanceOf(account);
    if (minOf(balance) > 0n && this.#knowledge.hadBefore(account.address, 'balance')) return false;
    account.read |= NONCE | BALANCE;
    if (minOf(balance) > 0n) return false;
    if (maxOf(balance) > 0n || maxOf(nonce) > 0n) throw NOT_KNOWN;
    return true;
  }

  /** Whether the account is not in the state trie, for the rules before EIP-161. */
  isAbsent(account: Account): boolean {
    if (account.isTouched || account.isCreated) return false;
    account.read |= BALANCE | NONCE | CODE;
    const exists = this.#knowledge.exists(account.address);
    this.#balanceBefore(account);
    this.#nonceBefore(account);
    this.peekCode(account);
    if (exists === null) throw NOT_KNOWN;
    return !exists;
  }

  // Warm accounts (EIP-2929).

  /** Marks as warm; says whether it was, as precompiles always are. */
  warm(account: Account): boolean {
    if (account.isWarm || account.isPrecompile) return true;
    this.accounts.save(account);
    account.isWarm = true;
    return false;
  }
}

/** The sum; what is not known at all needs no arithmetic. */
function plus(balance: Word, credit: bigint): Word {
  if (typeof balance === 'bigint') return BigInt.asUintN(256, balance + credit);
  return credit === 0n && balance.unknown === MAX_WORD && balance.min < HALF && balance.max === MAX_WORD
    ? balance
    : binary('add', balance, credit);
}

const HALF = 1n << 255n;

/** A written field counts as read, too. */
export function writeField(account: Account, field: number): void {
  account.read |= field;
  account.written |= field;
}

/** Everything of the account may be written: it is new, or it goes. */
export function writeWholeAccount(account: Account): void {
  writeField(account, NONCE | CODE | BALANCE);
  account.isOwn = true;
}

export function known(word: Word): bigint {
  const value = knownValue(word);
  if (value === null) throw NOT_KNOWN;
  return value;
}

/** Stands for the place of a zero. */
const ZERO_AT = -1;
const ZERO_WORD = new Int32Array(WORD);

const MISSING = { kind: 'missing' } as const;

const NO_KNOWLEDGE: Knowledge = {
  storage: () => MISSING,
  balance: () => MISSING,
  nonce: () => MISSING,
  code: () => MISSING,
  exists: () => null,
  hasStorage: () => false,
  hadBefore: () => false,
};
