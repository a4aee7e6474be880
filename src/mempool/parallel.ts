/**
 * The same orders in least time. Any sequence in which transactions that conflict keep their order leaves each of them
 * doing what it did, so a sequence may be changed along its conflict graph: whoever conflicts stays in the order of the
 * fees; members of a conflict group that do not conflict with each other may change places.
 */
import { analyzeBlock } from '../analysis/block.ts';
import type { BlockAnalysis } from '../analysis/result.ts';
import { buildConflictGraph } from '../graph/build.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import { Heap } from '../graph/heap.ts';
import { scheduleInOrder, tasksOf } from '../graph/in-order-schedule.ts';
import { boundOf, type LaneSchedule } from '../graph/lane-schedule.ts';
import type { StateSource } from '../state/source.ts';
import type { Fit } from './filling.ts';
import type { Inclusion } from './inclusion.ts';
import { shortestSchedule } from './lane-search.ts';
import type { SequenceSchedule } from './ordering.ts';

/** Orders in their sequence, analysed in it, and who runs when. */
export interface Arranged {
  readonly fits: readonly Fit[];
  readonly analysis: BlockAnalysis;
  readonly graph: ConflictGraph;
  readonly schedule: SequenceSchedule;
  readonly makespan: number;
  /** No schedule that keeps the conflicts of this sequence is shorter. */
  readonly bound: number;
}

/** What orders run in. */
export interface Lanes {
  readonly inclusion: Inclusion;
  /** Before the block. */
  readonly state: StateSource;
  readonly lanes: number;
}

/** Orders as they stand; the shorter one of two schedules that follow the block's order. */
export function arrange(fits: readonly Fit[], { inclusion, state, lanes }: Lanes): Arranged {
  const transactions = fits.flatMap(({ steps }) => steps.map(({ tx }) => tx));
  const analysis = analyzeBlock({ ...inclusion.input, transactions }, { state });
  const graph = buildConflictGraph(analysis);
  const tasks = tasksOf(graph, lanes);
  const best = scheduleInOrder(tasks);
  const schedule = describe(best.rule, best, lanes);
  return { fits, analysis, graph, schedule, makespan: best.makespan, bound: boundOf(tasks) };
}

/**
 * The same orders in a sequence of less time, if one is found.
 *
 * @param steps - Schedules that a search may try.
 */
export function shorten(byFees: Arranged, on: Lanes, steps: number): Arranged {
  const tasks = tasksOf(byFees.graph, on.lanes);
  const inTurns = { ...tasks, startsAfter: turnsOf(byFees) };
  const found = shortestSchedule(inTurns, steps);
  const free =
    found.makespan > found.bound || found.makespan > boundOf(tasks) ? shortestSchedule(tasks, 0) : found;
  const bound = Math.max(byFees.bound, Math.min(free.bound, free.makespan));
  const kept = [byFees, planned(byFees, found, on), planned(byFees, free, on)].reduce((a, b) =>
    b.makespan < a.makespan ? b : a,
  );
  const fits = byStart(byFees, found.start).map((at) => byFees.fits[at] as Fit);
  const moved = hasRoom(fits, on.inclusion) ? arrange(fits, on) : kept;
  const best = moved.makespan <= kept.makespan ? moved : kept;
  return { ...best, bound: Math.min(bound, best.makespan) };
}

/** The same sequence, where each lane runs what was planned for it. */
function planned(arranged: Arranged, found: LaneSchedule, { lanes }: Lanes): Arranged {
  return { ...arranged, schedule: describe('planned', found, lanes), makespan: found.makespan };
}

/** Of each transaction, the one of its sender that comes before it. */
function turnsOf({ fits }: Arranged): (number | null)[] {
  const latestOf = new Map<string, number>();
  return fits
    .flatMap(({ steps }) => steps)
    .map(({ tx }, index) => {
      const before = latestOf.get(tx.from) ?? null;
      latestOf.set(tx.from, index);
      return before;
    });
}

function describe(
  rule: SequenceSchedule['rule'],
  { start, lane }: LaneSchedule,
  lanes: number,
): SequenceSchedule {
  const byStart = [...start.keys()].sort((a, b) => (start[a] as number) - (start[b] as number) || a - b);
  const lists = Array.from({ length: lanes }, (): number[] => []);
  for (const task of byStart) lists[lane[task] as number]?.push(task);
  return { rule, lanes: lists, start };
}

/** The places of orders, sorted by start, but for conflicts and senders' sequences, which stay. */
function byStart({ fits, graph, analysis }: Arranged, start: readonly number[]): number[] {
  const orderOf = fits.flatMap(({ steps }, at) => steps.map(() => at));
  const firstOf: number[] = [];
  for (const [index, at] of orderOf.entries()) firstOf[at] ??= start[index] as number;
  const before = fits.map(() => new Set<number>());
  const latestOf = new Map<string, number>();
  for (const [index, at] of orderOf.entries()) {
    for (const other of graph.predecessors[index] ?? []) before[at]?.add(orderOf[other] as number);
    // What a deferred one will turn out to conflict with is not in the graph.
    const one = analysis.transactions[index];
    for (const other of one?.heldBy ?? []) before[at]?.add(orderOf[other] as number);
    if (one?.status === 'deferred') for (let other = 0; other < at; other++) before[at]?.add(other);
  }
  for (const [at, { steps }] of fits.entries()) {
    for (const { tx } of steps) {
      const latest = latestOf.get(tx.from);
      if (latest !== undefined) before[at]?.add(latest);
      latestOf.set(tx.from, at);
    }
  }
  const after = fits.map((): number[] => []);
  const open = fits.map(() => 0);
  for (const [at, others] of before.entries()) {
    others.delete(at);
    for (const other of others) after[other]?.push(at);
    open[at] = others.size;
  }
  const ready = new Heap((a, b) => {
    const difference = (firstOf[a] as number) - (firstOf[b] as number);
    return difference === 0 ? a < b : difference < 0;
  });
  for (const [at, count] of open.entries()) if (count === 0) ready.push(at);
  const order: number[] = [];
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    order.push(at);
    for (const next of after[at] ?? []) {
      open[next] = (open[next] as number) - 1;
      if (open[next] === 0) ready.push(next);
    }
  }
  return order;
}

/** Whether each transaction's gas limit fits beside what those before it can have used. */
function hasRoom(fits: readonly Fit[], inclusion: Inclusion): boolean {
  let used = 0n;
  for (const { tx, analysis } of fits.flatMap(({ steps }) => steps)) {
    if (used + tx.gasLimit > inclusion.gasLimit) return false;
    used += inclusion.gasOf(tx, analysis).most;
  }
  return true;
}
