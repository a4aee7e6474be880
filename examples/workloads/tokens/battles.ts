/** Axie-like battles, whose rewards are minted; training, which concerns nobody else. */
import { createAccount } from '../../generator/account.ts';
import { call, encodeCall } from '../../generator/chain.ts';
import { createPayer, deploySource } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';

export const battles: Workload = {
  name: 'battles',
  title: 'players train their creatures; contention: the share that fight, for rewards that are minted',
  origin: 'written for the example after Axie Infinity; @openzeppelin/contracts, compiled',
  draft: async (stage, load) => {
    const { chain, random } = stage;
    const arena = await deploySource(stage, 'Battles');
    const [potion] = await call(chain, stage.deployer, arena, 'potion', []);
    stage.names.set(String(potion).toLowerCase() as `0x${string}`, 'Potion');
    const strength = () => 50 + random.below(100);
    /** @param place - Two creatures each: one's own, and somebody's to fight with. */
    const raise = async (place: number) => {
      const from = await createPayer(stage, `player ${place}`);
      await call(chain, from, arena, 'raise', [2 * place, strength(), strength()]);
      return from;
    };
    const fight = async (place: number) => {
      const from = await raise(place);
      const foe = createAccount(`foe ${place}`);
      await call(chain, foe, arena, 'raise', [2 * place + 1, strength(), strength()]);
      const data = encodeCall(arena, 'fight', [2 * place, 2 * place + 1]);
      return { kind: 'fight', from, to: arena.address, data, gasLimit: 250_000n };
    };
    const training = async (place: number) => {
      const from = await raise(place);
      const data = encodeCall(arena, 'train', [2 * place]);
      return { kind: 'training', from, to: arena.address, data, gasLimit: 100_000n };
    };
    return draftMix(stage, load, fight, training);
  },
};
