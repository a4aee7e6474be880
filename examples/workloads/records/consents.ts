/** Consents to read health records, and the trace of who read. */
import { id } from 'ethers';
import { type Account, createAccount, type Hex } from '../../generator/account.ts';
import { call, encodeCall } from '../../generator/chain.ts';
import { createPayer, deploySource } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';

const EVERYTHING = 2;
const YEAR = 31_536_000n;

export const consents: Workload = {
  name: 'consents',
  title: 'patients give and withdraw consents; contention: the share of looks that one clinic takes',
  origin: 'written for the example',
  draft: async (stage, load) => {
    const { chain, random } = stage;
    const register = await deploySource(stage, 'Consents');
    const hospital = createAccount('hospital').address;
    stage.names.set(hospital, 'hospital');
    const draftCall = (kind: string, from: Account, method: string, args: readonly unknown[]) => {
      const data = encodeCall(register, method, args);
      return { kind, from, to: register.address, data, gasLimit: 200_000n };
    };
    const look = async (place: number, clinic: Hex) => {
      const patient = createAccount(`patient ${place}`);
      await call(chain, patient, register, 'give', [clinic, EVERYTHING, YEAR]);
      const from = await createPayer(stage, `doctor ${place}`);
      return draftCall('look', from, 'look', [patient.address, clinic, id('treatment')]);
    };
    const calmCall = async (place: number) => {
      const clinic = createAccount(`clinic ${place}`).address;
      if (random.chance(0.3)) return look(place, clinic);
      const from = await createPayer(stage, `patient ${place}`);
      if (random.chance(0.5)) return draftCall('consent', from, 'give', [clinic, EVERYTHING, YEAR]);
      await call(chain, from, register, 'give', [clinic, EVERYTHING, YEAR]);
      return draftCall('withdrawal', from, 'withdraw', [clinic]);
    };
    return draftMix(stage, load, (place) => look(place, hospital), calmCall);
  },
};
