/** Arbitrage round three pairs in one transaction, with what the first of them lends. */
import { MaxUint256, parseEther } from 'ethers';
import { type Hex, lowerHex } from '../../generator/account.ts';
import { readArtifact } from '../../generator/artifact.ts';
import { type Contract, call, encodeCall } from '../../generator/chain.ts';
import { createPayer, deployNamed, deploySource, deployToken, type Stage } from '../../generator/stage.ts';
import { deadline, deployUniswap, type Uniswap } from '../../generator/uniswap.ts';
import { draftMix, type Workload } from '../workload.ts';

/** Three tokens, and the pairs of each with the next. */
interface Triangle {
  readonly tokens: readonly Contract[];
  readonly pairs: readonly Hex[];
}

/** Liquidity of the pairs; the last has too much of its second token, which is what there is to gain. */
const LIQUIDITY: readonly (readonly [string, string])[] = [
  ['10000', '10000'],
  ['10000', '10000'],
  ['10000', '13000'],
];

async function openTriangle(stage: Stage, { factory, router }: Uniswap, name: string): Promise<Triangle> {
  const { chain, deployer } = stage;
  const tokens: Contract[] = [];
  for (const letter of 'ABC') tokens.push(await deployToken(stage, `${name} ${letter}`));
  const pairs: Hex[] = [];
  for (const token of tokens) await call(chain, deployer, token, 'approve', [router.address, MaxUint256]);
  for (const [number, [first, second]] of LIQUIDITY.entries()) {
    const pair = [tokens[number], tokens[(number + 1) % 3]].map((token) => token?.address);
    const amounts = [parseEther(first), parseEther(second)];
    await call(chain, deployer, router, 'addLiquidity', [
      ...pair,
      ...amounts,
      0n,
      0n,
      deployer.address,
      deadline,
    ]);
    const [address] = await call(chain, deployer, factory, 'getPair', pair);
    pairs.push(lowerHex(String(address)));
    stage.names.set(lowerHex(String(address)), `${name} pair ${number}`);
  }
  return { tokens, pairs };
}

export const flashArbitrage: Workload = {
  name: 'flash-arbitrage',
  title: 'bots go round three pairs on credit; contention: the share that go round the same three',
  origin: '@uniswap/v2-core, @uniswap/v2-periphery, canonical-weth; the bot is written for the example',
  draft: async (stage, load) => {
    const { chain, deployer, random } = stage;
    const wethArtifact = readArtifact('canonical-weth/build/contracts/WETH9.json');
    const weth = await deployNamed(stage, 'WETH9', wethArtifact);
    const uniswap = await deployUniswap(chain, deployer, weth);
    const bot = await deploySource(stage, 'FlashArbitrage');
    const hot = await openTriangle(stage, uniswap, 'Hot');
    const calm: Triangle[] = [];
    while (calm.length < Math.min(6, Math.ceil(load.size / 3))) {
      calm.push(await openTriangle(stage, uniswap, `Calm ${calm.length}`));
    }
    const run = async (place: number, { tokens, pairs }: Triangle) => {
      const from = await createPayer(stage, `bot ${place}`);
      const amount = random.amount(parseEther('1'), parseEther('5'));
      const data = encodeCall(bot, 'run', [pairs, tokens.map(({ address }) => address), amount]);
      return { kind: 'arbitrage', from, to: bot.address, data, gasLimit: 500_000n };
    };
    return draftMix(
      stage,
      load,
      (place) => run(place, hot),
      (place) => run(place, random.pick(calm)),
    );
  },
};
