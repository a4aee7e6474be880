/**
 * Runs a block on the worker pool. While the analysis still goes on, one worker runs the transactions in block
 * order, as far as they are derived: that needs no graph. Once the graph is there a transaction is given out when
 * all its predecessors are committed and all that hold it are resolved, or behind them to the worker that has
 * them. This thread alone resolves and commits. Nothing is ever rolled back, but for escapes, which are defects
 * of the analysis: the run stops at one, and what is left is for the sequential run.
 */
import PQueue from 'p-queue';
import type { AnalysisOptions, TransactionAnalysis } from '../analysis/result.ts';
import { InternalError } from '../errors.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import { Heap } from '../graph/heap.ts';
import type { Granularity } from '../graph/plan.ts';
import type { BlockRun, OpenedBlock } from './block-run.ts';
import type { Commutation } from './current-state.ts';
import type { Deferral } from './deferral.ts';
import { LocalRun, needsLocalRun } from './dispatch/local-run.ts';
import { type BatchResults, type Outbox, receivedResults } from './dispatch/outbox.ts';
import { type Task, TaskMaker } from './dispatch/task-maker.ts';
import { findEscapes } from './guard.ts';
import type { WorkerPool } from './pool.ts';
import type { RunResult } from './transaction-runner.ts';

export interface ParallelOptions extends Pick<AnalysisOptions, 'skipInvalid'> {
  readonly block: OpenedBlock;
  readonly outbox: Outbox;
  readonly granularity: Granularity;
  /** Milliseconds that one thread needs for so much gas. */
  readonly costOf: (gas: bigint) => number;
  /** Names its requests, so that they can be cancelled. */
  readonly group?: symbol;
}

/** Whoever answers requests, some at the same time. */
type TaskPool = Pick<WorkerPool, 'size' | 'request'>;

/** Batches that a worker has at a time: the next one is there when one is answered. */
const DEPTH = 2;
/** A batch is full when its transactions are expected to take so long, in milliseconds. */
const FULL_MS = 1;
const MAXIMUM_TASKS = 64;
/** How often a transaction is given to workers that do not bring it to an end. */
const MAXIMUM_ATTEMPTS = 3;

/** Where a transaction is: not given out, at a worker (from 0), or at this thread. */
const NOWHERE = -1;
const HERE = -2;

export class ParallelRun {
  readonly #run: BlockRun;
  readonly #pool: TaskPool;
  readonly #block: OpenedBlock;
  readonly #outbox: Outbox;
  readonly #granularity: Granularity;
  readonly #skipInvalid: boolean;
  readonly #group: symbol;
  readonly #costOf: (gas: bigint) => number;
  readonly #queue: PQueue;
  readonly #maker: TaskMaker;
  readonly #local: LocalRun;
  /** In block order, until the whole analysis is there. */
  readonly #offered: TransactionAnalysis[] = [];
  #deferral: Deferral | null = null;
  /** Workers that are used: those before this place. */
  #places = 1;
  readonly #at: number[];
  readonly #attempts: number[];
  /** Unanswered batches of each worker. */
  readonly #unanswered: number[];
  /** Workers that did not bring a batch to its end, as long as others are unanswered: they will not either. */
  readonly #isBroken: boolean[];
  /** Uncommitted predecessors of each transaction. */
  #waitsFor: number[] = [];
  /** Gas from the start of a transaction to the end of the block at best. */
  #urgency: number[] = [];
  /** Transactions that may start anywhere; and those that may be sent behind others to their worker. */
  #ready: Heap;
  #followers: readonly Heap[];
  /** Of a component, by its lowest transaction: the worker that it is bound to. */
  readonly #placeOf = new Map<number, number>();
  /** Transactions from here on are not given out any more: an earlier one is invalid. */
  #limit: number;
  #hasEscaped = false;
  #failure: unknown = null;

