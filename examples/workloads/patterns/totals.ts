/** A total that every call writes against sums for each user. */
import { deploySource, smallAmount } from '../../generator/stage.ts';
import { patternWorkload } from './pattern.ts';

export const globalTotal = patternWorkload({
  name: 'total',
  title: 'everybody adds to what they hold, and to the total',
  gasLimit: 90_000n,
  deploy: (stage) => deploySource(stage, 'GlobalTotal', [], 'Deposits'),
  callOf: async (stage) => ({ method: 'add', args: [smallAmount(stage)] }),
});

export const userSums = patternWorkload({
  name: 'total-by-user',
  title: 'everybody adds to what they hold; the total is summed up from events',
  gasLimit: 90_000n,
  deploy: (stage) => deploySource(stage, 'UserSums', [], 'Deposits'),
  callOf: async (stage) => ({ method: 'add', args: [smallAmount(stage)] }),
});
