/** The keys on which a block's transactions wait for each other. */
import { type AccessRows, DELTA, READ } from './access-table.ts';
import type { HotKey } from './conflict-graph.ts';

/** Most keys reported. */
const MAX_HOT_KEYS = 50;

function pairs(count: number): number {
  return (count * (count - 1)) / 2;
}

/**
 * At most 50 keys with at least one conflicting pair: most gas first, then most conflicts, then by text.
 *
 * Counts accesses to the key itself, not to regions that may contain it. O(accesses): pairs are computed from
 * the number of reads, deltas and writes, not enumerated.
 *
 * @param gas - Of each transaction, in block order.
 */
export function findHotKeys(gas: readonly bigint[], table: AccessRows): HotKey[] {
  const { keys, rowStart, locations, modes } = table;
  const counts = new Int32Array(keys.length);
  const reads = new Int32Array(keys.length);
  const deltas = new Int32Array(keys.length);
  const gasOf = new Map<number, bigint>();
  for (const [row, location] of locations.entries()) {
    if (location >= keys.length) continue;
    counts[location] = (counts[location] as number) + 1;
    if (modes[row] === READ) reads[location] = (reads[location] as number) + 1;
    else if (modes[row] === DELTA) deltas[location] = (deltas[location] as number) + 1;
  }
  const conflicts = (key: number): number =>
    pairs(counts[key] as number) - pairs(reads[key] as number) - pairs(deltas[key] as number);
  for (const key of keys.keys()) if (conflicts(key) > 0) gasOf.set(key, 0n);
  for (const [index, own] of gas.entries()) {
    const end = rowStart[index + 1] as number;
    for (let row = rowStart[index] as number; row < end; row++) {
      const sum = gasOf.get(locations[row] as number);
      if (sum !== undefined) gasOf.set(locations[row] as number, sum + own);
    }
  }
  const hot: HotKey[] = [];
  for (const [key, sum] of gasOf) {
    hot.push({
      key: keys[key] as string,
      transactions: counts[key] as number,
      gas: sum,
      conflicts: conflicts(key),
    });
  }
  hot.sort((a, b) => {
    if (a.gas !== b.gas) return a.gas > b.gas ? -1 : 1;
    if (a.conflicts !== b.conflicts) return b.conflicts - a.conflicts;
    return a.key < b.key ? -1 : 1;
  });
  return hot.slice(0, MAX_HOT_KEYS);
}
