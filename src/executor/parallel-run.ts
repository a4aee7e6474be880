/**
 * Runs a block on the worker pool by its conflict graph: a transaction is given out when all its predecessors
 * are committed, and results are committed by this thread alone. Nothing is ever rolled back, but for escapes,
 * which are defects of the analysis: the run stops at one, and what is left is for the sequential run.
 */
import PQueue from 'p-queue';
import { isOpen } from '../analysis/block.ts';
import type { BlockAnalysis, TransactionAnalysis } from '../analysis/result.ts';
import { InternalError } from '../errors.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { Granularity } from '../graph/plan.ts';
import type { Address } from '../input/block.ts';
import { accountKey } from '../state/key.ts';
import { type BlockRun, indicesBySender, type OpenedBlock, type Reanalyze } from './block-run.ts';
import type { Commutation } from './current-state.ts';
import { findEscapes, needsOrigins } from './guard.ts';
import type { WorkerPool } from './pool.ts';
import { type AccountPatch, PatchedState, seenBalance, statePatch } from './state-patch.ts';
import type { RunResult } from './transaction-runner.ts';

export interface ParallelOptions {
  readonly block: OpenedBlock;
  readonly analysis: BlockAnalysis;
  readonly graph: ConflictGraph;
  readonly granularity: Granularity;
  readonly reanalyze: Reanalyze;
  readonly buildGraph: (analysis: BlockAnalysis) => ConflictGraph;
}

type Patches = Map<Address, AccountPatch>;

/** How far it came. */
export interface ParallelEnd {
  readonly analysis: BlockAnalysis;
  readonly graph: ConflictGraph;
  /** `escaped`: some results are missing, or must not be used; see `BlockRun.results`. */
  readonly status: 'finished' | 'escaped';
}

export class ParallelRun {
  readonly #run: BlockRun;
  readonly #pool: WorkerPool;
  readonly #options: ParallelOptions;
  readonly #queue: PQueue;
  readonly #bySender: ReadonlyMap<Address, readonly number[]>;
  #analysis: BlockAnalysis;
  #graph: ConflictGraph;
  /** Uncommitted predecessors of each transaction; -1 once it has been given out. */
  #waitsFor: number[] = [];
  /** Gas from the start of a transaction to the end of the block at best. */
  #urgency: number[] = [];
  #freePlaces: number[];
  /** Transactions from here on are not given out any more: an earlier one is invalid. */
  #limit: number;
  #hasEscaped = false;
  /** Counts the graphs; what was given out by an older one is done before a newer one begins. */
  #generation = 0;
  #failure: unknown = null;

  constructor(run: BlockRun, pool: WorkerPool, options: ParallelOptions) {
    this.#run = run;
    this.#pool = pool;
    this.#options = options;
    this.#analysis = options.analysis;
    this.#graph = options.graph;
    this.#limit = run.results.length;
    this.#freePlaces = Array.from({ length: pool.size }, (_, place) => place);
    this.#queue = new PQueue({ concurrency: pool.size });
    this.#bySender = indicesBySender(options.block.input);
  }

  async execute(): Promise<ParallelEnd> {
    this.#start();
    await this.#queue.onIdle();
    if (this.#failure !== null) throw this.#failure;
    return {
      analysis: this.#analysis,
      graph: this.#graph,
      status: this.#hasEscaped ? 'escaped' : 'finished',
    };
  }

  get #isStopped(): boolean {
    return this.#hasEscaped || this.#failure !== null;
  }

