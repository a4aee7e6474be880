/** Pools of random blocks. */
import type { BlockHeader } from '../../src/input/block.ts';
import { createMempoolIndex, type MempoolIndex } from '../../src/mempool/mempool-index.ts';
import { type Order, transactionOrder } from '../../src/mempool/order.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { RandomBlock } from '../generators/block.ts';

/** Each transaction alone, and some of them once more in a bundle with the next one of another sender. */
export function ordersIn({ input }: RandomBlock, inPairs: readonly boolean[]): Order[] {
  return input.transactions.flatMap((tx, index) => {
    const alone = transactionOrder(tx);
    const next = input.transactions[index + 1];
    if (next === undefined || next.from === tx.from || inPairs[index % inPairs.length] !== true) return alone;
    const id = `${tx.hash}+${next.hash}`;
    return [alone, { ...alone, id, transactions: [tx, next], replacementId: id, payment: 10n ** 9n }];
  });
}

export function poolOf({ input, prestate }: RandomBlock, orders: readonly Order[]): MempoolIndex {
  const pool = createMempoolIndex({
    state: snapshotState(prestate),
    block: input.block as BlockHeader,
    blockHashes: input.blockHashes,
    hardfork: input.hardfork,
    chainId: input.chainId,
  });
  pool.addAll(orders);
  return pool;
}
