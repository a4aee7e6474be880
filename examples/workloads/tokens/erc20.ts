/** Fungible tokens of OpenZeppelin and Solady: what everybody pays to, delegates to, or permits. */
import { MaxUint256, parseEther, Signature, Wallet } from 'ethers';
import { type Account, createAccount } from '../../generator/account.ts';
import { type Contract, call, encodeCall } from '../../generator/chain.ts';
import {
  createPayer,
  deploySource,
  deployToken,
  give,
  type Stage,
  smallAmount,
} from '../../generator/stage.ts';
import { draftMix, type Workload } from '../workload.ts';
import { tokenTransferAt } from './token-transfer.ts';

const openZeppelin = '@openzeppelin/contracts, compiled';
const supply = parseEther('1000000000000');

/** To a shop that everybody pays: all credit one slot. */
function paymentAt(stage: Stage, token: Contract, gasLimit = 90_000n) {
  const shop = createAccount('shop').address;
  stage.names.set(shop, 'shop');
  return async (place: number) => {
    const from = await createPayer(stage, `customer ${place}`);
    await give(stage, token, from);
    const data = encodeCall(token, 'transfer', [shop, smallAmount(stage)]);
    return { kind: 'payment', from, to: token.address, data, gasLimit };
  };
}

export const plainToken: Workload = {
  name: 'erc20',
  title: 'people pay each other a token; contention: the share that pay one shop',
  origin: openZeppelin,
  draft: async (stage, load) => {
    const token = await deployToken(stage, 'Token');
    return draftMix(stage, load, paymentAt(stage, token), tokenTransferAt(stage, token));
  },
};

export const soladyToken: Workload = {
  name: 'erc20-solady',
  title: 'the same in Solady’s layout: balances lie at hashes of 32 bytes, not of a slot’s number',
  origin: 'solady, compiled',
  draft: async (stage, load) => {
    const token = await deploySource(stage, 'SoladyToken', [supply]);
    return draftMix(stage, load, paymentAt(stage, token), tokenTransferAt(stage, token));
  },
};

export const permits: Workload = {
  name: 'erc20-permit',
  title: 'owners sign, others send their permits; contention: the share that permit for one owner',
  origin: openZeppelin,
  draft: async (stage, load) => {
    const token = await deployToken(stage, 'Token');
    const popular = createAccount('popular owner');
    stage.names.set(popular.address, 'popular owner');
    let nonce = 0n;
    const permit = async (place: number, owner: Account, ownerNonce: bigint) => {
      const from = await createPayer(stage, `relayer ${place}`);
      const value = smallAmount(stage);
      const { v, r, s } = await signPermit(token, owner, from.address, value, ownerNonce);
      const data = encodeCall(token, 'permit', [owner.address, from.address, value, MaxUint256, v, r, s]);
      return { kind: 'permit', from, to: token.address, data, gasLimit: 110_000n };
    };
    return draftMix(
      stage,
      load,
      (place) => permit(place, popular, nonce++),
      (place) => permit(place, createAccount(`owner ${place}`), 0n),
    );
  },
};

async function signPermit(token: Contract, owner: Account, spender: string, value: bigint, nonce: bigint) {
  const domain = { name: 'Token', version: '1', chainId: 1n, verifyingContract: token.address };
  const field = (type: string, name: string) => ({ type, name });
  const types = {
    Permit: [
      field('address', 'owner'),
      field('address', 'spender'),
      field('uint256', 'value'),
      field('uint256', 'nonce'),
      field('uint256', 'deadline'),
    ],
  };
  const message = { owner: owner.address, spender, value, nonce, deadline: MaxUint256 };
  return Signature.from(await new Wallet(owner.privateKey).signTypedData(domain, types, message));
}

export const votes: Workload = {
  name: 'erc20-votes',
  title: 'people delegate their votes to each other; contention: the share that choose one delegate',
  origin: openZeppelin,
  draft: async (stage, load) => {
    const token = await deploySource(stage, 'VotesToken', [supply]);
    const popular = createAccount('popular delegate').address;
    stage.names.set(popular, 'popular delegate');
    const delegateTo = async (place: number, delegate: string) => {
      const from = await createPayer(stage, `voter ${place}`);
      await give(stage, token, from);
      const data = encodeCall(token, 'delegate', [delegate]);
      return { kind: 'delegation', from, to: token.address, data, gasLimit: 180_000n };
    };
    return draftMix(
      stage,
      load,
      (place) => delegateTo(place, popular),
      (place) => delegateTo(place, createAccount(`delegate ${place}`).address),
    );
  },
};

export const feeAndBlacklist: Workload = {
  name: 'erc20-fees',
  title:
    'people pay each other a token with a blacklist; contention: the share that are large enough for a fee',
  origin: 'written for the example, in the layout of USDT',
  draft: async (stage, load) => {
    const token = await deploySource(stage, 'TetherLike', [supply]);
    stage.names.set(stage.deployer.address, 'owner of the token');
    await call(stage.chain, stage.deployer, token, 'setParams', [10n, parseEther('10')]);
    const transfer = async (place: number, kind: string, amount: bigint) => {
      const from = await createPayer(stage, `token sender ${place}`);
      await give(stage, token, from);
      const data = encodeCall(token, 'transfer', [createAccount(`token receiver ${place}`).address, amount]);
      return { kind, from, to: token.address, data, gasLimit: 120_000n };
    };
    // A thousandth of what is sent: nothing of less than a thousand units.
    return draftMix(
      stage,
      load,
      (place) => transfer(place, 'with-fee', smallAmount(stage)),
      (place) => transfer(place, 'without-fee', BigInt(1 + stage.random.below(900))),
    );
  },
};
