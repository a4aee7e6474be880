/** The keys on which the orders of a pool conflict. */
import type { HotKey } from '../graph/conflict-graph.ts';
import type { Location, Party } from './conflict-index.ts';

/** Most keys reported. */
const MAX_HOT_KEYS = 50;

/**
 * At most 50 keys with at least one conflicting pair: most gas first, then most conflicts, then by text. Counts
 * accesses to the key itself, as `findHotKeys` does for the transactions of a block.
 */
export function hotKeysOf(locations: Iterable<Location>, gasOf: (party: Party) => bigint): HotKey[] {
  const hot: HotKey[] = [];
  for (const { place, read, write, delta } of locations) {
    const count = read.size + write.size + delta.size;
    const conflicts = pairs(count) - pairs(read.size) - pairs(delta.size);
    if (place.kind !== 'key' || conflicts === 0) continue;
    let gas = 0n;
    for (const parties of [read, write, delta]) for (const party of parties) gas += gasOf(party);
    hot.push({ key: place.key, transactions: count, gas, conflicts });
  }
  hot.sort((a, b) => {
    if (a.gas !== b.gas) return a.gas > b.gas ? -1 : 1;
    return b.conflicts - a.conflicts || (a.key < b.key ? -1 : 1);
  });
  return hot.slice(0, MAX_HOT_KEYS);
}

function pairs(count: number): number {
  return (count * (count - 1)) / 2;
}
