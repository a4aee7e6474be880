/**
 * Theorem 1 where the state is not known: a transaction is derived once with some keys unstable or missing, and
 * then runs many times with other values in them. `npm run perturb` runs the same attack for as long as is asked.
 */
import { expect, test } from '@jest/globals';
import { describeCorpus } from './corpus-suite.ts';
import { fuzzing, say } from './effort.ts';
import { describeCount, noCount } from './perturbation/perturb.ts';
import { ATTACKS, randomFor } from './perturbation/subjects.ts';

const { seed, numRuns } = fuzzing({ short: 600, long: 70_000 });

async function attackWith(name: keyof typeof ATTACKS): Promise<void> {
  const count = noCount();
  await ATTACKS[name](randomFor(seed, name), numRuns, count);
  say(`perturbed ${name}: seed ${seed}, ${describeCount(count)}`);
  expect(count.contradictions).toEqual([]);
  expect(count.executions).toBeGreaterThan(numRuns / 2);
  // Teeth: as if everything was known, executions do leave the sets.
  expect(count.escapes).toBeGreaterThan(0);
}

describeCorpus('other values in what is not known, real transactions and official tests', () => {
  test.each(['mainnet', 'state tests'] as const)('%s', attackWith, 3_600_000);
});

test('other values in what is not known, random blocks', () => attackWith('random blocks'), 3_600_000);
