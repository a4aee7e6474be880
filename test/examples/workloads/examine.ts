/** A workload held against the oracle, and executed on one, two and four workers. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  buildWorkload,
  type Workload,
  type WorkloadBlock,
  type WorkloadOptions,
} from '../../../examples/workloads/workload.ts';
import { analyzeBlock } from '../../../src/analysis/block.ts';
import type { BlockAnalysis } from '../../../src/analysis/result.ts';
import { createExecutor, type Executor } from '../../../src/executor/executor.ts';
import type { Execution } from '../../../src/executor/outcome.ts';
import { buildConflictGraph } from '../../../src/graph/build.ts';
import type { ConflictGraph } from '../../../src/graph/conflict-graph.ts';
import { readInput } from '../../../src/input/read.ts';
import { diffToJson } from '../../../src/state/diff.ts';
import { snapshotState } from '../../../src/state/prestate.ts';
import { WORKER_URL } from '../../executor/small-blocks.ts';
import { boundOf, recordedConflicts } from '../../oracle/bound.ts';
import { missesOf, recordedModes, unorderedConflicts } from '../../oracle/coverage.ts';
import { runResolving } from '../../oracle/resolve.ts';

/** What a workload comes to. */
export interface Examined {
  readonly block: WorkloadBlock;
  /** As first derived. */
  readonly first: BlockAnalysis;
  /** As resolved. */
  readonly graph: ConflictGraph;
  /** Total gas ÷ heaviest chain, by the derived sets and by what was recorded. */
  readonly bound: number;
  readonly ideal: number;
}

/** Share of the recorded bound that derived sets must leave. */
const LEAST_SHARE = 0.97;

const LOADS: readonly WorkloadOptions[] = [
  { seed: 1, size: 12, contention: 0.1 },
  { seed: 2, size: 12, contention: 0.9 },
];

/** Derives the workload's sets and holds them against what the oracle records. */
export async function examine(workload: Workload, options: WorkloadOptions): Promise<Examined> {
  const block = await buildWorkload(workload, options);
  const input = readInput(block.block);
  const first = analyzeBlock(input, { state: snapshotState(block.prestate) });
  const { analysis, recorded } = await runResolving(first, block.prestate);
  const pairs = recorded.map((seen, index) => ({ seen, derived: derivedAt(analysis, index) }));
  const modes = pairs.map(({ derived, seen }) => recordedModes(input, derived, seen));
  const graph = buildConflictGraph(analysis);
  expect(pairs.flatMap(({ derived, seen }) => missesOf(input, derived, seen))).toEqual([]);
  expect(unorderedConflicts(modes, graph.predecessors)).toEqual([]);
  const failed = block.kinds.filter((_, index) => recorded[index]?.status !== 1);
  expect(failed).toEqual(block.kinds.filter((kind) => kind.startsWith('fails-')));
  const gas = recorded.map(({ gasUsed }) => gasUsed);
  return {
    block,
    first,
    graph,
    bound: boundOf(gas, graph.predecessors),
    ideal: boundOf(gas, recordedConflicts(modes)),
  };
}

function derivedAt({ transactions }: BlockAnalysis, index: number) {
  const derived = transactions[index];
  if (derived === undefined) throw new RangeError(`no transaction ${index}`);
  return derived;
}

/**
 * Tests that every workload must pass, at low and at high contention: no access outside of the derived sets, no
 * conflict that is not ordered, and the same result on every number of workers, which is the header's.
 */
export function describeWorkloads(workloads: readonly Workload[]): void {
  const executors: Executor[] = [];
  beforeAll(async () => {
    for (const workers of [1, 2, 4]) executors.push(await createExecutor({ workers, workerUrl: WORKER_URL }));
  });
  afterAll(async () => {
    for (const executor of executors) await executor.close();
  });

  describe.each(workloads)('$name', (workload) => {
    test.each(LOADS)('at contention $contention', async (load) => {
      const { block, bound, ideal } = await examine(workload, load);
      expect(bound / ideal).toBeGreaterThanOrEqual(LEAST_SHARE);
      const input = readInput(block.block);
      const outcomes = [];
      for (const executor of executors) {
        const mode = executor.workers === 1 ? 'sequential' : 'parallel';
        const state = snapshotState(block.prestate);
        const { execution } = await executor.executeBlock(input, { state, mode });
        expect(execution).toMatchObject({ mode, escapes: [], verified: { header: true, mismatches: [] } });
        outcomes.push(outcomeOf(execution));
      }
      const [alone, ...parallel] = outcomes;
      expect(parallel).toEqual([alone, alone]);
    });
  });
}

function outcomeOf({ gasUsed, receipts, receiptsRoot, logsBloom, stateDiff }: Execution) {
  return { gasUsed, receipts, receiptsRoot, logsBloom, stateDiff: diffToJson(stateDiff) };
}
