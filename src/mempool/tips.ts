/** What an order is worth to whoever builds the block, as far as is known before it runs. */
import type { TransactionAnalysis } from '../analysis/result.ts';
import type { BlockHeader, Transaction } from '../input/block.ts';
import type { Order } from './order.ts';

/** The tip of a transaction for each unit of gas, in wei (EIP-1559); below 0 where it does not pay the base fee. */
function tipPerGas({ maxFeePerGas, maxPriorityFeePerGas }: Transaction, block: BlockHeader): bigint {
  const left = maxFeePerGas - (block.baseFeePerGas ?? 0n);
  return left < maxPriorityFeePerGas ? left : maxPriorityFeePerGas;
}

/** Tips of an order for the gas that it is expected to use, and what it says to pay directly, in wei. */
export function worthOf(order: Order, analyses: readonly TransactionAnalysis[], block: BlockHeader): bigint {
  return order.transactions.reduce(
    (sum, tx, at) => sum + (analyses[at]?.receipt?.tip ?? tipPerGas(tx, block) * gasOf(tx, analyses[at])),
    order.payment,
  );
}

function gasOf(tx: Transaction, analysis: TransactionAnalysis | undefined): bigint {
  return analysis?.gasEstimate ?? tx.gasLimit;
}
