/** Runs a block with the oracle, and resolves its deferred transactions on what it has left before each. */
import { BlockResolution } from '../../src/analysis/resolution.ts';
import type { BlockAnalysis } from '../../src/analysis/result.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { Prestate } from '../corpus.ts';
import { Oracle, type Recorded } from './recorder.ts';

export interface ResolvedRun {
  readonly first: BlockAnalysis;
  /** Deferred transactions as resolved when all before them have run. */
  readonly analysis: BlockAnalysis;
  readonly recorded: readonly Recorded[];
}

/** Takes all steps before a transaction that name only earlier ones, on a state in which all of these have run. */
function resolveBefore(resolution: BlockResolution, index: number, prestate: () => Prestate): void {
  const transactions = new Set(Array(index).keys());
  for (;;) {
    const step = resolution.steps.find(({ after }) => after.every((earlier) => earlier < index));
    if (step === undefined) return;
    resolution.take(step, { transactions, state: snapshotState(prestate()) });
  }
}

/** Transaction by transaction; an invalid one is an error. */
export async function runResolving(first: BlockAnalysis, prestate: Prestate): Promise<ResolvedRun> {
  const oracle = await Oracle.create(first.input, prestate);
  const resolution = new BlockResolution(first, snapshotState(oracle.state.dump()));
  const recorded: Recorded[] = [];
  for (const index of first.input.transactions.keys()) {
    resolveBefore(resolution, index, () => oracle.state.dump());
    recorded.push(await oracle.run(index));
  }
  return { first, analysis: resolution.analysis, recorded };
}
