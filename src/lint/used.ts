/** What of accounts and storage a transaction uses: in the run that was measured, and in any run at all. */
import type { AccessSet } from '../analysis/access.ts';
import type { Ran } from '../executor/transaction-runner.ts';
import type { Address, Hex } from '../input/block.ts';
import { addressOf, parseKey, slotHex } from '../state/key.ts';

/** Accounts that were reached, and their slots that were read or written, in order of first use. */
export type Used = ReadonlyMap<Address, ReadonlySet<Hex>>;

/** What a run used. */
export function usedBy({ observed }: Pick<Ran, 'observed'>): Used {
  const used = new Map<Address, Set<Hex>>();
  const of = (address: Address): Set<Hex> => {
    const slots = used.get(address) ?? new Set();
    used.set(address, slots);
    return slots;
  };
  for (const key of observed.keys.keys()) {
    const { slot } = parseKey(key);
    const slots = of(addressOf(key));
    if (slot !== null) slots.add(slotHex(slot));
  }
  for (const address of observed.touched) of(address);
  return used;
}

/** What the derived sets say of every execution that can happen. */
export interface Usable {
  readonly account: (address: Address) => boolean;
  readonly slot: (address: Address, slot: Hex) => boolean;
}

/** Sound: what is not usable by these sets is never used. */
export function usableBy({ keys, regions }: AccessSet): Usable {
  const accounts = new Set([...keys.keys()].map(addressOf));
  for (const { address } of regions) if (address !== null) accounts.add(address);
  const isOpen = regions.some(({ shape }) => shape === 'everything');
  const isOpenStorage = new Set(regions.flatMap(({ address }) => (address === null ? [] : [address])));
  return {
    account: (address) => isOpen || accounts.has(address),
    slot: (address, slot) => isOpen || isOpenStorage.has(address) || keys.has(`${address}:${slot}`),
  };
}
