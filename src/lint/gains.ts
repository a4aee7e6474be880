/** What each part of a declared list is worth: the gas that the transaction would use more without it. */
import type { Address, Hex } from '../input/block.ts';
import { type AccessList, slotsByAddress, withMergedEntry, withoutSlot } from './access-list.ts';
import type { Probe, Probed } from './probe.ts';

/** What a slot of an entry is worth. */
export interface SlotGain {
  readonly slot: Hex;
  /** Below zero: it costs more than it saves. `null`: without it the transaction ends otherwise, or was not run. */
  readonly gain: bigint | null;
  /** The address's slots above hold it already. */
  readonly isDuplicate: boolean;
}

/** What an entry of a declared list is worth. */
export interface EntryGain {
  readonly address: Address;
  /** Of the address with its slots; of a duplicate, of the address alone. */
  readonly gain: bigint | null;
  /** An entry above has the same address. */
  readonly isDuplicate: boolean;
  readonly slots: readonly SlotGain[];
}

/**
 * Of each entry by itself, the others left as they are; in the list's order. What stands there twice counts once for
 * its first mention, and costs what it costs at the others.
 */
export async function gainsOf(
  probe: Probe,
  declared: AccessList,
  reference: Extract<Probed, { status: 'ran' }>,
): Promise<EntryGain[]> {
  const once = [...slotsByAddress(declared)].map(([address, slots]) => ({
    address,
    storageKeys: [...slots],
  }));
  const gasOf = async (list: AccessList): Promise<bigint | null> => {
    const probed = await probe.run(list);
    return probed.status === 'ran' && probed.outcome === reference.outcome ? probed.gas : null;
  };
  const gainOver = async (whole: AccessList, list: () => AccessList): Promise<bigint | null> => {
    // Making lists that are not run any more takes as long as they are.
    if (probe.isSpent) return null;
    const [before, after] = [await gasOf(whole), await gasOf(list())];
    return before === null || after === null ? null : after - before;
  };
  const known = new Map<Address, Set<Hex>>();
  const gains: EntryGain[] = [];
  for (const [place, { address, storageKeys }] of declared.entries()) {
    const before = known.get(address);
    const seen = before ?? new Set();
    known.set(address, seen);
    const slots: SlotGain[] = [];
    for (const [at, slot] of storageKeys.entries()) {
      const isDuplicate = seen.has(slot);
      seen.add(slot);
      const gain = isDuplicate
        ? await gainOver(declared, () => withoutSlot(declared, place, at))
        : await gainOver(once, () => withoutKey(once, address, slot));
      slots.push({ slot, gain, isDuplicate });
    }
    const isDuplicate = before !== undefined;
    const gain = isDuplicate
      ? await gainOver(declared, () => withMergedEntry(declared, place))
      : await gainOver(once, () => once.filter((entry) => entry.address !== address));
    gains.push({ address, gain, isDuplicate, slots });
  }
  return gains;
}

function withoutKey(list: AccessList, address: Address, slot: Hex): AccessList {
  return list.map((entry) =>
    entry.address === address
      ? { address, storageKeys: entry.storageKeys.filter((other) => other !== slot) }
      : entry,
  );
}
