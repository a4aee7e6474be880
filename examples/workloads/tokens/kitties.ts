/** CryptoKitties-like breeding, births and auctions. */
import { id, parseEther } from 'ethers';
import { type Account, createAccount } from '../../generator/account.ts';
import { call, encodeCall, fund } from '../../generator/chain.ts';
import { createPayer, deploySource } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';

const PRICE = parseEther('0.1');
const BIRTH_FEE = parseEther('0.002');
const DAY = 86_400n;

export const kitties: Workload = {
  name: 'kitties',
  title: 'people give cats away; contention: the share that breed them, or bid in auctions',
  origin: 'written for the example after CryptoKitties',
  draft: async (stage, load) => {
    const { chain, deployer, random } = stage;
    const cats = await deploySource(stage, 'Kitties');
    let count = 0;
    const create = async ({ address }: Account) => {
      await call(chain, deployer, cats, 'create', [address, BigInt(id(`cat ${count}`))]);
      return count++;
    };
    // Number 0 stands for no cat.
    await create(deployer);
    const draftCall = (kind: string, from: Account, args: readonly unknown[], value = 0n) => {
      const data = encodeCall(cats, kind, args);
      return { kind, from, to: cats.address, data, value, gasLimit: 250_000n };
    };
    const breeding = async (place: number) => {
      const from = await createPayer(stage, `breeder ${place}`);
      return draftCall('breed', from, [await create(from), await create(from)], BIRTH_FEE);
    };
    const bid = async (place: number) => {
      const seller = createAccount(`seller ${place}`);
      await fund(chain, seller.address, 1n);
      const cat = await create(seller);
      await call(chain, seller, cats, 'createAuction', [cat, PRICE, PRICE / 2n, DAY]);
      return draftCall('bid', await createPayer(stage, `bidder ${place}`), [cat], PRICE);
    };
    const gift = async (place: number) => {
      const from = await createPayer(stage, `owner ${place}`);
      const cat = await create(from);
      if (random.chance(0.3)) return draftCall('createAuction', from, [cat, PRICE, PRICE / 2n, DAY]);
      return draftCall('transfer', from, [createAccount(`friend ${place}`).address, cat]);
    };
    return draftMix(stage, load, (place) => (random.chance(0.5) ? breeding(place) : bid(place)), gift);
  },
};
