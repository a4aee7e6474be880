/** A factory with CREATE, one with CREATE2, and one that only says where a contract would be. */
import { deploySource } from '../../generator/stage.ts';
import { patternWorkload } from './pattern.ts';

const creation = async () => ({ method: 'createWallet' });

export const createFactory = patternWorkload({
  name: 'factory-create',
  title: 'everybody has a wallet created, at an address that follows from the factory’s nonce',
  gasLimit: 250_000n,
  deploy: (stage) => deploySource(stage, 'CreateFactory', [], 'Factories'),
  callOf: creation,
});

export const create2Factory = patternWorkload({
  name: 'factory-create2',
  title: 'everybody has a wallet created, at an address that follows from theirs',
  gasLimit: 250_000n,
  deploy: (stage) => deploySource(stage, 'Create2Factory', [], 'Factories'),
  callOf: creation,
});

export const counterfactualFactory = patternWorkload({
  name: 'factory-counterfactual',
  title: 'everybody has an address reserved; the wallet is created when it is first needed',
  gasLimit: 250_000n,
  deploy: (stage) => deploySource(stage, 'CounterfactualFactory', [], 'Factories'),
  callOf: creation,
});
