/** How much more could run at once if nobody waited on a key. */
import type { BlockAnalysis } from '../analysis/result.ts';
import { DELTA } from '../graph/access-table.ts';
import { type Conflicts, findConflicts } from '../graph/conflicts.ts';
import { graphOf } from '../graph/graph-of.ts';
import type { StateKey } from '../state/key.ts';

/** Total gas over the gas of the longest chain, as the sets are; and with some keys that make no conflicts. */
export class Bounds {
  readonly #conflicts: Conflicts;

  constructor(analysis: BlockAnalysis) {
    this.#conflicts = findConflicts(analysis);
  }

  /** Accesses through regions stay as they are. */
  without(keys: ReadonlySet<StateKey>): number {
    const { keys: all, locations, modes } = this.#conflicts;
    const isFree = all.map((key) => keys.has(key));
    const freed = modes.map((mode, row) => (isFree[locations[row] as number] === true ? DELTA : mode));
    return boundOf({ ...this.#conflicts, modes: freed });
  }
}

function boundOf(conflicts: Conflicts): number {
  const { gas, criticalPath } = graphOf(conflicts);
  const total = gas.reduce((sum, one) => sum + one, 0n);
  return criticalPath.gas === 0n ? 1 : Number(total) / Number(criticalPath.gas);
}
