/** Money that is passed on at once against money that is fetched. */
import { createAccount } from '../../generator/account.ts';
import { fund } from '../../generator/chain.ts';
import { deploySource, type Stage, smallAmount } from '../../generator/stage.ts';
import { patternWorkload } from './pattern.ts';

async function purchase(stage: Stage, place: number) {
  const seller = createAccount(`seller ${place}`).address;
  await fund(stage.chain, seller, 1n);
  return { method: 'buy', args: [seller], value: smallAmount(stage) };
}

export const pushPayments = patternWorkload({
  name: 'payments-push',
  title: 'everybody buys of somebody else; the shop passes the money on at once',
  gasLimit: 100_000n,
  deploy: (stage) => deploySource(stage, 'PushPayments', [], 'Payments'),
  callOf: (stage, _contract, _caller, place) => purchase(stage, place),
});

export const pullPayments = patternWorkload({
  name: 'payments-pull',
  title: 'everybody buys of somebody else; the shop writes down what sellers may fetch',
  gasLimit: 100_000n,
  deploy: (stage) => deploySource(stage, 'PullPayments', [], 'Payments'),
  callOf: (stage, _contract, _caller, place) => purchase(stage, place),
});
