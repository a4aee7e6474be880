/**
 * Theorem 1 on official tests whose storage, balances or both are not known: unstable, or lacking in the state
 * source. Each transaction runs on the state as it is and, where it does not take long, on others.
 */
import { expect, test } from '@jest/globals';
import { describeCorpus } from './corpus-suite.ts';
import { fuzzing, isLong, say } from './effort.ts';
import { Oracle } from './oracle/recorder.ts';
import { stateTests } from './oracle/state-tests.ts';
import { WHOLE_KINDS } from './perturbation/ignorance.ts';
import { type Count, describeCount, noCount, perturbWith } from './perturbation/perturb.ts';
import { randomFor } from './perturbation/subjects.ts';

const { seed } = fuzzing({ short: 0, long: 0 });
/** Runs on other states, for each kind of not knowing. */
const MUTATIONS = 3;

describeCorpus('soundness on official state tests whose state is not known', () => {
  test('storage, balances or both, unstable or missing', async () => {
    const counts = new Map<string, Count>(WHOLE_KINDS.map(({ name }) => [name, noCount()]));
    const random = randomFor(seed, 'whole kinds');
    for await (const { name, input, prestate } of stateTests(isLong ? {} : { quick: true, every: 80 })) {
      if (input === null) continue;
      const subject = { name, input, index: 0, oracle: await Oracle.create(input, prestate) };
      for (const kind of WHOLE_KINDS) {
        await perturbWith(subject, kind, random, MUTATIONS, counts.get(kind.name) ?? noCount());
      }
    }
    for (const [name, count] of counts) say(`state tests, ${name}: seed ${seed}, ${describeCount(count)}`);
    expect([...counts.values()].flatMap(({ contradictions }) => contradictions)).toEqual([]);
  }, 3_600_000);
});
