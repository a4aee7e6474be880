/**
 * All accesses of a block as rows of numbers. A location is a key or a region; keys come first. Modes are
 * bits, so that two accesses of one transaction to one location add up with `|`.
 */
import type { AccessMode, PreimageWord, Region } from '../analysis/access.ts';
import type { TransactionAnalysis } from '../analysis/result.ts';
import type { StateKey } from '../state/key.ts';

export const READ = 1;
export const DELTA = 2;
export const WRITE = 3;

export const ACCESS_BITS: Readonly<Record<AccessMode, number>> = { read: READ, delta: DELTA, write: WRITE };

/** Who accesses which location how. */
export interface AccessRows {
  /** By location, from 0. */
  readonly keys: readonly StateKey[];
  /** Rows of transaction `i`: from `rowStart[i]` to before `rowStart[i + 1]`; each location at most once. */
  readonly rowStart: Int32Array;
  /** By row. */
  readonly locations: Int32Array;
  /** By row: `READ`, `DELTA`, or both, which is `WRITE`. */
  readonly modes: Uint8Array;
}

export interface AccessTable extends AccessRows {
  /** By location, from `keys.length`; regions that differ in nothing but their mode are one location. */
  readonly regions: readonly Region[];
}

/** Whether two modes, as bits, do not commute. */
export function bitsConflict(a: number, b: number): boolean {
  return (a | b) === WRITE;
}

function wordText(word: PreimageWord): string {
  switch (word.kind) {
    case 'constant':
      return word.value.toString(16);
    case 'unknown':
      return '?';
    case 'hash':
      return `(${word.preimage.byteLength}:${word.preimage.words.map(wordText)}+${word.offset})`;
    default:
      return word satisfies never;
  }
}

/** The same text for regions that hold the same keys for the same reason. */
function regionText(region: Region): string {
  switch (region.shape) {
    case 'mapping':
      return `${region.address}${wordText({ kind: 'hash', preimage: region.preimage, offset: region.first })}${region.last}`;
    case 'array': {
      const origin = region.origin === null ? '' : wordText({ kind: 'hash', ...region.origin });
      return `${region.address}[${region.first},${region.last}]${origin}`;
    }
    case 'account':
      return region.address;
    case 'everything':
      return region.field;
    default:
      return region satisfies never;
  }
}

/** Numbers the things of one block by their text, in the order in which they are met. */
class Numbering<T> {
  readonly items: T[] = [];
  readonly #numbers = new Map<string, number>();

  of(text: string, item: T): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.items.length;
    this.#numbers.set(text, number);
    this.items.push(item);
    return number;
  }
}

/** Regions that conflict: all but those that wait to be resolved. */
function settledRegions({ accesses, pending }: TransactionAnalysis): readonly Region[] {
  if (pending.length === 0) return accesses.regions;
  const texts = new Set(pending.map(textWithMode));
  return accesses.regions.filter((region) => !texts.has(textWithMode(region)));
}

function textWithMode(region: Region): string {
  return `${region.mode} ${regionText(region)}`;
}

/** O(accesses). Pending regions are left out: who may meet them is held, and does not wait for the end. */
export function tabulateAccesses(transactions: readonly TransactionAnalysis[]): AccessTable {
  let rows = 0;
  const regionsOf = transactions.map(settledRegions);
  for (const { accesses } of transactions) rows += accesses.keys.size + accesses.regions.length;
  const locations = new Int32Array(rows);
  const modes = new Uint8Array(rows);
  const rowStart = new Int32Array(transactions.length + 1);
  const keys = new Numbering<StateKey>();
  const regions = new Numbering<Region>();
  let row = 0;
  for (const [index, { accesses }] of transactions.entries()) {
    for (const [key, mode] of accesses.keys) {
      locations[row] = keys.of(key, key);
      modes[row++] = ACCESS_BITS[mode];
    }
    const firstRegion = row;
    for (const region of regionsOf[index] ?? []) {
      // Below zero until the number of keys is known.
      const location = -1 - regions.of(regionText(region), region);
      const same = locations.subarray(firstRegion, row).indexOf(location);
      if (same === -1) {
        locations[row] = location;
        modes[row++] = ACCESS_BITS[region.mode];
      } else {
        modes[firstRegion + same] = (modes[firstRegion + same] ?? 0) | ACCESS_BITS[region.mode];
      }
    }
    rowStart[index + 1] = row;
  }
  for (let i = 0; i < row; i++) {
    const location = locations[i] as number;
    if (location < 0) locations[i] = keys.items.length - 1 - location;
  }
  return {
    keys: keys.items,
    regions: regions.items,
    rowStart,
    locations: locations.subarray(0, row),
    modes: modes.subarray(0, row),
  };
}
