/** EIP-7702: accounts that delegate to a contract, and make several calls in one transaction. */
import { createAccount } from '../../generator/account.ts';
import type { Draft } from '../../generator/block.ts';
import { encodeCall, putCode } from '../../generator/chain.ts';
import { createPayer, deploySource, deployToken, give, smallAmount } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';

export const eip7702: Workload = {
  name: 'eip-7702',
  title: 'accounts delegate and make calls at once; contention: the share that pay one shop',
  origin: 'written for the example; @openzeppelin/contracts, compiled',
  draft: async (stage, load) => {
    const wallet = await deploySource(stage, 'BatchAccount');
    const token = await deployToken(stage, 'Token');
    const shop = createAccount('shop').address;
    stage.names.set(shop, 'shop');
    const payments = (receivers: readonly string[]) =>
      receivers.map((to) => ({
        to: token.address,
        value: 0n,
        data: encodeCall(token, 'transfer', [to, smallAmount(stage)]),
      }));
    /** Half have delegated before; the others do it in the same transaction. */
    const batch = async (place: number, kind: string, receivers: readonly string[]): Promise<Draft> => {
      const from = await createPayer(stage, `owner ${place}`);
      await give(stage, token, from);
      const data = encodeCall(wallet, 'execute', [payments(receivers)]);
      const draft = { kind, from, to: from.address, data, gasLimit: 300_000n };
      if (!stage.random.chance(0.5)) {
        return { ...draft, type: 4, authorizations: [{ authority: from, delegate: wallet.address }] };
      }
      await putCode(stage.chain, from.address, `0xef0100${wallet.address.slice(2)}`);
      return draft;
    };
    const receiver = (place: number, number: number) => createAccount(`receiver ${place}, ${number}`).address;
    return draftMix(
      stage,
      load,
      (place) => batch(place, 'payment', [shop, receiver(place, 0)]),
      (place) => batch(place, 'batch', [receiver(place, 0), receiver(place, 1)]),
    );
  },
};
