/**
 * Deferred transactions on their way through execution: takes each step of their resolution when the
 * transactions that it names are done, and keeps the graph in step with the sets.
 *
 * A step sees what those transactions, and all that they waited for, have left, and nothing of any other that
 * happens to be done as well. So its result depends on the block alone. What those waited for does not change
 * any more: they have started, so everything before them that they might meet was resolved by then.
 */
import { BlockResolution } from '../analysis/resolution.ts';
import type { BlockAnalysis, TransactionAnalysis } from '../analysis/result.ts';
import { InternalError } from '../errors.ts';
import { buildConflictGraph } from '../graph/build.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { StateSource } from '../state/source.ts';
import type { BlockRun } from './block-run.ts';

export class Deferral {
  readonly #resolution: BlockResolution;
  readonly #onResolve: (transaction: number) => void;
  /** Of which it was. */
  readonly #told = new Set<number>();
  #analysis: BlockAnalysis;
  #graph: ConflictGraph;
  /** Whether anything was resolved. */
  hasResolved = false;

  /**
   * @param start - The state before the first transaction.
   * @param onResolve - Is told of each deferred transaction when it may start after its predecessors.
   */
  constructor(
    analysis: BlockAnalysis,
    graph: ConflictGraph,
    start: StateSource,
    onResolve: (transaction: number) => void = () => {},
  ) {
    this.#onResolve = onResolve;
    this.#resolution = new BlockResolution(analysis, start);
    this.#analysis = analysis;
    this.#graph = graph;
  }

  /** As resolved so far. */
  get analysis(): BlockAnalysis {
    return this.#analysis;
  }

  /** Of that analysis. */
  get graph(): ConflictGraph {
    return this.#graph;
  }

  analysisOf(index: number): TransactionAnalysis {
    const analysis = this.#analysis.transactions[index];
    if (analysis === undefined) throw new InternalError(`transaction ${index} was not analysed`);
    return analysis;
  }

  /** Whether a transaction may start after its predecessors. */
  isResolved(index: number): boolean {
    return this.#resolution.isResolved(index);
  }

  /** Takes all steps that can be taken now; says whether analysis and graph have changed. */
  advance(run: BlockRun): boolean {
    const isDone = (index: number) => run.results[index] !== undefined;
    let hasChanged = false;
    for (let hasStepped = true; hasStepped; ) {
      const step = this.#resolution.steps.find(({ after }) => after.every(isDone));
      hasStepped = step !== undefined;
      if (step === undefined) continue;
      const transactions = this.#withPredecessors(step.after);
      this.#resolution.take(step, { transactions, state: run.stateAfter(transactions) });
      hasChanged = true;
    }
    if (hasChanged) {
      this.hasResolved = true;
      this.#analysis = this.#resolution.analysis;
      this.#graph = buildConflictGraph(this.#analysis);
      this.#tellResolved();
    }
    return hasChanged;
  }

  /** The same where all earlier transactions are done. */
  resolveFor(index: number, run: BlockRun): void {
    this.advance(run);
    if (!this.isResolved(index)) {
      throw new InternalError(`transaction ${index} cannot be resolved after all before it`);
    }
  }

  #tellResolved(): void {
    for (const { index, status } of this.#analysis.transactions) {
      if (status !== 'deferred' || this.#told.has(index) || !this.isResolved(index)) continue;
      this.#told.add(index);
      this.#onResolve(index);
    }
  }

  /** With all that they have waited for. */
  #withPredecessors(transactions: readonly number[]): Set<number> {
    const all = new Set(transactions);
    // A set yields what is added to it on the way.
    for (const index of all) for (const earlier of this.#graph.predecessors[index] ?? []) all.add(earlier);
    return all;
  }
}
