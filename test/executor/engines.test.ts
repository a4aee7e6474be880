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
import type { StateSource } from '../../src/state/source.ts';
import { mainnetBlocks, readCorpusBlock } from '../corpus.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { fuzzing, isLong, say } from '../effort.ts';
import { blockDraft, materialize } from '../generators/block.ts';
import { stateTests } from '../oracle/state-tests.ts';
import { enginePair } from './engine-pair.ts';
import { address, blockOf, preState, SENDERS, word } from './small-blocks.ts';

/** One official test in so many; `STATE_TESTS=1` takes all. */
const EVERY = Number(process.env.STATE_TESTS ?? (isLong ? 1 : 25));
/** One block of each era. */
const SOME_BLOCKS = [116525, 2688148, 3356896, 6196166, 9068998, 12520364, 15274915, 19933122];

/** Runs a block's transactions by both forms, each on the state that the earlier ones leave. */
async function blockDifferences(input: BlockInput, state: StateSource): Promise<string[]> {
  const pair = await enginePair(input);
  const run = new BlockRun(openBlock(input, state), pair.stock);
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

/** Calls the account in the first word of its calldata with the rest; keeps its success, logs what it returns. */
const FORWARDER = address(0xf0);
const FORWARD = '36602090038060206000376000600082600060006000355af16000553d600060003e3d6000a000';

/** Well-formed input of some precompiles, by their number. */
const INPUTS: ReadonlyMap<number, string> = new Map([
  [1, `${'38'.repeat(32)}${'0'.repeat(62)}1b${'2'.repeat(64)}${'1'.repeat(64)}`],
  [5, `${['1', '2', '1'].map((length) => length.padStart(64, '0')).join('')}03ffff07`],
  [6, `${'1'.padStart(64, '0')}${'2'.padStart(64, '0')}`.repeat(2)],
  [7, `${'1'.padStart(64, '0')}${'2'.padStart(64, '0')}${'9'.padStart(64, '0')}`],
  [8, ''],
  // The point at infinity, twice: the precompiles of EIP-2537 answer with a promise.
  [11, '00'.repeat(256)],
  [13, '00'.repeat(512)],
  [15, '00'.repeat(384)],
]);

test('precompiles, called by a transaction and by a contract', async () => {
  const state = preState([
    [
      FORWARDER,
      { balance: 0n, nonce: 1n, code: new Uint8Array(Buffer.from(FORWARD, 'hex')), storage: new Map() },
    ],
  ]);
  for (const hardfork of ['byzantium', 'istanbul', 'cancun', 'prague', 'osaka']) {
    const inputs = Array.from({ length: 18 }, (_, number) => number).flatMap((number) =>
      ['', 'ff'.repeat(192), INPUTS.get(number) ?? '01'].map((hex) => [address(number), hex] as const),
    );
    const transactions = inputs.flatMap(([to, hex]) => {
      const data = new Uint8Array(Buffer.from(hex, 'hex'));
      const from = SENDERS[0];
      return [
        { from, to, data, gasLimit: 300_000n },
        { from, to: FORWARDER, data: new Uint8Array([...word(to), ...data]), gasLimit: 300_000n },
      ];
    });
    const since = ['cancun', 'prague', 'osaka'].includes(hardfork) ? { excessBlobGas: 0n } : {};
    const input = blockOf(transactions, { hardfork, header: since });
    expect([hardfork, await blockDifferences(input, state)]).toEqual([hardfork, []]);
  }
});

test('more gas than fits is left to the stock form', async () => {
  const header = { gasLimit: 2n ** 62n };
  const rich = { balance: 2n ** 80n, nonce: 5n, code: new Uint8Array(0), storage: new Map() };
  const input = blockOf([{ from: SENDERS[0], gasLimit: 2n ** 60n }], { header });
  expect(await blockDifferences(input, preState([[SENDERS[0], rich]]))).toEqual([]);
});

describeCorpus('both forms on the corpus', () => {
  test('official state tests', async () => {
    const found: string[] = [];
    let count = 0;
    for await (const { name, input, prestate } of stateTests({ every: EVERY })) {
      if (input === null) continue;
      count++;
      for (const difference of await blockDifferences(input, snapshotState(prestate)))
        found.push(`${name}: ${difference}`);
    }
    say(`both forms of the EVM agree on ${count} official state tests`);
    expect(found).toEqual([]);
    expect(count).toBeGreaterThan(100);
  }, 3_600_000);

  test.each(isLong ? mainnetBlocks() : SOME_BLOCKS)('block %d', async (number) => {
    const { block, prestate, blockHashes } = readCorpusBlock(number);
    expect(await blockDifferences(readInput(block, { blockHashes }), snapshotState(prestate))).toEqual([]);
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
        expect(await blockDifferences(input, snapshotState(prestate))).toEqual([]);
      }),
      { seed, numRuns },
    );
    say(`both forms of the EVM agree on ${count} transactions of ${numRuns} random blocks (seed ${seed})`);
  }, 3_600_000);
});
