/** What leaves a block when an order does. */
import type { MempoolIndex } from './mempool-index.ts';
import type { Ordering } from './ordering.ts';
import { asPlaced, type Placed } from './placed-sequence.ts';

/** The orders of a block at their places. */
export function placedOrders(pool: MempoolIndex, { placed }: Ordering): readonly Placed[] {
  const byId = new Map(pool.orders().map((order) => [order.id, order]));
  return placed.flatMap((one) => {
    const order = byId.get(one.id);
    if (order === undefined) return [];
    const own = asPlaced(order, one);
    return [{ order: own, first: one.first, transactions: own.transactions }];
  });
}

/** What leaves a block with an order. */
export interface Going {
  /** The order, and those after it that cannot run without it: one of its senders' later nonces is in them. */
  readonly orders: readonly Placed[];
  /** Places of their transactions, and of such transactions that others may do without. */
  readonly transactions: readonly number[];
}

/** @param orders - All of the block; `one` is of them. */
export function goingWith(orders: readonly Placed[], one: Placed): Going {
  const senders = new Set(one.transactions.map(({ from }) => from));
  const gone = [one];
  const places = [...one.transactions.keys()].map((at) => one.first + at);
  for (const other of orders) {
    if (other.first <= one.first) continue;
    const { first, transactions, order } = other;
    const stuck = [...transactions.keys()].filter((at) => senders.has(transactions[at]?.from ?? '0x'));
    const isGone = stuck.some((at) => !order.canDrop.has(at));
    if (isGone) {
      gone.push(other);
      for (const { from } of transactions) senders.add(from);
    }
    for (const at of isGone ? transactions.keys() : stuck) places.push(first + at);
  }
  return { orders: gone, transactions: places };
}
