/** Multicall3: several calls in one transaction; those with ether meet at the balance of the contract between. */
import { parseEther } from 'ethers';
import { createAccount } from '../../generator/account.ts';
import { readArtifact } from '../../generator/artifact.ts';
import { encodeCall, fund } from '../../generator/chain.ts';
import { createPayer, deployNamed, deploySource, deployToken } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';

const PAID = parseEther('0.01');

export const multicall: Workload = {
  name: 'multicall3',
  title: 'people make three calls at once; contention: the share whose calls carry ether',
  origin: 'written for the example with the interface of Multicall3; canonical-weth, @openzeppelin/contracts',
  draft: async (stage, load) => {
    const batch = await deploySource(stage, 'Multicall3');
    const token = await deployToken(stage, 'Token');
    const wethArtifact = readArtifact('canonical-weth/build/contracts/WETH9.json');
    const weth = await deployNamed(stage, 'WETH9', wethArtifact);
    const target = (address: string, value: bigint, callData: string) => ({
      target: address,
      allowFailure: true,
      value,
      callData,
    });
    const aggregate = async (place: number, kind: string, calls: readonly object[], value: bigint) => {
      const from = await createPayer(stage, `caller ${place}`);
      const data = encodeCall(batch, 'aggregate3Value', [calls]);
      return { kind, from, to: batch.address, data, value, gasLimit: 300_000n };
    };
    const payments = async (place: number) => {
      const receivers = [0, 1].map((number) => createAccount(`receiver ${place}, ${number}`).address);
      for (const receiver of receivers) await fund(stage.chain, receiver, 1n);
      const wrap = target(weth.address, PAID, encodeCall(weth, 'deposit', []));
      const calls = [...receivers.map((receiver) => target(receiver, PAID, '0x')), wrap];
      return aggregate(place, 'payments', calls, 3n * PAID);
    };
    const questions = (place: number) => {
      const holder = createAccount(`holder ${place}`).address;
      const calls = [
        target(token.address, 0n, encodeCall(token, 'balanceOf', [holder])),
        target(token.address, 0n, encodeCall(token, 'totalSupply', [])),
        target(token.address, 0n, encodeCall(token, 'approve', [holder, BigInt(place + 1)])),
      ];
      return aggregate(place, 'questions', calls, 0n);
    };
    return draftMix(stage, load, payments, questions);
  },
};
