/** Advice on blocks of real contracts whose pattern is known, and on those that were mended. */
import { describe, expect, test } from '@jest/globals';
import { workloadGroups } from '../../examples/workloads/registry.ts';
import { buildWorkload, type Workload } from '../../examples/workloads/workload.ts';
import { type Advice, adviseBlock } from '../../src/advice/advice.ts';
import { adviceSentence, companionSentence } from '../../src/advice/sentence.ts';
import { touchesOf } from '../../src/advice/touches.ts';
import { analyzeBlock } from '../../src/analysis/block.ts';
import { buildConflictGraph } from '../../src/graph/build.ts';
import { readInput } from '../../src/input/read.ts';
import { createNames } from '../../src/names/names.ts';
import { parseKey } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';

const workloads: readonly Workload[] = Object.values(workloadGroups).flatMap(
  (group): readonly Workload[] => group.workloads,
);

async function build(name: string) {
  const workload = workloads.find((one) => one.name === name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  const { block, prestate } = await buildWorkload(workload, { size: 16, contention: 0.8 });
  return { input: readInput(block), state: snapshotState(prestate) };
}

/** Contracts take a second to compile. */
const built = new Map<string, ReturnType<typeof build>>();

function blockOf(name: string): ReturnType<typeof build> {
  const block = built.get(name) ?? build(name);
  built.set(name, block);
  return block;
}

async function advise(name: string): Promise<{ advice: Advice[]; sentences: string[] }> {
  const { input, state } = await blockOf(name);
  const advice = await adviseBlock(input, { state });
  const names = createNames(analyzeBlock(input, { state }));
  return { advice, sentences: advice.map((one) => adviceSentence(one, names)) };
}

describe('the first advice', () => {
  test.each([
    ['counter', 'counter'],
    ['total', 'total'],
    ['payments-push', 'ether'],
    ['fee-in-every-call', 'credited-entry'],
    ['factory-create', 'factory'],
    ['uniswap-v2', 'pool'],
    ['stable-pool', 'pool'],
    ['airdrop', 'one-sender'],
  ])('%s: %s', async (name, pattern) => {
    const { advice } = await advise(name);
    const [first] = advice;
    expect(first?.pattern).toBe(pattern);
    expect(first?.bound.without).toBeGreaterThan(first?.bound.now ?? 0);
  });
});

test.each(['total-by-user', 'payments-pull', 'fee-put-aside'])('%s needs none', async (name) => {
  expect((await advise(name)).advice).toEqual([]);
});

test('a sentence says who does what to what, and how many wait', async () => {
  const { advice, sentences } = await advise('counter');
  const [first] = advice;
  const { address } = parseKey(first?.key ?? '');
  expect(first).toMatchObject({ step: 1n, companions: [], total: 16, callers: [{ to: address }] });
  expect(sentences[0]).toMatch(
    /^A counter: every call of `0x[0-9a-f]{8}` writes 0x.* slot 0, which grows by one each time: \d+ of 16 transactions wait on it; without that the block could run .*×\.$/,
  );
});

test('keys on which the same transactions wait go together', async () => {
  const { input, state } = await blockOf('uniswap-v2');
  const [first] = await adviseBlock(input, { state });
  const names = createNames(analyzeBlock(input, { state }));
  expect(first?.companions.map(({ pattern }) => pattern)).toContain('lock');
  expect(companionSentence(first as Advice, names)).toContain('as locks are');
});

test('who waits is who conflicts with an earlier one', async () => {
  const { input, state } = await blockOf('uniswap-v2');
  const analysis = analyzeBlock(input, { state });
  const keys = buildConflictGraph(analysis).hotKeys.map(({ key }) => key);
  for (const { key, transactions, waiting } of touchesOf(keys, analysis)) {
    const modes = analysis.transactions.map(({ accesses }) => accesses.keys.get(key));
    const touching = [...modes.keys()].filter((index) => modes[index] !== undefined);
    expect(transactions).toEqual(touching);
    const meets = touching.filter((index) =>
      touching.some(
        (earlier) => earlier < index && (modes[earlier] !== modes[index] || modes[index] === 'write'),
      ),
    );
    expect(waiting).toEqual(meets);
  }
});
