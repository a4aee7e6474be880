/** Tokens for many from one holder, a transaction each: every one debits the same balance. */
import { parseEther } from 'ethers';
import { createAccount } from '../../generator/account.ts';
import { call, encodeCall } from '../../generator/chain.ts';
import { createPayer, deployToken } from '../../generator/stage.ts';
import { tokenTransferAt } from '../tokens/token-transfer.ts';
import { draftMix, type Workload } from '../workload.ts';

export const airdrop: Workload = {
  name: 'airdrop',
  title: 'people pay each other a token; contention: the share of the airdrop, out of one account',
  origin: '@openzeppelin/contracts, compiled',
  draft: async (stage, load) => {
    const token = await deployToken(stage, 'Token');
    const from = await createPayer(stage, 'airdropper');
    stage.names.set(from.address, 'airdropper');
    await call(stage.chain, stage.deployer, token, 'transfer', [from.address, parseEther('1000000')]);
    const drop = (place: number) => {
      const data = encodeCall(token, 'transfer', [createAccount(`lucky ${place}`).address, parseEther('5')]);
      return { kind: 'airdrop', from, to: token.address, data, gasLimit: 65_000n };
    };
    return draftMix(stage, load, drop, tokenTransferAt(stage, token));
  },
};
