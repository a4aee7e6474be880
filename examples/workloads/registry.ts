/** Every workload, in the groups in which they are told of. */
import { eip7702 } from './accounts/eip7702.ts';
import { erc4337 } from './accounts/erc4337.ts';
import { multicall } from './accounts/multicall.ts';
import { permit2 } from './accounts/permit2.ts';
import { safe } from './accounts/safe.ts';
import { flashArbitrage } from './arbitrage/flash-arbitrage.ts';
import { orderBook } from './exchanges/order-book.ts';
import { stablePool } from './exchanges/stable-pool.ts';
import { uniswapV2 } from './exchanges/uniswap-v2.ts';
import { uniswapV3 } from './exchanges/uniswap-v3.ts';
import { aaveV3 } from './lending/aave-v3.ts';
import { compound } from './lending/compound.ts';
import { vaults } from './lending/vaults.ts';
import { oneCounter, shardedCounter } from './patterns/counters.ts';
import { counterfactualFactory, create2Factory, createFactory } from './patterns/factories.ts';
import { eagerFee, lazyFee } from './patterns/fees.ts';
import { pullPayments, pushPayments } from './patterns/payments.ts';
import { globalTotal, userSums } from './patterns/totals.ts';
import { airdrop } from './payments/airdrop.ts';
import { deposits, payouts, transfers } from './payments/ether.ts';
import { consents } from './records/consents.ts';
import { dao } from './records/dao.ts';
import { provenance } from './records/provenance.ts';
import { battles } from './tokens/battles.ts';
import { gameItems, minting } from './tokens/collectibles.ts';
import { feeAndBlacklist, permits, plainToken, soladyToken, votes } from './tokens/erc20.ts';
import { kitties } from './tokens/kitties.ts';
import { market } from './tokens/market.ts';
import type { Workload } from './workload.ts';

export interface WorkloadGroup {
  readonly title: string;
  /** The contention that shows best what the group is about. */
  readonly contention: number;
  readonly workloads: readonly Workload[];
}

export const workloadGroups = {
  exchanges: {
    title: 'Exchanges',
    contention: 0.5,
    workloads: [uniswapV2, uniswapV3, stablePool, orderBook],
  },
  lending: { title: 'Lending', contention: 0.5, workloads: [aaveV3, compound, vaults] },
  arbitrage: { title: 'Flash loans and arbitrage', contention: 0.5, workloads: [flashArbitrage] },
  tokens: {
    title: 'Tokens and NFTs',
    contention: 0.5,
    workloads: [
      plainToken,
      permits,
      votes,
      feeAndBlacklist,
      soladyToken,
      minting,
      gameItems,
      market,
      kitties,
      battles,
    ],
  },
  accounts: { title: 'Accounts', contention: 0.5, workloads: [safe, erc4337, eip7702, multicall, permit2] },
  records: { title: 'Records', contention: 0.5, workloads: [provenance, consents, dao] },
  patterns: {
    title: 'Patterns side by side',
    contention: 1,
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
  payments: { title: 'Payments', contention: 0.5, workloads: [transfers, payouts, deposits, airdrop] },
} satisfies Record<string, WorkloadGroup>;
