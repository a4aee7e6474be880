/** What the analysis of an executed block came to: as it was used, or made when somebody looks at it. */
import type { BlockAnalysis } from '../analysis/result.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import { type Plan, planSchedule } from '../graph/plan.ts';
import type { BlockRun } from './block-run.ts';
import { Deferral } from './deferral.ts';
import type { Derivation, DerivationOptions } from './derive.ts';

export interface Findings {
  readonly analysis: BlockAnalysis;
  readonly graph: ConflictGraph;
  readonly plan: Plan;
}

/** As resolved by the end of the block. */
export function findingsOf(
  { plan }: Derivation,
  { analysis, graph, hasResolved }: Deferral,
  { workers, granularity }: DerivationOptions,
): Findings {
  return { analysis, graph, plan: hasResolved ? planSchedule(graph, { workers, granularity }) : plan };
}

/**
 * Of a block that has run without them: the same as if it had been analysed first.
 *
 * @param derive - Called when something is looked at, at most once.
 */
export function findingsAfter(run: BlockRun, derive: () => Derivation, options: DerivationOptions): Findings {
  let made: Findings | null = null;
  const make = (): Findings => {
    if (made !== null) return made;
    const derived = derive();
    const deferral = new Deferral(derived.analysis, derived.graph, run.block.state);
    deferral.advance(run);
    made = findingsOf(derived, deferral, options);
    return made;
  };
  return {
    get analysis() {
      return make().analysis;
    },
    get graph() {
      return make().graph;
    },
    get plan() {
      return make().plan;
    },
  };
}
