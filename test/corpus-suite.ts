/** Suites that need the corpus say so when it is not there, and are left out. */
import { describe, test } from '@jest/globals';
import { CORPUS, corpusDirectory } from './corpus.ts';

/** A suite over the corpus. Without one it holds one skipped test whose name says what was left out. */
export function describeCorpus(name: string, suite: () => void): void {
  if (corpusDirectory() !== null) {
    describe(name, suite);
    return;
  }
  process.stdout.write(`${name}: left out, there is no corpus at ${CORPUS}\n`);
  describe(name, () => {
    test.skip(`left out: no corpus at ${CORPUS}`, () => {});
  });
}
