/**
 * The transactions with their best lists. A signature does not hold for another list, so they are unsigned: whoever
 * has the key signs them again.
 */
import type { Hex, Transaction } from '../input/block.ts';
import { bytesToHex } from '../input/hex.ts';
import { quantity } from '../report/quantity.ts';
import type { AccessList } from './access-list.ts';
import type { LintResult } from './lint.ts';

/** A transaction as `eth_sendTransaction`, `eth_signTransaction` and this program read it. */
export interface FixedTransaction {
  readonly type: Hex;
  readonly chainId: Hex;
  readonly from: Hex;
  /** Absent for a transaction that creates a contract. */
  readonly to?: Hex;
  readonly nonce: Hex;
  readonly gas: Hex;
  readonly value: Hex;
  readonly input: Hex;
  readonly gasPrice?: Hex;
  readonly maxFeePerGas?: Hex;
  readonly maxPriorityFeePerGas?: Hex;
  readonly maxFeePerBlobGas?: Hex;
  readonly blobVersionedHashes?: readonly Hex[];
  readonly authorizationList?: readonly Readonly<Record<string, Hex>>[];
  readonly accessList?: AccessList;
}

/**
 * All transactions, in the input's order: with the best list where it is known, else with their own. Those that need
 * a list and are of the oldest type get the next one; those that need none keep their type.
 */
export function fixedTransactions({ input, transactions }: LintResult): FixedTransaction[] {
  return input.transactions.map((transaction, index) => {
    const best = transactions[index]?.best ?? transaction.accessList;
    return unsigned(transaction, best, input.chainId);
  });
}

function unsigned(transaction: Transaction, list: AccessList | null, chainId: bigint): FixedTransaction {
  const { type, from, to, nonce, gasLimit, value, data, maxFeePerGas, maxPriorityFeePerGas } = transaction;
  const needsType = type === 0 && list !== null && list.length > 0;
  return {
    type: quantity(needsType ? 1 : type),
    chainId: quantity(chainId),
    from,
    ...(to !== null && { to }),
    nonce: quantity(nonce),
    gas: quantity(gasLimit),
    value: quantity(value),
    input: bytesToHex(data),
    ...(type < 2
      ? { gasPrice: quantity(maxFeePerGas) }
      : { maxFeePerGas: quantity(maxFeePerGas), maxPriorityFeePerGas: quantity(maxPriorityFeePerGas) }),
    ...(type === 3 && {
      maxFeePerBlobGas: quantity(transaction.maxFeePerBlobGas),
      blobVersionedHashes: transaction.blobVersionedHashes,
    }),
    ...(type === 4 && { authorizationList: transaction.authorizationList.map(authorization) }),
    ...((type > 0 || needsType) && { accessList: list ?? [] }),
  };
}

function authorization({ chainId, address, nonce, yParity, r, s }: Transaction['authorizationList'][number]) {
  return {
    chainId: quantity(chainId),
    address,
    nonce: quantity(nonce),
    yParity: quantity(yParity),
    r: quantity(r),
    s: quantity(s),
  };
}
