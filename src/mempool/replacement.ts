/** Which of two orders for the same place stays. */
import type { Order } from './order.ts';

/**
 * Whether an order takes the place of another one with the same sender and nonce: it offers no less of either fee,
 * and more of one. A bundle takes the place of whatever has its name. None takes the place of itself.
 */
export function isReplacement(old: Order, now: Order): boolean {
  if (now.replacementId !== null) return now !== old && now.replacementId === old.replacementId;
  const [a, b] = [old.transactions[0], now.transactions[0]];
  if (a === undefined || b === undefined || old.id === now.id) return false;
  const fee = b.maxFeePerGas - a.maxFeePerGas;
  const tip = b.maxPriorityFeePerGas - a.maxPriorityFeePerGas;
  return fee >= 0n && tip >= 0n && fee + tip > 0n;
}
