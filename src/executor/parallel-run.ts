/**
 * Runs a block on the worker pool by its conflict graph: a transaction is given out when all its predecessors
 * are committed and all that hold it are resolved. This thread alone resolves and commits, while the workers go
 * on with what is not held. Nothing is ever rolled back, but for escapes, which are defects of the analysis: the
 * run stops at one, and what is left is for the sequential run.
 */
import PQueue from 'p-queue';
import { isOpen } from '../analysis/block.ts';
import type { TransactionAnalysis } from '../analysis/result.ts';
import { InternalError } from '../errors.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { Granularity } from '../graph/plan.ts';
import type { Address } from '../input/block.ts';
import { accountKey } from '../state/key.ts';
import { type BlockRun, indicesBySender, type OpenedBlock } from './block-run.ts';
import type { Commutation } from './current-state.ts';
import type { Deferral } from './deferral.ts';
import { findEscapes, needsOrigins } from './guard.ts';
import type { WorkerPool } from './pool.ts';
import { receivedResult } from './received-result.ts';
import { type AccountPatch, PatchedState, seenBalance, statePatch } from './state-patch.ts';
import type { RunResult } from './transaction-runner.ts';

export interface ParallelOptions {
  readonly block: OpenedBlock;
  /** Analysis and graph, as resolved from time to time. */
  readonly deferral: Deferral;
  readonly granularity: Granularity;
}

/** Whoever runs tasks, some at the same time. */
type TaskPool = Pick<WorkerPool, 'size' | 'request'>;

type Patches = Map<Address, AccountPatch>;

export class ParallelRun {
  readonly #run: BlockRun;
  readonly #pool: TaskPool;
  readonly #block: OpenedBlock;
  readonly #deferral: Deferral;
  readonly #granularity: Granularity;
  readonly #queue: PQueue;
  readonly #bySender: ReadonlyMap<Address, readonly number[]>;
  /** Uncommitted predecessors of each transaction. */
  #waitsFor: number[] = [];
  /** Gas from the start of a transaction to the end of the block at best. */
  #urgency: number[] = [];
  readonly #isGivenOut: boolean[];
  /** Components, by their lowest transaction, that a worker is at. */
  readonly #busyComponents = new Set<number>();
  #freePlaces: number[];
  /** Transactions from here on are not given out any more: an earlier one is invalid. */
  #limit: number;
  #hasEscaped = false;
  #failure: unknown = null;

  constructor(run: BlockRun, pool: TaskPool, { block, deferral, granularity }: ParallelOptions) {
    this.#run = run;
    this.#pool = pool;
    this.#block = block;
    this.#deferral = deferral;
    this.#granularity = granularity;
    this.#limit = run.results.length;
    this.#isGivenOut = run.results.map(() => false);
    this.#freePlaces = Array.from({ length: pool.size }, (_, place) => place);
    this.#queue = new PQueue({ concurrency: pool.size });
    this.#bySender = indicesBySender(block.input);
  }

  /** @returns `escaped`: some results are missing, or must not be used; see `BlockRun.results`. */
  async execute(): Promise<'finished' | 'escaped'> {
    this.#deferral.advance(this.#run);
    this.#start();
    await this.#queue.onIdle();
    if (this.#failure !== null) throw this.#failure;
    return this.#hasEscaped ? 'escaped' : 'finished';
  }

  get #isStopped(): boolean {
    return this.#hasEscaped || this.#failure !== null;
  }

