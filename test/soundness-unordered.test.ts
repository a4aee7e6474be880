/**
 * Theorem 1 for mempools of real transactions: derived in any order, they run in random ones. What one touches is
 * in its sets, and two that conflict on a key have sets that do, and a path between them.
 */
import { expect, test } from '@jest/globals';
import type { Random } from '../examples/generator/random.ts';
import type { AccessMode } from '../src/analysis/access.ts';
import { analyzeBlock, isOpen } from '../src/analysis/block.ts';
import { firstConflict, modesConflict } from '../src/analysis/overlap.ts';
import type { BlockAnalysis } from '../src/analysis/result.ts';
import { buildConflictGraph } from '../src/graph/build.ts';
import { readInput } from '../src/input/read.ts';
import type { StateKey } from '../src/state/key.ts';
import { snapshotState } from '../src/state/prestate.ts';
import { mainnetBlocks, type Prestate, readCorpusBlock } from './corpus.ts';
import { describeCorpus } from './corpus-suite.ts';
import { fuzzing, isLong, say } from './effort.ts';
import { type Miss, missesOf, recordedModes, unorderedConflicts } from './oracle/coverage.ts';
import { Oracle, RefusedError } from './oracle/recorder.ts';
import { randomFor } from './perturbation/subjects.ts';

const { seed } = fuzzing({ short: 0, long: 0 });
const ORDERS = isLong ? 5 : 1;
/** Smaller ones of different ages, unless all are asked for. */
const SHORT = [116_525, 2_179_522, 18_426_253];

type Modes = ReadonlyMap<StateKey, readonly AccessMode[]>;

/**
 * A random order. Transactions of one sender keep theirs, as their nonces say it; those that may touch anything
 * come last, as the others would be derived again after them.
 */
function drawOrder({ input, transactions }: BlockAnalysis, random: Random): number[] {
  const groups = new Map<string, number[]>();
  const last: number[] = [];
  const waiting = new Set<string>();
  for (const one of transactions) {
    const from = input.transactions[one.index]?.from ?? '';
    if (isOpen(one) || waiting.has(from)) {
      waiting.add(from);
      last.push(one.index);
    } else groups.set(from, [...(groups.get(from) ?? []), one.index]);
  }
  return [...random.interleave([...groups.values()]), ...last];
}

interface Found {
  readonly misses: readonly Miss[];
  /** What each transaction was seen to touch; nothing where it was invalid. */
  readonly modes: readonly Modes[];
  readonly refused: number;
}

async function runInOrder(
  { input, transactions }: BlockAnalysis,
  order: readonly number[],
  prestate: Prestate,
): Promise<Found> {
  const oracle = await Oracle.create(input, prestate);
  const misses: Miss[] = [];
  const modes: Modes[] = transactions.map(() => new Map());
  let refused = 0;
  /** From then on sets hold no longer: whoever is left would be derived again. */
  let hasOpenRun = false;
  for (const index of order) {
    const derived = transactions[index];
    if (derived === undefined) continue;
    hasOpenRun ||= isOpen(derived);
    try {
      const seen = await oracle.run(index);
      if (hasOpenRun) continue;
      misses.push(...missesOf(input, derived, seen));
      modes[index] = recordedModes(input, derived, seen);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      refused++;
    }
  }
  return { misses, modes, refused };
}

/** Pairs that conflict on a key, whose sets do not. */
function missedConflicts({ transactions }: BlockAnalysis, modes: readonly Modes[]): string[] {
  const touching = new Map<StateKey, number[]>();
  const pairs = new Set<string>();
  for (const [index, own] of modes.entries()) {
    for (const [key, mine] of own) {
      const others = touching.get(key) ?? [];
      for (const other of others) {
        const theirs = modes[other]?.get(key) ?? [];
        if (mine.some((a) => theirs.some((b) => modesConflict(a, b)))) pairs.add(`${other} ${index}`);
      }
      touching.set(key, [...others, index]);
    }
  }
  return [...pairs].filter((pair) => {
    const [a, b] = pair.split(' ').map((index) => transactions[Number(index)]);
    return a === undefined || b === undefined || firstConflict(a.accesses, b.accesses) === null;
  });
}

describeCorpus('soundness on mainnet transactions in any order', () => {
  test.each(isLong ? mainnetBlocks() : SHORT)('%d', async (number) => {
    const corpus = readCorpusBlock(number);
    const input = readInput(corpus.block, { blockHashes: corpus.blockHashes });
    const analysis = analyzeBlock(input, { state: snapshotState(corpus.prestate), unordered: true });
    const { predecessors } = buildConflictGraph(analysis);
    const random = randomFor(seed, String(number));
    let refused = 0;
    for (let i = 0; i < ORDERS; i++) {
      const found = await runInOrder(analysis, drawOrder(analysis, random), corpus.prestate);
      refused += found.refused;
      expect(found.misses).toEqual([]);
      expect(missedConflicts(analysis, found.modes)).toEqual([]);
      expect(unorderedConflicts(found.modes, predecessors)).toEqual([]);
    }
    const open = analysis.transactions.filter(isOpen).length;
    const total = input.transactions.length;
    say(
      `${number} in ${ORDERS} orders (seed ${seed}): ${total} transactions, open ${open}, refused ${refused}`,
    );
    expect(refused).toBeLessThan(ORDERS * total);
  });
});
