/**
 * Theorem 1: what is derived holds whatever is observed. On real blocks, official tests and random blocks;
 * the observer is the oracle, which knows nothing of the analysis.
 */
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { analyzeBlock } from '../src/analysis/block.ts';
import type { BlockAnalysis, TransactionAnalysis } from '../src/analysis/result.ts';
import { buildConflictGraph } from '../src/graph/build.ts';
import type { ConflictGraph } from '../src/graph/conflict-graph.ts';
import type { BlockInput } from '../src/input/block.ts';
import { readInput } from '../src/input/read.ts';
import type { StateKey } from '../src/state/key.ts';
import { snapshotState } from '../src/state/prestate.ts';
import { mainnetBlocks, type Prestate, readCorpusBlock } from './corpus.ts';
import { describeCorpus } from './corpus-suite.ts';
import { fuzzing, isLong, say } from './effort.ts';
import { blockDraft, materialize } from './generators/block.ts';
import { blocksOfCalls } from './generators/deferral.ts';
import {
  brokenEscrows,
  hasEqualSlots,
  type Miss,
  missesOf,
  recordedModes,
  type Unordered,
  unorderedConflicts,
} from './oracle/coverage.ts';
import { type Recorded, RefusedError } from './oracle/recorder.ts';
import { type ResolvedRun, runResolving } from './oracle/resolve.ts';
import { stateTests } from './oracle/state-tests.ts';

/** EIP-4844, `GAS_PER_BLOB`. */
const BLOB_GAS = 131_072n;

/** What is wrong with the analysis of a block; all empty if it is sound. */
interface Verdict {
  readonly misses: readonly Miss[];
  readonly unordered: readonly Unordered[];
  readonly brokenEscrows: readonly string[];
}

const SOUND: Verdict = { misses: [], unordered: [], brokenEscrows: [] };

function judge(
  { first, analysis, recorded }: ResolvedRun,
  graph: Pick<ConflictGraph, 'predecessors'>,
  prestate: Prestate,
): Verdict {
  const { input, transactions } = analysis;
  const pairs = transactions.flatMap((derived, index) => {
    const seen = recorded[index];
    return seen === undefined ? [] : [{ derived, seen }];
  });
  return {
    misses: pairs.flatMap(({ derived, seen }) => missesOf(input, derived, seen)),
    unordered: unorderedConflicts(
      pairs.map(({ derived, seen }) => recordedModes(input, derived, seen)),
      graph.predecessors,
    ),
    // What is derived later counts on the balances that there are then.
    brokenEscrows: brokenEscrows(input, first.transactions, BLOB_GAS, (address) =>
      BigInt(prestate[address]?.balance ?? 0),
    ),
  };
}

/** Everything that is wrong with the analysis of a block. */
async function examine(input: BlockInput, prestate: Prestate) {
  const first = analyzeBlock(input, { state: snapshotState(prestate) });
  const run = await runResolving(first, prestate);
  return { run, verdict: judge(run, buildConflictGraph(run.analysis), prestate) };
}

class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string, count = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  toString(): string {
    return [...this.#counts].map(([name, count]) => `${name} ${count}`).join(', ');
  }
}

describeCorpus('soundness on mainnet blocks', () => {
  const total = new Tally();
  afterAll(() => say(`all blocks: ${total}`));

  test.each(mainnetBlocks())('%d', async (number) => {
    const corpus = readCorpusBlock(number);
    const input = readInput(corpus.block, { blockHashes: corpus.blockHashes });
    const { run, verdict } = await examine(input, corpus.prestate);
    const { first, recorded, analysis } = run;
    const own = new Tally();
    for (const tally of [own, total]) {
      tally.add('transactions', recorded.length);
      for (const { status } of first.transactions) tally.add(status);
      tally.add('slots equal', analysis.transactions.filter((one, i) => isEqual(one, recorded[i])).length);
    }
    say(`${number} ${input.hardfork}: ${own}`);
    expect(recorded.map(asCorpus)).toEqual(corpus.accesses.map(sorted));
    expect(verdict).toEqual(SOUND);
  });
});

function isEqual(derived: TransactionAnalysis, recorded: Recorded | undefined): boolean {
  return recorded !== undefined && hasEqualSlots(derived, recorded);
}

function asCorpus({ gasUsed, status, reads, writes, adds }: Recorded) {
  return { gasUsed: Number(gasUsed), status, ...keysOf({ reads, writes, adds }) };
}

function sorted({ gasUsed, status, ...keys }: ReturnType<typeof readCorpusBlock>['accesses'][number]) {
  return { gasUsed, status, ...keysOf(keys) };
}

function keysOf(sets: Readonly<Record<'reads' | 'writes' | 'adds', Iterable<StateKey>>>) {
  return { reads: [...sets.reads].sort(), writes: [...sets.writes].sort(), adds: [...sets.adds].sort() };
}

