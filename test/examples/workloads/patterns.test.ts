/** Patterns side by side: what theory says of each, and the key that the report names where one serialises. */
import { describe, expect, test } from '@jest/globals';
import { namesFilesOf } from '../../../examples/workloads/names.ts';
import { oneCounter, shardedCounter } from '../../../examples/workloads/patterns/counters.ts';
import {
  counterfactualFactory,
  create2Factory,
  createFactory,
} from '../../../examples/workloads/patterns/factories.ts';
import { eagerFee, lazyFee } from '../../../examples/workloads/patterns/fees.ts';
import { pullPayments, pushPayments } from '../../../examples/workloads/patterns/payments.ts';
import { globalTotal, userSums } from '../../../examples/workloads/patterns/totals.ts';
import { workloadGroups } from '../../../examples/workloads/registry.ts';
import { fileBooks } from '../../../src/names/file-book.ts';
import { createNames } from '../../../src/names/names.ts';
import { readNames } from '../../../src/names/read.ts';
import { snapshotState } from '../../../src/state/prestate.ts';
import { describeWorkloads, examine } from './examine.ts';

const load = { size: 24, contention: 1 };
const everybody = Array.from({ length: load.size }, (_, index) => index);

describe('one chain, on one key', () => {
  test.each([
    { workload: oneCounter, contract: 'OneCounter', words: 'count' },
    { workload: globalTotal, contract: 'GlobalTotal', words: 'total' },
    { workload: pushPayments, contract: 'PushPayments', words: 'balance' },
    { workload: eagerFee, contract: 'EagerFeeToken', words: '_balances[treasury' },
    { workload: createFactory, contract: 'CreateFactory', words: 'nonce' },
    { workload: create2Factory, contract: 'Create2Factory', words: 'nonce' },
  ])('$workload.name', async ({ workload, contract, words }) => {
    const { block, first, graph, bound } = await examine(workload, load);
    expect(graph.criticalPath.transactions).toEqual(everybody);
    expect(bound).toBe(1);
    const [hottest] = graph.hotKeys;
    if (hottest === undefined) throw new Error('no key is hot');
    const { chosen } = fileBooks(await readNames(namesFilesOf(block)), snapshotState(block.prestate));
    const { text } = createNames(first, [chosen]).key(hottest.key);
    expect(text).toMatch(new RegExp(`^${contract} 0x\\w{4}…\\w{4} ${words.replace('[', '\\[')}`));
    expect(hottest.transactions).toBe(load.size);
  });
});

describe('everybody alone', () => {
  test.each([userSums, pullPayments, lazyFee, counterfactualFactory])('$name', async (workload) => {
    const { graph } = await examine(workload, load);
    expect(graph.edges).toEqual([]);
    expect(graph.components).toHaveLength(load.size);
  });
});

test('as many chains as shards are used, each as long as its shard is often used', async () => {
  const { block, graph } = await examine(shardedCounter, load);
  const shards = new Map<number, number[]>();
  for (const [index, { from }] of block.block.transactions.entries()) {
    const shard = Number(BigInt(String(from)) % 16n);
    shards.set(shard, [...(shards.get(shard) ?? []), index]);
  }
  expect(graph.components.map(({ transactions }) => transactions)).toEqual([...shards.values()]);
  expect(shards.size).toBeGreaterThan(8);
});

describeWorkloads(workloadGroups.patterns.workloads);
