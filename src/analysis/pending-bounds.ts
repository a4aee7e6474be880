/**
 * Who is held by whom. What a deferred transaction will turn out to touch lies within its pending regions; a
 * later transaction is held if it touches something in there, or was derived from something that may be
 * written there.
 */
import type { Address } from '../input/block.ts';
import { addressOf, type StateKey } from '../state/key.ts';
import type { AccessMode, AccessSet, Region } from './access.ts';
import { accessCovers, modesConflict, regionMayContainKey, regionsMayOverlap } from './overlap.ts';
import { regionText } from './region-text.ts';
import type { TransactionAnalysis } from './result.ts';

interface Bound {
  readonly holder: number;
  readonly region: Region;
}

/** Whether it may touch anything, as far as is known. */
export function isOpen(analysis: Pick<TransactionAnalysis, 'accesses'>): boolean {
  const { regions } = analysis.accesses;
  if (regions.length === 0) return false;
  return regions.some(
    ({ shape, field, mode }) => shape === 'everything' && field === 'any' && mode === 'write',
  );
}

export class PendingBounds {
  readonly #everything: number[] = [];
  readonly #everywhere: Bound[] = [];
  readonly #ofAccount = new Map<Address, Bound[]>();

  /** Adds a transaction, in block order, as a holder if it is not resolved yet. */
  add(one: TransactionAnalysis): void {
    if (isOpen(one)) {
      this.#everything.push(one.index);
      return;
    }
    for (const region of one.pending) {
      const bound = { holder: one.index, region };
      if (region.address === null) this.#everywhere.push(bound);
      else {
        const bounds = this.#ofAccount.get(region.address);
        if (bounds === undefined) this.#ofAccount.set(region.address, [bound]);
        else bounds.push(bound);
      }
    }
  }

  /** The transactions so far by which one is held. Ascending. */
  holdersOf({ accesses, inputs }: Pick<TransactionAnalysis, 'accesses' | 'inputs'>): number[] {
    if (this.#everywhere.length === 0 && this.#ofAccount.size === 0) return [...this.#everything];
    const holders = new Set(this.#everything);
    for (const [key, mode] of accesses.keys) this.#addHolders(holders, key, mode, accesses);
    for (const { key } of inputs.answers) this.#addHolders(holders, key, 'read', accesses);
    for (const region of accesses.regions) {
      for (const bound of this.#boundsNear(region.address)) {
        if (modesConflict(bound.region.mode, region.mode) && regionsMayOverlap(bound.region, region)) {
          holders.add(bound.holder);
        }
      }
    }
    return [...holders].sort((a, b) => a - b);
  }

  #addHolders(holders: Set<number>, key: StateKey, mode: AccessMode, { origins }: AccessSet): void {
    for (const { holder, region } of this.#boundsNear(addressOf(key))) {
      if (holders.has(holder) || !modesConflict(region.mode, mode)) continue;
      if (regionMayContainKey(region, key, origins.get(key))) holders.add(holder);
    }
  }

  *#boundsNear(address: Address | null): Iterable<Bound> {
    if (address !== null) yield* this.#ofAccount.get(address) ?? [];
    else for (const bounds of this.#ofAccount.values()) yield* bounds;
    yield* this.#everywhere;
  }
}

/** Whether all that `inner` allows, `outer` allows too. Errs to the side of `false`. */
export function isWithin(inner: AccessSet, outer: AccessSet): boolean {
  const texts = new Set(outer.regions.map(regionText));
  const wholes = outer.regions.filter(({ shape }) => shape === 'account' || shape === 'everything');
  for (const [key, mode] of inner.keys) {
    if (!accessCovers(outer, key, mode, inner.origins.get(key))) return false;
  }
  return inner.regions.every(
    (region) => texts.has(regionText(region)) || wholes.some((whole) => holds(whole, region)),
  );
}

/** Whether a region over one field of one or every account holds another region. */
function holds(whole: Region, region: Region): boolean {
  if (whole.mode !== 'write' && whole.mode !== region.mode) return false;
  if (whole.address !== null && whole.address !== region.address) return false;
  return whole.field === 'any' || whole.field === region.field;
}
