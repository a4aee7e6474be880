/** Permit2: owners approve once and sign each transfer; used nonces are bits of one word. */
import { MaxUint256, Signature, SigningKey } from 'ethers';
import { type Account, createAccount } from '../../generator/account.ts';
import { call, encodeCall } from '../../generator/chain.ts';
import { createPayer, deploySource, deployToken, give, smallAmount } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';

export const permit2: Workload = {
  name: 'permit2',
  title: 'spenders take what owners signed for; contention: the share that one market maker signed for',
  origin: 'written for the example with the interface and layout of Permit2; @openzeppelin/contracts',
  draft: async (stage, load) => {
    const { chain } = stage;
    const permits = await deploySource(stage, 'Permit2Like');
    const token = await deployToken(stage, 'Token');
    const approve = async (owner: Account) => {
      await give(stage, token, owner);
      await call(chain, owner, token, 'approve', [permits.address, MaxUint256]);
    };
    const maker = createAccount('market maker');
    stage.names.set(maker.address, 'market maker');
    await approve(maker);
    let used = 0n;
    const transfer = async (place: number, owner: Account, nonce: bigint) => {
      const from = await createPayer(stage, `spender ${place}`);
      const amount = smallAmount(stage);
      const permit = [[token.address, amount], nonce, MaxUint256];
      const [hash] = await call(chain, from, permits, 'hashOf', [permit]);
      const signature = Signature.from(new SigningKey(owner.privateKey).sign(String(hash))).serialized;
      const details = [createAccount(`receiver ${place}`).address, amount];
      const data = encodeCall(permits, 'permitTransferFrom', [permit, details, owner.address, signature]);
      return { kind: 'transfer', from, to: permits.address, data, gasLimit: 200_000n };
    };
    return draftMix(
      stage,
      load,
      (place) => transfer(place, maker, used++),
      async (place) => {
        const owner = createAccount(`owner ${place}`);
        await approve(owner);
        return transfer(place, owner, 0n);
      },
    );
  },
};
