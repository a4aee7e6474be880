/** Patterns side by side: what theory says of each, and the key that the report names where one serialises. */
import { describe, expect, test } from '@jest/globals';
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
import { describeWorkloads, examine } from './examine.ts';

const load = { size: 24, contention: 1 };
const everybody = Array.from({ length: load.size }, (_, index) => index);

describe('one chain, on one key', () => {
  test.each([
    { workload: oneCounter, contract: 'OneCounter', place: '0' },
    { workload: globalTotal, contract: 'GlobalTotal', place: '1' },
    { workload: pushPayments, contract: 'PushPayments', place: 'balance' },
    { workload: eagerFee, contract: 'EagerFeeToken', place: 'hash' },
    { workload: createFactory, contract: 'CreateFactory', place: 'nonce' },
    { workload: create2Factory, contract: 'Create2Factory', place: 'nonce' },
  ])('$workload.name', async ({ workload, contract, place }) => {
    const { block, graph, bound } = await examine(workload, load);
    expect(graph.criticalPath.transactions).toEqual(everybody);
    expect(bound).toBe(1);
    const [hottest] = graph.hotKeys;
    const [address = '', field = ''] = hottest?.key.split(':') ?? [];
    expect(block.names.get(address as `0x${string}`)).toBe(contract);
    expect(placeOf(field)).toBe(place);
    expect(hottest?.transactions).toBe(load.size);
  });
});

/** The number of a slot that is declared first or second, `hash` for others, and fields by their names. */
function placeOf(field: string): string {
  if (!field.startsWith('0x')) return field;
  return BigInt(field) < 100n ? String(BigInt(field)) : 'hash';
}

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
