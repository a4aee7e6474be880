/** ERC-721 and ERC-1155 of OpenZeppelin: who gets the next number, and whom everybody gives to. */
import { createAccount, type Hex } from '../../generator/account.ts';
import { call, encodeCall } from '../../generator/chain.ts';
import { createPayer, deploySource } from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';

const origin = '@openzeppelin/contracts, compiled';

export const minting: Workload = {
  name: 'erc721-mint',
  title: 'people mint collectibles; contention: the share that take the next number, not one of their own',
  origin,
  draft: async (stage, load) => {
    const token = await deploySource(stage, 'Collectible', [], 'Collectibles');
    const mint = async (place: number, kind: string, method: string, args: (to: Hex) => unknown[]) => {
      const from = await createPayer(stage, `collector ${place}`);
      const data = encodeCall(token, method, args(from.address));
      return { kind, from, to: token.address, data, gasLimit: 150_000n };
    };
    return draftMix(
      stage,
      load,
      (place) => mint(place, 'mint-next', 'mintNext', () => []),
      (place) => mint(place, 'mint', 'mint', (to) => [to, place + 1]),
    );
  },
};

export const gameItems: Workload = {
  name: 'erc1155',
  title: 'players give each other several kinds of things; contention: the share that give to one guild',
  origin,
  draft: async (stage, load) => {
    const items = await deploySource(stage, 'GameItems', [], 'Collectibles');
    const guild = createAccount('guild').address;
    stage.names.set(guild, 'guild');
    const kinds = [1n, 2n, 3n];
    const give = async (place: number, receiver: Hex) => {
      const from = await createPayer(stage, `player ${place}`);
      for (const kind of kinds) await call(stage.chain, from, items, 'mint', [from.address, kind, 100n]);
      const amounts = kinds.map(() => BigInt(1 + stage.random.below(50)));
      const args = [from.address, receiver, kinds, amounts, '0x'];
      const data = encodeCall(items, 'safeBatchTransferFrom', args);
      return { kind: 'gift', from, to: items.address, data, gasLimit: 250_000n };
    };
    return draftMix(
      stage,
      load,
      (place) => give(place, guild),
      (place) => give(place, createAccount(`friend ${place}`).address),
    );
  },
};
