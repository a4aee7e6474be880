/**
 * The accounts that the transactions of one block meet, and what the transaction that runs has done to them.
 * An account is one object for the whole block; what is of one transaction is set back when the next one first
 * meets it. Changes that a failing frame takes back are kept in a journal.
 */
import type { Address } from '../../input/block.ts';
import { accountKey, type StateKey } from '../../state/key.ts';
import type { Word } from '../word.ts';
import { setBigint, WORD } from './limbs.ts';
import type { Program } from './program.ts';

/** Fields of an account, as bits of what was read, written, credited, or looked up. */
export const BALANCE = 1;
export const NONCE = 2;
export const CODE = 4;

/** What of an account a failing frame takes back. */
interface Changes {
  isWarm: boolean;
  isCreated: boolean;
  isDestroyed: boolean;
  /** Whether the transaction touched it: before EIP-161 that makes it exist. */
  isTouched: boolean;
  /** `null`: as before the transaction; `credit` came on top, unobserved. */
  base: Word | null;
  credit: bigint;
  /** How many of the payments that the transaction asks of its sender are taken off what was there before it. */
  payments: number;
  /** `null`: as before the transaction. */
  nonce: bigint | null;
  /** Code that the transaction gave it, or `null`. */
  code: Uint8Array | null;
}

export class Account implements Changes {
  readonly address: Address;
  /** Counts from 0 in the order in which the block meets them. */
  readonly index: number;
  readonly balanceKey: StateKey;
  readonly nonceKey: StateKey;
  readonly codeKey: StateKey;
  readonly isPrecompile: boolean;
  #word: Int32Array | null = null;
  /** The transaction that met it last. */
  epoch = -1;

  isWarm = false;
  isCreated = false;
  isDestroyed = false;
  isTouched = false;
  base: Word | null = null;
  credit = 0n;
  payments = 0;
  nonce: bigint | null = null;
  code: Uint8Array | null = null;

  /** Fields accessed by this transaction, by any frame. */
  read = 0;
  written = 0;
  credited = 0;
  /** Whether the transaction created or destroyed it in any frame. */
  isOwn = false;
  /** Fields whose value before the transaction was asked for, and the answers. */
  asked = 0;
  stable = 0;
  /** What ran last when it was called. */
  program: Program | null = null;
  balanceBefore: Word = 0n;
  nonceBefore: Word = 0n;
  codeBefore: Uint8Array | null = null;

  constructor(address: Address, index: number, isPrecompile: boolean) {
    this.address = address;
    this.index = index;
    this.isPrecompile = isPrecompile;
    this.balanceKey = accountKey(address, 'balance');
    this.nonceKey = accountKey(address, 'nonce');
    this.codeKey = accountKey(address, 'code');
  }

  /** The address as a word; most accounts of transfers never need it. */
  get word(): Int32Array {
    if (this.#word === null) {
      this.#word = new Int32Array(WORD);
      setBigint(this.#word, 0, BigInt(this.address));
    }
    return this.#word;
  }

  /** Begins a transaction. */
  reset(epoch: number): void {
    this.epoch = epoch;
    this.isWarm = false;
    this.isCreated = false;
    this.isDestroyed = false;
    this.isTouched = false;
    this.base = null;
    this.credit = 0n;
    this.payments = 0;
    this.nonce = null;
    this.code = null;
    this.read = 0;
    this.written = 0;
    this.credited = 0;
    this.isOwn = false;
    this.asked = 0;
    this.stable = 0;
  }
}

/** Entries of the journal that are kept for the next transaction. */
const MOST_KEPT = 1024;

export class Accounts {
  readonly #byAddress = new Map<Address, Account>();
  /** Open addressing by the limbs of the address, for those that were looked up so: 1 + index of an account, or 0. */
  #table = new Int32Array(512);
  readonly #all: Account[] = [];
  readonly #inTable: Account[] = [];
  readonly #isPrecompile: (address: Address) => boolean;
  /** Accounts that the transaction met, in this order. */
  readonly met: Account[] = [];
  readonly #journal: Saved[] = [];
  #journalEnd = 0;
  #epoch = 0;

