/** What holds of every block that is made out of a pool. */
import { expect } from '@jest/globals';
import type { MempoolIndex } from '../../src/mempool/mempool-index.ts';
import type { Ordering } from '../../src/mempool/ordering.ts';
import type { RandomBlock } from '../generators/block.ts';
import { Oracle } from '../oracle/recorder.ts';

/** Orders in one piece, each of them in the block or left out, gas limits, conflicts on the lanes. */
export function expectKept(
  pool: MempoolIndex,
  ordering: Ordering,
  gasLimit = pool.head.block.gasLimit,
): void {
  const { orders, transactions, placed, leftOut, schedule, graph, makespan, bound } = ordering;
  const byId = new Map(pool.orders().map((order) => [order.id, order]));
  const kept = placed.flatMap(({ id, dropped }) =>
    (byId.get(id)?.transactions ?? []).filter((_, number) => !dropped.includes(number)),
  );
  expect(transactions).toEqual(kept);
  for (const { id, dropped } of placed) {
    for (const number of dropped) expect(byId.get(id)?.canDrop).toContain(number);
  }
  expect([...orders, ...leftOut.map(({ id }) => id)].toSorted()).toEqual([...byId.keys()].toSorted());
  let used = 0n;
  for (const { first, count, gas } of placed) {
    for (const tx of transactions.slice(first, first + count)) {
      expect(used + tx.gasLimit).toBeLessThanOrEqual(gasLimit);
    }
    used += gas;
  }
  const end = (index: number) => (schedule.start[index] ?? 0) + Number(graph.gas[index] ?? 0n);
  for (const [index, list] of graph.predecessors.entries()) {
    for (const before of list) expect(schedule.start[index]).toBeGreaterThanOrEqual(end(before));
  }
  for (const lane of schedule.lanes) {
    for (const [at, index] of lane.entries()) {
      if (at > 0) expect(schedule.start[index]).toBeGreaterThanOrEqual(end(lane[at - 1] ?? 0));
    }
  }
  expect(schedule.lanes.flat().toSorted((a, b) => a - b)).toEqual([...transactions.keys()]);
  expect(makespan).toBe(Math.max(0, ...transactions.map((_, index) => end(index))));
  expect(bound).toBeLessThanOrEqual(makespan);
}

/** The sequence runs, every transaction valid. */
export async function expectValid(
  { input, prestate }: RandomBlock,
  { transactions }: Ordering,
): Promise<void> {
  const oracle = await Oracle.create(input, prestate);
  for (const { hash } of transactions) {
    await oracle.run(input.transactions.findIndex((tx) => tx.hash === hash));
  }
}
