/**
 * The storage slots that the transactions of one block meet, as cells of flat arrays, with what the transaction
 * that runs knows and has made of them. A cell lives as long as the block; what is of one transaction is set
 * back when the next one first meets it. Changes that a failing frame takes back are kept in a journal.
 */

import type { StateKey } from '../../state/key.ts';
import type { SlotOrigin } from '../access.ts';
import type { Account } from './accounts.ts';
import { copyWord, storeBytes, toBigint, WORD } from './limbs.ts';

/** What is so of a cell in this transaction, as bits. */
const HAS_VALUE = 1;
const HAS_TRANSIENT = 2;
const IS_WARM = 4;
/** The value before the transaction was asked for and is known. */
const HAS_ORIGINAL = 8;
const IS_READ = 16;
const IS_WRITTEN = 32;

/** Kinds of journal entries; each ends with its kind. */
const VALUE = 0;
const TRANSIENT = 1;
const WARM = 2;

const FIRST_CELLS = 256;

export class Slots {
  /** Four words of each cell: slot, value now, value before the transaction, transient value. */
  words = new Int32Array(FIRST_CELLS * 4 * WORD);
  #flags = new Uint8Array(FIRST_CELLS);
  #epochs = new Int32Array(FIRST_CELLS);
  readonly #accounts: Account[] = [];
  readonly #keys: (StateKey | undefined)[] = [];
  readonly #slots: (bigint | undefined)[] = [];
  /** Of this transaction: how the slot came about, and how many hashes were known when that was looked for. */
  readonly origins: (SlotOrigin | null)[] = [];
  readonly #hashes: number[] = [];
  /** Of the slot itself, whatever the transaction. */
  readonly knownOrigins: (SlotOrigin | null | undefined)[] = [];
  /** Open addressing: 1 + cell, or 0. */
  #table = new Int32Array(2 * FIRST_CELLS);
  /** Cells that the transaction met, in this order. */
  readonly met: number[] = [];
  #journal = new Int32Array(1024);
  #journalEnd = 0;
  #epoch = 0;
  /** Steps taken through the table, to be counted as work. */
  probes = 0;

  begin(): void {
    this.#epoch++;
    this.met.length = 0;
    this.#journalEnd = 0;
  }

  /** The cell of a slot; as its transaction has it. */
  cell(account: Account, words: Int32Array, at: number): number {
    const mask = this.#table.length - 1;
    let place = hashOf(account.index, words, at) & mask;
    for (;;) {
      const cell = (this.#table[place] as number) - 1;
      if (cell < 0) return this.#meet(this.#add(account, words, at));
      if (this.#accounts[cell] === account && isSlot(this.words, cell * 4 * WORD, words, at)) {
        return this.#meet(cell);
      }
      this.probes++;
      place = (place + 1) & mask;
    }
  }

  #meet(cell: number): number {
    if (this.#epochs[cell] !== this.#epoch) {
      this.#epochs[cell] = this.#epoch;
      this.#flags[cell] = 0;
      this.origins[cell] = null;
      this.#hashes[cell] = -1;
      this.met.push(cell);
    }
    return cell;
  }

  #add(account: Account, words: Int32Array, at: number): number {
    const cell = this.#accounts.length;
    if (cell === this.#flags.length) this.#grow();
    this.#accounts.push(account);
    this.#keys.push(undefined);
    this.#slots.push(undefined);
    this.origins.push(null);
    this.#hashes.push(-1);
    this.knownOrigins.push(undefined);
    this.#epochs[cell] = -1;
    copyWord(words, at, this.words, cell * 4 * WORD);
    this.#insert(cell);
    return cell;
  }

