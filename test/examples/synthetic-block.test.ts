/** Blocks of one kind of load: what the theory says of their graphs, and the same results on any number of workers. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  generateSyntheticBlock,
  type SyntheticKind,
  syntheticKinds,
} from '../../examples/synthetic-block/generate.ts';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import type { Execution } from '../../src/executor/outcome.ts';
import type { ConflictGraph } from '../../src/graph/conflict-graph.ts';
import { readInput } from '../../src/input/read.ts';
import { diffToJson } from '../../src/state/diff.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { WORKER_URL } from '../executor/small-blocks.ts';

const transactions = 24;
const everybody = Array.from({ length: transactions }, (_, index) => index);

/** Independent transactions, or one chain of all. */
const shapes: Readonly<Record<SyntheticKind, 'independent' | 'chain'>> = {
  'ether-transfers': 'independent',
  'token-transfers': 'independent',
  swaps: 'independent',
  mixed: 'independent',
  payouts: 'independent',
  deposits: 'independent',
  chain: 'chain',
  'one-slot': 'chain',
};

const executors: Executor[] = [];
beforeAll(async () => {
  for (const workers of [1, 2, 4]) executors.push(await createExecutor({ workers, workerUrl: WORKER_URL }));
});
afterAll(async () => {
  for (const executor of executors) await executor.close();
});

function outcomeOf({ gasUsed, receipts, receiptsRoot, logsBloom, stateDiff }: Execution) {
  return { gasUsed, receipts, receiptsRoot, logsBloom, stateDiff: diffToJson(stateDiff) };
}

function expectShape(shape: 'independent' | 'chain', graph: ConflictGraph): void {
  const heaviest = graph.gas.reduce((most, gas) => (gas > most ? gas : most), 0n);
  const total = graph.gas.reduce((sum, gas) => sum + gas, 0n);
  switch (shape) {
    case 'independent':
      expect(graph.edges).toEqual([]);
      expect(graph.components.map((component) => component.transactions)).toEqual(everybody.map((i) => [i]));
      expect(graph.criticalPath.gas).toBe(heaviest);
      break;
    case 'chain':
      expect(graph.predecessors).toEqual(everybody.map((i) => (i === 0 ? [] : [i - 1])));
      expect(graph.components.map((component) => component.transactions)).toEqual([everybody]);
      expect(graph.criticalPath).toEqual({ transactions: everybody, gas: total });
      break;
    default:
      shape satisfies never;
  }
}

test.each(syntheticKinds)('%s', async (kind) => {
  const { block, prestate } = await generateSyntheticBlock({ kind, transactions });
  const input = readInput(block);
  const outcomes = [];
  for (const executor of executors) {
    const mode = executor.workers === 1 ? 'sequential' : 'parallel';
    const state = snapshotState(prestate);
    const { graph, analysis, execution } = await executor.executeBlock(input, { state, mode });
    expect(execution.mode).toBe(mode);
    expect(execution.escapes).toEqual([]);
    expect(execution.verified).toMatchObject({ header: true, mismatches: [] });
    expect(execution.receipts.map(({ status }) => status)).toEqual(everybody.map(() => 1));
    expect(analysis.transactions.map(({ status }) => status)).toEqual(everybody.map(() => 'exact'));
    expectShape(shapes[kind], graph);
    outcomes.push(outcomeOf(execution));
  }
  const [alone, ...parallel] = outcomes;
  expect(parallel).toEqual([alone, alone]);
});

describe('options', () => {
  test('the same give the same block, another seed gives another', async () => {
    const options = { kind: 'mixed', transactions: 5, seed: 7 } as const;
    const first = await generateSyntheticBlock(options);
    expect(await generateSyntheticBlock(options)).toEqual(first);
    const other = await generateSyntheticBlock({ ...options, seed: 8 });
    expect(other.block.hash).not.toBe(first.block.hash);
    expect([...first.kinds].sort()).toEqual([
      'ether-transfer',
      'ether-transfer',
      'ether-transfer',
      'swap',
      'token-transfer',
    ]);
  });

  test.each([{ transactions: 0 }, { transactions: 1.5 }, { seed: Number.NaN }])(
    '%j is refused',
    async (wrong) => {
      await expect(generateSyntheticBlock({ kind: 'chain', ...wrong })).rejects.toThrow(RangeError);
    },
  );

  test.each(syntheticKinds)('one transaction of %s', async (kind) => {
    const { kinds } = await generateSyntheticBlock({ kind, transactions: 1 });
    expect(kinds).toHaveLength(1);
  });
});
