/** Swaps on Uniswap V2 through its router, each on a pair of its own. */
import { MaxUint256, parseEther } from 'ethers';
import { readArtifact } from '../generator/artifact.ts';
import type { Draft } from '../generator/block.ts';
import { type Contract, call, deploy, encodeCall } from '../generator/chain.ts';
import { createPayer, deployToken, give, type Stage, smallAmount } from '../generator/stage.ts';
import { deadline, deployUniswap, openPair, type Pair } from '../generator/uniswap.ts';

const gasLimit = 220_000n;

/** Each by somebody else, on another pair: a few tokens make many pairs. */
export async function swaps(stage: Stage, count: number): Promise<Draft[]> {
  const { chain, deployer } = stage;
  const weth = await deploy(chain, deployer, readArtifact('canonical-weth/build/contracts/WETH9.json'));
  const { router } = await deployUniswap(chain, deployer, weth);
  const tokens: Contract[] = [];
  const pairs: Pair[] = [];
  while (pairs.length < count) {
    const token = await deployToken(stage, `Token ${tokens.length}`);
    await call(chain, deployer, token, 'approve', [router.address, MaxUint256]);
    for (const other of tokens.slice(0, count - pairs.length)) pairs.push([other, token]);
    tokens.push(token);
  }
  const drafts: Draft[] = [];
  for (const [place, pair] of pairs.entries()) {
    await openPair(chain, deployer, router, pair, parseEther('10000'));
    const [input, output] = stage.random.chance(0.5) ? pair : ([pair[1], pair[0]] as const);
    const from = await createPayer(stage, `trader ${place}`);
    await give(stage, input, from);
    await call(chain, from, input, 'approve', [router.address, MaxUint256]);
    const path = [input.address, output.address];
    const terms = [smallAmount(stage), 1n, path, from.address, deadline];
    const data = encodeCall(router, 'swapExactTokensForTokens', terms);
    drafts.push({ kind: 'swap', from, to: router.address, data, gasLimit });
  }
  return drafts;
}