  constructor(isPrecompile: (address: Address) => boolean) {
    this.#isPrecompile = isPrecompile;
  }

  begin(): void {
    this.#epoch++;
    this.met.length = 0;
    this.#journalEnd = 0;
    if (this.#journal.length > MOST_KEPT) this.#journal.length = MOST_KEPT;
  }

  at(address: Address): Account {
    return this.#meet(this.#byAddress.get(address) ?? this.#add(address));
  }

  /** The account of the lowest 20 bytes of a word. */
  ofWord(words: Int32Array, at: number): Account {
    const mask = this.#table.length - 1;
    let slot = hashOf(words, at) & mask;
    for (;;) {
      const index = (this.#table[slot] as number) - 1;
      if (index < 0) return this.#meet(this.#found(addressOfLimbs(words, at)));
      const account = this.#all[index] as Account;
      if (isAddress(account.word, words, at)) return this.#meet(account);
      slot = (slot + 1) & mask;
    }
  }

  #meet(account: Account): Account {
    if (account.epoch !== this.#epoch) {
      account.reset(this.#epoch);
      this.met.push(account);
    }
    return account;
  }

  #add(address: Address): Account {
    const account = new Account(address, this.#all.length, this.#isPrecompile(address));
    this.#all.push(account);
    this.#byAddress.set(address, account);
    return account;
  }

  /** For an address that is not in the table yet. */
  #found(address: Address): Account {
    const account = this.#byAddress.get(address) ?? this.#add(address);
    this.#inTable.push(account);
    if (2 * this.#inTable.length > this.#table.length) {
      this.#table = new Int32Array(2 * this.#table.length);
      for (const each of this.#inTable) this.#insert(each);
    } else this.#insert(account);
    return account;
  }

  #insert(account: Account): void {
    const mask = this.#table.length - 1;
    let slot = hashOf(account.word, 0) & mask;
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
    this.#table[slot] = account.index + 1;
  }

  // Journal.

  get mark(): number {
    return this.#journalEnd;
  }

  /** To be called before a change that a failing frame takes back. */
  save(account: Account): void {
    let entry = this.#journal[this.#journalEnd];
    if (entry === undefined) {
      entry = new Saved();
      this.#journal.push(entry);
    }
    this.#journalEnd++;
    entry.account = account;
    copyChanges(account, entry);
  }

  rollBack(mark: number): void {
    while (this.#journalEnd > mark) {
      const entry = this.#journal[--this.#journalEnd];
      if (entry?.account) copyChanges(entry, entry.account);
    }
  }
}

/** An entry of the journal; entries are used again. */
class Saved implements Changes {
  account: Account | null = null;
  isWarm = false;
  isCreated = false;
  isDestroyed = false;
  isTouched = false;
  base: Word | null = null;
  credit = 0n;
  payments = 0;
  nonce: bigint | null = null;
  code: Uint8Array | null = null;
}

function copyChanges(from: Changes, to: Changes): void {
  to.isWarm = from.isWarm;
  to.isCreated = from.isCreated;
  to.isDestroyed = from.isDestroyed;
  to.isTouched = from.isTouched;
  to.base = from.base;
  to.credit = from.credit;
  to.payments = from.payments;
  to.nonce = from.nonce;
  to.code = from.code;
}

function hashOf(words: Int32Array, at: number): number {
  let hash = Math.imul(words[at] as number, 0x9e3779b1) ^ (words[at + 1] as number);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) ^ (words[at + 4] as number);
  return hash ^ (hash >>> 13);
}

function isAddress(word: Int32Array, words: Int32Array, at: number): boolean {
  return (
    word[0] === words[at] &&
    word[1] === words[at + 1] &&
    word[2] === words[at + 2] &&
    word[3] === words[at + 3] &&
    word[4] === words[at + 4]
  );
}

const addressBytes = Buffer.alloc(20);

function addressOfLimbs(words: Int32Array, at: number): Address {
  for (let i = 0; i < 5; i++) addressBytes.writeInt32BE(words[at + i] as number, 16 - 4 * i);
  return `0x${addressBytes.toString('hex')}`;
}
