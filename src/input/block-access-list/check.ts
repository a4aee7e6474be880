/** What EIP-7928 asks of a block access list before anything is run. */
import type { BlockAccessList } from './list.ts';

/** EIP-7928, ITEM_COST: so much of the block's gas limit for each account and each slot. */
const ITEM_COST = 2000n;

/** What of the block the list has to fit. */
export interface ListedBlock {
  readonly transactions: number;
  /** `null`: there is none. */
  readonly gasLimit: bigint | null;
}

/** Where a list is not in canonical order, says a thing twice, or does not fit the block; in words. */
export function blockAccessListProblems(
  list: BlockAccessList,
  { transactions, gasLimit }: ListedBlock,
): string[] {
  const problems: string[] = [];
  let items = 0n;
  let previous = '';
  for (const account of list) {
    const { address, storageChanges, storageReads } = account;
    const say = (problem: string): void => {
      problems.push(`block access list, ${address}: ${problem}`);
    };
    if (address <= previous) say(`it comes after ${previous}`);
    previous = address;
    items += BigInt(1 + storageChanges.length + storageReads.length);
    for (const [name, slots] of [
      ['changed slots', storageChanges.map(({ slot }) => slot)],
      ['read slots', storageReads],
    ] as const) {
      if (!isAscending(slots)) say(`${name} are not in order, or not distinct`);
    }
    const changed = new Set(storageChanges.map(({ slot }) => slot));
    for (const slot of storageReads) if (changed.has(slot)) say(`slot ${hex(slot)} is both read and changed`);
    const check = (changes: readonly { readonly index: number }[], nameOf: () => string): void => {
      const indices = changes.map(({ index }) => index);
      if (!isAscending(indices)) say(`changes of ${nameOf()} are not in order, or not distinct`);
      for (const index of indices) {
        if (index > transactions + 1) say(`a change of ${nameOf()} in step ${index} of ${transactions + 1}`);
      }
    };
    for (const { slot, changes } of storageChanges) check(changes, () => `slot ${hex(slot)}`);
    check(account.balanceChanges, () => 'the balance');
    check(account.nonceChanges, () => 'the nonce');
    check(account.codeChanges, () => 'the code');
    for (const { slot } of storageChanges.filter(({ changes }) => changes.length === 0)) {
      say(`changed slot ${hex(slot)} has no change`);
    }
  }
  if (gasLimit !== null && items > gasLimit / ITEM_COST) {
    problems.push(`block access list: ${items} accounts and slots, where ${gasLimit / ITEM_COST} fit`);
  }
  return problems;
}

function isAscending(values: readonly (bigint | number)[]): boolean {
  return values.every((value, at) => at === 0 || value > (values[at - 1] ?? 0));
}

function hex(slot: bigint): string {
  return `0x${slot.toString(16)}`;
}
