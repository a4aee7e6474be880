/** What one workload comes to: its graph, what was recorded, and how long the whole job takes. */

import {
  type Advice,
  adviceSentence,
  adviseBlock,
  analyzeBlock,
  askForNames,
  buildConflictGraph,
  type ConflictGraph,
  createNames,
  fileBooks,
  type Names,
  PATTERNS,
  type Plan,
  planSchedule,
  readNames,
  type Status,
  snapshotState,
} from '../dist/index.js';
import { namesFilesOf } from '../examples/workloads/names.ts';
import type { Workload, WorkloadBlock, WorkloadOptions } from '../examples/workloads/workload.ts';
import { buildWorkload } from '../examples/workloads/workload.ts';
import { boundOf, recordedConflicts } from '../test/oracle/bound.ts';
import { missesOf, recordedModes } from '../test/oracle/coverage.ts';
import { runResolving } from '../test/oracle/resolve.ts';
import type { BlockFiles } from './blocks.ts';
import { alternate, type Contender } from './contender.ts';
import { readFiles } from './own-contenders.ts';

export interface WorkloadRow {
  readonly name: string;
  readonly title: string;
  readonly origin: string;
  readonly transactions: number;
  /** As first derived. */
  readonly statuses: ReadonlyMap<Status, number>;
  /** Codes of the reasons why transactions are not exact. */
  readonly reasons: readonly string[];
  readonly components: number;
  readonly speedup: Plan['speedup'];
  /** The bound, as a share of the one that what was recorded would allow. */
  readonly share: number;
  /** Recorded accesses outside of the derived sets. */
  readonly misses: number;
  /** The keys that most transactions wait on, in words. */
  readonly hotKeys: readonly string[];
  readonly advice: string;
  /** Medians of the whole job in milliseconds, by the contender's name. */
  readonly times: Readonly<Record<string, number>>;
}

const SHOWN_KEYS = 2;

/** Builds, derives, records and times a workload. */
export async function measureWorkload(
  workload: Workload,
  options: WorkloadOptions,
  { contenders, rounds }: { readonly contenders: readonly Contender[]; readonly rounds: number },
): Promise<WorkloadRow> {
  const built = await buildWorkload(workload, options);
  const files = filesOf(built);
  const input = readFiles(files);
  const state = snapshotState(built.prestate);
  const first = analyzeBlock(input, { state });
  const { analysis, recorded } = await runResolving(first, built.prestate);
  const graph = buildConflictGraph(analysis);
  const pairs = analysis.transactions.flatMap((derived, index) => {
    const seen = recorded[index];
    return seen === undefined ? [] : [{ derived, seen }];
  });
  const gas = recorded.map(({ gasUsed }) => gasUsed);
  const modes = pairs.map(({ derived, seen }) => recordedModes(input, derived, seen));
  const { chosen, compiled } = fileBooks(await readNames(namesFilesOf(built)), state);
  const names = createNames(analysis, [chosen, await askForNames({ analysis, graph }, state), compiled]);
  const results = await alternate(contenders, files, rounds);
  const statuses = new Map<Status, number>();
  for (const { status } of first.transactions) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  return {
    name: workload.name,
    title: workload.title,
    origin: workload.origin,
    transactions: input.transactions.length,
    statuses,
    reasons: [...new Set(first.transactions.flatMap(({ reasons }) => reasons.map(({ code }) => code)))],
    components: graph.components.length,
    speedup: planSchedule(graph, { workers: 2 }).speedup,
    share: boundOf(gas, graph.predecessors) / boundOf(gas, recordedConflicts(modes)),
    misses: pairs.flatMap(({ derived, seen }) => missesOf(input, derived, seen)).length,
    hotKeys: graph.hotKeys.slice(0, SHOWN_KEYS).map(({ key }) => names.key(key).text),
    advice: adviceText(await adviseBlock(input, { state }), graph, names),
    times: Object.fromEntries(Object.entries(results).map(([name, { total }]) => [name, total.median])),
  };
}

/** The block as benchmarks take it. */
function filesOf({ block, prestate }: WorkloadBlock): BlockFiles {
  return { block: block as unknown as BlockFiles['block'], prestate, blockHashes: {} };
}

/** What is worst, and a way out. */
function adviceText(
  [worst]: readonly Advice[],
  { edges, criticalPath, gas }: ConflictGraph,
  names: Names,
): string {
  if (worst !== undefined) return `${adviceSentence(worst, names)} ${PATTERNS[worst.pattern].remedy}`;
  if (edges.length === 0) return 'Nothing to do: no two transactions wait for each other.';
  return `Little to do: the longest chain has ${criticalPath.transactions.length} of ${gas.length} transactions.`;
}
