import { describe, expect, test } from '@jest/globals';
import { transfers } from '../../../examples/workloads/payments/ether.ts';
import { type WorkloadGroup, workloadGroups } from '../../../examples/workloads/registry.ts';
import { minting } from '../../../examples/workloads/tokens/collectibles.ts';
import { buildWorkload } from '../../../examples/workloads/workload.ts';

test('every workload has a name of its own', () => {
  const names = Object.values<WorkloadGroup>(workloadGroups).flatMap(({ workloads }) =>
    workloads.map(({ name }) => name),
  );
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))).toEqual([]);
});

test('the same options give the same block, another seed gives another', async () => {
  const options = { seed: 3, size: 5, contention: 0.5 };
  const { block, prestate } = await buildWorkload(transfers, options);
  const again = await buildWorkload(transfers, options);
  expect([again.block, again.prestate]).toEqual([block, prestate]);
  const other = await buildWorkload(transfers, { ...options, seed: 4 });
  expect(other.block.hash).not.toBe(block.hash);
});

describe('contention is the share of what everybody wants', () => {
  test.each([
    { contention: 0, kinds: ['mint'] },
    { contention: 1, kinds: ['mint-next'] },
  ])('$contention', async ({ contention, kinds }) => {
    const built = await buildWorkload(minting, { size: 6, contention });
    expect(built.kinds).toHaveLength(6);
    expect([...new Set(built.kinds)]).toEqual(kinds);
  });
});

test.each([
  { size: 0 },
  { size: 1.5 },
  { seed: Number.NaN },
  { contention: 1.1 },
  { contention: Number.NaN },
])('%j is refused', async (options) => {
  await expect(buildWorkload(transfers, options)).rejects.toThrow(RangeError);
});
