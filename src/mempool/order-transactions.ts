/** Orders of a pool as the sequence of a block. */
import { InputError } from '../errors.ts';
import type { Address, BlockHeader, Transaction } from '../input/block.ts';
import { type LaneSchedule, scheduleLanes } from './lane-schedule.ts';
import type { MempoolIndex } from './mempool-index.ts';
import { type Candidate, selectByFees } from './selection.ts';
import { worthOf } from './tips.ts';

/**
 * What a sequence is chosen for. `fees`: value for each unit of gas, greedily. `parallel`: the same orders in least
 * time on so many lanes; orders that conflict keep their sequence by fees.
 */
export type Objective = 'fees' | 'parallel';

/** What to order for. */
export interface OrderingOptions {
  /** Default: `fees`. */
  readonly objective?: Objective;
  /** What runs at the same time. Default: 4. */
  readonly lanes?: number;
  /** Default: that of the block. */
  readonly gasLimit?: bigint;
  /** Default: 6. */
  readonly blobLimit?: number;
  /** Schedules that may be tried for `parallel`. Default: 2,000. */
  readonly steps?: number;
}

/** Orders of a pool as the sequence of a block. */
export interface Ordering {
  /** Ids of orders, in block order. */
  readonly orders: readonly string[];
  readonly transactions: readonly Transaction[];
  /** Gas that they are expected to use. */
  readonly gas: bigint;
  /** Tips for that gas, and payments that orders state, in wei. */
  readonly value: bigint;
  /** Gas of the longest lane when the sequence runs on so many lanes. */
  readonly makespan: number;
  /** No sequence of these orders in which those that conflict stay as they are runs in less. */
  readonly bound: number;
}

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
  const chosen = selectByFees(candidatesOf(pool, block), state, limits);
  const predecessors = conflictsBefore(pool, chosen);
  const weights = chosen.map(({ gas }) => Number(gas));
  const schedule = scheduleLanes({ weights, predecessors, lanes }, objective === 'parallel' ? steps : 0);
  const sequence = objective === 'parallel' ? inOrderOfStart(chosen, predecessors, schedule) : chosen;
  return {
    orders: sequence.map(({ order }) => order.id),
    transactions: sequence.flatMap(({ order }) => [...order.transactions]),
    gas: sequence.reduce((sum, { gas }) => sum + gas, 0n),
    value: sequence.reduce((sum, { value }) => sum + value, 0n),
    makespan: schedule.makespan,
    bound: schedule.bound,
  };
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
