/** The best lists in the form of `eth_createAccessList`. */
import type { Hex } from '../input/block.ts';
import { quantity } from '../report/quantity.ts';
import type { AccessList } from './access-list.ts';
import type { LintResult } from './lint.ts';

/** What `eth_createAccessList` answers. */
export interface CreatedAccessList {
  readonly accessList: AccessList;
  /** That the transaction uses with it. */
  readonly gasUsed: Hex;
}

/** One for each transaction, in the input's order; `null`: not known. */
export function bestLists({ transactions }: LintResult): (CreatedAccessList | null)[] {
  return transactions.map(({ best, gas }) =>
    best === null || gas === null ? null : { accessList: best, gasUsed: quantity(gas.best) },
  );
}