  #grow(): void {
    const capacity = 2 * this.#flags.length;
    const words = new Int32Array(capacity * 4 * WORD);
    words.set(this.words);
    this.words = words;
    const flags = new Uint8Array(capacity);
    flags.set(this.#flags);
    this.#flags = flags;
    const epochs = new Int32Array(capacity);
    epochs.set(this.#epochs);
    this.#epochs = epochs;
    this.#table = new Int32Array(2 * capacity);
    for (let cell = 0; cell < this.#accounts.length; cell++) this.#insert(cell);
  }

  #insert(cell: number): void {
    const mask = this.#table.length - 1;
    let place = hashOf((this.#accounts[cell] as Account).index, this.words, cell * 4 * WORD) & mask;
    while (this.#table[place] !== 0) place = (place + 1) & mask;
    this.#table[place] = cell + 1;
  }

  // What a cell is.

  account(cell: number): Account {
    return this.#accounts[cell] as Account;
  }

  slot(cell: number): bigint {
    let slot = this.#slots[cell];
    if (slot === undefined) {
      slot = toBigint(this.words, cell * 4 * WORD);
      this.#slots[cell] = slot;
    }
    return slot;
  }

  key(cell: number): StateKey {
    let key = this.#keys[cell];
    if (key === undefined) {
      key = `${(this.#accounts[cell] as Account).address}:0x${hexOf(this.words, cell * 4 * WORD)}`;
      this.#keys[cell] = key;
    }
    return key;
  }

  /** Whether the slot's number is at least 2^64, so that it may be a hash. */
  isLarge(cell: number): boolean {
    const at = cell * 4 * WORD;
    for (let i = 2; i < WORD; i++) if (this.words[at + i] !== 0) return true;
    return false;
  }

  slotAt(cell: number): number {
    return cell * 4 * WORD;
  }

  valueAt(cell: number): number {
    return cell * 4 * WORD + WORD;
  }

  originalAt(cell: number): number {
    return cell * 4 * WORD + 2 * WORD;
  }

  transientAt(cell: number): number {
    return cell * 4 * WORD + 3 * WORD;
  }

  // What this transaction knows and did.

  hasValue(cell: number): boolean {
    return ((this.#flags[cell] as number) & HAS_VALUE) !== 0;
  }

  hasTransient(cell: number): boolean {
    return ((this.#flags[cell] as number) & HAS_TRANSIENT) !== 0;
  }

  hasOriginal(cell: number): boolean {
    return ((this.#flags[cell] as number) & HAS_ORIGINAL) !== 0;
  }

  markOriginal(cell: number): void {
    this.#flags[cell] = (this.#flags[cell] as number) | HAS_ORIGINAL;
  }

  isRead(cell: number): boolean {
    return ((this.#flags[cell] as number) & IS_READ) !== 0;
  }

  isWritten(cell: number): boolean {
    return ((this.#flags[cell] as number) & IS_WRITTEN) !== 0;
  }

  markRead(cell: number): void {
    this.#flags[cell] = (this.#flags[cell] as number) | IS_READ;
  }

  markWritten(cell: number): void {
    this.#flags[cell] = (this.#flags[cell] as number) | IS_READ | IS_WRITTEN;
  }

  /** Whether the origin was looked for when so many hashes were known; notes that it is now. */
  isOriginOf(cell: number, hashes: number): boolean {
    if (this.#hashes[cell] === hashes) return true;
    this.#hashes[cell] = hashes;
    return false;
  }

  /** Marks as warm (EIP-2929); says whether it was. */
  warm(cell: number): boolean {
    const flags = this.#flags[cell] as number;
    if ((flags & IS_WARM) !== 0) return true;
    this.#flags[cell] = flags | IS_WARM;
    this.#reserve(2);
    this.#journal[this.#journalEnd++] = cell;
    this.#journal[this.#journalEnd++] = WARM;
    return false;
  }

  store(cell: number, words: Int32Array, at: number): void {
    this.#keep(cell, this.valueAt(cell), HAS_VALUE, VALUE);
    copyWord(words, at, this.words, this.valueAt(cell));
  }

  storeTransient(cell: number, words: Int32Array, at: number): void {
    this.#keep(cell, this.transientAt(cell), HAS_TRANSIENT, TRANSIENT);
    copyWord(words, at, this.words, this.transientAt(cell));
  }

  #keep(cell: number, at: number, flag: number, kind: number): void {
    this.#reserve(WORD + 3);
    copyWord(this.words, at, this.#journal, this.#journalEnd);
    this.#journalEnd += WORD;
    const flags = this.#flags[cell] as number;
    this.#journal[this.#journalEnd++] = flags & flag;
    this.#journal[this.#journalEnd++] = cell;
    this.#journal[this.#journalEnd++] = kind;
    this.#flags[cell] = flags | flag;
  }

  #reserve(length: number): void {
    if (this.#journalEnd + length <= this.#journal.length) return;
    const longer = new Int32Array(2 * this.#journal.length);
    longer.set(this.#journal);
    this.#journal = longer;
  }

  get mark(): number {
    return this.#journalEnd;
  }

  rollBack(mark: number): void {
    const journal = this.#journal;
    while (this.#journalEnd > mark) {
      const kind = journal[--this.#journalEnd] as number;
      const cell = journal[--this.#journalEnd] as number;
      const flags = this.#flags[cell] as number;
      if (kind === WARM) {
        this.#flags[cell] = flags & ~IS_WARM;
        continue;
      }
      const before = journal[--this.#journalEnd] as number;
      this.#journalEnd -= WORD;
      const at = kind === VALUE ? this.valueAt(cell) : this.transientAt(cell);
      copyWord(journal, this.#journalEnd, this.words, at);
      const flag = kind === VALUE ? HAS_VALUE : HAS_TRANSIENT;
      this.#flags[cell] = (flags & ~flag) | before;
    }
  }
}

function hashOf(account: number, words: Int32Array, at: number): number {
  let hash = Math.imul((words[at] as number) ^ account, 0x9e3779b1);
  hash = Math.imul((hash ^ (hash >>> 15)) + (words[at + 1] as number), 0x85ebca6b);
  hash ^= (words[at + 4] as number) + (words[at + 7] as number);
  return hash ^ (hash >>> 13);
}

function isSlot(own: Int32Array, at: number, words: Int32Array, other: number): boolean {
  for (let i = 0; i < WORD; i++) if (own[at + i] !== words[other + i]) return false;
  return true;
}

const bytes = Buffer.alloc(32);
const view = new DataView(bytes.buffer, bytes.byteOffset, 32);

function hexOf(words: Int32Array, at: number): string {
  storeBytes(words, at, view, 0);
  return bytes.toString('hex');
}
