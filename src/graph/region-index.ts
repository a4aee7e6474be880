/**
 * Which regions each location of an access table meets. Regions of one account are compared with the keys and
 * the regions of that account only; a block without regions costs nothing.
 */
import type { Region, SlotOrigin } from '../analysis/access.ts';
import { knownOrigin } from '../analysis/known-hashes.ts';
import { regionMayContainSlot, regionsMayOverlap } from '../analysis/overlap.ts';
import type { TransactionAnalysis } from '../analysis/result.ts';
import type { Address } from '../input/block.ts';
import { addressOf, type Field, parseKey, type StateKey } from '../state/key.ts';
import type { AccessTable } from './access-table.ts';

/** By location: the regions, as locations, that have a key in common with it; never itself. */
export type RegionIndex = readonly (readonly number[])[];

const ACCOUNT_FIELD_AT = 43;
const STORAGE_KEY_LENGTH = 109;

function fieldOf(key: StateKey): Field {
  return key.length === STORAGE_KEY_LENGTH ? 'storage' : (key.slice(ACCOUNT_FIELD_AT) as Field);
}

/** Every origin that any transaction knows: an origin is a fact about the slot, whoever found it. */
function collectOrigins(transactions: readonly TransactionAnalysis[]): Map<StateKey, SlotOrigin> {
  const origins = new Map<StateKey, SlotOrigin>();
  for (const { accesses } of transactions) {
    for (const [key, origin] of accesses.origins) if (!origins.has(key)) origins.set(key, origin);
  }
  return origins;
}

/** O(keys), and for each account with regions its regions times its keys and regions. */
export function indexRegions(table: AccessTable, transactions: readonly TransactionAnalysis[]): RegionIndex {
  const { keys, regions } = table;
  if (regions.length === 0) return [];
  const everywhere: Record<Field, number[]> = { balance: [], nonce: [], code: [], storage: [] };
  const byAccount = new Map<Address, number[]>();
  for (const [index, region] of regions.entries()) {
    if (region.address !== null) {
      const list = byAccount.get(region.address);
      if (list === undefined) byAccount.set(region.address, [index]);
      else list.push(index);
    } else if (region.field === 'any') {
      for (const list of Object.values(everywhere)) list.push(index);
    } else {
      everywhere[region.field].push(index);
    }
  }
  const toLocation = (index: number) => keys.length + index;
  const shared: Record<Field, readonly number[]> = {
    balance: everywhere.balance.map(toLocation),
    nonce: everywhere.nonce.map(toLocation),
    code: everywhere.code.map(toLocation),
    storage: everywhere.storage.map(toLocation),
  };
  const origins = byAccount.size === 0 ? null : collectOrigins(transactions);

  function regionsOfKey(key: StateKey): readonly number[] {
    const field = fieldOf(key);
    const local = origins !== null && field === 'storage' ? byAccount.get(addressOf(key)) : undefined;
    const { slot } = local === undefined ? { slot: null } : parseKey(key);
    if (local === undefined || slot === null) return shared[field];
    const origin = origins?.get(key) ?? knownOrigin(slot);
    const holding = local.filter((index) => regionMayContainSlot(regions[index] as Region, slot, origin));
    return holding.length === 0 ? shared[field] : [...shared[field], ...holding.map(toLocation)];
  }

  function regionsOfRegion(region: Region): readonly number[] {
    const candidates =
      region.address === null
        ? regions.keys()
        : [...everywhere.storage, ...(byAccount.get(region.address) ?? [])];
    const meeting: number[] = [];
    for (const index of candidates) {
      const other = regions[index] as Region;
      if (other !== region && regionsMayOverlap(region, other)) meeting.push(toLocation(index));
    }
    return meeting;
  }

  return [...keys.map(regionsOfKey), ...regions.map(regionsOfRegion)];
}
