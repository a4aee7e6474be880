/** What to load before orders are simulated. */
import type { AccessSet, Region } from '../analysis/access.ts';
import { regionText } from '../analysis/region-text.ts';
import type { AccessListEntry, Address, Hex } from '../input/block.ts';
import { parseKey, slotHex } from '../state/key.ts';

/** All that orders may read or write, in any sequence: known before anything is simulated. */
export interface Prefetch {
  /**
   * As in EIP-2930, but with every account and slot, also those that are warm anyway; in order, each once. Of an
   * account whose code, balance or nonce alone is touched the list of slots is empty.
   */
  readonly accessList: readonly AccessListEntry[];
  /** Keys that cannot be listed one by one, in whatever mode. */
  readonly regions: readonly Region[];
}

/** The union of some access sets. */
export function prefetchOf(sets: Iterable<AccessSet>): Prefetch {
  const slotsOf = new Map<Address, Set<Hex>>();
  const regions = new Map<string, Region>();
  for (const accesses of sets) {
    for (const key of accesses.keys.keys()) {
      const { address, slot } = parseKey(key);
      let slots = slotsOf.get(address);
      if (slots === undefined) {
        slots = new Set();
        slotsOf.set(address, slots);
      }
      if (slot !== null) slots.add(slotHex(slot));
    }
    for (const region of accesses.regions) regions.set(regionText({ ...region, mode: 'read' }), region);
  }
  return {
    accessList: [...slotsOf]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([address, slots]) => ({ address, storageKeys: [...slots].sort() })),
    regions: [...regions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, region]) => region),
  };
}
