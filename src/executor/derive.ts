/** Analysis, graph and plan of a block as execution needs them, with their times. */
import type { AnalyzeOptions } from '../analysis/block.ts';
import { foreseenKeys } from '../analysis/foresight.ts';
import type { AnalysisOptions, BlockAnalysis } from '../analysis/result.ts';
import { buildConflictGraph } from '../graph/build.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import { type Granularity, type Plan, planSchedule } from '../graph/plan.ts';
import type { BlockInput } from '../input/block.ts';
import type { StateSource } from '../state/source.ts';
import { analyzeFetching } from './fetch-rounds.ts';

/** Parts that are already there, and how to make the others. */
export interface DerivationOptions extends Partial<AnalysisOptions>, Pick<AnalyzeOptions, 'onDerived'> {
  readonly state: StateSource;
  readonly workers: number;
  readonly granularity: Granularity;
  readonly analysis?: BlockAnalysis;
  readonly graph?: ConflictGraph;
  readonly plan?: Plan;
  /** Gives it up between two requests to the state. */
  readonly signal?: AbortSignal;
}

export interface Derivation {
  readonly analysis: BlockAnalysis;
  readonly graph: ConflictGraph;
  readonly plan: Plan;
  /** Milliseconds; 0 for parts that were passed in. */
  readonly timings: { readonly analysis: number; readonly graph: number; readonly plan: number };
}

export async function derive(input: BlockInput, options: DerivationOptions): Promise<Derivation> {
  const start = performance.now();
  // The block's own steps need state as well, whoever made the analysis.
  if (options.analysis !== undefined) await options.state.load?.(foreseenKeys(input));
  const analysis = options.analysis ?? (await analyzeFetching(input, options));
  return planOf(analysis, options.analysis === undefined ? performance.now() - start : 0, options);
}

/**
 * Graph and plan of an analysis.
 *
 * @param analysisMs - How long that took.
 */
export function planOf(analysis: BlockAnalysis, analysisMs: number, options: DerivationOptions): Derivation {
  const start = performance.now();
  const graph = options.graph ?? buildConflictGraph(analysis);
  const built = performance.now();
  const { workers, granularity } = options;
  const plan = options.plan ?? planSchedule(graph, { workers, granularity });
  const planned = performance.now();
  return {
    analysis,
    graph,
    plan,
    timings: {
      analysis: analysisMs,
      graph: options.graph === undefined ? built - start : 0,
      plan: options.plan === undefined ? planned - built : 0,
    },
  };
}
