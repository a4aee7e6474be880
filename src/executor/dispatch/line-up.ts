/**
 * Which transactions of a block may start, and where: anywhere once all their predecessors are committed, behind
 * them at the worker that has those that are not. Most urgent first: as a given plan starts them, else by the heaviest
 * path to the end of the block.
 */
import type { ConflictGraph } from '../../graph/conflict-graph.ts';
import { Heap } from '../../graph/heap.ts';
import type { Granularity, Plan } from '../../graph/plan.ts';
import type { Deferral } from '../deferral.ts';

/** A transaction that may start at a worker. */
export interface Candidate {
  readonly index: number;
  /** It waits for what the worker has, and so for no other worker. */
  readonly isFollower: boolean;
}

export interface LineUpOptions {
  readonly granularity: Granularity;
  /** How many workers there are. */
  readonly places: number;
  /** What is committed, by transaction. */
  readonly results: readonly unknown[];
}

/** Where a transaction is: not given out, at a worker (from 0), or at this thread. */
const NOWHERE = -1;
const HERE = -2;

export class LineUp {
  readonly #granularity: Granularity;
  readonly #results: readonly unknown[];
  readonly #at: number[];
  #deferral: Deferral | null = null;
  /** Uncommitted predecessors of each transaction. */
  #waitsFor: number[] = [];
  /** Gas from the start of a transaction to the end of the block at best, or what a plan has in place of it. */
  #urgency: number[] = [];
  #wanted: number[] | null = null;
  #ready: Heap;
  #followers: readonly Heap[];
  /** Of a component, by its lowest transaction: the worker that it is bound to. */
  readonly #placeOf = new Map<number, number>();
  /** Transactions from here on do not start: an earlier one is invalid. */
  #end: number;

  constructor({ granularity, places, results }: LineUpOptions) {
    this.#granularity = granularity;
    this.#results = results;
    this.#end = results.length;
    this.#at = results.map(() => NOWHERE);
    this.#ready = this.#newHeap();
    this.#followers = Array.from({ length: places }, () => this.#newHeap());
  }

  /** The transactions in block order, from the first that was not given out; none while one runs here. */
  *inOrder(): Generator<number> {
    if (this.#at.includes(HERE)) return;
    const first = this.#at.indexOf(NOWHERE);
    for (let index = first; index !== -1 && index < this.#end; index++) yield index;
  }

  /**
   * Those that may start at a worker. Whoever takes one says so before asking for the next; one that is not taken
   * comes again when its predecessors are committed.
   *
   * @param share - How many may come that could start elsewhere as well.
   */
  *startable(place: number, share: number): Generator<Candidate> {
    const followers = this.#followers[place] ?? this.#newHeap();
    const elsewhere: number[] = [];
    let left = share;
    try {
      for (;;) {
        const ready = left > 0 ? this.#ready.peek() : undefined;
        const follower = followers.peek();
        const isFollower = follower !== undefined && (ready === undefined || this.#isBefore(follower, ready));
        const index = isFollower ? followers.pop() : ready === undefined ? undefined : this.#ready.pop();
        if (index === undefined) break;
        if (isFollower ? !this.#canFollow(index, place) : !this.#isReady(index)) continue;
        if (this.#isBoundTo(index, place)) {
          yield { index, isFollower };
          if (!isFollower) left--;
        } else elsewhere.push(index);
      }
    } finally {
      for (const index of elsewhere) this.#ready.push(index);
    }
  }

  /** How many may start anywhere; some of them more than once. */
  get readyCount(): number {
    return this.#ready.size;
  }

  /** It was given to a worker. */
  give(index: number, place: number): void {
    this.#at[index] = place;
    if (this.#granularity === 'component') this.#placeOf.set(this.#lowestOf(index), place);
    this.#findFollowers(index, place);
  }

  /** It runs on this thread. */
  keep(index: number): void {
    this.#at[index] = HERE;
  }

  /** It was given out in vain. */
  giveBack(index: number): void {
    this.#at[index] = NOWHERE;
    if (this.#isReady(index)) this.#ready.push(index);
  }

  /** It is committed. */
  commit(index: number): void {
    for (const later of this.#deferral?.graph.successors[index] ?? []) {
      this.#waitsFor[later] = (this.#waitsFor[later] ?? 1) - 1;
      if (this.#isReady(later)) this.#ready.push(later);
    }
  }

  /** A transaction is invalid, and so is the block: which is the first one is known when all before it have run. */
  endAt(index: number): void {
    this.#end = Math.min(this.#end, index);
  }

  /** By when somebody else wants transactions started: the earlier, the more urgent. Counts from the next `read` on. */
  follow({ lanes }: Plan): void {
    const starts: number[] = [];
    for (const { transaction, start } of lanes.flat()) starts[transaction] = -Number(start);
    this.#wanted = starts;
  }

  /** The graph, or another one: who waits for whom, and who is ready. */
  read(deferral: Deferral): void {
    const { graph } = deferral;
    this.#deferral = deferral;
    this.#urgency = this.#wanted ?? urgencies(graph);
    this.#waitsFor = graph.predecessors.map(
      (earlier) => earlier.filter((one) => this.#results[one] === undefined).length,
    );
    this.#ready = this.#newHeap();
    this.#followers = this.#followers.map(() => this.#newHeap());
    for (const index of this.#waitsFor.keys()) if (this.#isReady(index)) this.#ready.push(index);
    for (const [index, place] of this.#at.entries()) {
      if (place >= 0 && this.#results[index] === undefined) this.#findFollowers(index, place);
    }
  }

  /** Those after it that have nothing else to wait for than what the worker has. */
  #findFollowers(index: number, place: number): void {
    for (const later of this.#deferral?.graph.successors[index] ?? []) {
      if (this.#canFollow(later, place)) this.#followers[place]?.push(later);
    }
  }

  #canFollow(index: number, place: number): boolean {
    if (!this.#mayStart(index)) return false;
    const isThere = (other: number): boolean =>
      this.#results[other] !== undefined || this.#at[other] === place;
    return this.#deferral?.graph.predecessors[index]?.every(isThere) === true;
  }

  #isReady(index: number): boolean {
    return this.#waitsFor[index] === 0 && this.#mayStart(index);
  }

  #mayStart(index: number): boolean {
    if (index >= this.#end || this.#results[index] !== undefined) return false;
    return this.#at[index] === NOWHERE && this.#deferral?.isResolved(index) === true;
  }

  /** Granularity `component`: all of one component go to one worker. */
  #isBoundTo(index: number, place: number): boolean {
    if (this.#granularity === 'transaction') return true;
    const bound = this.#placeOf.get(this.#lowestOf(index));
    return bound === undefined || bound === place;
  }

  #lowestOf(index: number): number {
    const { graph } = this.#deferral ?? {};
    return graph?.components[graph.componentOf[index] ?? 0]?.transactions[0] ?? index;
  }

  #newHeap(): Heap {
    return new Heap((a, b) => this.#isBefore(a, b));
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.#urgency[a] ?? 0) - (this.#urgency[b] ?? 0);
    return difference === 0 ? a < b : difference > 0;
  }
}

/** Heaviest gas from each transaction to the end of the block, itself included. */
function urgencies({ gas, successors }: ConflictGraph): number[] {
  const urgency = gas.map(Number);
  for (let index = gas.length - 1; index >= 0; index--) {
    let after = 0;
    for (const later of successors[index] ?? []) after = Math.max(after, urgency[later] ?? 0);
    urgency[index] = (urgency[index] ?? 0) + after;
  }
  return urgency;
}
