/** A fee that each transfer credits to one treasury against a fee that is put aside with the payer. */
import { parseEther } from 'ethers';
import { type Account, createAccount } from '../../generator/account.ts';
import type { Contract } from '../../generator/chain.ts';
import { deploySource, give, type Stage, smallAmount } from '../../generator/stage.ts';
import { patternWorkload } from './pattern.ts';

const supply = parseEther('1000000000');

async function transfer(stage: Stage, token: Contract, from: Account, place: number) {
  await give(stage, token, from);
  return { method: 'transfer', args: [createAccount(`receiver ${place}`).address, smallAmount(stage)] };
}

async function deployFeeToken(stage: Stage, contract: string): Promise<Contract> {
  const treasury = createAccount('treasury').address;
  stage.names.set(treasury, 'treasury');
  const token = await deploySource(stage, contract, [treasury, supply], 'FeeTokens');
  await give(stage, token, { address: treasury });
  return token;
}

export const eagerFee = patternWorkload({
  name: 'fee-in-every-call',
  title: 'everybody pays somebody else a token; each transfer credits a fee to the treasury',
  gasLimit: 120_000n,
  deploy: (stage) => deployFeeToken(stage, 'EagerFeeToken'),
  callOf: transfer,
});

export const lazyFee = patternWorkload({
  name: 'fee-put-aside',
  title: 'everybody pays somebody else a token; the fee is put aside, to be collected from many at once',
  gasLimit: 120_000n,
  deploy: (stage) => deployFeeToken(stage, 'LazyFeeToken'),
  callOf: transfer,
});
