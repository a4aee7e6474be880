/** What a block would have instead of an order. */
import { InputError } from '../errors.ts';
import { goingWith, placedOrders } from './going.ts';
import type { MempoolIndex } from './mempool-index.ts';
import type { Ordering } from './ordering.ts';
import { worthOf } from './tips.ts';
import { Turns } from './turns.ts';

/** Orders that one keeps out of a block. */
export interface Displaced {
  /** Ids, in the sequence in which they would be taken. */
  readonly orders: readonly string[];
  /** Gas that they are expected to use. */
  readonly gas: bigint;
  /** In wei: an order that pays less than this, with those that go with it, is not worth its room. */
  readonly value: bigint;
}

/**
 * Orders that were left out for lack of gas, and have room if an order goes (with those that cannot run without it):
 * most value for each unit of gas first, as far as nonces and gas allow it.
 *
 * @param options.gasLimit - Default: that of the block.
 * @throws InputError if the order is not in the block.
 */
export function displacedBy(
  pool: MempoolIndex,
  ordering: Ordering,
  id: string,
  options: { readonly gasLimit?: bigint } = {},
): Displaced {
  const { state, block } = pool.head;
  const orders = placedOrders(pool, ordering);
  const one = orders.find(({ order }) => order.id === id);
  if (one === undefined) {
    throw new InputError({ source: 'displacedBy', path: 'id', expected: 'an order of the block', got: id });
  }
  const gone = new Set(goingWith(orders, one).orders.map(({ order }) => order.id));
  const turns = new Turns(state);
  for (const { order } of orders) {
    const turn = gone.has(order.id) ? null : turns.of(order);
    if (turn?.kind === 'now') turns.take(turn.nonces);
  }
  let room = options.gasLimit ?? block.gasLimit;
  for (const placed of ordering.placed) if (!gone.has(placed.id)) room -= placed.gas;
  const waiting = candidatesOf(pool, ordering);
  const taken: Candidate[] = [];
  for (let at = 0; at < waiting.length; at++) {
    const candidate = waiting[at] as Candidate;
    const { order, gas } = candidate;
    const most = order.transactions.reduce((all, tx) => (tx.gasLimit > all ? tx.gasLimit : all), gas);
    const turn = turns.of(order);
    if (turn.kind !== 'now' || most > room) continue;
    turns.take(turn.nonces);
    taken.push(candidate);
    room -= gas;
    // Those that waited for its nonces come again.
    waiting.splice(at, 1);
    at = -1;
  }
  return {
    orders: taken.map(({ order }) => order.id),
    gas: taken.reduce((sum, { gas }) => sum + gas, 0n),
    value: taken.reduce((sum, { value }) => sum + value, 0n),
  };
}

type Candidate = ReturnType<typeof candidatesOf>[number];

/** Most value for each unit of gas first; then in the order of arrival. */
function candidatesOf(pool: MempoolIndex, { leftOut }: Ordering) {
  const byId = new Map(pool.orders().map((order) => [order.id, order]));
  return leftOut
    .flatMap(({ id, reason }) => {
      const order = byId.get(id);
      if (order === undefined || reason.kind !== 'no-room' || reason.of !== 'gas') return [];
      const analyses = pool.analysesOf(id) ?? [];
      const gas = analyses.reduce((sum, { gasEstimate }) => sum + gasEstimate, 0n);
      return [{ order, gas, value: worthOf(order, analyses, pool.head.block) }];
    })
    .sort((a, b) => {
      const difference = b.value * (a.gas + 1n) - a.value * (b.gas + 1n);
      return difference > 0n ? 1 : difference < 0n ? -1 : 0;
    });
}
