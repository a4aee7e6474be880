/** How the document writes amounts. */
import type { Hex } from '../input/block.ts';

/** An amount as JSON-RPC has it: hex without leading zeros. */
export function quantity(amount: bigint | number): Hex {
  return `0x${amount.toString(16)}`;
}
