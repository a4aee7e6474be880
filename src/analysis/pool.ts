/**
 * The analysis of a mempool that changes: members come and go, and the head of the chain moves. What is known of
 * each member is the same as if all were analysed together on the state of now, or more where a head has moved what
 * any of them may move (`pinned-state.ts`).
 */
import type { BlockHeader, BlockInput, Transaction } from '../input/block.ts';
import type { StateDiff } from '../state/diff.ts';
import { accountKey, type StateKey, storageKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import { systemCallsDiff } from '../state/system-calls.ts';
import { AnyOrder, type AnyOrderChange } from './any-order.ts';
import { BlockDeriver, beforeTransactions } from './block.ts';
import { type HeaderField, WatchedHeader } from './block-values.ts';
import { asWrites } from './commutation.ts';
import { type HeadSpan, ONE_BLOCK, POOL_SPAN, windowStart } from './head-window.ts';
import { PoolCommutation } from './pool-commutation.ts';
import type { TransactionAnalysis } from './result.ts';
import { DEFAULT_LIMITS, entryOf, type Limits } from './transaction.ts';
import { asUnordered, unsettled } from './unordered.ts';

/** Transactions that run one right after the other, or not at all. */
export interface PoolMember {
  readonly transactions: readonly Transaction[];
  /** Numbers of those that may be left out. */
  readonly leftOut: ReadonlySet<number>;
}

/** The block that is to be built, on the state after the head. */
export interface PoolHead {
  /** Its transactions play no part. */
  readonly input: BlockInput;
  readonly state: StateSource;
}

/** What a change came to. */
export interface PoolOutcome<Member> {
  /** Members whose analyses may be others now, those that were added among them. */
  readonly changed: ReadonlySet<Member>;
  /** Members of which something was derived. */
  readonly derived: ReadonlySet<Member>;
  /** Derivations of transactions that it took. */
  readonly derivations: number;
}

type Entries = readonly { readonly tx: Transaction; readonly analysis: TransactionAnalysis }[];

/** A header, and what of it was looked at. */
interface Under {
  readonly header: BlockHeader | null;
  readonly seen: ReadonlySet<HeaderField>;
  readonly among: Among;
}

/** Values of the header that decide what a transaction pays for gas and blobs. */
const FEE_FIELDS = ['baseFeePerGas', 'excessBlobGas'] as const;

const OPTIONS = { unordered: true, trustAccessLists: false, skipInvalid: false };
const NOBODY: readonly number[] = [];

/** Whether others may have run before: then what is derived holds for a window of heads. */
type Among = 'nobody' | 'others';

interface HeadDeriver {
  /** The first block that what is derived holds for. */
  readonly header: BlockHeader | null;
  readonly watched: WatchedHeader | null;
  readonly deriver: BlockDeriver;
  /** By the fields that were looked at: nearly all derivations look at the same ones. */
  readonly under: Map<string, Under>;
}

export class PoolAnalysis<Member extends PoolMember> {
  readonly #limits: Limits;
  readonly #anyOrder: AnyOrder<Member>;
  readonly #commutation = new PoolCommutation();
  readonly #entries = new Map<Member, Entries>();
  /** The header under which a transaction was derived, and what of it was looked at. */
  readonly #under = new WeakMap<TransactionAnalysis, Under>();
  /** Of those for which the state did not know everything. */
  readonly #missing = new WeakMap<TransactionAnalysis, readonly StateKey[]>();
  #head: PoolHead;
  #state: StateSource;
  #derivers: Readonly<Record<Among, HeadDeriver>>;
  readonly #feeKey: StateKey | null;

  constructor(head: PoolHead, limits = DEFAULT_LIMITS) {
    const { block } = head.input;
    this.#feeKey = block === null ? null : accountKey(block.feeRecipient, 'balance');
    this.#limits = limits;
    this.#head = head;
    this.#state = beforeTransactions(head.input, head.state);
    this.#derivers = this.#makeDerivers();
    this.#anyOrder = new AnyOrder<Member>(this.#state, {
      lengthOf: ({ transactions }) => transactions.length,
      mayBeLeftOut: ({ leftOut }, at) => leftOut.has(at),
      // Every transaction before it, and every block, pays the fee recipient.
      isAnything: (key) => key === this.#feeKey,
      derive: (member, at, knowledge, alone, among) => {
        const tx = member.transactions[at] as Transaction;
        const { watched, deriver } = this.#derivers[among];
        watched?.take();
        deriver.missing.clear();
        const one = deriver.of(tx, at, knowledge, () => NOBODY, alone);
        if (deriver.missing.size > 0) this.#missing.set(one, [...deriver.missing]);
        this.#note(tx, one, among);
        return one;
      },
      isCurrent: (one) => this.#isCurrent(one),
      unsettled: (member, at, one) => {
        const open = unsettled(one, entryOf(member.transactions[at] as Transaction));
        const under = this.#under.get(one);
        if (under !== undefined) this.#under.set(open, under);
        const missing = this.#missing.get(one);
        if (missing !== undefined) this.#missing.set(open, missing);
        return open;
      },
    });
  }

  /** Keys that were asked for of the members that are there, and that the state did not know. */
  get missing(): ReadonlySet<StateKey> {
    const missing = new Set<StateKey>();
    for (const entries of this.#entries.values()) {
      for (const { analysis } of entries)
        for (const key of this.#missing.get(analysis) ?? []) missing.add(key);
    }
    return missing;
  }

  change({ add = [], remove = [] }: Pick<AnyOrderChange<Member>, 'add' | 'remove'>): PoolOutcome<Member> {
    const gone = [...remove];
    const outcome = this.#anyOrder.change({ add, remove: gone });
    for (const member of gone) this.#forget(member);
    return this.#settle(outcome);
  }

  /**
   * The head moves.
   *
   * @param diff - All in which the state differs from the one before.
   * @param gone - Members that leave with that.
   */
  moveTo(head: PoolHead, diff: StateDiff, gone: readonly Member[] = []): PoolOutcome<Member> {
    const before = this.#systemKeys();
    this.#head = head;
    this.#state = beforeTransactions(head.input, head.state);
    this.#derivers = this.#makeDerivers();
    const keys = new Set([...before, ...this.#systemKeys(), ...keysOf(diff)]);
    const replaced = [...diff].filter(([, { code, destroyed }]) => code !== undefined || destroyed === true);
    const outcome = this.#anyOrder.change({
      state: { source: this.#state, keys, accounts: replaced.map(([address]) => address) },
      remove: gone,
      isOutdated: true,
    });
    for (const member of gone) this.#forget(member);
    for (const address of diff.keys()) this.#commutation.touch(address);
    return this.#settle(outcome);
  }

  /** The transactions of a member; `null` if it is not there. Their reasons name no writers. */
  analysesOf(member: Member): readonly TransactionAnalysis[] | null {
    return (
      this.#entries.get(member)?.map((entry) => {
        const plain = this.#commutation.plainKeysOf(entry);
        const one = asUnordered(entry.analysis);
        return plain.length === 0 ? one : { ...one, accesses: asWrites(one.accesses, plain) };
      }) ?? null
    );
  }

  /** Whether it may touch anything. */
  isOpen(member: Member): boolean {
    return this.#anyOrder.isOpen(member);
  }

  /** The members that may write a key. */
  writersOf(key: StateKey): Member[] {
    return this.#anyOrder.writersOf(key);
  }

  #settle({ changed, derived, derivations }: PoolOutcome<Member>): PoolOutcome<Member> {
    const all = new Set(changed);
    for (const member of changed) {
      this.#forget(member);
      const analyses = this.#anyOrder.resultsOf(member) ?? [];
      const entries = analyses.map((analysis, at) => ({
        tx: member.transactions[at] as Transaction,
        analysis,
      }));
      this.#entries.set(member, entries);
      for (const entry of entries) {
        this.#commutation.add(entry);
        this.#memberOf.set(entry.analysis, member);
      }
    }
    const others = this.#commutation.settle((address) => this.#state.account(address)?.balance ?? 0n);
    for (const { analysis } of others) {
      const member = this.#memberOf.get(analysis);
      if (member !== undefined) all.add(member);
    }
    return { changed: all, derived, derivations };
  }

  readonly #memberOf = new WeakMap<TransactionAnalysis, Member>();

  #forget(member: Member): void {
    for (const entry of this.#entries.get(member) ?? []) this.#commutation.remove(entry);
    this.#entries.delete(member);
  }

  #makeDerivers(): Record<Among, HeadDeriver> {
    return { nobody: this.#makeDeriver(ONE_BLOCK), others: this.#makeDeriver(POOL_SPAN) };
  }

  #makeDeriver(span: HeadSpan): HeadDeriver {
    const { input } = this.#head;
    const header = input.block === null ? null : windowStart(input.block, span);
    const watched = header === null ? null : new WatchedHeader(header);
    const shown = watched?.shown ?? null;
    const deriver = new BlockDeriver(input, this.#state, OPTIONS, this.#limits, 'coarse', shown, span);
    return { header, watched, deriver, under: new Map() };
  }

  #note({ from }: Transaction, one: TransactionAnalysis, among: Among): void {
    const { watched, header, under: known } = this.#derivers[among];
    const seen = watched?.take() ?? [];
    // What it pays beforehand is seen in the sender's balance alone.
    const isPayer = one.accesses.keys.get(accountKey(from, 'balance')) !== 'delta';
    const fields = isPayer ? [...seen, ...FEE_FIELDS] : [...seen];
    const text = fields.join();
    let under = known.get(text);
    if (under === undefined) {
      under = { header, seen: new Set(fields), among };
      known.set(text, under);
    }
    this.#under.set(one, under);
  }

  #isCurrent(one: TransactionAnalysis): boolean {
    const under = this.#under.get(one);
    if (under === undefined) return true;
    const { header, seen, among } = under;
    const now = this.#derivers[among].header;
    if (header === now) return true;
    if (header === null || now === null) return false;
    for (const field of seen) if (header[field] !== now[field]) return false;
    return true;
  }

  /** What the system calls at the start of the block write. */
  #systemKeys(): Iterable<StateKey> {
    const { input, state } = this.#head;
    return input.block === null ? [] : keysOf(systemCallsDiff(state, input.block, input.hardfork));
  }
}

function* keysOf(diff: StateDiff): Iterable<StateKey> {
  for (const [address, { storage, destroyed, ...fields }] of diff) {
    for (const field of ['balance', 'nonce', 'code'] as const) {
      if (fields[field] !== undefined || destroyed === true) yield accountKey(address, field);
    }
    for (const slot of storage.keys()) yield storageKey(address, slot);
  }
}