  /** Gives out everything that the current graph allows. */
  #start(): void {
    this.#generation++;
    const { predecessors } = this.#graph;
    this.#waitsFor = predecessors.map((earlier, index) =>
      this.#isDone(index) ? -1 : earlier.filter((one) => !this.#isDone(one)).length,
    );
    this.#urgency = urgencies(this.#graph);
    if (this.#options.granularity === 'component') {
      for (const { transactions } of this.#graph.components) this.#enqueueChain(transactions);
      return;
    }
    for (const [index, count] of this.#waitsFor.entries()) if (count === 0) this.#enqueue(index);
  }

  #isDone(index: number): boolean {
    return this.#run.results[index] !== undefined;
  }

  #enqueue(index: number): void {
    if (this.#isStopped || index >= this.#limit) return;
    this.#waitsFor[index] = -1;
    this.#add(this.#urgency[index] ?? 0, (place) => this.#execute(index, place));
  }

  /** A component as one unit: its transactions one after the other on one worker. */
  #enqueueChain(transactions: readonly number[]): void {
    const open = transactions.filter((index) => !this.#isDone(index));
    const [first] = open;
    if (first === undefined) return;
    const generation = this.#generation;
    this.#add(this.#urgency[first] ?? 0, async (place) => {
      for (const index of open) {
        // A graph with other components has taken over.
        if (generation !== this.#generation || this.#isStopped || index >= this.#limit) return;
        this.#waitsFor[index] = -1;
        await this.#execute(index, place);
      }
    });
  }

  #add(urgency: number, work: (place: number) => Promise<void>): void {
    const task = async (): Promise<void> => {
      const place = this.#freePlaces.pop() ?? 0;
      try {
        if (!this.#isStopped) await work(place);
      } catch (error) {
        this.#failure ??= error;
      } finally {
        this.#freePlaces.push(place);
      }
    };
    void this.#queue.add(task, { priority: urgency });
  }

  async #execute(index: number, place: number): Promise<void> {
    const analysis = this.#analysisOf(index);
    if (isOpen(analysis)) {
      await this.#pass(index);
      return;
    }
    const patches = this.#patches(index, analysis);
    const result = await this.#runOnWorker(index, analysis, patches, place);
    if (this.#settle(result, this.#commutation(analysis, patches))) this.#release(index);
  }

  #analysisOf(index: number): TransactionAnalysis {
    const analysis = this.#analysis.transactions[index];
    if (analysis === undefined) throw new InternalError(`transaction ${index} was not analysed`);
    return analysis;
  }

  /**
   * A transaction that may touch anything: the graph has let all earlier ones finish, and none of the later
   * ones start. It is derived again on what they have left; if that does not help, it runs alone.
   */
  async #pass(index: number): Promise<void> {
    for (let earlier = 0; earlier < index; earlier++) {
      if (!this.#isDone(earlier)) {
        throw new InternalError(`transaction ${index} started before ${earlier}, which it waits for`);
      }
    }
    const { reanalyze } = this.#options;
    this.#analysis = reanalyze(this.#analysis, index, this.#run.current);
    const resolved = this.#analysisOf(index);
    if (isOpen(resolved)) {
      await this.#runAlone(index, resolved);
      // The later ones were derived as if it left alone whatever it was not likely to touch.
      this.#analysis = reanalyze(this.#analysis, index + 1, this.#run.current);
    }
    this.#graph = this.#options.buildGraph(this.#analysis);
    this.#start();
  }

  async #runAlone(index: number, analysis: TransactionAnalysis): Promise<void> {
    this.#settle(await this.#run.run(index, this.#run.current, analysis), null);
  }

  async #runOnWorker(
    index: number,
    analysis: TransactionAnalysis,
    patches: Patches,
    place: number,
  ): Promise<RunResult> {
    const patch = [...patches.values()];
    const task = { transaction: index, patch, recordOrigins: needsOrigins(analysis.accesses) };
    const end = await this.#pool.run(task, place);
    switch (end.kind) {
      case 'result':
        return end.result;
      case 'failure':
        if (end.failure.code === 'closed') throw new InternalError(end.failure.message);
        // State that was not sent, or a task that kills its workers: this thread has all the state there is.
        return this.#run.run(index, new PatchedState(this.#options.block.state, patch), analysis);
      default:
        return end satisfies never;
    }
  }

  /** What a transaction sees of the current state. */
  #patches(index: number, { accesses }: TransactionAnalysis): Patches {
    const { current, origins } = this.#run;
    const patches = statePatch(accesses, current, origins);
    const from = this.#options.block.input.transactions[index]?.from;
    if (from === undefined) return patches;
    const isDelta = (field: 'balance' | 'nonce') => accesses.keys.get(accountKey(from, field)) === 'delta';
    const sender = current.account(from) ?? null;
    const patch = patches.get(from) ?? { address: from, slots: [] };
    // Escrow: what is there now covers this debit, whichever others are still to come.
    const balance = isDelta('balance') ? sender?.balance : patch.balance;
    const nonce = isDelta('nonce') ? (sender?.nonce ?? 0n) + this.#nonceCorrection(from, index) : patch.nonce;
    patches.set(from, {
      ...patch,
      ...(balance !== undefined && { balance }),
      ...(nonce !== undefined && { nonce }),
    });
    return patches;
  }

  /** Which fields a transaction only adds to: those that were derived so. */
  #commutation({ accesses }: TransactionAnalysis, patches: Patches): Commutation {
    const { state } = this.#options.block;
    return {
      isDelta: (address, field) => accesses.keys.get(accountKey(address, field)) === 'delta',
      seenBalance: (address) => seenBalance(patches.get(address), state.account(address) ?? null),
    };
  }

  /**
   * What a sender's nonce at a transaction's turn is more than it is now. The block's order decides it: those
   * before it count, finished or not; those after it do not.
   */
  #nonceCorrection(sender: Address, index: number): bigint {
    let correction = 0n;
    for (const other of this.#bySender.get(sender) ?? []) {
      const isDone = this.#isDone(other);
      if (other < index && !isDone) correction++;
      if (other > index && isDone) correction--;
    }
    return correction;
  }

  /** Commits a result unless it is an escape. */
  #settle(result: RunResult, commutation: Commutation | null): boolean {
    if (result.status === 'ran') {
      if (findEscapes(this.#analysisOf(result.index).accesses, result).length > 0) {
        this.#hasEscaped = true;
        this.#queue.clear();
        return false;
      }
    } else if (!this.#analysis.options.skipInvalid) {
      // Which transaction is the first invalid one is known when all before it have run.
      this.#limit = Math.min(this.#limit, result.index);
    }
    this.#run.commit(result, commutation);
    const { origins } = this.#analysisOf(result.index).accesses;
    for (const [key, origin] of origins) if (!this.#run.origins.has(key)) this.#run.origins.set(key, origin);
    return true;
  }

  #release(index: number): void {
    for (const later of this.#graph.successors[index] ?? []) {
      const count = this.#waitsFor[later] ?? -1;
      if (count <= 0) continue;
      this.#waitsFor[later] = count - 1;
      if (count === 1 && this.#options.granularity === 'transaction') this.#enqueue(later);
    }
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
