/** Which orders of a set have to keep their sequence, so that they do the same. */
import { InputError } from '../errors.ts';
import { BitRows } from '../graph/bit-rows.ts';
import type { Address } from '../input/block.ts';
import type { MempoolIndex } from './mempool-index.ts';
import type { Order } from './order.ts';

/**
 * Orders with the pairs of them that conflict or have a sender in common. Two sequences of the same orders that agree
 * on each of these pairs turn into each other by exchanging neighbours that have nothing to do with each other: every
 * order does the same in both, and the state afterwards is the same.
 */
export interface Dependence {
  readonly orders: readonly Order[];
  /** By place in `orders`; holds in both directions. */
  readonly pairs: BitRows;
}

/** @throws InputError for an id that the pool does not have. */
export function dependenceOf(pool: MempoolIndex, ids: readonly string[]): Dependence {
  const byId = new Map(pool.orders().map((order) => [order.id, order]));
  const orders = ids.map((id) => {
    const order = byId.get(id);
    if (order !== undefined) return order;
    throw new InputError({ source: 'orders', path: '', expected: 'ids of orders in the pool', got: id });
  });
  const placeOf = new Map(ids.map((id, place) => [id, place]));
  const pairs = new BitRows(orders.length);
  for (const [place, id] of ids.entries()) {
    for (const other of pool.conflictsOf(id)?.orders ?? []) {
      const at = placeOf.get(other);
      if (at === undefined) continue;
      pairs.add(place, at);
      pairs.add(at, place);
    }
  }
  for (const places of bySender(orders).values()) {
    for (const a of places) for (const b of places) if (a !== b) pairs.add(a, b);
  }
  return { orders, pairs };
}

/** Places of the orders that hold together by such pairs, each ascending, by their first. */
export function partsOf({ orders, pairs }: Dependence): number[][] {
  const isSeen = orders.map(() => false);
  const parts: number[][] = [];
  for (const start of orders.keys()) {
    if (isSeen[start] === true) continue;
    const part = [start];
    isSeen[start] = true;
    for (const place of part) {
      pairs.visit(place, (other) => {
        if (isSeen[other] === true) return;
        isSeen[other] = true;
        part.push(other);
      });
    }
    parts.push(part.sort((a, b) => a - b));
  }
  return parts;
}

/** Whether every order does the same in two sequences of places, as far as is known before they run. */
export function isSameOutcome({ pairs }: Dependence, a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  const placeInB = new Map(b.map((place, at) => [place, at]));
  if (!a.every((place) => placeInB.has(place))) return false;
  const inA = new Map(a.map((place, at) => [place, at]));
  for (const [at, place] of a.entries()) {
    let isKept = true;
    pairs.visit(place, (other) => {
      const [thereA, thereB] = [inA.get(other), placeInB.get(other)];
      if (thereA === undefined || thereB === undefined || thereA > at) return;
      if (thereB > (placeInB.get(place) ?? 0)) isKept = false;
    });
    if (!isKept) return false;
  }
  return true;
}

function bySender(orders: readonly Order[]): Map<Address, Set<number>> {
  const places = new Map<Address, Set<number>>();
  for (const [place, { transactions }] of orders.entries()) {
    for (const { from } of transactions) {
      const set = places.get(from);
      if (set === undefined) places.set(from, new Set([place]));
      else set.add(place);
    }
  }
  return places;
}
