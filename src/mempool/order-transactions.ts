/** Orders of a pool as the sequence of a block. */
import { analyzeBlock } from '../analysis/block.ts';
import { InputError } from '../errors.ts';
import { buildConflictGraph } from '../graph/build.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import { scheduleTasks } from '../graph/list-schedule.ts';
import { weigh } from '../graph/weights.ts';
import type { Address, BlockHeader } from '../input/block.ts';
import { type LaneSchedule, scheduleLanes } from './lane-schedule.ts';
import type { MempoolIndex } from './mempool-index.ts';
import type { LeftOut, Ordering, OrderingOptions, PlacedOrder } from './ordering.ts';
import { type Candidate, selectByFees } from './selection.ts';
import { worthOf } from './tips.ts';

/**
 * Chooses orders for the block that is to be built, and puts them into a sequence. Nonces, bundles, bounds, conditions
 * on slots as they are before the block, the gas limit (with the gas that is expected to be used) and the number of
 * blobs are kept. Deterministic.
 *
 * @throws InputError if `lanes` is not a positive integer.
 */
export function orderTransactions(pool: MempoolIndex, options: OrderingOptions = {}): Ordering {
  const { objective = 'fees', lanes = 4, blobLimit = 6, steps } = options;
  if (!Number.isSafeInteger(lanes) || lanes < 1) {
    const expected = 'an integer of at least 1';
    throw new InputError({ source: 'orderTransactions', path: 'lanes', expected, got: String(lanes) });
  }
  const { block, state } = pool.head;
  const limits = { gas: options.gasLimit ?? block.gasLimit, blobs: blobLimit };
  const candidates = candidatesOf(pool, block);
  const chosen = selectByFees(candidates, state, limits);
  const predecessors = conflictsBefore(pool, chosen);
  const weights = chosen.map(({ gas }) => Number(gas));
  const planned = scheduleLanes({ weights, predecessors, lanes }, objective === 'fees' ? 0 : steps);
  const byFees = analyzed(pool, chosen, lanes);
  const found =
    objective === 'fees' ? byFees : analyzed(pool, inOrderOfStart(chosen, predecessors, planned), lanes);
  const { sequence, transactions, analysis, graph, schedule } =
    found.schedule.makespan > byFees.schedule.makespan ? byFees : found;
  const placed = placedOf(sequence);
  const isIn = new Set(placed.map(({ id }) => id));
  return {
    objective,
    lanes,
    weight: objective === 'balanced' ? (options.weight ?? 0n) : null,
    orders: placed.map(({ id }) => id),
    placed,
    transactions,
    gas: sequence.reduce((sum, { gas }) => sum + gas, 0n),
    value: sequence.reduce((sum, { value }) => sum + value, 0n),
    schedule,
    makespan: schedule.makespan,
    bound: schedule.bound,
    isOptimal: schedule.makespan <= schedule.bound,
    leftOut: pool.orders().flatMap(({ id }): LeftOut[] => {
      if (isIn.has(id)) return [];
      const obstacle = pool.obstacleOf(id);
      return [
        { id, reason: obstacle === null ? { kind: 'no-room', of: 'gas' } : { kind: 'obstacle', obstacle } },
      ];
    }),
    analysis,
    graph,
  };
}

function analyzed(pool: MempoolIndex, sequence: readonly Candidate[], lanes: number) {
  const transactions = sequence.flatMap(({ order }) => [...order.transactions]);
  const analysis = analyzeBlock(pool.inputOf(transactions), { state: pool.head.state });
  const graph = buildConflictGraph(analysis);
  return { sequence, transactions, analysis, graph, schedule: scheduleSequence(graph, lanes) };
}

function placedOf(sequence: readonly Candidate[]): PlacedOrder[] {
  let first = 0;
  return sequence.map(({ order, gas, value }) => {
    const count = order.transactions.length;
    const placed = { id: order.id, first, count, dropped: [], gas, value, risks: [] };
    first += count;
    return placed;
  });
}

/** Runs transactions in block order whenever they are ready. */
function scheduleSequence(graph: ConflictGraph, lanes: number) {
  const { values } = weigh(graph.gas);
  const { predecessors, successors } = graph;
  const levels = Float64Array.from(values, (_, index) => -index);
  const { order, worker, start, makespan } = scheduleTasks(
    { weights: values, levels, predecessors, successors },
    lanes,
  );
  const byLane = Array.from({ length: lanes }, (_, lane) => order.filter((index) => worker[index] === lane));
  const total = values.reduce((sum, value) => sum + value, 0);
  const bound = Math.max(Math.ceil(total / lanes), Number(graph.criticalPath.gas));
  return { rule: 'ready' as const, lanes: byLane, start: [...start], makespan, bound };
}

/** Orders that nothing but an earlier nonce keeps out. */
function candidatesOf(pool: MempoolIndex, block: BlockHeader): Candidate[] {
  return pool.orders().flatMap((order) => {
    const obstacle = pool.obstacleOf(order.id);
    const analyses = pool.analysesOf(order.id) ?? [];
    if (obstacle !== null && obstacle.kind !== 'nonce-gap') return [];
    const gas = analyses.reduce((sum, { gasEstimate }) => sum + gasEstimate, 0n);
    return [{ order, value: worthOf(order, analyses, block), gas }];
  });
}

/** Of each order, the places of those before it that it conflicts with, ascending. */
function conflictsBefore(pool: MempoolIndex, chosen: readonly Candidate[]): number[][] {
  const placeOf = new Map(chosen.map(({ order }, at) => [order.id, at]));
  const predecessors = chosen.map(() => new Set<number>());
  for (const [at, { order }] of chosen.entries()) {
    for (const id of pool.conflictsOf(order.id)?.orders ?? []) {
      const other = placeOf.get(id);
      if (other !== undefined) predecessors[Math.max(at, other)]?.add(Math.min(at, other));
    }
  }
  return predecessors.map((list) => [...list].sort((a, b) => a - b));
}

/** By start; but nobody comes before one that it conflicts with, or before an earlier one of the same sender. */
function inOrderOfStart(
  chosen: readonly Candidate[],
  predecessors: readonly (readonly number[])[],
  { start }: LaneSchedule,
): Candidate[] {
  const rank: number[] = [];
  const latestOf = new Map<Address, number>();
  // In the sequence by fees each sender's own are in order.
  for (const [at, { order }] of chosen.entries()) {
    let own = start[at] ?? 0;
    for (const before of predecessors[at] ?? []) own = Math.max(own, rank[before] ?? 0);
    for (const { from } of order.transactions) own = Math.max(own, latestOf.get(from) ?? 0);
    rank.push(own);
    for (const { from } of order.transactions) latestOf.set(from, own);
  }
  return [...chosen.keys()]
    .sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0) || a - b)
    .map((at) => chosen[at] as Candidate);
}
