/**
 * Transactions to perturb, each in its true place: real blocks, official state tests, and random blocks. One
 * call attacks so many transactions as its number of executions asks for; the same random numbers, the same
 * attack.
 */
import fc from 'fast-check';
import type { Random } from '../../examples/generator/random.ts';
import { createRandom } from '../../examples/generator/random.ts';
import { readInput } from '../../src/input/read.ts';
import { mainnetBlocks, readCorpusBlock } from '../corpus.ts';
import { blockDraft, materialize } from '../generators/block.ts';
import { Oracle } from '../oracle/recorder.ts';
import { stateTests } from '../oracle/state-tests.ts';
import { type Count, perturb } from './perturb.ts';

/** Executions of one derivation. */
const MUTATIONS = 20;
/** Gas limit above which one execution may take too long to be repeated. */
const MOST_GAS_LIMIT = 20_000_000n;

/** Of one real block, which takes a while to be read and run. */
const BLOCK_EXECUTIONS = 300;

export type Attack = (random: Random, executions: number, count: Count) => Promise<void>;

/** Real blocks, one after the other in a random order; some transactions of each. */
const attackMainnet: Attack = async (random, executions, count) => {
  const blocks = shuffled(random, mainnetBlocks()).slice(0, Math.ceil(executions / BLOCK_EXECUTIONS));
  for (const [done, number] of blocks.entries()) {
    const { block, prestate, blockHashes } = readCorpusBlock(number);
    const input = readInput(block, { blockHashes });
    const oracle = await Oracle.create(input, prestate);
    const left = Math.max(1, Math.ceil((executions - count.executions) / MUTATIONS / (blocks.length - done)));
    const calls = input.transactions.filter(({ data }) => data.length > 0).length;
    const probability = left / Math.max(1, calls);
    for (const [index, { data, gasLimit }] of input.transactions.entries()) {
      const isTried = random.chance(data.length > 0 ? probability : probability / 20);
      if (isTried && gasLimit <= MOST_GAS_LIMIT) {
        const times = Math.max(1, Math.ceil(probability));
        const subject = { name: String(number), input, index, oracle };
        for (let i = 0; i < times && count.executions < executions; i++) {
          await perturb(subject, random, MUTATIONS, count);
        }
      }
      await oracle.run(index);
    }
  }
};

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const ranked = items.map((item) => ({ item, rank: random.below(1 << 30) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
}

/** About how many executions one pass over all state tests makes. */
const STATE_TEST_EXECUTIONS = 80_000;

/** Official state tests under their own hardforks; again from the first one when all have been tried. */
const attackStateTests: Attack = async (random, executions, count) => {
  for (let before = -1; before < count.executions && count.executions < executions; ) {
    before = count.executions;
    const probability = (executions - before) / STATE_TEST_EXECUTIONS;
    for await (const { name, input, prestate } of stateTests({ quick: true })) {
      if (!random.chance(probability) || count.executions >= executions) continue;
      const gasLimit = input?.transactions[0]?.gasLimit ?? null;
      if (input === null || gasLimit === null || gasLimit > MOST_GAS_LIMIT) continue;
      const oracle = await Oracle.create(input, prestate);
      await perturb({ name, input, index: 0, oracle }, random, MUTATIONS, count);
    }
  }
};

/** Random blocks over random contracts. */
const attackRandomBlocks: Attack = async (random, executions, count) => {
  while (count.executions < executions) {
    for (const draft of fc.sample(blockDraft, { seed: random.below(1 << 30), numRuns: 10 })) {
      const { input, prestate } = await materialize(draft);
      const oracle = await Oracle.create(input, prestate);
      for (const index of input.transactions.keys()) {
        if (count.executions >= executions) return;
        await perturb({ name: 'random block', input, index, oracle }, random, MUTATIONS, count);
        await oracle.run(index);
      }
    }
  }
};

/** The whole attack: a part on each source, all from one seed. */
export const ATTACKS = {
  mainnet: attackMainnet,
  'state tests': attackStateTests,
  'random blocks': attackRandomBlocks,
} as const satisfies Readonly<Record<string, Attack>>;

/** A generator of its own for each part, so that parts can be run alone. */
export function randomFor(seed: number, name: string): Random {
  let hash = seed;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0;
  return createRandom(hash);
}