/** Hardforks that the official tests do not speak of, or hardly: they are run under these too. */
const OTHER_HARDFORKS = [
  'chainstart',
  'homestead',
  'tangerineWhistle',
  'spuriousDragon',
  'byzantium',
  'petersburg',
  'istanbul',
  'berlin',
  'london',
  'paris',
  'shanghai',
  'prague',
  'osaka',
];

describeCorpus('soundness on official state tests', () => {
  const runs = [
    { name: 'under their own hardforks', options: isLong ? {} : { quick: true, every: 10 } },
    ...OTHER_HARDFORKS.map((as) => ({
      name: `as ${as}`,
      options: isLong ? { as } : { as, quick: true, every: 50 },
    })),
  ];

  test.each(runs)(
    '$name',
    async ({ name, options }) => {
      const tally = new Tally();
      const problems: unknown[] = [];
      for await (const { name: testName, input, prestate } of stateTests(options)) {
        const examined = input === null ? null : await examine(input, prestate).catch(nullIfRefused);
        if (examined === null) {
          tally.add('invalid');
          continue;
        }
        const { run, verdict } = examined;
        for (const { status } of run.first.transactions) tally.add(status);
        if (verdict.misses.length > 0) problems.push({ testName, ...verdict });
      }
      say(`state tests ${name}: ${tally}`);
      expect(problems).toEqual([]);
    },
    1_200_000,
  );
});

function nullIfRefused(error: unknown): null {
  if (error instanceof RefusedError) return null;
  throw error;
}

describe('soundness on random blocks', () => {
  const { seed, numRuns } = fuzzing({ short: 400, long: 50_000 });

  test('derived sets hold what is observed, conflicts are ordered, escrow holds', async () => {
    const tally = new Tally();
    await fc.assert(
      fc.asyncProperty(blockDraft, async (draft) => {
        const { input, prestate } = await materialize(draft);
        const { run, verdict } = await examine(input, prestate);
        for (const { status } of run.first.transactions) tally.add(status);
        expect(verdict).toEqual(SOUND);
      }),
      { seed, numRuns },
    );
    say(`random blocks: seed ${seed}, ${numRuns} blocks, ${tally}`);
  }, 3_600_000);
});

describe('soundness where much is deferred', () => {
  const { seed, numRuns } = fuzzing({ short: 100, long: 20_000 });

  test.each([false, true])(
    'skipping invalid ones: %s',
    async (skipInvalid) => {
      const tally = new Tally();
      await fc.assert(
        fc.asyncProperty(fc.oneof(blocksOfCalls(), blockDraft), async (drawn) => {
          const { input, prestate } = 'input' in drawn ? drawn : await materialize(drawn);
          const first = analyzeBlock(input, { state: snapshotState(prestate), skipInvalid });
          const run = await runResolving(first, prestate);
          for (const { status } of first.transactions) tally.add(status);
          const { misses, unordered } = judge(run, buildConflictGraph(run.analysis), prestate);
          expect([misses, unordered]).toEqual([[], []]);
          expect(run.analysis.transactions.filter(({ pending }) => pending.length > 0)).toEqual([]);
        }),
        { seed, numRuns },
      );
      say(`deferral, skipping invalid ones ${skipInvalid}: seed ${seed}, ${numRuns} blocks, ${tally}`);
    },
    3_600_000,
  );
});

describe('the check itself', () => {
  /** The same analysis with one key less in one transaction. */
  function without(analysis: BlockAnalysis, index: number, key: StateKey): BlockAnalysis {
    const transactions = analysis.transactions.map((one) => {
      if (one.index !== index) return one;
      const keys = new Map(one.accesses.keys);
      keys.delete(key);
      return { ...one, accesses: { ...one.accesses, keys } };
    });
    return { ...analysis, transactions };
  }

  test('sees each recorded key that a derived set lacks, and each conflict that no path orders', async () => {
    let keys = 0;
    let conflicts = 0;
    for (const draft of fc.sample(blockDraft, { seed: 7, numRuns: 25 })) {
      const { input, prestate } = await materialize(draft);
      const { run } = await examine(input, prestate);
      const { analysis, recorded } = run;
      const graph = buildConflictGraph(analysis);
      for (const { index, accesses } of analysis.transactions) {
        const seen = recorded[index];
        if (seen === undefined || accesses.regions.length > 0) continue;
        for (const key of [...seen.reads, ...seen.adds, ...seen.implied]) {
          const { misses } = judge({ ...run, analysis: without(analysis, index, key) }, graph, prestate);
          expect(misses).toContainEqual(expect.objectContaining({ transaction: index, key }));
          keys++;
        }
      }
      const edgeless = { predecessors: graph.predecessors.map(() => []) };
      conflicts += judge(run, edgeless, prestate).unordered.length;
    }
    expect(keys).toBeGreaterThan(100);
    expect(conflicts).toBeGreaterThan(10);
  });
});
