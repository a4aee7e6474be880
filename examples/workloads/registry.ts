/** Every workload, in the groups in which they are told of. */
import { orderBook } from './exchanges/order-book.ts';
import { stablePool } from './exchanges/stable-pool.ts';
import { uniswapV2 } from './exchanges/uniswap-v2.ts';
import { uniswapV3 } from './exchanges/uniswap-v3.ts';
import { oneCounter, shardedCounter } from './patterns/counters.ts';
import { counterfactualFactory, create2Factory, createFactory } from './patterns/factories.ts';
import { eagerFee, lazyFee } from './patterns/fees.ts';
import { pullPayments, pushPayments } from './patterns/payments.ts';
import { globalTotal, userSums } from './patterns/totals.ts';
import { airdrop } from './payments/airdrop.ts';
import { deposits, payouts, transfers } from './payments/ether.ts';
import { gameItems, minting } from './tokens/collectibles.ts';
import { feeAndBlacklist, permits, plainToken, soladyToken, votes } from './tokens/erc20.ts';
import type { Workload } from './workload.ts';

export interface WorkloadGroup {
  readonly title: string;
  readonly workloads: readonly Workload[];
}

export const workloadGroups = {
  exchanges: { title: 'Exchanges', workloads: [uniswapV2, uniswapV3, stablePool, orderBook] },
  tokens: {
    title: 'Tokens and NFTs',
    workloads: [plainToken, permits, votes, feeAndBlacklist, soladyToken, minting, gameItems],
  },
  patterns: {
    title: 'Patterns side by side',
    workloads: [
      oneCounter,
      shardedCounter,
      globalTotal,
      userSums,
      pushPayments,
      pullPayments,
      eagerFee,
      lazyFee,
      createFactory,
      create2Factory,
      counterfactualFactory,
    ],
  },
  payments: { title: 'Payments', workloads: [transfers, payouts, deposits, airdrop] },
} satisfies Record<string, WorkloadGroup>;
