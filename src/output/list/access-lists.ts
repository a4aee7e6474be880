/** Derived EIP-2930 lists as a node answers `eth_createAccessList`. */
import type { AccessListEntry, Hex } from '../../input/block.ts';
import { type Findings, isListable } from '../../report/document.ts';
import { quantity } from '../../report/quantity.ts';

/** An answer. */
export interface AccessListAnswer {
  readonly accessList: readonly AccessListEntry[];
  /** The list is empty, or of no use, because of this. */
  readonly error?: string;
  /** What the transaction used, as it was sent; without an execution an estimate of that. */
  readonly gasUsed: Hex;
}

/**
 * An answer for each transaction, in block order. A list has the derived keys, without accounts that are warm
 * anyway; there is none for a transaction that may touch anything.
 */
export function accessListAnswers({ analysis, execution }: Findings): AccessListAnswer[] {
  const receipts = new Map(execution?.receipts.map((receipt) => [receipt.transaction, receipt]));
  const skipped = new Map(execution?.skipped.map(({ index, detail }) => [index, detail]));
  return analysis.transactions.map((found) => {
    const { index, gasEstimate, reasons } = found;
    const receipt = receipts.get(index);
    const detail = skipped.get(index);
    const error = !isListable(found)
      ? `the transaction may touch anything${reasons[0] === undefined ? '' : `: ${reasons[0].message}`}`
      : detail !== undefined
        ? `the transaction is invalid: ${detail}`
        : receipt?.status === 0
          ? 'execution failed'
          : undefined;
    return {
      accessList: isListable(found)
        ? found.derivedAccessList.map(({ address, storageKeys }) => ({
            address,
            storageKeys: [...storageKeys],
          }))
        : [],
      ...(error !== undefined && { error }),
      gasUsed: quantity(receipt?.gasUsed ?? gasEstimate),
    };
  });
}

export function renderAccessLists(findings: Findings): string {
  return `${JSON.stringify(accessListAnswers(findings), null, 2)}\n`;
}
