/** The lists of a block's transactions, each measured by running the transaction at its place in the block. */
import { type Advice, Adviser } from '../advice/advice.ts';
import type { BlockAnalysis } from '../analysis/result.ts';
import { derive } from '../executor/derive.ts';
import type { EngineKind } from '../executor/engine-kind.ts';
import { trialsOf } from '../executor/trials.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { BlockInput } from '../input/block.ts';
import type { Names } from '../names/names.ts';
import type { StateSource } from '../state/source.ts';
import type { Finding } from './finding.ts';
import { listRules } from './list-rules.ts';
import type { Budget } from './probe.ts';
import { type LintedTransaction, lintTransaction } from './transaction.ts';

/** How a block is linted. */
export interface LintOptions {
  readonly state: StateSource;
  /** The form of the EVM to run with. Default: that of `createExecutor`. */
  readonly engine?: EngineKind;
  /** No order: each transaction is run over the state before all. Default: false. */
  readonly unordered?: boolean;
  /** Of the runs of one transaction. Default: 4 · 10⁹ gas and 4,000 runs. */
  readonly budget?: Budget;
  /** Gives it up between two transactions. */
  readonly signal?: AbortSignal;
}

/** The lists of a block, as they are and as they could be. */
export interface LintResult {
  readonly input: BlockInput;
  readonly analysis: BlockAnalysis;
  readonly graph: ConflictGraph;
  /** In block order. */
  readonly transactions: readonly LintedTransaction[];
  /** Of all transactions, in block order. */
  readonly findings: readonly Finding[];
  /** What makes transactions wait for each other; what could gain most first. */
  readonly advice: readonly Advice[];
  /** For texts; absent: addresses and numbers. */
  readonly names?: Names;
}

const BUDGET: Budget = { gas: 4_000_000_000n, runs: 4_000 };

/**
 * Compares declared access lists with what the transactions use, and finds the best ones; says on the way what makes
 * the transactions wait for each other.
 *
 * Runs each transaction once for each account and slot that a list could hold: a block takes some dozen times as
 * long as executing it. Transactions that cannot be run are judged by their derived sets alone.
 */
export async function lintBlock(input: BlockInput, options: LintOptions): Promise<LintResult> {
  const { state, engine, unordered = false, budget = BUDGET, signal } = options;
  // Widths do not matter: the plan is not used.
  const { analysis, graph } = await derive(input, {
    state,
    unordered,
    workers: 1,
    granularity: 'transaction',
  });
  const context = { input, rules: listRules(input), budget };
  const trials = trialsOf(input, {
    state,
    unordered,
    predecessorsOf: (index) => graph.predecessors[index] ?? [],
    ...(engine !== undefined && { engine }),
    ...(signal !== undefined && { signal }),
  });
  const adviser = new Adviser(analysis, graph);
  const transactions: LintedTransaction[] = [];
  for await (const trial of trials) {
    signal?.throwIfAborted();
    const [one, transaction] = [analysis.transactions[trial.index], input.transactions[trial.index]];
    if (one === undefined || transaction === undefined) continue;
    adviser.note(trial);
    transactions.push(await lintTransaction(trial, one, transaction, context));
  }
  const findings = transactions.flatMap((one) => one.findings);
  return { input, analysis, graph, transactions, findings, advice: adviser.advice() };
}
