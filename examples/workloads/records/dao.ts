/** A DAO with a treasury: votes on many proposals, and payments that were accepted. */
import { parseEther } from 'ethers';
import { createAccount } from '../../generator/account.ts';
import { call, encodeCall, fund } from '../../generator/chain.ts';
import { createPayer, deploySource } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';

const WEEK = 604_800n;
const PAYMENT = parseEther('0.1');

export const dao: Workload = {
  name: 'dao',
  title: 'members vote on many proposals; contention: the share that vote on one, or have payments made',
  origin: 'written for the example',
  draft: async (stage, load) => {
    const { chain, deployer, random } = stage;
    const treasury = await deploySource(stage, 'Dao');
    await fund(chain, treasury.address, parseEther('1000'));
    let proposals = 0;
    /** Its number. A duration of nothing ends it before the block. */
    const propose = async (duration: bigint) => {
      const { address } = createAccount(`receiver ${proposals}`);
      await fund(chain, address, 1n);
      await call(chain, deployer, treasury, 'propose', [address, PAYMENT, duration]);
      return proposals++;
    };
    const hot = await propose(WEEK);
    const vote = async (place: number, proposal: number) => {
      const from = await createPayer(stage, `member ${place}`);
      await call(chain, from, treasury, 'join', [BigInt(1 + random.below(100))]);
      const data = encodeCall(treasury, 'vote', [proposal, random.chance(0.7)]);
      return { kind: 'vote', from, to: treasury.address, data, gasLimit: 150_000n };
    };
    const payment = async (place: number) => {
      const proposal = await propose(0n);
      const voter = createAccount(`voter ${place}`);
      await call(chain, voter, treasury, 'join', [1n]);
      await call(chain, voter, treasury, 'vote', [proposal, true]);
      const from = await createPayer(stage, `member ${place}`);
      const data = encodeCall(treasury, 'execute', [proposal]);
      return { kind: 'payment', from, to: treasury.address, data, gasLimit: 150_000n };
    };
    return draftMix(
      stage,
      load,
      (place) => (random.chance(0.2) ? payment(place) : vote(place, hot)),
      async (place) => vote(place, await propose(WEEK)),
    );
  },
};
