/** A Curve-like pool of two coins in Vyper's storage layout. */
import { MaxUint256, parseEther } from 'ethers';
import { compileContract } from '../../generator/artifact.ts';
import { type Contract, call, encodeCall } from '../../generator/chain.ts';
import { createPayer, deployNamed, give, type Stage, smallAmount } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';
import { calmMarkets, deployMarketTokens } from './markets.ts';

type Market = readonly [Contract, Contract];

async function openPool(stage: Stage, coins: Market, name: string): Promise<Contract> {
  const { chain, deployer } = stage;
  const artifact = await compileContract('StablePool.sol', 'StablePool');
  const pool = await deployNamed(stage, name, artifact, [
    coins.map(({ address }) => address),
    100n,
    4_000_000n,
  ]);
  for (const coin of coins) await call(chain, deployer, coin, 'approve', [pool.address, MaxUint256]);
  await call(chain, deployer, pool, 'add_liquidity', [[parseEther('10000'), parseEther('10000')]]);
  return pool;
}

export const stablePool: Workload = {
  name: 'stable-pool',
  title: 'traders change coins of the same worth; contention: the share in the pool that everybody wants',
  origin: 'written for the example after Curve’s StableSwap, in Vyper’s storage layout',
  draft: async (stage, load) => {
    const { hot, calm } = await deployMarketTokens(stage, calmMarkets(load));
    const hotPool = await openPool(stage, hot, 'hot pool');
    const calmPools: (readonly [Contract, Market])[] = [];
    for (const [number, coins] of calm.entries()) {
      calmPools.push([await openPool(stage, coins, `pool ${number + 1}`), coins]);
    }
    const exchange = async (place: number, kind: string, pool: Contract, coins: Market) => {
      const sold = stage.random.below(2);
      const coin = sold === 0 ? coins[0] : coins[1];
      const from = await createPayer(stage, `trader ${place}`);
      await give(stage, coin, from);
      await call(stage.chain, from, coin, 'approve', [pool.address, MaxUint256]);
      const data = encodeCall(pool, 'exchange', [sold, 1 - sold, smallAmount(stage), 1n]);
      return { kind, from, to: pool.address, data, gasLimit: 250_000n };
    };
    return draftMix(
      stage,
      load,
      (place) => exchange(place, 'hot-exchange', hotPool, hot),
      (place) => exchange(place, 'exchange', ...stage.random.pick(calmPools)),
    );
  },
};
