/** The block of the page: its data, as the functions of the library take it, and looked up both ways. */
import type { Conflicts } from '../graph/conflicts.ts';
import type { PageData, PageTransaction } from './data.ts';

export interface Block {
  readonly data: PageData;
  readonly conflicts: Conflicts;
  /** Text of each location: keys, then regions. */
  readonly locationTexts: readonly string[];
  /** By location: who accesses it, ascending. */
  readonly transactionsOf: readonly (readonly number[])[];
  readonly locationOf: ReadonlyMap<string, number>;
}

export function blockOf(data: PageData): Block {
  const { keys, regionTexts, rowStart, locations, modes, meetings, meetingOf } = data.accesses;
  const conflicts: Conflicts = {
    keys,
    regionTexts,
    rowStart: Int32Array.from(rowStart),
    locations: Int32Array.from(locations),
    modes: Uint8Array.from(modes, Number),
    regionsOf: meetingOf.map((list) => meetings[list] ?? []),
    gas: data.transactions.map(({ gasEstimate }) => BigInt(gasEstimate)),
    waits: data.transactions.map(({ resolveAfter, heldBy }, index) => ({ index, resolveAfter, heldBy })),
  };
  const locationTexts = [...keys, ...regionTexts];
  const transactionsOf: number[][] = locationTexts.map(() => []);
  for (const index of data.transactions.keys()) {
    for (const { location } of accessesOf(conflicts, index)) transactionsOf[location]?.push(index);
  }
  return {
    data,
    conflicts,
    locationTexts,
    transactionsOf,
    locationOf: new Map(locationTexts.map((text, location) => [text, location])),
  };
}

export interface PageAccess {
  readonly location: number;
  /** Bits, as in `AccessRows`. */
  readonly mode: number;
}

export function accessesOf({ rowStart, locations, modes }: Conflicts, transaction: number): PageAccess[] {
  const accesses: PageAccess[] = [];
  for (let row = rowStart[transaction] ?? 0; row < (rowStart[transaction + 1] ?? 0); row++) {
    accesses.push({ location: locations[row] as number, mode: modes[row] as number });
  }
  return accesses;
}

export function transactionAt({ data }: Block, index: number): PageTransaction {
  const transaction = data.transactions[index];
  if (transaction === undefined) throw new RangeError(`the block has no transaction ${index}`);
  return transaction;
}
