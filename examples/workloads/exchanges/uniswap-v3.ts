/** Uniswap V3: swaps through the router, on pools whose liquidity lies between ticks. */
import { MaxUint256, parseEther } from 'ethers';
import { lowerHex } from '../../generator/account.ts';
import { readArtifact } from '../../generator/artifact.ts';
import { type Contract, call, encodeCall } from '../../generator/chain.ts';
import { createPayer, deployNamed, give, type Stage, smallAmount } from '../../generator/stage.ts';
import { deadline } from '../../generator/uniswap.ts';
import { draftMix, type Workload } from '../workload.ts';
import { calmMarkets, deployMarketTokens } from './markets.ts';

/** Hundredths of a basis point; the tick spacing that goes with it is 60. */
const FEE = 3000n;
/** A price of 1, as a 64.96 fixed-point square root. */
const SQRT_PRICE = 1n << 96n;
/** Narrow and wide positions, so that swaps meet ticks. */
const POSITIONS: readonly (readonly [lower: number, upper: number, tokens: string])[] = [
  [-60, 60, '2'],
  [-600, 600, '20'],
  [-60_000, 60_000, '200'],
];

interface UniswapV3 {
  readonly router: Contract;
  readonly positions: Contract;
  readonly factory: Contract;
}

async function deployUniswapV3(stage: Stage): Promise<UniswapV3> {
  const artifact = (path: string) => readArtifact(`@uniswap/${path}.json`);
  const weth = await deployNamed(stage, 'WETH9', readArtifact('canonical-weth/build/contracts/WETH9.json'));
  const core = artifact('v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory');
  const factory = await deployNamed(stage, 'UniswapV3Factory', core);
  const routerArtifact = artifact('v3-periphery/artifacts/contracts/SwapRouter.sol/SwapRouter');
  const router = await deployNamed(stage, 'SwapRouter', routerArtifact, [factory.address, weth.address]);
  const managerPath = 'v3-periphery/artifacts/contracts/NonfungiblePositionManager.sol';
  const manager = artifact(`${managerPath}/NonfungiblePositionManager`);
  // Nobody asks for a picture of a position, so any address does for who draws it.
  const args = [factory.address, weth.address, weth.address];
  const positions = await deployNamed(stage, 'NonfungiblePositionManager', manager, args);
  return { router, positions, factory };
}

/** A pool with its positions. */
async function openPool(
  stage: Stage,
  { positions, factory }: UniswapV3,
  pair: readonly Contract[],
  name: string,
): Promise<void> {
  const { chain, deployer } = stage;
  const [token0, token1] = pair.map(({ address }) => address).sort();
  for (const token of pair) await call(chain, deployer, token, 'approve', [positions.address, MaxUint256]);
  await call(chain, deployer, positions, 'createAndInitializePoolIfNecessary', [
    token0,
    token1,
    FEE,
    SQRT_PRICE,
  ]);
  for (const [lower, upper, tokens] of POSITIONS) {
    const amount = parseEther(tokens);
    const terms = [token0, token1, FEE, lower, upper, amount, amount, 0n, 0n, deployer.address, deadline];
    await call(chain, deployer, positions, 'mint', [terms]);
  }
  const [pool] = await call(chain, deployer, factory, 'getPool', [token0, token1, FEE]);
  stage.names.set(lowerHex(String(pool)), name);
}

export const uniswapV3: Workload = {
  name: 'uniswap-v3',
  title: 'traders swap on pools with ticks; contention: the share on the pool that everybody wants',
  origin: '@uniswap/v3-core, @uniswap/v3-periphery, canonical-weth',
  draft: async (stage, load) => {
    const uniswap = await deployUniswapV3(stage);
    const { hot, calm } = await deployMarketTokens(stage, calmMarkets(load));
    for (const [number, pair] of [hot, ...calm].entries()) {
      await openPool(stage, uniswap, pair, number === 0 ? 'hot pool' : `pool ${number}`);
    }
    const swap = async (place: number, kind: string, pair: readonly [Contract, Contract]) => {
      const [input, output] = stage.random.chance(0.5) ? pair : ([pair[1], pair[0]] as const);
      const from = await createPayer(stage, `trader ${place}`);
      await give(stage, input, from);
      const { router } = uniswap;
      await call(stage.chain, from, input, 'approve', [router.address, MaxUint256]);
      const terms = [input.address, output.address, FEE, from.address, deadline, smallAmount(stage), 1n, 0n];
      const data = encodeCall(router, 'exactInputSingle', [terms]);
      return { kind, from, to: router.address, data, gasLimit: 350_000n };
    };
    return draftMix(
      stage,
      load,
      (place) => swap(place, 'hot-swap', hot),
      (place) => swap(place, 'swap', stage.random.pick(calm)),
    );
  },
};
