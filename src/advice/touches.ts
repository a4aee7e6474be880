/** Who meets on a key, and who has to wait there, by the derived sets. */
import type { AccessMode } from '../analysis/access.ts';
import type { BlockAnalysis } from '../analysis/result.ts';
import type { StateKey } from '../state/key.ts';

/** The transactions that touch a key, in block order. */
export interface Touches {
  readonly key: StateKey;
  readonly transactions: readonly number[];
  /** Those of them that conflict with an earlier one on this key. */
  readonly waiting: readonly number[];
}

/** Of each of the keys. O(transactions × keys). */
export function touchesOf(keys: readonly StateKey[], { transactions }: BlockAnalysis): Touches[] {
  return keys.map((key) => {
    const all: number[] = [];
    const waiting: number[] = [];
    const seen = new Set<AccessMode>();
    for (const { index, accesses } of transactions) {
      const mode = accesses.keys.get(key);
      if (mode === undefined) continue;
      all.push(index);
      const meets = mode === 'write' ? seen.size > 0 : [...seen].some((earlier) => earlier !== mode);
      if (meets) waiting.push(index);
      seen.add(mode);
    }
    return { key, transactions: all, waiting };
  });
}