  /** Gives out everything that the current graph allows. */
  #start(): void {
    const { graph } = this.#deferral;
    this.#waitsFor = graph.predecessors.map(
      (earlier) => earlier.filter((one) => this.#run.results[one] === undefined).length,
    );
    this.#urgency = urgencies(graph);
    this.#giveOutReady();
  }

  #giveOutReady(): void {
    for (const index of this.#waitsFor.keys()) if (this.#isReady(index)) this.#enqueue(index);
  }

  #isReady(index: number): boolean {
    if (this.#isStopped || this.#isGivenOut[index] === true || index >= this.#limit) return false;
    return this.#waitsFor[index] === 0 && this.#deferral.isResolved(index);
  }

  #enqueue(index: number): void {
    switch (this.#granularity) {
      case 'transaction':
        this.#isGivenOut[index] = true;
        this.#add(this.#urgency[index] ?? 0, (place) => this.#execute(index, place));
        break;
      case 'component':
        this.#enqueueComponent(index);
        break;
      default:
        this.#granularity satisfies never;
    }
  }

  /** A component as one unit: its transactions one after the other on one worker, as far as they are ready. */
  #enqueueComponent(index: number): void {
    const { components, componentOf } = this.#deferral.graph;
    const transactions = components[componentOf[index] ?? 0]?.transactions ?? [index];
    const [first = index] = transactions;
    if (this.#busyComponents.has(first)) return;
    this.#busyComponents.add(first);
    this.#add(this.#urgency[first] ?? 0, async (place) => {
      for (;;) {
        const next = transactions.find((one) => this.#isGivenOut[one] !== true);
        if (next === undefined || !this.#isReady(next)) break;
        this.#isGivenOut[next] = true;
        await this.#execute(next, place);
      }
      this.#busyComponents.delete(first);
      // Components may have become others meanwhile.
      this.#giveOutReady();
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
    const analysis = this.#deferral.analysisOf(index);
    if (isOpen(analysis)) {
      // It could not be resolved: all earlier ones are done, and none of the later ones start.
      if (!this.#settle(await this.#run.run(index, this.#run.current, analysis), null)) return;
    } else {
      const patches = this.#patches(index, analysis);
      const result = await this.#runOnWorker(index, analysis, patches, place);
      if (!this.#settle(result, this.#commutation(analysis, patches))) return;
    }
    this.#release(index);
    if (this.#deferral.advance(this.#run)) this.#start();
  }

  async #runOnWorker(
    index: number,
    analysis: TransactionAnalysis,
    patches: Patches,
    place: number,
  ): Promise<RunResult> {
    const patch = [...patches.values()];
    const body = { transaction: index, patch, recordOrigins: needsOrigins(analysis.accesses) };
    const accept = (answer: unknown) => receivedResult(answer, index);
    const end = await this.#pool.request({ kind: 'task', body }, { place, accept });
    switch (end.kind) {
      case 'answer':
        return end.value;
      case 'failure':
        if (end.failure.code === 'closed') throw new InternalError(end.failure.message);
        // State that was not sent, or a task that kills its workers: this thread has all the state there is.
        return this.#run.run(index, new PatchedState(this.#block.state, patch), analysis);
      default:
        return end satisfies never;
    }
  }

  /** What a transaction sees of the current state. */
  #patches(index: number, { accesses }: TransactionAnalysis): Patches {
    const { current, origins } = this.#run;
    const patches = statePatch(accesses, current, origins);
    const from = this.#block.input.transactions[index]?.from;
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
    const { state } = this.#block;
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
      const isDone = this.#run.results[other] !== undefined;
      if (other < index && !isDone) correction++;
      if (other > index && isDone) correction--;
    }
    return correction;
  }

  /** Commits a result unless it is an escape. */
  #settle(result: RunResult, commutation: Commutation | null): boolean {
    if (result.status === 'ran') {
      if (findEscapes(this.#deferral.analysisOf(result.index).accesses, result).length > 0) {
        this.#hasEscaped = true;
        this.#queue.clear();
        return false;
      }
    } else if (!this.#deferral.analysis.options.skipInvalid) {
      // Which transaction is the first invalid one is known when all before it have run.
      this.#limit = Math.min(this.#limit, result.index);
    }
    this.#run.commit(result, commutation);
    const { origins } = this.#deferral.analysisOf(result.index).accesses;
    for (const [key, origin] of origins) if (!this.#run.origins.has(key)) this.#run.origins.set(key, origin);
    return true;
  }

  #release(index: number): void {
    for (const later of this.#deferral.graph.successors[index] ?? []) {
      this.#waitsFor[later] = (this.#waitsFor[later] ?? 0) - 1;
      if (this.#isReady(later)) this.#enqueue(later);
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
