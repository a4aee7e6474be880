/** Orders of a block one after the other, with those transactions of each that run. */
import type { Transaction } from '../input/block.ts';
import type { StateSource } from '../state/source.ts';
import type { Order } from './order.ts';
import type { PlacedOrder } from './ordering.ts';
import { Turns } from './turns.ts';

/** An order at its place. */
export interface Placed {
  readonly order: Order;
  /** Place of its first transaction in the block. */
  readonly first: number;
  readonly transactions: readonly Transaction[];
}

/** The same without those whose turn it is not. */
export interface PlacedSequence {
  readonly placed: readonly Placed[];
  /** Nonces before theirs are missing at their places, or used. */
  readonly outOfTurn: readonly Order[];
}

/**
 * Puts orders into the block one after the other.
 *
 * @param given - Orders that are known to run although their turn is not seen, as authorisations use nonces as well.
 */
export function placeInTurn(
  orders: readonly Order[],
  state: StateSource,
  given: ReadonlySet<string> = new Set(),
): PlacedSequence {
  const turns = new Turns(state);
  const placed: Placed[] = [];
  const outOfTurn: Order[] = [];
  let first = 0;
  for (const order of orders) {
    const turn = turns.of(order);
    if (turn.kind !== 'now' && !given.has(order.id)) {
      outOfTurn.push(order);
      continue;
    }
    const transactions = turn.kind === 'now' ? turn.transactions : order.transactions;
    turns.take(
      turn.kind === 'now' ? turn.nonces : new Map(transactions.map((tx) => [tx.from, tx.nonce + 1n])),
    );
    placed.push({ order, first, transactions });
    first += transactions.length;
  }
  return { placed, outOfTurn };
}

/** An order as it is in a block: without what is left out there. */
export function asPlaced(order: Order, { dropped }: PlacedOrder): Order {
  if (dropped.length === 0) return order;
  const kept = [...order.transactions.keys()].filter((number) => !dropped.includes(number));
  const renumbered = (numbers: ReadonlySet<number>): ReadonlySet<number> =>
    new Set([...kept.keys()].filter((at) => numbers.has(kept[at] as number)));
  return {
    ...order,
    transactions: kept.map((number) => order.transactions[number] as Transaction),
    canRevert: renumbered(order.canRevert),
    canDrop: renumbered(order.canDrop),
  };
}
