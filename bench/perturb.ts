/**
 * Attacks the derived sets with other values in what is not known: `npm run perturb -- --runs N --seed S`, and
 * `--only mainnet`, `--only 'state tests'` or `--only 'random blocks'` for one part. A third of the runs each.
 *
 * A run is one execution, on the oracle, of a transaction whose sets were derived once with some keys unstable
 * or missing; in it, these have other values. A miss is an access outside of the sets; a wrong effect, a value
 * left that they exclude; wider, a transaction derived as exact that touched less. Teeth are the runs whose
 * accesses leave the sets that were derived as if everything was known. Exits with 1 unless only teeth are found.
 */
import { parseArgs } from 'node:util';
import { describeCount, noCount } from '../test/perturbation/perturb.ts';
import { ATTACKS, randomFor } from '../test/perturbation/subjects.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);
const attacks = Object.entries(ATTACKS).filter(([name]) => values.only === undefined || values.only === name);

let isSound = true;
for (const [name, attack] of attacks) {
  const count = noCount();
  await attack(randomFor(seed, name), Math.ceil(runs / attacks.length), count);
  console.log(`${name}: seed ${seed}, ${describeCount(count)}`);
  for (const contradiction of count.contradictions.slice(0, 10)) {
    isSound = false;
    console.log(JSON.stringify(contradiction, null, 1));
  }
}
process.exitCode = isSound ? 0 : 1;
