/** What if: changes to a block, and the conflicts that are left with them. */

import type { StateKey } from '../state/key.ts';
import { DELTA, WRITE } from './access-table.ts';
import type { Conflicts, Wait } from './conflicts.ts';

/** Transactions are named by their index in the block as it is. */
export type Change =
  | { readonly kind: 'drop'; readonly transaction: number }
  /** To a place among all transactions of the block, the dropped ones included, after earlier moves. */
  | { readonly kind: 'move'; readonly transaction: number; readonly to: number }
  /** Each write of the key counts as a delta. */
  | { readonly kind: 'commute'; readonly key: StateKey };

export function sameChange(a: Change, b: Change): boolean {
  if (a.kind === 'commute' || b.kind === 'commute') {
    return a.kind === 'commute' && b.kind === 'commute' && a.key === b.key;
  }
  return a.kind === b.kind && a.transaction === b.transaction;
}

/** The transactions that are left, in the order in which they run. */
export function orderWith(changes: readonly Change[], count: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  const dropped = new Set<number>();
  for (const change of changes) {
    if (change.kind === 'drop') dropped.add(change.transaction);
    else if (change.kind === 'move') {
      order.splice(order.indexOf(change.transaction), 1);
      order.splice(change.to, 0, change.transaction);
    }
  }
  return order.filter((transaction) => !dropped.has(transaction));
}

/**
 * The conflicts of a block with these changes. Sets stay those that were derived for the block as it is, so what
 * follows from them is an estimate wherever a transaction is dropped or moved: others may then read other values,
 * and touch other keys. Accesses through regions stay as they are.
 *
 * @param order - Of `orderWith`. Indices of the result are places in it.
 */
export function conflictsWith(
  base: Conflicts,
  changes: readonly Change[],
  order: readonly number[],
): Conflicts {
  const commuting = new Set<string>();
  for (const change of changes) if (change.kind === 'commute') commuting.add(change.key);
  const isCommuting = Uint8Array.from(base.keys, (key) => (commuting.has(key) ? 1 : 0));
  const placeOf = new Map(order.map((transaction, place) => [transaction, place]));
  const placesOf = (transactions: readonly number[]): number[] =>
    transactions
      .map((transaction) => placeOf.get(transaction))
      .filter((place) => place !== undefined)
      .sort((a, b) => a - b);

  const rowStart = new Int32Array(order.length + 1);
  const locations = new Int32Array(base.locations.length);
  const modes = new Uint8Array(base.modes.length);
  let row = 0;
  for (const [place, transaction] of order.entries()) {
    const end = base.rowStart[transaction + 1] as number;
    for (let from = base.rowStart[transaction] as number; from < end; from++) {
      const location = base.locations[from] as number;
      const mode = base.modes[from] as number;
      locations[row] = location;
      modes[row++] = mode === WRITE && isCommuting[location] === 1 ? DELTA : mode;
    }
    rowStart[place + 1] = row;
  }
  return {
    ...base,
    rowStart,
    locations: locations.subarray(0, row),
    modes: modes.subarray(0, row),
    gas: order.map((transaction) => base.gas[transaction] as bigint),
    waits: order.map((transaction, place) => {
      const { resolveAfter, heldBy } = base.waits[transaction] as Wait;
      return { index: place, resolveAfter: placesOf(resolveAfter), heldBy: placesOf(heldBy) };
    }),
  };
}
