/** Sequences for a block: what they keep, that they run, and that small ones are the best. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Order, ordersOf, transactionOrder } from '../../src/mempool/order.ts';
import { orderTransactions } from '../../src/mempool/order-transactions.ts';
import { fuzzing, say } from '../effort.ts';
import { blockDraft, materialize, type RandomBlock } from '../generators/block.ts';
import { blocksOfCalls } from '../generators/deferral.ts';
import { SENDERS } from '../generators/universe.ts';
import { leastMakespan } from './exhaustive.ts';
import { expectKept, expectValid } from './kept.ts';
import { poolOf } from './pool-of.ts';

const options = fuzzing({ short: 60, long: 3_000 });

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
  const placeOf = new Map(parallel.transactions.map(({ hash }, at) => [hash, at]));
  for (const { from, to } of fees.graph.edges) {
    const [before, after] = [from, to].map((index) => placeOf.get(fees.transactions[index]?.hash ?? '0x'));
    expect(before).toBeLessThan(after ?? -1);
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

describe('small pools', () => {
  const small = fuzzing({ short: 150, long: 1_000 });

  test(`take the least time that any schedule does (seed ${small.seed})`, () => {
    let optimal = 0;
    let all = 0;
    fc.assert(
      fc.property(blocksOfCalls(3, 7), fc.integer({ min: 2, max: 3 }), (block, lanes) => {
        const pool = poolOf(block, ordersOf(block.input));
        const fees = orderTransactions(pool, { lanes });
        const parallel = orderTransactions(pool, { objective: 'parallel', lanes });
        expectKept(pool, parallel);
        const least = leastMakespan(fees.graph.gas.map(Number), fees.graph.predecessors, lanes);
        expect(parallel.makespan).toBeGreaterThanOrEqual(least);
        all++;
        if (parallel.makespan === least) optimal++;
      }),
      small,
    );
    say(`parallel: ${optimal} of ${all} small pools at the optimum`);
    expect(optimal / all).toBeGreaterThanOrEqual(0.95);
  });
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
    canRevert: new Set([0, 1]),
    replacementId: 'bundle',
    payment: 10n ** 18n,
  };
  const pool = poolOf(block, [...others, bundle]);
  const { orders, transactions: sequence } = orderTransactions(pool);
  expect(orders[0]).toBe('bundle');
  expect(sequence.slice(0, 2)).toEqual(bundle.transactions);
  const { orders: none, leftOut } = orderTransactions(pool, { gasLimit: 0n });
  expect(none).toEqual([]);
  expect(leftOut.map(({ reason }) => reason.kind)).toEqual(pool.orders().map(() => 'invalid'));
  expect(() => orderTransactions(pool, { lanes: 0 })).toThrow('lanes');
});

test('whose nonce comes to be by an authorisation comes after it (EIP-7702)', async () => {
  const drawn = {
    to: '0xf00d000000000000000000000000000000000001',
    value: 1n,
    gasLimit: 100_000n,
    data: new Uint8Array(0),
    maxFeePerGas: 100n,
    accessList: [],
  } as const;
  const signer = { signer: 1, delegate: `0x${'0'.repeat(40)}`, isStale: false, chainId: 1n } as const;
  const rich = { balance: '0xde0b6b3a7640000', nonce: 0, code: '0x', storage: {} };
  const block = await materialize({
    hardfork: 'prague',
    feeRecipient: '0xfeed000000000000000000000000000000000001',
    prestate: Object.fromEntries(SENDERS.map((sender) => [sender, rich])),
    transactions: [
      { ...drawn, sender: 0, type: 4, maxPriorityFeePerGas: 1n, authorizations: [signer] },
      { ...drawn, sender: 1, type: 2, maxPriorityFeePerGas: 9n, authorizations: [] },
    ],
  });
  const { transactions } = block.input;
  expect(transactions.map(({ nonce }) => nonce)).toEqual([0n, 1n]);
  const pool = poolOf(block, ordersOf(block.input).reverse());
  for (const objective of ['fees', 'parallel'] as const) {
    const ordering = orderTransactions(pool, { objective });
    expect(ordering.transactions).toEqual(transactions);
    await expectValid(block, ordering);
  }
});
