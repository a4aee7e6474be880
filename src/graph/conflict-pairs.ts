/** All pairs of transactions that have to keep their order, implied ones too. */
import { DELTA, READ } from './access-table.ts';
import { BitRows } from './bit-rows.ts';
import type { Conflicts, Wait } from './conflicts.ts';

/** Who has touched a location so far; a write is both. */
interface Touched {
  readonly read: Uint32Array;
  readonly delta: Uint32Array;
}

/**
 * By transaction: those before it that it conflicts with, or that finish before a resolve step that it waits for.
 * The graph's edges are those of them that no others imply. O(accesses × transactions / 32).
 */
export function conflictPairs(conflicts: Conflicts): BitRows {
  const { keys, rowStart, locations, modes, regionsOf, waits } = conflicts;
  const pairs = new BitRows(waits.length);
  const own = new Map<number, Touched>();
  /** By region: who touched keys in it. */
  const within = new Map<number, Touched>();
  const isShared = sharedLocations(conflicts);
  const touchedAt = (of: Map<number, Touched>, location: number): Touched => {
    let touched = of.get(location);
    if (touched === undefined) {
      touched = { read: new Uint32Array(pairs.words), delta: new Uint32Array(pairs.words) };
      of.set(location, touched);
    }
    return touched;
  };
  const meet = (to: number, mode: number, touched: Touched | undefined): void => {
    if (touched === undefined) return;
    if ((mode & READ) !== 0) pairs.addAll(to, touched.delta);
    if ((mode & DELTA) !== 0) pairs.addAll(to, touched.read);
  };
  for (const to of waits.keys()) {
    const end = rowStart[to + 1] as number;
    for (let row = rowStart[to] as number; row < end; row++) {
      const location = locations[row] as number;
      const mode = modes[row] as number;
      if (isShared[location] !== 1) continue;
      meet(to, mode, own.get(location));
      meet(to, mode, within.get(location));
      for (const region of regionsOf[location] ?? []) meet(to, mode, own.get(region));
    }
    for (let row = rowStart[to] as number; row < end; row++) {
      const location = locations[row] as number;
      const mode = modes[row] as number;
      if (isShared[location] !== 1) continue;
      note(touchedAt(own, location), mode, to);
      if (location >= keys.length) continue;
      for (const region of regionsOf[location] ?? []) note(touchedAt(within, region), mode, to);
    }
    addWaits(pairs, waits, to);
  }
  return pairs;
}

function note({ read, delta }: Touched, mode: number, transaction: number): void {
  const [word, bit] = [transaction >>> 5, 1 << (transaction & 31)];
  if ((mode & READ) !== 0) read[word] = (read[word] as number) | bit;
  if ((mode & DELTA) !== 0) delta[word] = (delta[word] as number) | bit;
}

/** Those that more than one transaction touches, or that meet a region. */
function sharedLocations({ keys, regionTexts, locations, regionsOf }: Conflicts): Uint8Array {
  const count = keys.length + regionTexts.length;
  const touched = new Uint8Array(count);
  for (const location of locations) touched[location] = Math.min(2, (touched[location] as number) + 1);
  return touched.map((times, location) =>
    times > 1 || location >= keys.length || (regionsOf[location]?.length ?? 0) > 0 ? 1 : 0,
  );
}

function addWaits(pairs: BitRows, waits: readonly Wait[], to: number): void {
  const { resolveAfter, heldBy } = waits[to] as Wait;
  for (const other of resolveAfter) if (other < to) pairs.add(to, other);
  for (const holder of heldBy) {
    if (holder >= to) continue;
    for (const other of waits[holder]?.resolveAfter ?? []) if (other < holder) pairs.add(to, other);
  }
}
