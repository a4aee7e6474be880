/** How much parallelism a block has by what was recorded: total gas divided by the gas of the heaviest chain. */
import type { AccessMode } from '../../src/analysis/access.ts';
import { modesConflict } from '../../src/analysis/overlap.ts';
import type { StateKey } from '../../src/state/key.ts';

/** Of each key that a transaction touched, the modes: as `recordedModes` has them. */
type Modes = ReadonlyMap<StateKey, readonly AccessMode[]>;

/** Total gas ÷ gas of the heaviest path, 1 for nothing. @param predecessors - Earlier transactions, of each. */
export function boundOf(gas: readonly bigint[], predecessors: readonly (readonly number[])[]): number {
  const ends: number[] = [];
  for (const [index, direct] of predecessors.entries()) {
    const start = direct.reduce((latest, from) => Math.max(latest, ends[from] ?? 0), 0);
    ends.push(start + Number(gas[index] ?? 0n));
  }
  const critical = ends.reduce((most, end) => Math.max(most, end), 0);
  return critical === 0 ? 1 : gas.reduce((sum, one) => sum + Number(one), 0) / critical;
}

/** Earlier transactions that each conflicts with in what was recorded. */
export function recordedConflicts(modes: readonly Modes[]): number[][] {
  const touching = new Map<StateKey, { readonly index: number; readonly modes: readonly AccessMode[] }[]>();
  return modes.map((own, index) => {
    const conflicts = new Set<number>();
    for (const [key, mine] of own) {
      const earlier = touching.get(key) ?? [];
      touching.set(key, earlier);
      for (const { index: from, modes: theirs } of earlier) {
        if (mine.some((a) => theirs.some((b) => modesConflict(a, b)))) conflicts.add(from);
      }
      earlier.push({ index, modes: mine });
    }
    return [...conflicts];
  });
}
