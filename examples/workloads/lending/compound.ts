/** Compound-like markets: every call lets interest accrue first, so one market is one chain. */
import { MaxUint256, parseEther } from 'ethers';
import { type Account, createAccount } from '../../generator/account.ts';
import { compileContract } from '../../generator/artifact.ts';
import { type Contract, call, encodeCall } from '../../generator/chain.ts';
import {
  createPayer,
  deployNamed,
  deploySource,
  deployToken,
  give,
  type Stage,
  smallAmount,
} from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';

const ONE = parseEther('1');
const COLLATERAL_FACTOR = parseEther('0.75');

interface Market {
  readonly cToken: Contract;
  readonly asset: Contract;
}

async function openMarket(stage: Stage, comptroller: Contract, name: string): Promise<Market> {
  const { chain, deployer } = stage;
  const asset = await deployToken(stage, name);
  const artifact = await compileContract('CToken.sol', 'CToken');
  const cToken = await deployNamed(stage, `c${name}`, artifact, [comptroller.address, asset.address]);
  await call(chain, deployer, comptroller, 'support', [cToken.address, COLLATERAL_FACTOR, ONE]);
  await putIn(stage, { cToken, asset }, deployer, parseEther('100000'));
  return { cToken, asset };
}

async function putIn(
  { chain }: Stage,
  { cToken, asset }: Market,
  owner: Account,
  amount: bigint,
): Promise<void> {
  await call(chain, owner, asset, 'approve', [cToken.address, MaxUint256]);
  await call(chain, owner, cToken, 'mint', [amount]);
}

export const compound: Workload = {
  name: 'compound',
  title: 'people lend and borrow in many markets; contention: the share of liquidations of one collateral',
  origin: 'written for the example after Compound’s cTokens',
  draft: async (stage, load) => {
    const { chain, deployer, random } = stage;
    const comptroller = await deploySource(stage, 'Comptroller', [], 'CToken');
    const collateral = await openMarket(stage, comptroller, 'Collateral');
    const markets: Market[] = [];
    while (markets.length < Math.min(6, Math.ceil(load.size / 3))) {
      markets.push(await openMarket(stage, comptroller, `Asset ${markets.length}`));
    }
    const draftCall = (kind: string, from: Account, { cToken }: Market, method: string, args: unknown[]) => {
      const data = encodeCall(cToken, method, args);
      return { kind, from, to: cToken.address, data, gasLimit: 500_000n };
    };
    /** Somebody with collateral in one market, who may borrow in another. */
    const enter = async (owner: Account, own: Market, others: readonly Market[]) => {
      await give(stage, own.asset, owner);
      await putIn(stage, own, owner, parseEther('500'));
      const entered = [own, ...others].map(({ cToken }) => cToken.address);
      await call(chain, owner, comptroller, 'enterMarkets', [entered]);
    };
    const liquidation = async (place: number) => {
      const market = random.pick(markets);
      const debtor = createAccount(`debtor ${place}`);
      await enter(debtor, collateral, [market]);
      await call(chain, debtor, market.cToken, 'borrow', [parseEther('370')]);
      const from = await createPayer(stage, `liquidator ${place}`);
      await give(stage, market.asset, from);
      await call(chain, from, market.asset, 'approve', [market.cToken.address, MaxUint256]);
      const covered = random.amount(parseEther('20'), parseEther('50'));
      const terms = [debtor.address, covered, collateral.cToken.address];
      return draftCall('liquidation', from, market, 'liquidateBorrow', terms);
    };
    const calmCall = async (place: number) => {
      const market = random.pick(markets);
      const from = await createPayer(stage, `user ${place}`);
      await enter(from, market, []);
      const [kind, method] = random.pick([
        ['deposit', 'mint'],
        ['withdrawal', 'redeem'],
        ['loan', 'borrow'],
      ] as const);
      return draftCall(kind, from, market, method, [smallAmount(stage)]);
    };
    const drafts = await draftMix(stage, load, liquidation, calmCall);
    const fallen = [collateral.cToken.address, COLLATERAL_FACTOR, parseEther('0.9')];
    await call(chain, deployer, comptroller, 'support', fallen);
    return drafts;
  },
};
