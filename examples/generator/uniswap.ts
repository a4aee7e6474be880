/** Uniswap V2 as npm has it: a factory, a router, and pairs with liquidity. */
import type { Account } from './account.ts';
import { readArtifact } from './artifact.ts';
import { blockTime } from './block.ts';
import { type Chain, type Contract, call, deploy } from './chain.ts';

export interface Uniswap {
  readonly factory: Contract;
  readonly router: Contract;
}

/** A pair's two tokens. */
export type Pair = readonly [Contract, Contract];

/** Uniswap refuses what comes later. */
export const deadline = blockTime + 1_200n;

/** @param weth - What the router wraps ether in. */
export async function deployUniswap(chain: Chain, deployer: Account, weth: Contract): Promise<Uniswap> {
  const factoryArtifact = readArtifact('@uniswap/v2-core/build/UniswapV2Factory.json');
  const factory = await deploy(chain, deployer, factoryArtifact, [deployer.address]);
  const routerArtifact = readArtifact('@uniswap/v2-periphery/build/UniswapV2Router02.json');
  const router = await deploy(chain, deployer, routerArtifact, [factory.address, weth.address]);
  return { factory, router };
}

/**
 * Creates a pair, with the same amount of both tokens in it.
 *
 * @param owner - Has let the router take both tokens.
 */
export async function openPair(
  chain: Chain,
  owner: Account,
  router: Contract,
  [a, b]: Pair,
  amount: bigint,
): Promise<void> {
  const terms = [a.address, b.address, amount, amount, 0n, 0n, owner.address, deadline];
  await call(chain, owner, router, 'addLiquidity', terms);
}
