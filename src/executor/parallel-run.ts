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
import type { Granularity, Plan } from '../graph/plan.ts';
import type { BlockRun, OpenedBlock } from './block-run.ts';
import type { Commutation } from './current-state.ts';
import type { Deferral } from './deferral.ts';
import { LineUp } from './dispatch/line-up.ts';
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
/** After so many waits for answers it is better to know the graph first: each takes longer than a transfer. */
const MAXIMUM_WAITS = 4;
/** So many go to one worker before they are shared out: waking another one takes longer than they do. */
const LEAST_SHARE = 8;
/** How often a transaction is given to workers that do not bring it to an end. */
const MAXIMUM_ATTEMPTS = 3;

export class ParallelRun {
  readonly #run: BlockRun;
  readonly #pool: TaskPool;
  readonly #block: OpenedBlock;
  readonly #outbox: Outbox;
  readonly #skipInvalid: boolean;
  readonly #group: symbol;
  readonly #costOf: (gas: bigint) => number;
  readonly #queue: PQueue;
  readonly #maker: TaskMaker;
  readonly #local: LocalRun;
  readonly #lineUp: LineUp;
  /** In block order, until the whole analysis is there. */
  readonly #offered: TransactionAnalysis[] = [];
  /** How often it was not known, in block order, what the next transaction finds. */
  #waits = 0;
  #deferral: Deferral | null = null;
  /** Workers that are used: those before this place. */
  #places = 1;
  readonly #attempts: number[];
  /** Unanswered batches of each worker. */
  readonly #unanswered: number[];
  /** Workers that did not bring a batch to its end, as long as others are unanswered: they will not either. */
  readonly #isBroken: boolean[];
  #hasEscaped = false;
  #failure: unknown = null;

  constructor(run: BlockRun, pool: TaskPool, options: ParallelOptions) {
    const { block, outbox, granularity, skipInvalid, costOf, group = Symbol('block') } = options;
    this.#group = group;
    this.#run = run;
    this.#pool = pool;
    this.#block = block;
    this.#outbox = outbox;
    this.#skipInvalid = skipInvalid;
    this.#costOf = costOf;
    this.#attempts = run.results.map(() => 0);
    this.#unanswered = Array.from({ length: pool.size }, () => 0);
    this.#isBroken = Array.from({ length: pool.size }, () => false);
    this.#queue = new PQueue({ concurrency: pool.size * DEPTH + 1 });
    this.#maker = new TaskMaker(block, run, outbox.codes);
    this.#local = new LocalRun(block, run, this.#maker);
    this.#lineUp = new LineUp({ granularity, places: pool.size, results: run.results });
  }

  /** The next transaction of the block is derived; it may start before the others are. */
  offer(analysis: TransactionAnalysis): void {
    this.#offered.push(analysis);
  }

