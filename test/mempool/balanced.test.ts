/** Value against time: the best of all for few orders, never worse than the other objectives for more. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { analyzeBlock } from '../../src/analysis/block.ts';
import { buildConflictGraph } from '../../src/graph/build.ts';
import type { Transaction } from '../../src/input/block.ts';
import type { MempoolIndex } from '../../src/mempool/mempool-index.ts';
import { type Order, transactionOrder } from '../../src/mempool/order.ts';
import { orderTransactions } from '../../src/mempool/order-transactions.ts';
import type { Ordering, OrderingOptions } from '../../src/mempool/ordering.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { inputOf, transaction } from '../analysis/scene.ts';
import { fuzzing, say } from '../effort.ts';
import type { RandomBlock } from '../generators/block.ts';
import { blocksOfCalls } from '../generators/deferral.ts';
import { leastMakespan, mostWorth } from './exhaustive.ts';
import { expectKept, expectValid } from './kept.ts';
import { ordersIn, poolOf } from './pool-of.ts';

const options = fuzzing({ short: 60, long: 1_000 });
const BASE_FEE = 7n;

/** A pool, and what it is ordered for. */
interface Task {
  readonly block: RandomBlock;
  readonly orders: readonly Order[];
  readonly lanes: number;
  readonly weight: bigint;
  readonly gasLimit: bigint;
}

/** With fees that differ, some transactions in bundles as well, and a block that need not hold them all. */
function tasks(least: number, most: number, mostOrders: number): fc.Arbitrary<Task> {
  return fc
    .record({
      calls: blocksOfCalls(least, most),
      tips: fc.array(fc.bigInt(0n, 9n), { minLength: most, maxLength: most }),
      inPairs: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
      lanes: fc.integer({ min: 1, max: 3 }),
      weight: fc.bigInt(0n, 9n),
      gasLimit: fc.bigInt(400_000n, 800_000n),
    })
    .map(({ calls, tips, inPairs, lanes, weight, gasLimit }) => {
      const transactions = calls.input.transactions.map((tx, index) => {
        const fee = BASE_FEE + (tips[index] ?? 0n);
        return { ...tx, maxFeePerGas: fee, maxPriorityFeePerGas: fee };
      });
      const block = { ...calls, input: { ...calls.input, transactions } };
      const orders = ordersIn(block, inPairs).map((order) => ({
        ...order,
        payment: order.payment / 10_000n,
      }));
      return { block, orders: orders.slice(0, mostOrders), lanes, weight, gasLimit };
    });
}

function worthOf({ value, makespan }: Ordering, weight: bigint): bigint {
  return value - weight * BigInt(makespan);
}

/** What the best sequence of all is worth in which everything is known; and whether there are others. */
function best({ block: { input, prestate }, orders, lanes, weight, gasLimit }: Task) {
  const state = snapshotState(prestate);
  let isKnown = true;
  const worth = mostWorth(orders, (sequence): bigint | null => {
    const all = sequence.flatMap((order) => order.transactions.map((tx, number) => ({ order, tx, number })));
    const nonces = new Map<string, bigint>();
    for (const { tx } of all) {
      if (tx.nonce !== (nonces.get(tx.from) ?? 0n)) return null;
      nonces.set(tx.from, tx.nonce + 1n);
    }
    const transactions = all.map(({ tx }) => tx);
    const analysis = analyzeBlock({ ...input, transactions }, { state });
    let used = 0n;
    let value = sequence.reduce((sum, { payment }) => sum + payment, 0n);
    for (const [index, { order, tx, number }] of all.entries()) {
      const { receipt } = analysis.transactions[index] ?? {};
      if (receipt === undefined) {
        isKnown = false;
        return null;
      }
      if (used + tx.gasLimit > gasLimit) return null;
      if (!receipt.isSuccess && !order.canRevert.has(number)) return null;
      used += receipt.gasUsed;
      value += receipt.gasUsed * (tx.maxFeePerGas - BASE_FEE);
    }
    const { gas, predecessors } = buildConflictGraph(analysis);
    return value - weight * BigInt(leastMakespan(gas.map(Number), predecessors, lanes));
  });
  return { worth, isKnown };
}

