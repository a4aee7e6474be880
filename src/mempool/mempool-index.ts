/**
 * A pool of pending orders, and what conflicts in it before anything is simulated. Sets hold in any order, as for
 * `--unordered`; an order that comes or goes, or a new head, costs as much as what it changes.
 */
import type { AccessSet } from '../analysis/access.ts';
import { PoolAnalysis, type PoolHead, type PoolOutcome } from '../analysis/pool.ts';
import { regionText } from '../analysis/region-text.ts';
import type { TransactionAnalysis } from '../analysis/result.ts';
import { InputError } from '../errors.ts';
import { buildConflictGraph } from '../graph/build.ts';
import type { ConflictGraph, HotKey } from '../graph/conflict-graph.ts';
import type { Address, BlockHeader, BlockInput, Hex, Transaction } from '../input/block.ts';
import type { StateDiff } from '../state/diff.ts';
import type { StateKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import { ConflictIndex, type Location } from './conflict-index.ts';
import { type GroupOf, Groups } from './groups.ts';
import { hotKeysOf } from './hot-locations.ts';
import { jointAccesses } from './joint-accesses.ts';
import { type Obstacle, obstacleOf } from './obstacle.ts';
import type { Order } from './order.ts';
import { isReplacement } from './replacement.ts';

/** The block that is to be built. */
export interface MempoolHead {
  /** The state that it starts from: after the head of the chain. */
  readonly state: StateSource;
  readonly block: BlockHeader;
  /** For BLOCKHASH. Default: the parent's; any other one is unknown, and among `missing`. */
  readonly blockHashes?: ReadonlyMap<bigint, Hex>;
}

/** The block that the orders are for, and its rules. */
export interface MempoolOptions extends MempoolHead {
  /** Default: mainnet. */
  readonly chainId?: bigint;
  /** A name of `Hardfork` of `@ethereumjs/common`. */
  readonly hardfork: string;
}

/** What became of an order that was added. */
export type Added =
  | { readonly kind: 'added' }
  /** Another one with the same sender and nonce, or the same replacement name, has left for it. */
  | { readonly kind: 'replaced'; readonly order: Order }
  /** It is there already, or one that it does not outbid. */
  | { readonly kind: 'refused'; readonly by: Order };

/** A new head, and what it came to. */
export interface HeadOutcome {
  /** Orders that can never run any more: a nonce was used, or their last block is over. They have left. */
  readonly gone: readonly Order[];
  /** Orders of which something was derived again. */
  readonly derived: number;
  /** Orders whose sets are others than before. */
  readonly changed: readonly string[];
}

/** A conflict group: its orders have nothing to do with those of another one. */
export interface ConflictGroup {
  /** Its own as long as it lasts; the larger part keeps it when it splits, the largest when some merge. */
  readonly number: number;
  /** Ids, in the order of arrival. */
  readonly orders: readonly string[];
}

/** Conflict groups, by number: several became one, or one became several. */
export type GroupEvent =
  | { readonly kind: 'merged'; readonly into: number; readonly from: readonly number[] }
  | { readonly kind: 'split'; readonly from: number; readonly into: readonly number[] };

/** Whom an order conflicts with. */
export interface Conflicts {
  /** Ids, in the order of arrival. */
  readonly orders: readonly string[];
  /** It may touch anything, and so conflicts with all others. */
  readonly isOpen: boolean;
}

/** From so many orders on their numbers are sorted as a typed array (measured). */
const MANY = 16;

class Entry {
  readonly order: Order;
  readonly transactions: Order['transactions'];
  readonly leftOut: Order['canDrop'];
  readonly number: number;
  readonly senders: ReadonlySet<Address>;
  readonly places = new Map<Location, 'read' | 'write' | 'delta'>();
  /** Those that it is in the index with; `null`: it may touch anything. */
  accesses: AccessSet | null = null;
  gas = 0n;

  constructor(order: Order, number: number) {
    this.order = order;
    this.transactions = order.transactions;
    this.leftOut = order.canDrop;
    this.number = number;
    this.senders = new Set(order.transactions.map(({ from }) => from));
  }
}

/** Makes an empty pool for a block. */
export function createMempoolIndex(options: MempoolOptions): MempoolIndex {
  return new MempoolIndex(options);
}

/**
 * Pending orders with what they may touch in any order, their conflicts and conflict groups.
 * `createMempoolIndex` makes one.
 */
export class MempoolIndex {
  readonly #chainId: bigint;
  readonly #hardfork: string;
  readonly #entries = new Map<string, Entry>();
  readonly #open = new Set<Entry>();
  readonly #index = new ConflictIndex<Entry>();
  readonly #groups = new Groups<Entry>(this.#index);
  readonly #analysis: PoolAnalysis<Entry>;
  readonly #byNonce = new Map<string, Entry>();
  readonly #byName = new Map<string, Entry>();
  readonly #byNumber = new Map<number, Entry>();
  /** How many transactions there are with a sender and nonce, those of bundles among them. */
  readonly #pending = new Map<string, number>();
  readonly #listeners = new Set<(event: GroupEvent) => void>();
  /** What is to be told when the change is made. */
  #events: GroupEvent[] = [];
  #head: PoolHead;
  #next = 0;

  constructor({ chainId = 1n, hardfork, ...head }: MempoolOptions) {
    this.#chainId = chainId;
    this.#hardfork = hardfork;
    this.#head = this.#headOf(head);
    this.#analysis = new PoolAnalysis<Entry>(this.#head);
  }

  /** How many orders there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** The block that is to be built, and the state that it starts from. */
  get head(): MempoolHead {
    const { input, state } = this.#head;
    return { state, block: input.block as BlockHeader, blockHashes: input.blockHashes };
  }

  /** A block of given transactions on the head. */
  inputOf(transactions: readonly Transaction[]): BlockInput {
    return { ...this.#head.input, transactions };
  }

  /** All orders, in the order of arrival. */
  orders(): Order[] {
    return [...this.#entries.values()].map(({ order }) => order);
  }

  /** Adds an order. One that outbids another with the same sender and nonce takes its place. */
  add(order: Order): Added {
    const [added] = this.addAll([order]);
    return added as Added;
  }

  /** Adds several orders at once, which takes less than one after the other. */
  addAll(orders: readonly Order[]): Added[] {
    const entries: Entry[] = [];
    const leaving = new Set<Entry>();
    const added = orders.map((order): Added => {
      if (order.transactions.length === 0) throw empty(order);
      const rival = this.#rivalOf(order);
      if (rival !== null && !isReplacement(rival.order, order)) return { kind: 'refused', by: rival.order };
      const entry = new Entry(order, this.#next++);
      if (rival !== null) {
        this.#unlist(rival);
        const at = entries.indexOf(rival);
        if (at === -1) leaving.add(rival);
        else entries.splice(at, 1);
      }
      this.#list(entry);
      entries.push(entry);
      return rival === null ? { kind: 'added' } : { kind: 'replaced', order: rival.order };
    });
    for (const entry of leaving) this.#leave(entry);
    this.#settle(this.#analysis.change({ add: entries, remove: leaving }));
    this.#tell();
    return added;
  }

  /** Removes an order; `false` if it is not there. */
  remove(id: string): boolean {
    return this.removeAll([id]) > 0;
  }

  /** Removes several orders at once; says how many were there. */
  removeAll(ids: readonly string[]): number {
    const leaving = new Set(ids.map((id) => this.#entries.get(id)).filter((entry) => entry !== undefined));
    this.#removeEntries(leaving);
    this.#tell();
    return leaving.size;
  }

  /**
   * A new block is the head of the chain. Only those are derived again whose assumptions it touches.
   *
   * @param diff - All in which the new state differs from the one before.
   */
  moveTo(head: MempoolHead, diff: StateDiff): HeadOutcome {
    this.#head = this.#headOf(head);
    const gone = [...this.#entries.values()].filter(({ order }) => this.#isOver(order, diff));
    this.#takeOut(gone);
    const outcome = this.#analysis.moveTo(this.#head, diff, gone);
    const changed = this.#settle(outcome);
    this.#tell();
    return {
      gone: gone.map(({ order }) => order),
      derived: outcome.derived.size,
      changed: changed.map(({ order }) => order.id),
    };
  }

  /** Whom an order conflicts with; `null` if it is not there. Orders that may touch anything are left out: see `open`. */
  conflictsOf(id: string): Conflicts | null {
    const entry = this.#entries.get(id);
    if (entry === undefined) return null;
    const isOpen = entry.accesses === null;
    if (isOpen) return { orders: this.#others(entry).map(({ order }) => order.id), isOpen };
    return { orders: this.#idsByArrival(this.#index.conflictsOf(entry)), isOpen };
  }

  /** Orders that may touch anything: each of them conflicts with every other order. */
  open(): string[] {
    return idsOf(this.#open);
  }

  /** The conflict groups, largest first. Those that may touch anything are in none. */
  groups(): ConflictGroup[] {
    return [...this.#groups.all]
      .map(describeGroup)
      .sort((a, b) => b.orders.length - a.orders.length || a.number - b.number);
  }

  /** The group of an order; `null` if it is not there, or may touch anything. */
  groupOf(id: string): ConflictGroup | null {
    const entry = this.#entries.get(id);
    const group = entry === undefined ? null : this.#groups.of(entry);
    return group === null ? null : describeGroup(group);
  }

  /** The transactions of an order, with sets that hold in any order; `null` if it is not there. */
  analysesOf(id: string): readonly TransactionAnalysis[] | null {
    const entry = this.#entries.get(id);
    return entry === undefined ? null : this.#analysis.analysesOf(entry);
  }

  /** What keeps an order out of the block that is to be built, as far as is known before it runs; `null`: nothing. */
  obstacleOf(id: string): Obstacle | null {
    const entry = this.#entries.get(id);
    if (entry === undefined) return null;
    const { input, state } = this.#head;
    return obstacleOf(entry.order, input.block as BlockHeader, state, (address, nonce) =>
      this.#pending.has(nonceText(address, nonce)),
    );
  }

  /**
   * The conflict graph of some orders in a given sequence, by transaction. An order's own transactions follow each
   * other.
   */
  graphOf(ids: readonly string[]): ConflictGraph {
    const entries = ids.map((id) => this.#require(id));
    const analyses = entries.flatMap((entry) => this.#analysis.analysesOf(entry) ?? []);
    const transactions = analyses.map((one, index) => ({ ...one, index, heldBy: [] }));
    const input = { ...this.#head.input, transactions: entries.flatMap((entry) => [...entry.transactions]) };
    const options = { unordered: true, trustAccessLists: false, skipInvalid: false };
    return buildConflictGraph({ input, transactions, missing: [], options });
  }

  /** The keys on which the orders of the pool conflict, most gas first; see `ConflictGraph.hotKeys`. */
  hotKeys(): HotKey[] {
    return hotKeysOf(this.#index.locations(), (party) => (party as Entry).gas);
  }

  /** The orders that may write a key. */
  writersOf(key: StateKey): string[] {
    return idsOf(this.#analysis.writersOf(key));
  }

  /** Keys that the state did not know. */
  get missing(): readonly StateKey[] {
    return [...this.#analysis.missing].sort();
  }

  /**
   * Calls a listener when groups have merged or split, once a change is complete; what it returns ends that. The
   * listener may change the pool.
   */
  on(listener: (event: GroupEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #removeEntries(leaving: ReadonlySet<Entry>): void {
    this.#takeOut(leaving);
    this.#settle(this.#analysis.change({ remove: leaving }));
  }

  #takeOut(leaving: Iterable<Entry>): void {
    for (const entry of leaving) {
      this.#unlist(entry);
      this.#leave(entry);
    }
  }

  /** Puts the sets of those that changed into the index. */
  #settle({ changed }: PoolOutcome<Entry>): Entry[] {
    const moved: Entry[] = [];
    for (const entry of changed) {
      const analyses = this.#analysis.analysesOf(entry);
      if (analyses === null) continue;
      const accesses = this.#analysis.isOpen(entry) ? null : jointAccesses(analyses);
      entry.gas = analyses.reduce((sum, { gasEstimate }) => sum + gasEstimate, 0n);
      const isNew = entry.accesses === null && !this.#open.has(entry);
      if (!isNew && isSame(entry.accesses, accesses)) continue;
      if (!isNew) this.#leave(entry);
      moved.push(entry);
      entry.accesses = accesses;
      if (accesses === null) this.#open.add(entry);
      else {
        this.#index.add(entry, accesses);
        this.#note(this.#groups.add(entry));
      }
    }
    return moved;
  }

  /** Takes an order out of index and groups. */
  #leave(entry: Entry): void {
    this.#open.delete(entry);
    const { accesses } = entry;
    if (accesses === null) return;
    const split = this.#groups.remove(entry);
    this.#index.remove(entry, accesses);
    entry.accesses = null;
    this.#note(split());
  }

  #note(change: ReturnType<Groups<Entry>['add']>): void {
    if (change === null || this.#listeners.size === 0) return;
    this.#events.push(
      change.kind === 'merged'
        ? { kind: 'merged', into: change.into.number, from: change.from.map(({ number }) => number) }
        : { kind: 'split', from: change.from.number, into: change.into.map(({ number }) => number) },
    );
  }

  /** Tells what was noted. Listeners may change the pool: it is as it says it is by then. */
  #tell(): void {
    const events = this.#events;
    this.#events = [];
    for (const event of events) for (const listener of this.#listeners) listener(event);
  }

  /** One that an order would take the place of. */
  #rivalOf({ id, transactions, replacementId }: Order): Entry | null {
    const same = this.#entries.get(id);
    if (same !== undefined) return same;
    if (replacementId !== null) return this.#byName.get(replacementId) ?? null;
    const [tx, ...others] = transactions;
    if (tx === undefined || others.length > 0) return null;
    return this.#byNonce.get(nonceText(tx.from, tx.nonce)) ?? null;
  }

  #list(entry: Entry): void {
    const { id, replacementId, transactions } = entry.order;
    this.#entries.set(id, entry);
    this.#byNumber.set(entry.number, entry);
    for (const { from, nonce } of transactions) this.#countPending(nonceText(from, nonce), 1);
    if (replacementId !== null) this.#byName.set(replacementId, entry);
    else if (transactions.length === 1) {
      for (const { from, nonce } of transactions) this.#byNonce.set(nonceText(from, nonce), entry);
    }
  }

  #unlist(entry: Entry): void {
    const { id, replacementId, transactions } = entry.order;
    if (this.#entries.get(id) === entry) this.#entries.delete(id);
    this.#byNumber.delete(entry.number);
    if (replacementId !== null && this.#byName.get(replacementId) === entry)
      this.#byName.delete(replacementId);
    for (const { from, nonce } of transactions) {
      const text = nonceText(from, nonce);
      if (this.#byNonce.get(text) === entry) this.#byNonce.delete(text);
      this.#countPending(text, -1);
    }
  }

  #countPending(text: string, change: 1 | -1): void {
    const count = (this.#pending.get(text) ?? 0) + change;
    if (count === 0) this.#pending.delete(text);
    else this.#pending.set(text, count);
  }

  /** Whether an order can never run any more. */
  #isOver({ transactions, bounds, canDrop }: Order, diff: StateDiff): boolean {
    const block = this.#head.input.block as BlockHeader;
    if (bounds.maxBlock !== null && bounds.maxBlock < block.number) return true;
    if (bounds.maxTimestamp !== null && bounds.maxTimestamp < block.timestamp) return true;
    return transactions.some(
      ({ from, nonce }, at) => !canDrop.has(at) && nonce < (diff.get(from)?.nonce ?? 0n),
    );
  }

  #others(entry: Entry): Entry[] {
    return [...this.#entries.values()].filter((other) => other !== entry);
  }

  /** As `idsOf`, for many. */
  #idsByArrival(entries: ReadonlySet<Entry>): string[] {
    if (entries.size < MANY) return idsOf(entries);
    const numbers: number[] = [];
    for (const { number } of entries) numbers.push(number);
    const ids: string[] = [];
    for (const number of Float64Array.from(numbers).sort()) {
      ids.push((this.#byNumber.get(number) as Entry).order.id);
    }
    return ids;
  }

  #require(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry !== undefined) return entry;
    throw new InputError({ source: 'graphOf', path: 'ids', expected: 'ids of orders in the pool', got: id });
  }

  #headOf({ state, block, blockHashes = new Map() }: MempoolHead): PoolHead {
    const known = new Map(blockHashes).set(block.number - 1n, block.parentHash);
    const input: BlockInput = {
      block,
      transactions: [],
      chainId: this.#chainId,
      hardfork: this.#hardfork,
      blockHashes: known,
      otherBlockHashes: 'missing',
    };
    return { input, state };
  }
}

function empty({ id }: Order): InputError {
  return new InputError({ source: id, path: 'transactions', expected: 'at least one', got: 'none' });
}

function nonceText(from: Address, nonce: bigint): string {
  return `${from} ${nonce}`;
}

function idsOf(entries: Iterable<Entry>): string[] {
  return [...entries].sort((a, b) => a.number - b.number).map(({ order }) => order.id);
}

function describeGroup({ number, members }: GroupOf<Entry>): ConflictGroup {
  return { number, orders: idsOf(members) };
}

/** Errs to the side of `false`. */
function isSame(a: AccessSet | null, b: AccessSet | null): boolean {
  if (a === null || b === null || a === b) return a === b;
  if (a.regions.length !== b.regions.length || a.keys.size !== b.keys.size) return false;
  const regions = new Set(a.regions.map(regionText));
  if (!b.regions.every((region) => regions.has(regionText(region)))) return false;
  if (regions.size !== new Set(b.regions.map(regionText)).size) return false;
  if (a.origins.size !== b.origins.size) return false;
  for (const [key, mode] of a.keys) if (b.keys.get(key) !== mode) return false;
  for (const key of a.origins.keys()) if (!b.origins.has(key)) return false;
  return true;
}
