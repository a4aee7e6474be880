/**
 * Which senders' balances and nonces commute in a mempool that changes: as `commutation.ts` has it, where whatever
 * any transaction does to a sender counts, and a sender's own transactions come by their nonces.
 */
import type { Address, Transaction } from '../input/block.ts';
import { accountKey, type StateKey } from '../state/key.ts';
import { maximalDebit } from './commutation.ts';
import type { TransactionAnalysis } from './result.ts';

/** A transaction in the pool, with what is derived of it. */
interface Entry {
  readonly tx: Transaction;
  readonly analysis: TransactionAnalysis;
}

/** Of one sender. */
class Sender {
  readonly entries = new Set<Entry>();
  /** The keys that do not commute, for each of its transactions; absent: all do. */
  readonly plain = new Map<Entry, readonly StateKey[]>();
}

export class PoolCommutation {
  readonly #senders = new Map<Address, Sender>();
  readonly #debits = new Map<Address, number>();
  readonly #nonceWrites = new Map<Address, number>();
  /** Senders that have to be looked at again. */
  readonly #dirty = new Set<Address>();

  add(entry: Entry): void {
    const { from } = entry.tx;
    const sender = this.#senders.get(from) ?? new Sender();
    this.#senders.set(from, sender);
    sender.entries.add(entry);
    this.#dirty.add(from);
    for (const address of entry.analysis.debits) this.#count(this.#debits, address, 1);
    for (const address of entry.analysis.nonceWrites) this.#count(this.#nonceWrites, address, 1);
  }

  remove(entry: Entry): void {
    const { from } = entry.tx;
    const sender = this.#senders.get(from);
    sender?.entries.delete(entry);
    sender?.plain.delete(entry);
    if (sender?.entries.size === 0) this.#senders.delete(from);
    this.#dirty.add(from);
    for (const address of entry.analysis.debits) this.#count(this.#debits, address, -1);
    for (const address of entry.analysis.nonceWrites) this.#count(this.#nonceWrites, address, -1);
  }

  /** Says that the balance of an account may be another one. */
  touch(address: Address): void {
    this.#dirty.add(address);
  }

  /** The keys of a transaction that do not commute. */
  plainKeysOf(entry: Entry): readonly StateKey[] {
    return this.#senders.get(entry.tx.from)?.plain.get(entry) ?? [];
  }

  /** Decides what is to be decided again; says whose keys are others now. */
  settle(balanceOf: (address: Address) => bigint): Set<Entry> {
    const changed = new Set<Entry>();
    for (const from of this.#dirty) {
      const sender = this.#senders.get(from);
      if (sender !== undefined) this.#settleSender(from, sender, balanceOf(from), changed);
    }
    this.#dirty.clear();
    return changed;
  }

  #settleSender(from: Address, { entries, plain }: Sender, balance: bigint, changed: Set<Entry>): void {
    const hasDebits = this.#debits.has(from);
    const hasNonceWrites = this.#nonceWrites.has(from);
    const byNonce = [...entries].sort((a, b) => (a.tx.nonce < b.tx.nonce ? -1 : 1));
    // Of those with one nonce only one can run.
    let before = 0n;
    let most = 0n;
    let nonce: bigint | null = null;
    for (const entry of byNonce) {
      if (entry.tx.nonce !== nonce) {
        nonce = entry.tx.nonce;
        before += most;
        most = 0n;
      }
      const debit = maximalDebit(entry.tx);
      if (debit > most) most = debit;
      const keys: StateKey[] = [];
      if (hasDebits || before + debit > balance) keys.push(accountKey(from, 'balance'));
      if (hasNonceWrites) keys.push(accountKey(from, 'nonce'));
      const old = plain.get(entry);
      if (keys.length === 0) plain.delete(entry);
      else plain.set(entry, keys);
      if ((old?.join() ?? '') !== keys.join()) changed.add(entry);
    }
  }

  #count(counts: Map<Address, number>, address: Address, change: 1 | -1): void {
    const now = (counts.get(address) ?? 0) + change;
    if (now === 0) counts.delete(address);
    else counts.set(address, now);
    this.#dirty.add(address);
  }
}
