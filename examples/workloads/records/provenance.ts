/** Supply-chain provenance: batches of goods, and who has them. */
import { id } from 'ethers';
import { type Account, createAccount } from '../../generator/account.ts';
import { call, encodeCall } from '../../generator/chain.ts';
import { createPayer, deploySource } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';

export const provenance: Workload = {
  name: 'provenance',
  title: 'batches of goods go from hand to hand; contention: the share that go to one warehouse',
  origin: 'written for the example',
  draft: async (stage, load) => {
    const { chain, random } = stage;
    const register = await deploySource(stage, 'Provenance');
    const warehouse = createAccount('warehouse').address;
    stage.names.set(warehouse, 'warehouse');
    const registration = (place: number) => [id(`batch ${place}`), 1_000n, id(`papers ${place}`)];
    const draftCall = (kind: string, from: Account, method: string, args: readonly unknown[]) => {
      const data = encodeCall(register, method, args);
      return { kind, from, to: register.address, data, gasLimit: 250_000n };
    };
    const handOver = async (place: number, to: string) => {
      const from = await createPayer(stage, `producer ${place}`);
      await call(chain, from, register, 'register', registration(place));
      return draftCall('handover', from, 'handOver', [id(`batch ${place}`), to, id(`note ${place}`)]);
    };
    const calmCall = async (place: number) => {
      if (random.chance(0.4)) return handOver(place, createAccount(`shop ${place}`).address);
      const from = await createPayer(stage, `producer ${place}`);
      if (random.chance(0.5)) return draftCall('registration', from, 'register', registration(place));
      await call(chain, from, register, 'register', registration(place));
      return draftCall('split', from, 'split', [id(`batch ${place}`), id(`part ${place}`), 100n]);
    };
    return draftMix(stage, load, (place) => handOver(place, warehouse), calmCall);
  },
};
