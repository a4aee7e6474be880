/** What a sequence of orders is worth and how long it takes: taken alike for every sequence. */
import type { BlockAnalysis } from '../analysis/result.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import { inOrderMakespan, scheduleInOrder, tasksOf } from '../graph/in-order-schedule.ts';
import { planSchedule } from '../graph/plan.ts';
import { weigh } from '../graph/weights.ts';
import type { BlockHeader, Transaction } from '../input/block.ts';
import { Inclusion } from '../mempool/inclusion.ts';
import { ordersOf } from '../mempool/order.ts';
import type { Objective, Ordering } from '../mempool/ordering.ts';

/** A sequence in numbers; gas is estimated, of transactions analysed in this order. */
export interface SequenceMeasure {
  /** What it was ordered for; `own`: as the input has it. */
  readonly name: Objective | 'own';
  readonly transactions: number;
  readonly gas: bigint;
  /** Tips for that gas, and payments that orders state, in wei. */
  readonly value: bigint;
  /** Gas until the last lane is done, by the ordering's own schedule; `own`: by the one that `fees` would give it. */
  readonly makespan: bigint;
  /** The same if a free lane takes the first transaction of the block that is ready. */
  readonly inOrder: bigint;
  /** The same if it takes the one with the longest chain behind it, as `planSchedule` and `executeBlock` do. */
  readonly planned: bigint;
  /** No schedule on so many lanes is shorter: the longest chain, or a lane's share of all gas. */
  readonly bound: bigint;
}

/** On its own lanes. */
export function measureOrdering(ordering: Ordering): SequenceMeasure {
  const { objective, graph, lanes, transactions, value, makespan } = ordering;
  return {
    name: objective,
    transactions: transactions.length,
    value,
    makespan: BigInt(makespan),
    ...timesOf(graph, lanes),
  };
}

/**
 * Of an input in the order that it has.
 *
 * @param block - That is to be built, by which orderings are counted.
 * @param lanes - At least 1.
 */
export function measureOwn(
  { input, transactions }: BlockAnalysis,
  block: BlockHeader,
  graph: ConflictGraph,
  lanes: number,
): SequenceMeasure {
  const inclusion = new Inclusion({ ...input, block }, {});
  let value = ordersOf(input).reduce((sum, { payment }) => sum + payment, 0n);
  for (const [index, analysis] of transactions.entries()) {
    const tx = input.transactions[index] as Transaction;
    value += inclusion.gasOf(tx, analysis).likely * inclusion.tipOf(tx);
  }
  const { makespan } = scheduleInOrder(tasksOf(graph, lanes));
  return {
    name: 'own',
    transactions: transactions.length,
    value,
    makespan: BigInt(makespan) * weigh(graph.gas).unit,
    ...timesOf(graph, lanes),
  };
}

function timesOf(
  graph: ConflictGraph,
  lanes: number,
): Pick<SequenceMeasure, 'gas' | 'inOrder' | 'planned' | 'bound'> {
  const { values: weights, unit } = weigh(graph.gas);
  const gas = graph.gas.reduce((sum, own) => sum + own, 0n);
  const share = (gas + BigInt(lanes) - 1n) / BigInt(lanes);
  const longest = graph.criticalPath.gas;
  return {
    gas,
    inOrder: BigInt(inOrderMakespan(weights, graph.predecessors, lanes)) * unit,
    planned: planSchedule(graph, { workers: lanes }).makespan,
    bound: longest > share ? longest : share,
  };
}
