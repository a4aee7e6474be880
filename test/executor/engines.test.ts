/**
 * The tuned form of the EVM equals the stock one: gas, status, logs, changes, observed accesses and their
 * origins, on official tests, real blocks and random ones.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BlockRun, openBlock } from '../../src/executor/block-run.ts';
import type { BlockInput } from '../../src/input/block.ts';
import { readInput } from '../../src/input/read.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { mainnetBlocks, type Prestate, readCorpusBlock } from '../corpus.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { fuzzing, isLong, say } from '../effort.ts';
import { blockDraft, materialize } from '../generators/block.ts';
import { stateTests } from '../oracle/state-tests.ts';
import { enginePair } from './engine-pair.ts';

/** One official test in so many; `STATE_TESTS=1` takes all. */
const EVERY = Number(process.env.STATE_TESTS ?? (isLong ? 1 : 25));
/** One block of each era. */
const SOME_BLOCKS = [116525, 2688148, 3356896, 6196166, 9068998, 12520364, 15274915, 19933122];

/** Runs a block's transactions by both forms, each on the state that the earlier ones leave. */
async function blockDifferences(input: BlockInput, prestate: Prestate): Promise<string[]> {
  const pair = await enginePair(input);
  const run = new BlockRun(openBlock(input, snapshotState(prestate)), pair.stock);
  const found: string[] = [];
  for (const index of input.transactions.keys()) {
    const { result, differences } = await pair.run(index, run.current);
    found.push(...differences.map((difference) => `transaction ${index}: ${difference}`));
    run.commit(result, null);
  }
  return found;
}

test('the tuned form is what runs where it is asked for', async () => {
  for (const hardfork of ['chainstart', 'berlin', 'osaka', 'bpo2']) {
    const { stock, tuned } = await enginePair({ ...EMPTY_BLOCK, hardfork });
    expect([stock.engine, tuned.engine]).toEqual(['stock', 'tuned']);
  }
});

const EMPTY_BLOCK: BlockInput = {
  block: null,
  transactions: [],
  chainId: 1n,
  hardfork: 'osaka',
  blockHashes: new Map(),
};

describeCorpus('both forms on the corpus', () => {
  test('official state tests', async () => {
    const found: string[] = [];
    let count = 0;
    for await (const { name, input, prestate } of stateTests({ every: EVERY })) {
      if (input === null) continue;
      count++;
      for (const difference of await blockDifferences(input, prestate)) found.push(`${name}: ${difference}`);
    }
    say(`both forms of the EVM agree on ${count} official state tests`);
    expect(found).toEqual([]);
    expect(count).toBeGreaterThan(100);
  }, 3_600_000);

  test.each(isLong ? mainnetBlocks() : SOME_BLOCKS)('block %d', async (number) => {
    const { block, prestate, blockHashes } = readCorpusBlock(number);
    expect(await blockDifferences(readInput(block, { blockHashes }), prestate)).toEqual([]);
  });
});

describe('both forms on random blocks', () => {
  test('agree on every transaction', async () => {
    const { seed, numRuns } = fuzzing({ short: 60, long: 5_000 });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(blockDraft, async (draft) => {
        const { input, prestate } = await materialize(draft);
        count += input.transactions.length;
        expect(await blockDifferences(input, prestate)).toEqual([]);
      }),
      { seed, numRuns },
    );
    say(`both forms of the EVM agree on ${count} transactions of ${numRuns} random blocks (seed ${seed})`);
  }, 3_600_000);
});
