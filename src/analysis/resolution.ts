/**
 * Resolution of deferred transactions: each is derived again on what those that it waits for have really left.
 *
 * One pass in block order, which stops at each transaction that may touch anything until that one is resolved;
 * later ones are derived again there if they were told something that does not hold any more. A transaction
 * that is only known to stay within regions does not stop the pass: what comes after it rests on its regions,
 * and stays so; when it is resolved, its own sets get smaller and nothing else.
 *
 * Everything here is a function of the block: a step is taken over the final values of the transactions that
 * it names, and of those that these waited for, whichever others may have run by then.
 */
import { InternalError } from '../errors.ts';
import type { StateKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import type { AccessMode, AccessSet } from './access.ts';
import { BlockDeriver } from './block.ts';
import { predecessorsIn } from './block-knowledge.ts';
import { decideCommutation } from './commutation.ts';
import { driftOf } from './inputs.ts';
import { isOpen, isWithin, PendingBounds } from './pending-bounds.ts';
import type { BlockAnalysis, TransactionAnalysis } from './result.ts';
import { DEFAULT_LIMITS } from './transaction.ts';
import { WriteIndex } from './write-index.ts';

/** What can be found out once other transactions are done. */
export interface ResolveStep {
  /** Whose sets it is about. */
  readonly transaction: number;
  /** The transactions that have to be done. Ascending. */
  readonly after: readonly number[];
}

/** What transactions that are done have left. */
export interface SettledState {
  /** With each, all that it waited for. */
  readonly transactions: ReadonlySet<number>;
  /** The state before the first transaction, with what these have done to it. */
  readonly state: StateSource;
}

/** A transaction that may touch anything, at which the pass has stopped. */
interface Stop {
  /** As derived last. */
  readonly one: TransactionAnalysis;
  readonly after: ReadonlySet<number>;
  /** `done`: it stays open, and the pass goes on when it has run. */
  readonly until: 'resolved' | 'done';
}

/** A transaction that stays within regions. */
interface Bounded {
  /** What later ones rest on. */
  readonly one: TransactionAnalysis;
  readonly after: ReadonlySet<number>;
}

export class BlockResolution {
  readonly #first: BlockAnalysis;
  readonly #deriver: BlockDeriver;
  /** What later ones rest on, as far as the pass has come. */
  readonly #passed: TransactionAnalysis[] = [];
  readonly #writes = new WriteIndex();
  readonly #bounds = new PendingBounds();
  /** Transactions at which the pass has stopped so far, what it has waited for there, and what these have left. */
  readonly #stops: number[] = [];
  #waited: ReadonlySet<number> = new Set();
  #settled: SettledState;
  #stop: Stop | null = null;
  readonly #bounded = new Map<number, Bounded>();
  /** As what those were found that turned out to be deferred only when others were resolved. */
  readonly #unresolved = new Map<number, Pick<TransactionAnalysis, 'status' | 'reasons'>>();
  /** From which state on escrow is counted: nobody knows what a transaction that stayed open has taken. */
  #escrow: { readonly state: StateSource; readonly from: number };
  /** What is known now; beyond the stop as first derived. */
  readonly #current: TransactionAnalysis[];

  /** @param start - The state before the first transaction: the block's system calls have run. */
  constructor(first: BlockAnalysis, start: StateSource) {
    this.#first = first;
    this.#deriver = new BlockDeriver(first.input, start, first.options, DEFAULT_LIMITS);
    this.#settled = { transactions: new Set(), state: start };
    this.#escrow = { state: start, from: 0 };
    this.#current = [...first.transactions];
    const isNeeded = first.transactions.some((one) => isOpen(one) || one.pending.length > 0);
    if (isNeeded && !first.options.unordered && this.#deriver.isSupported) this.#pass(0);
  }

  /** Statuses and reasons of deferred ones are those before they were resolved. */
  get analysis(): BlockAnalysis {
    return { ...this.#first, transactions: [...this.#current] };
  }

  /** What can be found out next. Taking one step may change the others. */
  get steps(): readonly ResolveStep[] {
    const steps = [...this.#bounded.values()].map(stepOf);
    return this.#stop === null ? steps : [...steps, stepOf(this.#stop)];
  }

  /** Whether a transaction, and all that hold it, are resolved: it may start after its predecessors. */
  isResolved(index: number): boolean {
    if (this.#stop !== null) {
      const { one, until } = this.#stop;
      if (index > one.index || (index === one.index && until === 'resolved')) return false;
    }
    if (this.#bounded.size === 0) return true;
    const heldBy = this.#current[index]?.heldBy ?? [];
    return !this.#bounded.has(index) && !heldBy.some((holder) => this.#bounded.has(holder));
  }

  /**
   * Takes a step of `steps`.
   *
   * @param settled - What the transactions that it names, and those that these waited for, have left.
   */
  take({ transaction }: ResolveStep, settled: SettledState): void {
    const bounded = this.#bounded.get(transaction);
    if (bounded !== undefined) this.#narrow(bounded, settled);
    else if (this.#stop?.one.index === transaction) this.#goOn(this.#stop, settled);
    else throw new InternalError(`there is no step for transaction ${transaction}`);
  }

  #goOn({ one: old, after, until }: Stop, settled: SettledState): void {
    this.#waited = after;
    this.#settled = settled;
    this.#writes.settle(settled.transactions);
    this.#stop = null;
    if (until === 'done') {
      this.#accept(old);
      this.#escrow = { state: settled.state, from: old.index + 1 };
    } else {
      const one = { ...this.#again(old), heldBy: old.heldBy };
      const resolveAfter = unionOf(old.resolveAfter, one.resolveAfter);
      if (isOpen(one)) this.#stopAt({ ...one, resolveAfter });
      else this.#accept({ ...one, resolveAfter });
    }
    this.#pass(old.index);
  }

  /** From where it has come to the next transaction that may touch anything. */
  #pass(from: number): void {
    const { transactions } = this.#first;
    while (this.#stop === null && this.#passed.length < transactions.length) {
      const first = transactions[this.#passed.length] as TransactionAnalysis;
      // Up to the first stop everything is as first derived.
      const one = this.#stops.length === 0 ? first : this.#anew(first);
      if (!isOpen(one)) this.#accept(one);
      else {
        this.#stops.push(one.index);
        this.#stopAt(one);
      }
    }
    this.#publish(from);
  }

  /** Derived on what is known now, unless that changes nothing. */
  #again(old: TransactionAnalysis): TransactionAnalysis {
    const knowledge = this.#deriver.knowledge(predecessorsIn(this.#writes), this.#settled.state);
    const writersOf = (key: StateKey) => this.#writes.writersOf(key);
    const drift = driftOf(old.inputs, knowledge);
    if (drift === 'other' || (drift === 'more' && old.status !== 'exact')) {
      return this.#deriver.one(old.index, knowledge, writersOf);
    }
    if (old.status !== 'deferred') return old;
    const resolveAfter = unionOf(old.waitsFor.flatMap(writersOf));
    return { ...old, resolveAfter, pending: resolveAfter.length === 0 && !isOpen(old) ? [] : old.pending };
  }

  /** What is known of one after a stop. It is held by all stops, and so has waited for what these have. */
  #anew(first: TransactionAnalysis): TransactionAnalysis {
    const one = this.#again(first);
    const awaited = first.resolveAfter.filter((earlier) => this.#settled.transactions.has(earlier));
    const heldBy = unionOf(this.#stops, this.#bounds.holdersOf(one));
    return { ...one, resolveAfter: unionOf(one.resolveAfter, awaited), heldBy };
  }

  #accept(one: TransactionAnalysis): void {
    this.#passed.push(one);
    this.#deriver.addTo(this.#writes, one);
    if (one.pending.length === 0 || isOpen(one)) return;
    this.#bounds.add(one);
    this.#bounded.set(one.index, { one, after: new Set([...this.#waited, ...one.resolveAfter]) });
  }

  /** Waits for those that may write what it depends on; where that is of no use, for all before it, then for itself. */
  #stopAt(one: TransactionAnalysis): void {
    const { transactions } = this.#settled;
    const unsettled = one.resolveAfter.filter((earlier) => !transactions.has(earlier));
    const earlier = [...Array(one.index).keys()];
    if (one.status === 'deferred' && unsettled.length > 0) {
      this.#stop = { one, after: new Set([...this.#waited, ...unsettled]), until: 'resolved' };
    } else if (earlier.some((index) => !transactions.has(index))) {
      this.#stop = { one: { ...one, resolveAfter: earlier }, after: new Set(earlier), until: 'resolved' };
    } else {
      const after = new Set([...earlier, one.index]);
      this.#stop = { one: { ...one, resolveAfter: earlier, pending: [] }, after, until: 'done' };
    }
  }

  /** Resolves a transaction that stays within regions. What later ones rest on stays. */
  #narrow({ one: bound, after }: Bounded, settled: SettledState): void {
    const { index } = bound;
    const horizon = { before: index, settled: settled.transactions };
    const knowledge = this.#deriver.knowledge(predecessorsIn(this.#writes, horizon), settled.state);
    const writersOf = (key: StateKey) => this.#writes.writersOf(key, horizon);
    const isSame = driftOf(bound.inputs, knowledge) === 'same';
    const found = isSame ? bound : this.#deriver.one(index, knowledge, writersOf);
    const known = this.#current[index] as TransactionAnalysis;
    const resolveAfter = unionOf(known.resolveAfter, isSame ? [] : found.resolveAfter);
    if (!isSame && !isOpen(found) && found.status === 'deferred') {
      this.#bounded.set(index, { one: bound, after: new Set([...after, ...found.resolveAfter]) });
      this.#current[index] = { ...known, resolveAfter };
      return;
    }
    this.#bounded.delete(index);
    // Others may have started because they are outside of the bound.
    const isNarrower = !isSame && isWithin(found.accesses, known.accesses);
    const accesses = isNarrower ? withWritesOf(found.accesses, known.accesses) : known.accesses;
    this.#current[index] = this.#reported({
      ...(isNarrower ? found : known),
      accesses,
      pending: [],
      resolveAfter,
      heldBy: known.heldBy,
    });
  }

  /** What is known of the transactions from `from` on. */
  #publish(from: number): void {
    for (const one of this.#passed.slice(from)) this.#current[one.index] = this.#reported(one);
    if (this.#stop !== null) this.#current[this.#stop.one.index] = this.#reported(this.#stop.one);
    const { input, options } = this.#first;
    const { state, from: first } = this.#escrow;
    for (const one of decideCommutation(input, state, this.#current.slice(first), options)) {
      // Those before may run already, by what was decided then.
      if (one.index >= from) this.#current[one.index] = one;
    }
  }

  /** With the status and the reasons with which it was deferred, once it was. */
  #reported(one: TransactionAnalysis): TransactionAnalysis {
    const { index, status, reasons } = one;
    const first = this.#first.transactions[index];
    const isFirst = first?.status === 'deferred' || first?.status === 'unbounded';
    const kept = isFirst ? first : this.#unresolved.get(index);
    if (kept !== undefined) return { ...one, status: kept.status, reasons: kept.reasons };
    if (status === 'deferred' || status === 'unbounded') this.#unresolved.set(index, { status, reasons });
    return one;
  }
}

function stepOf({ one, after }: Stop | Bounded): ResolveStep {
  return { transaction: one.index, after: unionOf([...after]) };
}

/** Ascending. */
function unionOf(...lists: (readonly number[])[]): number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

/** The same accesses, with those keys written that `other` writes: the sender's, where they do not commute. */
function withWritesOf(accesses: AccessSet, other: AccessSet): AccessSet {
  const keys = new Map<StateKey, AccessMode>();
  for (const [key, mode] of accesses.keys) {
    keys.set(key, mode === 'delta' && other.keys.get(key) === 'write' ? 'write' : mode);
  }
  return { ...accesses, keys };
}