function balanced(
  pool: MempoolIndex,
  { lanes, weight, gasLimit }: Task,
  more: OrderingOptions = {},
): Ordering {
  return orderTransactions(pool, { objective: 'balanced', lanes, weight, gasLimit, ...more });
}

test(`few orders: no sequence of any part of them is worth more (seed ${options.seed})`, async () => {
  let known = 0;
  let isLeft = 0;
  await fc.assert(
    fc.asyncProperty(tasks(1, 5, 5), async (task) => {
      const pool = poolOf(task.block, task.orders);
      const ordering = balanced(pool, task);
      expectKept(pool, ordering, task.gasLimit);
      await expectValid(task.block, ordering);
      expect(ordering.isOptimal).toBe(true);
      const { worth, isKnown } = best(task);
      expect(worthOf(ordering, task.weight)).toBeGreaterThanOrEqual(worth);
      if (!isKnown) return;
      known++;
      if (ordering.leftOut.some(({ reason }) => reason.kind === 'not-worth-its-time')) isLeft++;
      expect(worthOf(ordering, task.weight)).toBe(worth);
    }),
    options,
  );
  say(
    `balanced: ${known} of ${options.numRuns} small pools known whole, ${isLeft} leave something for its time`,
  );
  expect(known / options.numRuns).toBeGreaterThanOrEqual(0.4);
  expect(isLeft).toBeGreaterThan(0);
});

test(`more orders: never worse than for fees or for time alone (seed ${options.seed})`, async () => {
  let more = 0;
  await fc.assert(
    fc.asyncProperty(tasks(6, 10, 20), async (task) => {
      const { block, orders, lanes, gasLimit, weight } = task;
      const pool = poolOf(block, orders);
      const ordering = balanced(pool, task);
      expectKept(pool, ordering, gasLimit);
      await expectValid(block, ordering);
      const others = (['fees', 'parallel'] as const).map((objective) =>
        worthOf(orderTransactions(pool, { objective, lanes, gasLimit }), weight),
      );
      for (const other of others) expect(worthOf(ordering, weight)).toBeGreaterThanOrEqual(other);
      if (others.every((other) => worthOf(ordering, weight) > other)) more++;
      const again = balanced(poolOf(block, orders), task);
      expect(again.orders).toEqual(ordering.orders);
      expect(again.schedule).toEqual(ordering.schedule);
      expect(again.leftOut).toEqual(ordering.leftOut);
    }),
    options,
  );
  say(`balanced: ${more} of ${options.numRuns} pools worth more than for fees and for time alone`);
  expect(more).toBeGreaterThan(0);
});

test('few orders of many transactions: the best is not claimed where a shorter schedule may be missed', () => {
  const senders = Array.from(
    { length: 12 },
    (_, index) => `0x${(index + 1).toString(16).padStart(40, 'a')}` as const,
  );
  const rich = { balance: `0x${(10n ** 20n).toString(16)}`, nonce: 0, code: '0x', storage: {} };
  const prestate = Object.fromEntries(senders.map((from) => [from, rich]));
  const transactions = senders.map((from, index): Transaction => {
    const number = (index + 1).toString(16);
    const to = `0x${number.padStart(40, 'e')}` as const;
    const hash = `0x${number.padStart(64, '0')}` as const;
    // A byte of data costs 16 gas.
    return transaction({ from, to, hash, data: new Uint8Array(97 * index ** 2).fill(1) });
  });
  const block = { input: inputOf({ hardfork: 'cancun', prestate, transactions }), prestate };
  const bundle: Order = { ...transactionOrder(transactions[0] as Transaction), id: 'all', transactions };
  const pool = poolOf(block, [{ ...bundle, canRevert: new Set(senders.keys()), payment: 10n ** 18n }]);
  const [short, long] = [0, 2_000].map((steps) =>
    orderTransactions(pool, { objective: 'balanced', lanes: 3, weight: 1n, steps }),
  ) as [Ordering, Ordering];
  expect(long.makespan).toBeLessThan(short.makespan);
  expect(short.isOptimal).toBe(false);
});