  constructor(run: BlockRun, pool: TaskPool, options: ParallelOptions) {
    const { block, outbox, granularity, skipInvalid, costOf, group = Symbol('block') } = options;
    this.#group = group;
    this.#run = run;
    this.#pool = pool;
    this.#block = block;
    this.#outbox = outbox;
    this.#granularity = granularity;
    this.#skipInvalid = skipInvalid;
    this.#costOf = costOf;
    this.#limit = run.results.length;
    this.#at = run.results.map(() => NOWHERE);
    this.#attempts = run.results.map(() => 0);
    this.#unanswered = Array.from({ length: pool.size }, () => 0);
    this.#isBroken = Array.from({ length: pool.size }, () => false);
    this.#queue = new PQueue({ concurrency: pool.size * DEPTH + 1 });
    this.#maker = new TaskMaker(block, run, outbox.codes);
    this.#local = new LocalRun(block, run, this.#maker);
    this.#ready = this.#newHeap();
    this.#followers = this.#unanswered.map(() => this.#newHeap());
  }

  /** The next transaction of the block is derived; it may start before the others are. */
  offer(analysis: TransactionAnalysis): void {
    this.#offered.push(analysis);
  }

  /** Gives out what can be given out. */
  advance(): void {
    if (this.#deferral === null) this.#advanceInOrder();
    else this.#advanceByGraph();
  }

  /**
   * The whole analysis is there.
   *
   * @param places - How many workers to use from now on.
   * @returns `escaped`: some results are missing, or must not be used; see `BlockRun.results`.
   */
  async finish(deferral: Deferral, places: number): Promise<'finished' | 'escaped'> {
    this.#deferral = deferral;
    this.#places = places;
    deferral.advance(this.#run);
    this.#readGraph(deferral.graph);
    this.advance();
    await this.#queue.onIdle();
    if (this.#failure !== null) throw this.#failure;
    return this.#hasEscaped ? 'escaped' : 'finished';
  }

  /** Gives out nothing more, and waits for what is under way. */
  async abandon(): Promise<void> {
    this.#hasEscaped = true;
    await this.#queue.onIdle();
  }

  get #isStopped(): boolean {
    return this.#hasEscaped || this.#failure !== null;
  }

  #analysisOf(index: number): TransactionAnalysis {
    const analysis = this.#deferral?.analysisOf(index) ?? this.#offered[index];
    if (analysis === undefined) throw new InternalError(`transaction ${index} was not analysed`);
    return analysis;
  }

  /** One after the other to the first worker, up to the first one whose sets are not final yet. */
  #advanceInOrder(): void {
    while (!this.#isStopped && this.#isBroken[0] === false && (this.#unanswered[0] ?? DEPTH) < DEPTH) {
      const tasks: Task[] = [];
      let costMs = 0;
      // A block whose order is kept needs nothing but that all before are done, or at the same worker.
      if (this.#at.includes(HERE)) return;
      for (let index = this.#at.indexOf(NOWHERE); index !== -1 && index < this.#limit; index++) {
        const analysis = this.#offered[index];
        if (analysis === undefined || !isFinal(analysis) || needsLocalRun(analysis)) break;
        if ((this.#attempts[index] ?? 0) >= MAXIMUM_ATTEMPTS) break;
        const made = this.#maker.make(index, analysis.accesses);
        if (made.kind !== 'task') break;
        tasks.push(made.task);
        this.#assign(made.task, 0);
        costMs += this.#costOf(analysis.gasEstimate);
        if (costMs >= FULL_MS || tasks.length === MAXIMUM_TASKS) break;
      }
      if (tasks.length === 0) return;
      this.#send(0, tasks);
    }
  }

  #advanceByGraph(): void {
    for (let level = 0; level < DEPTH; level++) {
      for (let place = 0; place < this.#places; place++) {
        if (this.#isStopped) return;
        if (this.#isBroken[place] === true || this.#unanswered[place] !== level) continue;
        const tasks = this.#takeTasks(place);
        if (tasks.length > 0) this.#send(place, tasks);
      }
    }
  }

  /** The most urgent work for a worker: what can follow what it has, and what can start anywhere. */
  #takeTasks(place: number): Task[] {
    const followers = this.#followers[place] ?? this.#newHeap();
    const share = Math.ceil(this.#ready.size / (this.#places * DEPTH));
    const tasks: Task[] = [];
    const elsewhere: number[] = [];
    let costMs = 0;
    let fromReady = 0;
    while (costMs < FULL_MS && tasks.length < MAXIMUM_TASKS) {
      const ready = fromReady < share ? this.#ready.peek() : undefined;
      const follower = followers.peek();
      const isFollower = follower !== undefined && (ready === undefined || this.#isBefore(follower, ready));
      const index = isFollower ? followers.pop() : ready === undefined ? undefined : this.#ready.pop();
      if (index === undefined) break;
      if (isFollower ? !this.#canFollow(index, place) : !this.#isReady(index)) continue;
      if (!this.#isBoundTo(index, place)) {
        elsewhere.push(index);
        continue;
      }
      const analysis = this.#analysisOf(index);
      const isHopeless = (this.#attempts[index] ?? 0) >= MAXIMUM_ATTEMPTS;
      const made = needsLocalRun(analysis) || isHopeless ? null : this.#maker.make(index, analysis.accesses);
      if (made?.kind === 'task') {
        if (!isFollower) fromReady++;
        tasks.push(made.task);
        this.#assign(made.task, place);
        this.#bind(index, place);
        this.#findFollowers(index, place);
        costMs += this.#costOf(analysis.gasEstimate);
      } else if (!isFollower) {
        this.#runHere(index);
      }
    }
    for (const index of elsewhere) this.#ready.push(index);
    return tasks;
  }

  #assign(task: Task, place: number): void {
    this.#maker.give(task);
    this.#at[task.transaction] = place;
  }

  /** Those after it that have nothing else to wait for than what the worker has. */
  #findFollowers(index: number, place: number): void {
    for (const later of this.#deferral?.graph.successors[index] ?? []) {
      if (this.#canFollow(later, place)) this.#followers[place]?.push(later);
    }
  }

  #canFollow(index: number, place: number): boolean {
    const { graph } = this.#deferral ?? {};
    if (graph === undefined || !this.#mayStart(index)) return false;
    const isThere = (other: number): boolean =>
      this.#run.results[other] !== undefined || this.#at[other] === place;
    return (graph.predecessors[index] ?? []).every(isThere) && !needsLocalRun(this.#analysisOf(index));
  }

  #isReady(index: number): boolean {
    return this.#waitsFor[index] === 0 && this.#mayStart(index);
  }

  #mayStart(index: number): boolean {
    if (this.#isStopped || index >= this.#limit || this.#run.results[index] !== undefined) return false;
    return this.#at[index] === NOWHERE && this.#deferral?.isResolved(index) === true;
  }

  /** Granularity `component`: all of one component go to one worker. */
  #isBoundTo(index: number, place: number): boolean {
    if (this.#granularity === 'transaction') return true;
    const bound = this.#placeOf.get(this.#lowestOf(index));
    return bound === undefined || bound === place;
  }

  #bind(index: number, place: number): void {
    if (this.#granularity === 'component') this.#placeOf.set(this.#lowestOf(index), place);
  }

  #lowestOf(index: number): number {
    const { graph } = this.#deferral ?? {};
    return graph?.components[graph.componentOf[index] ?? 0]?.transactions[0] ?? index;
  }

  #send(place: number, tasks: readonly Task[]): void {
    this.#unanswered[place] = (this.#unanswered[place] ?? 0) + 1;
    void this.#queue.add(async () => {
      try {
        const body = this.#outbox.batch(place, tasks, this.#block.input.transactions);
        const accept = (answer: unknown) => receivedResults(answer, tasks);
        const how = { place, retry: 'never', group: this.#group, accept } as const;
        const end = await this.#pool.request({ kind: 'batch', body }, how);
        if (end.kind === 'answer') this.#receive(place, tasks, end.value);
        else if (end.failure.code === 'closed' || end.failure.code === 'cancelled') this.#leave(place);
        else this.#giveBack(place, tasks);
        const left = (this.#unanswered[place] ?? 1) - 1;
        this.#unanswered[place] = left;
        if (left === 0) this.#isBroken[place] = false;
        this.advance();
      } catch (error) {
        this.#failure ??= error;
      }
    });
  }

  #receive(place: number, tasks: readonly Task[], { results, stop }: BatchResults): void {
    for (const task of tasks) this.#maker.takeBack(task);
    for (const [at, result] of results.entries()) {
      const task = tasks[at];
      if (task !== undefined && !this.#isStopped) this.#settle(result, task.commutation);
    }
    if (stop !== null) {
      this.#break(place);
      const left = tasks.slice(results.length).map(({ transaction }) => transaction);
      if (stop.code === 'not-here') this.#outbox.forget(place);
      // Whatever it was, this thread has all the state there is, and the whole guard.
      if (stop.code !== 'refused' && stop.code !== 'not-here')
        this.#runHere(left.shift() ?? stop.transaction);
      for (const index of left) this.#requeue(index);
    }
    this.#resolve();
  }

  /** Nobody wants the block any more; the worker may not have looked at what it was sent. */
  #leave(place: number): void {
    this.#outbox.forget(place);
    throw new InternalError('the block was given up');
  }

  /** The worker is lost: what it had runs again, from the same inputs. */
  #giveBack(place: number, tasks: readonly Task[]): void {
    this.#outbox.forget(place);
    this.#break(place);
    for (const task of tasks) {
      const { transaction } = task;
      this.#maker.takeBack(task);
      this.#attempts[transaction] = (this.#attempts[transaction] ?? 0) + 1;
      this.#requeue(transaction);
    }
  }

  /** What it was sent behind a batch that has no end has none either; nothing more is sent until that is said. */
  #break(place: number): void {
    if (this.#isBroken[place] === true) return;
    this.#isBroken[place] = true;
    this.#outbox.nextRound(place);
  }

  #requeue(index: number): void {
    this.#at[index] = NOWHERE;
    if (this.#isReady(index)) this.#ready.push(index);
  }

  /** On this thread, after all its predecessors. */
  #runHere(index: number): void {
    this.#at[index] = HERE;
    void this.#queue.add(async () => {
      try {
        const { result, commutation } = await this.#local.run(index, this.#analysisOf(index));
        if (!this.#isStopped) this.#settleLocal(result, commutation);
        this.#resolve();
        this.advance();
      } catch (error) {
        this.#failure ??= error;
      }
    });
  }

