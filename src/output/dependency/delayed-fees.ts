/**
 * Dependencies as chains put them into their blocks. Fees would make every transaction depend on the one before it,
 * so they are given to the fee recipient at the end of the block, unless somebody could see the difference.
 */
import type { AccessSet } from '../../analysis/access.ts';
import type { TransactionAnalysis } from '../../analysis/result.ts';
import { findDependencies } from '../../graph/dependencies.ts';
import type { Findings } from '../../report/document.ts';
import { accountKey, type StateKey } from '../../state/key.ts';

/**
 * The transactions that each one reads from, ascending, without those that others imply. `null` where a
 * transaction, other than the first, may look at the fee recipient's balance: then no fee can wait. Other credits to
 * the fee recipient cannot be told from fees.
 */
export function delayedFeeDependencies({ analysis }: Pick<Findings, 'analysis'>): number[][] | null {
  const { transactions, input } = analysis;
  if (input.block === null) return findDependencies(transactions);
  const fees = accountKey(input.block.feeRecipient, 'balance');
  const [, ...others] = transactions;
  if (others.some(({ accesses }) => mayRead(accesses, fees))) return null;
  return findDependencies(transactions.map((one) => withoutFees(one, fees)));
}

function mayRead({ keys, regions }: AccessSet, fees: StateKey): boolean {
  const mode = keys.get(fees);
  if (mode === 'read' || mode === 'write') return true;
  return regions.some(
    ({ shape, field }) => shape === 'everything' && (field === 'any' || field === 'balance'),
  );
}

function withoutFees(transaction: TransactionAnalysis, fees: StateKey): TransactionAnalysis {
  const keys = new Map(transaction.accesses.keys);
  keys.delete(fees);
  return { ...transaction, accesses: { ...transaction.accesses, keys } };
}
