/** EIP-2930 lists as values: what they hold, and lists with a part more or less. Order and duplicates are kept. */
import type { AccessListEntry, Address, Hex } from '../input/block.ts';

/** The list of a transaction (EIP-2930). */
export type AccessList = readonly AccessListEntry[];

/** The slots of each address, each once, in order of first mention. */
export function slotsByAddress(list: AccessList): Map<Address, Set<Hex>> {
  const slots = new Map<Address, Set<Hex>>();
  for (const { address, storageKeys } of list) {
    const known = slots.get(address) ?? new Set();
    for (const slot of storageKeys) known.add(slot);
    slots.set(address, known);
  }
  return slots;
}

/** The list without anything twice, and by address. */
export function normalized(list: AccessList): AccessList {
  return [...slotsByAddress(list)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([address, slots]) => ({ address, storageKeys: [...slots].sort() }));
}

/** Without the entry at this place. */
export function withoutEntry(list: AccessList, place: number): AccessList {
  return list.filter((_, other) => other !== place);
}

/** Without one slot of an entry. */
export function withoutSlot(list: AccessList, place: number, slotPlace: number): AccessList {
  return list.map(({ address, storageKeys }, other) => ({
    address,
    storageKeys: other === place ? storageKeys.filter((_, at) => at !== slotPlace) : storageKeys,
  }));
}

/** Without the entry at this place, whose slots go to the first entry of the same address. */
export function withMergedEntry(list: AccessList, place: number): AccessList {
  const moved = list[place];
  if (moved === undefined) return list;
  const first = list.findIndex(({ address }) => address === moved.address);
  return list.flatMap((entry, other) => {
    if (other === place) return [];
    if (other !== first) return [entry];
    return [{ ...entry, storageKeys: [...entry.storageKeys, ...moved.storageKeys] }];
  });
}

/** How many addresses and slots it names, duplicates counted. */
export function sizeOf(list: AccessList): number {
  return list.reduce((sum, { storageKeys }) => sum + 1 + storageKeys.length, 0);
}
