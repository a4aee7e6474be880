/**
 * The transactions with their best lists. A signature does not hold for another list, so they are unsigned: whoever
 * has the key signs them again.
 */
import { type TransactionRequest, transactionRequest } from '../report/rpc-transaction.ts';
import type { LintResult } from './lint.ts';

/** A transaction as `eth_sendTransaction`, `eth_signTransaction` and this program read it. */
export type FixedTransaction = TransactionRequest;

/**
 * All transactions, in the input's order: with the best list where it is known, else with their own. Those that need
 * a list and are of the oldest type get the next one; those that need none keep their type.
 */
export function fixedTransactions({ input, transactions }: LintResult): FixedTransaction[] {
  return input.transactions.map((transaction, index) => {
    const best = transactions[index]?.best ?? transaction.accessList;
    return transactionRequest(transaction, best, input.chainId);
  });
}
