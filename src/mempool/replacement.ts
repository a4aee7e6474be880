/** Which of two orders for the same place stays. */
import type { Order } from './order.ts';

/**
 * Whether an order takes the place of another one with the same sender and nonce: it offers no less of any fee (for
 * gas, to the fee recipient, for blobs), and more of one. A bundle takes the place of whatever has its name. None
 * takes the place of itself.
 */
export function isReplacement(old: Order, now: Order): boolean {
  if (now.replacementId !== null) return now !== old && now.replacementId === old.replacementId;
  const [a, b] = [old.transactions[0], now.transactions[0]];
  if (a === undefined || b === undefined || old.id === now.id) return false;
  const raises = [
    b.maxFeePerGas - a.maxFeePerGas,
    b.maxPriorityFeePerGas - a.maxPriorityFeePerGas,
    b.maxFeePerBlobGas - a.maxFeePerBlobGas,
  ];
  return raises.every((raise) => raise >= 0n) && raises.some((raise) => raise > 0n);
}
