/** Maker-like vaults: the debt of all is one number that every loan writes. */
import { encodeBytes32String, parseEther } from 'ethers';
import { type Account, createAccount } from '../../generator/account.ts';
import { type Contract, call, encodeCall } from '../../generator/chain.ts';
import { createPayer, deploySource, type Stage, smallAmount } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';

const RAY = 10n ** 27n;
const KINDS = ['GOLD-A', 'WHEAT-A', 'RICE-A', 'TIN-A'].map((name) => encodeBytes32String(name));
const CEILING = 10n ** 60n;

async function openVault(stage: Stage, vat: Contract, kind: string, owner: Account): Promise<void> {
  await call(stage.chain, stage.deployer, vat, 'slip', [kind, owner.address, parseEther('100')]);
  await call(stage.chain, owner, vat, 'frob', [kind, parseEther('50'), parseEther('20')]);
}

export const vaults: Workload = {
  name: 'vaults',
  title: 'owners of vaults pay each other; contention: the share that draw or repay debt, or are liquidated',
  origin: 'written for the example after MakerDAO’s Vat',
  draft: async (stage, load) => {
    const { chain, deployer, random } = stage;
    const vat = await deploySource(stage, 'Vat');
    const falling = encodeBytes32String('ICE-A');
    for (const kind of [falling, ...KINDS]) {
      await call(chain, deployer, vat, 'file', [kind, RAY / 2n, CEILING]);
    }
    const draftCall = (kind: string, from: Account, method: string, args: readonly unknown[]) => {
      return { kind, from, to: vat.address, data: encodeCall(vat, method, args), gasLimit: 250_000n };
    };
    const debtCall = async (place: number) => {
      const from = await createPayer(stage, `owner ${place}`);
      if (random.chance(0.2)) {
        const debtor = createAccount(`debtor ${place}`);
        await openVault(stage, vat, falling, debtor);
        return draftCall('liquidation', from, 'grab', [falling, debtor.address, from.address]);
      }
      const kind = random.pick(KINDS);
      await openVault(stage, vat, kind, from);
      const amount = smallAmount(stage);
      const draws = random.chance(0.6);
      const terms = draws ? [kind, 0n, amount] : [kind, 0n, -amount];
      return draftCall(draws ? 'loan' : 'repayment', from, 'frob', terms);
    };
    const payment = async (place: number) => {
      const from = await createPayer(stage, `owner ${place}`);
      await openVault(stage, vat, random.pick(KINDS), from);
      const to = createAccount(`receiver ${place}`).address;
      return draftCall('payment', from, 'move', [to, smallAmount(stage) * RAY]);
    };
    const drafts = await draftMix(stage, load, debtCall, payment);
    await call(chain, deployer, vat, 'file', [falling, RAY / 4n, CEILING]);
    return drafts;
  },
};
