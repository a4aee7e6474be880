/** Analysis and execution over a source that has to be asked give what they give over the whole state. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { analyzeBlock } from '../../src/analysis/block.ts';
import type { BlockAnalysis } from '../../src/analysis/result.ts';
import { createExecutor } from '../../src/executor/executor.ts';
import { analyzeFetching } from '../../src/executor/fetch-rounds.ts';
import { buildConflictGraph } from '../../src/graph/build.ts';
import { planSchedule } from '../../src/graph/plan.ts';
import type { BlockInput } from '../../src/input/block.ts';
import { readInput } from '../../src/input/read.ts';
import { buildDocument } from '../../src/report/document.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { contract, inputOf, prestateOf, TARGET, transaction } from '../analysis/scene.ts';
import { readCorpusBlock } from '../corpus.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { fuzzing, isLong, say } from '../effort.ts';
import { type Code, OP, push } from '../generators/assembler.ts';
import { blockDraft, materialize } from '../generators/block.ts';
import { slowSource } from '../state/slow-source.ts';

function documentOf(analysis: BlockAnalysis): unknown {
  const graph = buildConflictGraph(analysis);
  return buildDocument({ analysis, graph, plan: planSchedule(graph, { workers: 2 }), execution: null });
}

/** Both analyses of a block, and how often the slow source was asked. */
async function compared(input: BlockInput, prestate: unknown) {
  const whole = snapshotState(prestate);
  const source = slowSource(whole);
  const fetched = await analyzeFetching(input, { state: source });
  expect(documentOf(fetched)).toEqual(documentOf(analyzeBlock(input, { state: whole })));
  return source;
}

const example = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../examples/mixed-block/${name}.json`, import.meta.url), 'utf8'));

describe('the example block', () => {
  const input = readInput(example('block'));

  test('is analysed equally, in few rounds', async () => {
    const { requests } = await compared(input, example('prestate'));
    say(`example block: ${requests.length} requests for ${requests.map(sizeOf).join('+')} things`);
    expect(requests.length).toBeLessThanOrEqual(5);
  });

  test('is executed equally', async () => {
    const executor = await createExecutor({ workers: 1 });
    try {
      const source = slowSource(snapshotState(example('prestate')));
      const { execution } = await executor.executeBlock(input, { state: source, verify: true });
      const whole = await executor.executeBlock(input, { state: snapshotState(example('prestate')) });
      expect(execution.verified).toEqual({
        sequential: true,
        header: true,
        accessList: null,
        mismatches: [],
      });
      expect(execution.stateDiff).toEqual(whole.execution.stateDiff);
    } finally {
      await executor.close();
    }
  });

  test('with hints takes one request less', async () => {
    const whole = snapshotState(example('prestate'));
    const plain = slowSource(whole);
    const hinted = slowSource(whole);
    const keys = analyzeBlock(input, { state: whole }).transactions.flatMap(({ inputs }) =>
      inputs.answers.map(({ key }) => key),
    );
    await analyzeFetching(input, { state: plain });
    await analyzeFetching(input, { state: { ...hinted, foresee: async () => keys } });
    expect(hinted.requests.length).toBeLessThan(plain.requests.length);
  });
});

function sizeOf({ accounts, slots }: { accounts: readonly unknown[]; slots: readonly unknown[] }): number {
  return accounts.length + slots.length;
}

test('on random blocks both are equal', async () => {
  const { seed, numRuns } = fuzzing({ short: 40, long: 2_000 });
  let most = 0;
  await fc.assert(
    fc.asyncProperty(blockDraft, async (draft) => {
      const { input, prestate } = await materialize(draft);
      const { requests } = await compared(input, prestate);
      most = Math.max(most, requests.length);
    }),
    { seed, numRuns },
  );
  say(`random blocks: seed ${seed}, ${numRuns} blocks, at most ${most} requests`);
}, 600_000);

test('code that walks a list through storage is cut off, and then not bounded', async () => {
  // Each slot says which one is next; the last one is looked at by the account's call.
  const walk: Code = [...push(0n), OP.jumpDest, OP.sload, OP.dup1, ...push(2n), OP.jumpIf, OP.balance];
  const slots = Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [i, i === 299 ? 0n : BigInt(i + 1)]),
  );
  const scene = {
    hardfork: 'cancun',
    prestate: { [TARGET]: contract(walk, slots) },
    transactions: [transaction()],
  };
  const source = slowSource(snapshotState(prestateOf(scene)));
  const analysis = await analyzeFetching(inputOf(scene), { state: source });
  expect(source.requests.length).toBe(64);
  expect(analysis.transactions[0]?.status).not.toBe('exact');
  expect(analysis.missing.length).toBeGreaterThan(0);
});

describeCorpus('corpus blocks', () => {
  const blocks = isLong ? [19426587, 19932148, 15537393, 17666333, 11114732] : [19426587];
  test.each(blocks)('%d', async (number) => {
    const { block, prestate, blockHashes } = readCorpusBlock(number);
    const { requests } = await compared(readInput(block, { blockHashes }), prestate);
    say(`${number}: ${requests.length} requests for ${requests.map(sizeOf).join('+')} things`);
  });
});