  /** What a worker answers is inside the sets: it has checked that itself. */
  #settleLocal(result: RunResult, commutation: Commutation | null): void {
    const { accesses } = this.#analysisOf(result.index);
    if (result.status === 'ran' && findEscapes(accesses, result).length > 0) this.#hasEscaped = true;
    else this.#settle(result, commutation);
  }

  #settle(result: RunResult, commutation: Commutation | null): void {
    const { index } = result;
    // Which transaction is the first invalid one is known when all before it have run.
    if (result.status === 'invalid' && !this.#skipInvalid) this.#limit = Math.min(this.#limit, index);
    this.#run.commit(result, commutation);
    const { origins } = this.#analysisOf(index).accesses;
    for (const [key, origin] of origins) if (!this.#run.origins.has(key)) this.#run.origins.set(key, origin);
    for (const later of this.#deferral?.graph.successors[index] ?? []) {
      this.#waitsFor[later] = (this.#waitsFor[later] ?? 1) - 1;
      if (this.#isReady(later)) this.#ready.push(later);
    }
  }

  #resolve(): void {
    const deferral = this.#deferral;
    if (deferral !== null && !this.#isStopped && deferral.advance(this.#run)) this.#readGraph(deferral.graph);
  }

  /** A graph, or another one: who waits for whom, and who is ready. */
  #readGraph(graph: ConflictGraph): void {
    this.#urgency = urgencies(graph);
    this.#waitsFor = graph.predecessors.map(
      (earlier) => earlier.filter((one) => this.#run.results[one] === undefined).length,
    );
    this.#ready = this.#newHeap();
    this.#followers = this.#unanswered.map(() => this.#newHeap());
    for (const index of this.#waitsFor.keys()) if (this.#isReady(index)) this.#ready.push(index);
    for (const [index, place] of this.#at.entries()) {
      if (place >= 0 && this.#run.results[index] === undefined) this.#findFollowers(index, place);
    }
  }

  #newHeap(): Heap {
    return new Heap((a, b) => this.#isBefore(a, b));
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.#urgency[a] ?? 0) - (this.#urgency[b] ?? 0);
    return difference === 0 ? a < b : difference > 0;
  }
}

/** Whether a transaction's sets are those by which it runs. */
function isFinal({ status, pending, heldBy, resolveAfter }: TransactionAnalysis): boolean {
  const isDerived = (status === 'exact' || status === 'bounded') && pending.length === 0;
  return isDerived && heldBy.length === 0 && resolveAfter.length === 0;
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
