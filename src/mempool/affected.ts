/** Whose doings a change of the sequence may change, as far as sets that hold in any order say. */
import { dependenceOf } from './dependence.ts';
import type { MempoolIndex } from './mempool-index.ts';
import type { Placed } from './placed-sequence.ts';

/**
 * Orders that may do something else: those that depend on one that came, went, or changed its side, and those that
 * depend on these. Once an order has run that may touch anything, sets of later ones hold no more, so any two of them
 * may depend on each other.
 */
export function affectedBy(
  pool: MempoolIndex,
  before: readonly Placed[],
  after: readonly Placed[],
): string[] {
  const ids = [...new Set([...before, ...after].map(({ order }) => order.id))];
  const { pairs } = dependenceOf(pool, ids);
  const placesIn = (placed: readonly Placed[]): number[] => {
    const places = new Map(placed.map(({ order }, place) => [order.id, place]));
    return ids.map((id) => places.get(id) ?? Number.POSITIVE_INFINITY);
  };
  const [old, now] = [placesIn(before), placesIn(after)];
  const isOpen = new Set(pool.open());
  const firstOpen = (places: readonly number[]): number =>
    ids.reduce(
      (first, id, at) => (isOpen.has(id) ? Math.min(first, places[at] ?? first) : first),
      Number.POSITIVE_INFINITY,
    );
  const [openOld, openNow] = [firstOpen(old), firstOpen(now)];
  const isLoose = ids.map((_, at) => (old[at] ?? 0) > openOld || (now[at] ?? 0) > openNow);
  const isAffected = ids.map(() => false);
  const found: string[] = [];
  for (const [place, { order }] of after.entries()) {
    const at = ids.indexOf(order.id);
    const was = old[at] ?? Number.POSITIVE_INFINITY;
    if (was === Number.POSITIVE_INFINITY) continue;
    let isHit = transactionsOf(before[was]) !== transactionsOf(after[place]);
    for (let other = 0; other < ids.length && !isHit; other++) {
      if (!pairs.has(at, other) && !(isLoose[at] === true && isLoose[other] === true)) continue;
      const wasBefore = (old[other] ?? 0) < was;
      const isBefore = (now[other] ?? 0) < place;
      isHit = wasBefore !== isBefore || (isBefore && isAffected[other] === true);
    }
    isAffected[at] = isHit;
    if (isHit) found.push(order.id);
  }
  return found;
}

/** Its transactions as text. */
function transactionsOf(placed: Placed | undefined): string | undefined {
  return placed?.transactions.map(({ hash }) => hash).join();
}
