/**
 * The concrete core against the abstract interpreter, its reference: where it says anything, it says the same,
 * in every field but the assumptions.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BlockInput } from '../../../src/input/block.ts';
import { readInput } from '../../../src/input/read.ts';
import { mainnetBlocks, type Prestate, readCorpusBlock } from '../../corpus.ts';
import { describeCorpus } from '../../corpus-suite.ts';
import { fuzzing, isLong, say } from '../../effort.ts';
import { blockDraft, materialize } from '../../generators/block.ts';
import { stateTests } from '../../oracle/state-tests.ts';
import { comparable, compareBlock, differences } from './compare.ts';

const LIMITS: ReadonlySet<string> = new Set(['step-limit', 'memory-limit', 'depth-limit']);

class Tally {
  derived = 0;
  unknown = 0;
  limit = 0;
  /** Exact by the abstract interpreter, and not derived here. */
  missed = 0;
  /** Beyond what the abstract interpreter follows. */
  beyond = 0;

  toString(): string {
    const { derived, unknown, limit, missed, beyond } = this;
    return `derived ${derived} (${beyond} not compared), unknown ${unknown}, limit ${limit}; exact and not derived ${missed}`;
  }
}

function expectEqual(input: BlockInput, prestate: Prestate, tally: Tally): void {
  for (const comparison of compareBlock(input, prestate)) {
    const concrete = comparison.concrete.result;
    const abstract = comparison.abstract.result;
    tally[concrete.kind]++;
    if (concrete.kind !== 'derived') {
      if (abstract.status === 'exact') tally.missed++;
      continue;
    }
    if (abstract.reasons.some(({ code }) => LIMITS.has(code))) {
      tally.beyond++;
      continue;
    }
    expect(comparable(concrete.derivation)).toEqual(comparable(abstract));
    expect(concrete.derivation.accessList ?? comparison.accessList).toEqual(comparison.accessList);
    expect(differences(concrete.derivation.assumptions, comparison)).toEqual([]);
  }
}

/** By default blocks of several eras. */
const SHORT = 6;

describeCorpus('on mainnet blocks', () => {
  const all = mainnetBlocks();
  const step = Math.ceil(all.length / SHORT);
  test.each(isLong ? all : all.filter((_, index) => index % step === 0))('%d', (number) => {
    const corpus = readCorpusBlock(number);
    const input = readInput(corpus.block, { blockHashes: corpus.blockHashes });
    const tally = new Tally();
    expectEqual(input, corpus.prestate, tally);
    say(`${number} ${input.hardfork}: ${tally}`);
    expect(tally.derived).toBeGreaterThanOrEqual(0.95 * input.transactions.length);
  });
});

describeCorpus('on official state tests', () => {
  const forks = [undefined, 'chainstart', 'homestead', 'tangerineWhistle', 'spuriousDragon', 'byzantium'];
  const later = ['petersburg', 'istanbul', 'berlin', 'london', 'paris', 'shanghai', 'prague', 'osaka'];
  test.each([...forks, ...later])('as %s', async (as) => {
    const tally = new Tally();
    const every = isLong ? 1 : as === undefined ? 8 : 40;
    const options = as === undefined ? { quick: !isLong, every } : { as, quick: true, every };
    for await (const { name, input, prestate } of stateTests(options)) {
      if (input === null) continue;
      try {
        expectEqual(input, prestate, tally);
      } catch (error) {
        throw new Error(`${name}: ${error instanceof Error ? error.message : error}`);
      }
    }
    say(`state tests as ${as ?? 'they say'}: ${tally}`);
    expect(tally.derived).toBeGreaterThan(0);
  });
});

describe('on random blocks', () => {
  const { seed, numRuns } = fuzzing({ short: 150, long: 30_000 });

  test('says the same', async () => {
    const tally = new Tally();
    await fc.assert(
      fc.asyncProperty(blockDraft, async (draft) => {
        const { input, prestate } = await materialize(draft);
        expectEqual(input, prestate, tally);
      }),
      { seed, numRuns },
    );
    say(`random blocks: seed ${seed}, ${numRuns} blocks: ${tally}`);
  });
});