  /** Gives out what can be given out. */
  advance(): void {
    if (this.#deferral === null) this.#advanceInOrder();
    else if (this.#places > 0) this.#advanceByGraph();
  }

  /**
   * The whole analysis is there.
   *
   * @param places - How many workers to use from now on; with 0 what is under way comes to its end, and the rest
   * is left.
   * @param plan - Whose order of start to follow, as far as it can be. Default: that of the critical path.
   * @returns `escaped`: some results are missing, or must not be used; see `BlockRun.results`.
   */
  async finish(deferral: Deferral, places: number, plan?: Plan): Promise<'finished' | 'escaped'> {
    this.#deferral = deferral;
    this.#places = places;
    if (places > 0) {
      deferral.advance(this.#run);
      if (plan !== undefined) this.#lineUp.follow(plan);
      this.#lineUp.read(deferral);
      this.advance();
    }
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
      const filling = new Filling(this.#costOf);
      // A block whose order is kept needs nothing but that all before are done, or at the same worker.
      for (const index of this.#lineUp.inOrder()) {
        const analysis = this.#offered[index];
        if (analysis === undefined || this.#waits > MAXIMUM_WAITS) break;
        const task = isFinal(analysis) ? this.#taskOf(index, analysis) : null;
        if (task === null) {
          this.#waits++;
          break;
        }
        this.#maker.give(task);
        this.#lineUp.give(index, 0);
        if (filling.add(task, analysis) === 'full') break;
      }
      if (filling.tasks.length === 0) return;
      this.#send(0, filling.tasks);
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
  #takeTasks(place: number): readonly Task[] {
    const share = Math.ceil(this.#lineUp.readyCount / (this.#places * DEPTH));
    const filling = new Filling(this.#costOf);
    for (const { index, isFollower } of this.#lineUp.startable(place, Math.max(share, LEAST_SHARE))) {
      const analysis = this.#analysisOf(index);
      const task = this.#taskOf(index, analysis);
      if (task !== null) {
        this.#maker.give(task);
        this.#lineUp.give(index, place);
        if (filling.add(task, analysis) === 'full') break;
      } else if (!isFollower) {
        this.#runHere(index);
      }
    }
    return filling.tasks;
  }

  /** What a worker would be sent; `null` if it cannot be one now, or should not be any more. */
  #taskOf(index: number, analysis: TransactionAnalysis): Task | null {
    if (needsLocalRun(analysis) || (this.#attempts[index] ?? 0) >= MAXIMUM_ATTEMPTS) return null;
    const made = this.#maker.make(index, analysis.accesses);
    return made.kind === 'task' ? made.task : null;
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

  #receive(place: number, tasks: readonly Task[], { results, stop, timing }: BatchResults): void {
    if (timing !== null) {
      this.#run.trace?.addBatch(
        tasks.map(({ transaction }) => transaction),
        timing,
      );
    }
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
      for (const index of left) this.#lineUp.giveBack(index);
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
      this.#lineUp.giveBack(transaction);
    }
  }

  /** What it was sent behind a batch that has no end has none either; nothing more is sent until that is said. */
  #break(place: number): void {
    if (this.#isBroken[place] === true) return;
    this.#isBroken[place] = true;
    this.#outbox.nextRound(place);
  }

  /** On this thread, after all its predecessors. */
  #runHere(index: number): void {
    this.#lineUp.keep(index);
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
    const { accesses, status } = this.#analysisOf(result.index);
    if (result.status === 'ran' && findEscapes(accesses, result, status).length > 0) this.#hasEscaped = true;
    else this.#settle(result, commutation);
  }

  #settle(result: RunResult, commutation: Commutation | null): void {
    const { index } = result;
    if (result.status === 'invalid' && !this.#skipInvalid) this.#lineUp.endAt(index);
    this.#run.commit(result, commutation);
    const { origins } = this.#analysisOf(index).accesses;
    for (const [key, origin] of origins) if (!this.#run.origins.has(key)) this.#run.origins.set(key, origin);
    this.#lineUp.commit(index);
  }

  #resolve(): void {
    const deferral = this.#deferral;
    if (deferral !== null && !this.#isStopped && deferral.advance(this.#run)) this.#lineUp.read(deferral);
  }
}

/** A batch that is being put together. */
class Filling {
  readonly tasks: Task[] = [];
  readonly #costOf: (gas: bigint) => number;
  #costMs = 0;

  constructor(costOf: (gas: bigint) => number) {
    this.#costOf = costOf;
  }

  add(task: Task, { gasEstimate }: TransactionAnalysis): 'full' | 'open' {
    this.tasks.push(task);
    this.#costMs += this.#costOf(gasEstimate);
    return this.#costMs >= FULL_MS || this.tasks.length === MAXIMUM_TASKS ? 'full' : 'open';
  }
}

/** Whether a transaction's sets are those by which it runs. */
function isFinal({ status, pending, heldBy, resolveAfter }: TransactionAnalysis): boolean {
  const isDerived = (status === 'exact' || status === 'bounded') && pending.length === 0;
  return isDerived && heldBy.length === 0 && resolveAfter.length === 0;
}
