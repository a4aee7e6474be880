/** Uniswap V2: swaps through the router, on pairs of two tokens each. */
import { MaxUint256, parseEther } from 'ethers';
import { readArtifact } from '../../generator/artifact.ts';
import { call, encodeCall } from '../../generator/chain.ts';
import { createPayer, deployNamed, give, nameContract, smallAmount } from '../../generator/stage.ts';
import { deadline, deployUniswap, openPair, type Pair } from '../../generator/uniswap.ts';
import { draftMix, type Workload } from '../workload.ts';
import { calmMarkets, deployMarketTokens } from './markets.ts';

export const uniswapV2: Workload = {
  name: 'uniswap-v2',
  title: 'traders swap on pairs; contention: the share on the pair that everybody wants',
  origin: '@uniswap/v2-core, @uniswap/v2-periphery, canonical-weth',
  draft: async (stage, load) => {
    const { chain, deployer } = stage;
    const weth = await deployNamed(stage, 'WETH9', readArtifact('canonical-weth/build/contracts/WETH9.json'));
    const { factory, router } = await deployUniswap(chain, deployer, weth);
    nameContract(stage, 'UniswapV2Factory', factory.address, factory);
    nameContract(stage, 'UniswapV2Router02', router.address, router);
    const { hot, calm } = await deployMarketTokens(stage, calmMarkets(load));
    for (const [number, pair] of [hot, ...calm].entries()) {
      for (const token of pair) await call(chain, deployer, token, 'approve', [router.address, MaxUint256]);
      await openPair(chain, deployer, router, pair, parseEther('10000'));
      const addresses = pair.map(({ address }) => address);
      const [address] = await call(chain, deployer, factory, 'getPair', addresses);
      const name = number === 0 ? 'hot pair' : `pair ${number}`;
      stage.names.set(String(address).toLowerCase() as `0x${string}`, name);
    }
    const swap = async (place: number, kind: string, pair: Pair) => {
      const [input, output] = stage.random.chance(0.5) ? pair : ([pair[1], pair[0]] as const);
      const from = await createPayer(stage, `trader ${place}`);
      await give(stage, input, from);
      await call(chain, from, input, 'approve', [router.address, MaxUint256]);
      const path = [input.address, output.address];
      const terms = [smallAmount(stage), 1n, path, from.address, deadline];
      const data = encodeCall(router, 'swapExactTokensForTokens', terms);
      return { kind, from, to: router.address, data, gasLimit: 220_000n };
    };
    return draftMix(
      stage,
      load,
      (place) => swap(place, 'hot-swap', hot),
      (place) => swap(place, 'swap', stage.random.pick(calm)),
    );
  },
};
