/** The transactions of each corpus block as an unordered pool: a block that runs, and is worth no less than its own. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import type { BlockHeader, BlockInput, Transaction } from '../../src/input/block.ts';
import { readInput } from '../../src/input/read.ts';
import { createMempoolIndex } from '../../src/mempool/mempool-index.ts';
import { ordersOf } from '../../src/mempool/order.ts';
import { orderTransactions } from '../../src/mempool/order-transactions.ts';
import type { Objective } from '../../src/mempool/ordering.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { mainnetBlocks, readCorpusBlock } from '../corpus.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { isLong, say } from '../effort.ts';
import { WORKER_URL } from '../executor/small-blocks.ts';

const SOME_BLOCKS = [2674998, 4369999, 11114732, 15752489, 19426587, 19929064];

/** In an order that has nothing to do with the block's: by hash. */
function unordered(input: BlockInput): BlockInput {
  const transactions = [...input.transactions].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  return { ...input, transactions };
}

/** Nothing to compare with: another sequence has another root. */
function withoutResults(block: BlockHeader): BlockHeader {
  const none = { gasUsed: null, receiptsRoot: null, logsBloom: null, stateRoot: null } as const;
  return { ...block, ...none, hash: null, requestsHash: null, blockAccessListHash: null };
}

function tipsOf(
  transactions: readonly Transaction[],
  gasUsed: readonly bigint[],
  { baseFeePerGas }: BlockHeader,
): bigint {
  return transactions.reduce((sum, { maxFeePerGas, maxPriorityFeePerGas }, at) => {
    const most = maxFeePerGas - (baseFeePerGas ?? 0n);
    const tip = most < maxPriorityFeePerGas ? most : maxPriorityFeePerGas;
    return sum + tip * (gasUsed[at] ?? 0n);
  }, 0n);
}

describeCorpus('corpus blocks as pools', () => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await createExecutor({ workers: 2, workerUrl: WORKER_URL });
  });
  afterAll(() => executor.close());

  const blocks = mainnetBlocks().filter((number) => isLong || SOME_BLOCKS.includes(number));
  test.each(blocks)('%d', async (number) => {
    const { block, prestate, accesses, blockHashes } = readCorpusBlock(number);
    const input = readInput(block, { blockHashes });
    const header = input.block as BlockHeader;
    const own = tipsOf(
      input.transactions,
      accesses.map(({ gasUsed }) => BigInt(gasUsed)),
      header,
    );
    const pool = createMempoolIndex({
      state: snapshotState(prestate),
      block: header,
      hardfork: input.hardfork,
      chainId: input.chainId,
      blockHashes: input.blockHashes,
    });
    pool.addAll(ordersOf(unordered(input)));
    const objectives: Objective[] = ['fees', 'parallel'];
    if (SOME_BLOCKS.includes(number)) objectives.push('balanced');
    const byFees = orderTransactions(pool, { objective: 'fees' });
    for (const objective of objectives) {
      const ordering = objective === 'fees' ? byFees : orderTransactions(pool, { objective });
      const { transactions, value, makespan, bound } = ordering;
      const { execution } = await executor.executeBlock(
        { ...input, block: withoutResults(header), transactions },
        { state: snapshotState(prestate), skipInvalid: false },
      );
      const gasUsed = execution.receipts.map((receipt) => receipt.gasUsed);
      const tips = tipsOf(transactions, gasUsed, header);
      expect({ escapes: execution.escapes, gasUsed: gasUsed.length }).toEqual({
        escapes: [],
        gasUsed: transactions.length,
      });
      expect(tips).toBe(value);
      const { weight } = ordering;
      if (weight === null) expect(tips).toBeGreaterThanOrEqual(own);
      else {
        // What is not worth its time is left out, so that less is paid.
        const worth = byFees.value - weight * BigInt(byFees.makespan);
        expect(tips - weight * BigInt(makespan)).toBeGreaterThanOrEqual(worth);
      }
      const more = own === 0n ? 0 : Number(((tips - own) * 1_000_000n) / own) / 10_000;
      const share = bound === 0 ? 1 : makespan / bound;
      say(
        `${number} ${objective}: ${transactions.length} of ${input.transactions.length} transactions, ` +
          `tips ${more < 0 ? '' : '+'}${more.toFixed(4)} %, makespan on 4 lanes ${share.toFixed(3)} of the bound`,
      );
    }
  });
});
