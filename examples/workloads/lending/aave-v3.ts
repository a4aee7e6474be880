/** Aave V3: deposits, loans and repayments in many reserves, and liquidations of one collateral. */
import { MaxUint256, parseEther } from 'ethers';
import { type Account, createAccount } from '../../generator/account.ts';
import { type Contract, call, encodeCall } from '../../generator/chain.ts';
import { createPayer, deployToken, give, type Stage, smallAmount } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';
import { type AaveMarket, openAaveMarket, setPrice, supply } from './aave-market.ts';

const VARIABLE_RATE = 2n;
const gasLimit = 700_000n;

/** What to call the pool with, after what that takes was prepared. */
type PoolCall = readonly [kind: string, method: string, args: readonly unknown[]];

async function deposit(
  stage: Stage,
  { pool }: AaveMarket,
  asset: Contract,
  from: Account,
): Promise<PoolCall> {
  await give(stage, asset, from);
  await call(stage.chain, from, asset, 'approve', [pool.address, MaxUint256]);
  return ['deposit', 'supply', [asset.address, smallAmount(stage), from.address, 0n]];
}

async function borrow(stage: Stage, { pool }: AaveMarket, asset: Contract, from: Account): Promise<PoolCall> {
  await give(stage, asset, from);
  await supply(stage, pool, asset, from, parseEther('900'));
  return ['loan', 'borrow', [asset.address, smallAmount(stage), VARIABLE_RATE, 0n, from.address]];
}

async function repay(stage: Stage, market: AaveMarket, asset: Contract, from: Account): Promise<PoolCall> {
  const [, method, args] = await borrow(stage, market, asset, from);
  await call(stage.chain, from, market.pool, method, args);
  return ['repayment', 'repay', [asset.address, smallAmount(stage), VARIABLE_RATE, from.address]];
}

export const aaveV3: Workload = {
  name: 'aave-v3',
  title: 'people lend and borrow many assets; contention: the share of liquidations of one collateral',
  origin: '@aave/core-v3',
  draft: async (stage, load) => {
    const { chain, random } = stage;
    const collateral = await deployToken(stage, 'Collateral');
    const calm: Contract[] = [];
    while (calm.length < Math.min(6, Math.ceil(load.size / 3))) {
      calm.push(await deployToken(stage, `Asset ${calm.length}`));
    }
    const market = await openAaveMarket(stage, [collateral, ...calm]);
    const draftCall = (from: Account, [kind, method, args]: PoolCall) => ({
      kind,
      from,
      to: market.pool.address,
      data: encodeCall(market.pool, method, args),
      gasLimit,
    });
    const liquidation = async (place: number) => {
      const debtor = createAccount(`debtor ${place}`);
      const asset = random.pick(calm);
      await give(stage, collateral, debtor);
      await supply(stage, market.pool, collateral, debtor, parseEther('1000'));
      const loan = [asset.address, parseEther('740'), VARIABLE_RATE, 0n, debtor.address];
      await call(chain, debtor, market.pool, 'borrow', loan);
      const from = await createPayer(stage, `liquidator ${place}`);
      await give(stage, asset, from);
      await call(chain, from, asset, 'approve', [market.pool.address, MaxUint256]);
      const covered = random.amount(parseEther('50'), parseEther('100'));
      const terms = [collateral.address, asset.address, debtor.address, covered, false];
      return draftCall(from, ['liquidation', 'liquidationCall', terms]);
    };
    const calmCall = async (place: number) => {
      const from = await createPayer(stage, `user ${place}`);
      const prepare = random.pickWeighted([
        [2, deposit],
        [1, borrow],
        [1, repay],
      ] as const);
      return draftCall(from, await prepare(stage, market, random.pick(calm), from));
    };
    const drafts = await draftMix(stage, load, liquidation, calmCall);
    await setPrice(stage, market, collateral, 85_000_000n);
    return drafts;
  },
};
