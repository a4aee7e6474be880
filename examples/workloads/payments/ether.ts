/** Ether between people and exchanges. Credits commute, and so do debits that a balance covers in any order. */
import { parseEther } from 'ethers';
import { createAccount } from '../../generator/account.ts';
import { fund } from '../../generator/chain.ts';
import { createPayer, smallAmount } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';
import { etherTransferAt, transferGas } from './ether-transfer.ts';

const origin = 'ether alone';

export const transfers: Workload = {
  name: 'transfers',
  title: 'people pay each other; contention: the share that pass on what the one before them paid',
  origin,
  draft: async (stage, load) => {
    // More than a transfer's fee can be.
    const kept = parseEther('0.001');
    await fund(stage.chain, createAccount('member 0').address, kept * BigInt(load.size + 1));
    let passed = 0;
    const passOn = () => {
      const from = createAccount(`member ${passed}`);
      const value = kept * BigInt(load.size - passed);
      passed++;
      const to = createAccount(`member ${passed}`).address;
      return { kind: 'passed-on', from, to, value, gasLimit: transferGas };
    };
    return draftMix(stage, load, passOn, etherTransferAt(stage));
  },
};

export const payouts: Workload = {
  name: 'payouts',
  title: 'people pay each other; contention: the share that an exchange pays out of one wallet',
  origin,
  draft: async (stage, load) => {
    const from = createAccount('exchange');
    stage.names.set(from.address, 'exchange');
    await fund(stage.chain, from.address, parseEther(String(load.size)));
    const payout = async (place: number) => {
      const { address: to } = createAccount(`customer ${place}`);
      await fund(stage.chain, to, 1n);
      return { kind: 'payout', from, to, value: smallAmount(stage), gasLimit: transferGas };
    };
    return draftMix(stage, load, payout, etherTransferAt(stage));
  },
};

export const deposits: Workload = {
  name: 'deposits',
  title: 'people pay each other; contention: the share that pay into one wallet of an exchange',
  origin,
  draft: async (stage, load) => {
    const { address: to } = createAccount('exchange');
    stage.names.set(to, 'exchange');
    await fund(stage.chain, to, 1n);
    const deposit = async (place: number) => {
      const from = await createPayer(stage, `customer ${place}`);
      return { kind: 'deposit', from, to, value: smallAmount(stage), gasLimit: transferGas };
    };
    return draftMix(stage, load, deposit, etherTransferAt(stage));
  },
};
