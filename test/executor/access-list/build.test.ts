/**
 * A block's access list: the same in parallel and sequentially and by both forms of the EVM, and the one that
 * the recorder of @ethereumjs/vm makes.
 */

import {
  createBlockLevelAccessListFromRLP,
  validateBlockAccessList,
  validateBlockAccessListGasLimit,
} from '@ethereumjs/util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createExecutor, type Executor } from '../../../src/executor/executor.ts';
import type { BlockInput } from '../../../src/input/block.ts';
import type { BlockAccessList } from '../../../src/input/block-access-list/list.ts';
import { blockAccessListHash, encodeBlockAccessList } from '../../../src/input/block-access-list/rlp.ts';
import { isHardforkFrom } from '../../../src/input/chain.ts';
import { readInput } from '../../../src/input/read.ts';
import { snapshotState } from '../../../src/state/prestate.ts';
import { type Prestate, readCorpusBlock } from '../../corpus.ts';
import { describeCorpus } from '../../corpus-suite.ts';
import { fuzzing, isLong, say } from '../../effort.ts';
import { blockDraft, materialize } from '../../generators/block.ts';
import { accessListFacts, recordedBlock } from '../../oracle/access-list.ts';
import { stateTests } from '../../oracle/state-tests.ts';
import { WORKER_URL } from '../small-blocks.ts';

/** One official test in so many; `STATE_TESTS=1` takes all. */
const EVERY = Number(process.env.STATE_TESTS ?? (isLong ? 1 : 60));
/** Blocks with creations, destructions, withdrawals, failures; by their own rules, then by others. */
const BLOCKS: readonly (readonly [number: number, hardfork: string | null])[] = [
  [6137495, null],
  [12520364, null],
  [15274915, null],
  [19932148, null],
  [19932148, 'prague'],
];

let sequential: Executor;
let stock: Executor;
let parallel: Executor;
beforeAll(async () => {
  sequential = await createExecutor({ workers: 1, engine: 'tuned' });
  stock = await createExecutor({ workers: 1, engine: 'stock' });
  parallel = await createExecutor({ workers: 3, workerUrl: WORKER_URL, engine: 'tuned' });
});
afterAll(() => parallel.close());

async function listOf(executor: Executor, input: BlockInput, prestate: Prestate): Promise<BlockAccessList> {
  const mode = executor.workers === 1 ? 'sequential' : 'parallel';
  const { execution } = await executor.executeBlock(input, { state: snapshotState(prestate), mode });
  return execution.blockAccessList;
}

/** What the list says and the oracle does not, and the reverse. */
async function differences(
  list: BlockAccessList,
  input: BlockInput,
  prestate: Prestate,
): Promise<{ readonly more: readonly string[]; readonly less: readonly string[] }> {
  const got = accessListFacts(list);
  const expected = accessListFacts((await recordedBlock(input, prestate)).list);
  // Before EIP-6780 destruction changes nonce and code; the package leaves both out.
  const isDestruction = (fact: string): boolean =>
    !isHardforkFrom(input.hardfork, 'cancun') && / (code at \d+: 0x|nonce at \d+: 0)$/.test(fact);
  return {
    more: [...got].filter((fact) => !expected.has(fact) && !isDestruction(fact)),
    less: [...expected].filter((fact) => !got.has(fact)),
  };
}

const NONE = { more: [], less: [] };

describe('on random blocks', () => {
  const { seed, numRuns } = fuzzing({ short: 60, long: 5_000 });

  test('parallel, sequential, both forms of the EVM and the oracle agree', async () => {
    let accounts = 0;
    await fc.assert(
      fc.asyncProperty(blockDraft, async (draft) => {
        const { input, prestate } = await materialize(draft);
        const list = await listOf(sequential, input, prestate);
        expect(await listOf(parallel, input, prestate)).toEqual(list);
        expect(await listOf(stock, input, prestate)).toEqual(list);
        expect(await differences(list, input, prestate)).toEqual(NONE);
        accounts += list.length;
      }),
      { seed, numRuns },
    );
    say(`access lists of random blocks: seed ${seed}, ${numRuns} blocks, ${accounts} accounts`);
  }, 3_600_000);

  test('the encoding is the canonical one of @ethereumjs/util', async () => {
    await fc.assert(
      fc.asyncProperty(blockDraft, async (draft) => {
        const { input, prestate } = await materialize(draft);
        const list = await listOf(sequential, input, prestate);
        const encoded = encodeBlockAccessList(list);
        const read = createBlockLevelAccessListFromRLP(encoded);
        expect(Buffer.from(read.serialize())).toEqual(Buffer.from(encoded));
        expect(() => validateBlockAccessList(read, blockAccessListHash(list))).not.toThrow();
        expect(() => validateBlockAccessListGasLimit(read, input.block?.gasLimit ?? 0n)).not.toThrow();
      }),
      { seed, numRuns: Math.ceil(numRuns / 3) },
    );
  }, 3_600_000);
});

describeCorpus('on the corpus', () => {
  test('official state tests, by both forms of the EVM', async () => {
    const found: string[] = [];
    let count = 0;
    for await (const { name, input, prestate, expectException } of stateTests({
      every: EVERY,
      quick: true,
    })) {
      if (input === null || expectException !== null) continue;
      count++;
      const list = await listOf(sequential, input, prestate);
      const { more, less } = await differences(list, input, prestate);
      found.push(...more.map((fact) => `${name}: too much: ${fact}`));
      found.push(...less.map((fact) => `${name}: not there: ${fact}`));
      expect([name, await listOf(stock, input, prestate)]).toEqual([name, list]);
    }
    say(`access lists of ${count} official state tests are the oracle's`);
    expect(found).toEqual([]);
    expect(count).toBeGreaterThan(80);
  }, 3_600_000);

  test("official state tests under Amsterdam's rules", async () => {
    const found: string[] = [];
    let count = 0;
    for await (const { name, input, prestate } of stateTests({
      every: 3 * EVERY,
      quick: true,
      as: 'osaka',
    })) {
      if (input === null) continue;
      const block = { ...input, hardfork: 'amsterdam' };
      const state = snapshotState(prestate);
      const how = { state, mode: 'sequential', skipInvalid: true } as const;
      const execution = await stock.executeBlock(block, how).then(
        (outcome) => outcome.execution,
        (error: Error) => error.message,
      );
      // Its price of a transaction and its header fields are not modelled, so some cannot be executed.
      if (typeof execution === 'string') expect(execution).toMatch(/INTRINSIC_GAS_TOO_LOW|slotNumber/);
      if (typeof execution === 'string' || execution.receipts.length === 0) continue;
      count++;
      const { more, less } = await differences(execution.blockAccessList, block, prestate);
      found.push(...more.map((fact) => `${name}: too much: ${fact}`));
      found.push(...less.map((fact) => `${name}: not there: ${fact}`));
    }
    say(`access lists of ${count} official state tests under Amsterdam's rules are the oracle's`);
    expect(found).toEqual([]);
    expect(count).toBeGreaterThan(20);
  }, 3_600_000);

  test.each(BLOCKS)('block %d, rules of %s', async (number, hardfork) => {
    const { block, prestate, blockHashes } = readCorpusBlock(number);
    const options = hardfork === null ? {} : { hardfork };
    const input = readInput(block, { blockHashes, ...options });
    const list = await listOf(sequential, input, prestate);
    expect(await listOf(parallel, input, prestate)).toEqual(list);
    expect(await differences(list, input, prestate)).toEqual(NONE);
  });
});
