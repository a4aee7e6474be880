/** The EIP-2930 list of derived accesses: what it would warm, and nothing that is warm anyway. */
import type { AccessListEntry, Address, Hex, Transaction } from '../input/block.ts';
import { addressOf } from '../state/key.ts';
import type { AccessSet } from './access.ts';
import type { BlockRules } from './rules.ts';

const ADDRESS_LENGTH = 42;
const SLOT_KEY_LENGTH = ADDRESS_LENGTH + 1 + 66;

/** Accounts other than those that are warm or made by the transaction itself, and all slots; in order. */
export function derivedAccessList(
  { block, precompiles }: BlockRules,
  { from, to }: Transaction,
  { keys, regions }: AccessSet,
): AccessListEntry[] {
  const slots = new Map<Address, Hex[]>();
  for (const [key, mode] of keys) {
    const isSlot = key.length === SLOT_KEY_LENGTH;
    if (mode === 'delta' && !isSlot) continue;
    const address = addressOf(key);
    let entry = slots.get(address);
    if (entry === undefined) {
      entry = [];
      slots.set(address, entry);
    }
    if (isSlot) entry.push(key.slice(ADDRESS_LENGTH + 1) as Hex);
  }
  for (const region of regions) if (region.shape === 'account') slots.delete(region.address);
  const isWarm = (address: Address) =>
    address === from || address === to || address === block?.feeRecipient || precompiles.has(address);
  return [...slots]
    .filter(([address, list]) => list.length > 0 || !isWarm(address))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([address, list]) => ({ address, storageKeys: list.sort() }));
}
