/** What each order of a block costs it in time: makespan and bound without it, and what it would have to pay for that. */
import { findConflicts } from '../graph/conflicts.ts';
import { inOrderMakespan } from '../graph/in-order-schedule.ts';
import { GraphWithout } from '../graph/without.ts';
import { goingWith, placedOrders } from './going.ts';
import type { MempoolIndex } from './mempool-index.ts';
import type { Ordering } from './ordering.ts';

/** How the time of a block is counted. */
export interface CostOptions {
  /** Default: those of the ordering. */
  readonly lanes?: number;
  /** Wei for each unit of gas of the makespan. Default: what the ordering earns for each. */
  readonly priceOfTime?: bigint;
}

/** What the orders of a block cost it. */
export interface OrderCosts {
  /** With all of them. */
  readonly makespan: number;
  readonly bound: number;
  /** In block order. */
  readonly orders: readonly OrderCost[];
  /** Id of the order without which the block takes least; of equals the first. `null`: none makes a difference. */
  readonly costliest: string | null;
}

/** What one order costs the block. */
export interface OrderCost {
  readonly id: string;
  /** Ids of later orders that go with it, since its nonces are missing to them. */
  readonly takes: readonly string[];
  /** Without it and those: gas until the last lane is done. Never more than with it. */
  readonly makespan: number;
  /** Without it and those: no schedule in this sequence is shorter. */
  readonly bound: number;
  /** By how much that makespan is shorter. */
  readonly time: number;
  /** What it and those pay, in wei. */
  readonly value: bigint;
  /** What the time is worth, in wei, rounded up. */
  readonly price: bigint;
  /** Wei for each unit of gas, over all of its transactions and theirs, at which they pay just that; rounded up. */
  readonly tip: bigint;
  readonly isWorthIt: boolean;
}

/**
 * The cost of each order of a block. The others' sets stay as they were derived with it: an estimate where they would
 * do something else without it. `whatIf` derives them again.
 *
 * Transactions are taken in block order by whichever lane is free. O(orders × transactions) at least, and a schedule
 * for each order whose going could shorten the block.
 */
export function orderCosts(pool: MempoolIndex, ordering: Ordering, options: CostOptions = {}): OrderCosts {
  const { lanes = ordering.lanes } = options;
  const { graph, analysis } = ordering;
  const without = new GraphWithout(findConflicts(analysis), graph);
  const { values, unit } = without.weights;
  const total = values.reduce((sum, value) => sum + value, 0);
  const whole = inOrderMakespan(values, graph.predecessors, lanes);
  const boundOf = (weight: number, leftOut: readonly number[]): number =>
    Math.max(Math.ceil(weight / lanes), without.criticalWeight(leftOut));
  const orders = placedOrders(pool, ordering);
  const paidBy = new Map(ordering.placed.map(({ id, value }) => [id, value]));
  const scale = Number(unit);
  const costs = orders.map((placed): OrderCost => {
    const { orders: gone, transactions: leftOut } = goingWith(orders, placed);
    const weight = leftOut.reduce((sum, index) => sum + (values[index] as number), 0);
    const bound = boundOf(total - weight, leftOut);
    const makespan =
      bound >= whole
        ? whole
        : Math.min(
            whole,
            inOrderMakespan(without.weightsWithout(leftOut), without.predecessors(leftOut), lanes),
          );
    const value = gone.reduce((sum, { order }) => sum + (paidBy.get(order.id) ?? 0n), 0n);
    const time = (whole - makespan) * scale;
    const price = priceOf(time, ordering, whole * scale, options.priceOfTime);
    const gas = BigInt(weight) * unit;
    return {
      id: placed.order.id,
      takes: gone.slice(1).map(({ order }) => order.id),
      makespan: makespan * scale,
      bound: bound * scale,
      time,
      value,
      price,
      tip: gas === 0n ? 0n : (price + gas - 1n) / gas,
      isWorthIt: value >= price,
    };
  });
  const costliest = costs.reduce<OrderCost | null>(
    (most, cost) => (cost.time > (most?.time ?? 0) ? cost : most),
    null,
  );
  return {
    makespan: whole * scale,
    bound: boundOf(total, []) * scale,
    orders: costs,
    costliest: costliest?.id ?? null,
  };
}

function priceOf(time: number, { value }: Ordering, makespan: number, price: bigint | undefined): bigint {
  if (price !== undefined) return BigInt(time) * price;
  if (makespan === 0) return 0n;
  const all = BigInt(makespan);
  return (BigInt(time) * value + all - 1n) / all;
}
