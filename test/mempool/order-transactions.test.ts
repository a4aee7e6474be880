/** Sequences for a block: what they keep, and that they run. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { BlockHeader } from '../../src/input/block.ts';
import { createMempoolIndex, type MempoolIndex } from '../../src/mempool/mempool-index.ts';
import { type Order, ordersOf, transactionOrder } from '../../src/mempool/order.ts';
import { orderTransactions } from '../../src/mempool/order-transactions.ts';
import type { Ordering } from '../../src/mempool/ordering.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { fuzzing } from '../effort.ts';
import { blockDraft, materialize, type RandomBlock } from '../generators/block.ts';
import { blocksOfCalls } from '../generators/deferral.ts';
import { Oracle } from '../oracle/recorder.ts';

const options = fuzzing({ short: 60, long: 3_000 });

function poolOf({ input, prestate }: RandomBlock, orders: readonly Order[]): MempoolIndex {
  const pool = createMempoolIndex({
    state: snapshotState(prestate),
    block: input.block as BlockHeader,
    hardfork: input.hardfork,
    chainId: input.chainId,
  });
  pool.addAll(orders);
  return pool;
}

/** Senders' nonces without a gap, orders in one piece, gas limits. */
function expectKept(pool: MempoolIndex, { orders, transactions }: Ordering): void {
  const { block, state } = pool.head;
  const nonces = new Map<string, bigint>();
  for (const { from, nonce } of transactions) {
    expect(nonce).toBe(nonces.get(from) ?? state.account(from)?.nonce ?? 0n);
    nonces.set(from, nonce + 1n);
  }
  const byId = new Map(pool.orders().map((order) => [order.id, order]));
  expect(transactions).toEqual(orders.flatMap((id) => byId.get(id)?.transactions ?? []));
  for (const { gasLimit } of transactions) expect(gasLimit).toBeLessThanOrEqual(block.gasLimit);
}

/** The sequence runs, every transaction valid. */
async function expectValid({ input, prestate }: RandomBlock, { transactions }: Ordering): Promise<void> {
  const oracle = await Oracle.create(input, prestate);
  for (const { hash } of transactions)
    await oracle.run(input.transactions.findIndex((tx) => tx.hash === hash));
}

async function check(block: RandomBlock, lanes: number): Promise<void> {
  if (block.input.block === null) return;
  const pool = poolOf(block, ordersOf(block.input));
  const fees = orderTransactions(pool, { lanes });
  const parallel = orderTransactions(pool, { objective: 'parallel', lanes });
  for (const ordering of [fees, parallel]) {
    expectKept(pool, ordering);
    await expectValid(block, ordering);
  }
  expect(parallel.orders.toSorted()).toEqual(fees.orders.toSorted());
  expect(parallel.value).toBe(fees.value);
  expect(parallel.makespan).toBeLessThanOrEqual(fees.makespan);
  expect(parallel.bound).toBeLessThanOrEqual(parallel.makespan);
  const placeOf = (ordering: Ordering) => new Map(ordering.orders.map((id, at) => [id, at]));
  const [before, after] = [placeOf(fees), placeOf(parallel)];
  for (const id of fees.orders) {
    for (const other of pool.conflictsOf(id)?.orders ?? []) {
      if (!before.has(other)) continue;
      const order = (places: ReadonlyMap<string, number>) =>
        Math.sign((places.get(id) ?? 0) - (places.get(other) ?? 0));
      expect(order(after)).toBe(order(before));
    }
  }
}

test(`calls (seed ${options.seed})`, async () => {
  await fc.assert(fc.asyncProperty(blocksOfCalls(4, 9), fc.integer({ min: 1, max: 4 }), check), options);
});

test(`programs (seed ${options.seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(blockDraft, fc.integer({ min: 1, max: 4 }), async (draft, lanes) =>
      check(await materialize(draft), lanes),
    ),
    options,
  );
});

test('the most for a unit of gas comes first, a bundle in one piece', () => {
  const [block] = fc.sample(blocksOfCalls(6, 6), { numRuns: 1, seed: 3 }) as [RandomBlock];
  const { transactions } = block.input;
  const senders = new Set<string>();
  const own = transactions.filter(({ from }) => !senders.has(from) && senders.add(from) !== undefined);
  const [first, second, ...others] = own.map(transactionOrder);
  if (first === undefined || second === undefined) throw new Error('two senders at least');
  const bundle: Order = {
    ...first,
    id: 'bundle',
    transactions: [...first.transactions, ...second.transactions],
    replacementId: 'bundle',
    payment: 10n ** 18n,
  };
  const pool = poolOf(block, [...others, bundle]);
  const { orders, transactions: sequence } = orderTransactions(pool);
  expect(orders[0]).toBe('bundle');
  expect(sequence.slice(0, 2)).toEqual(bundle.transactions);
  expect(orderTransactions(pool, { gasLimit: 0n }).orders).toEqual([]);
  expect(() => orderTransactions(pool, { lanes: 0 })).toThrow('lanes');
});
