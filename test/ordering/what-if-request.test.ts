/** Changes as people write them. */
import { expect, test } from '@jest/globals';
import type { Transaction } from '../../src/input/block.ts';
import { type Order, transactionOrder } from '../../src/mempool/order.ts';
import type { Ordering } from '../../src/mempool/ordering.ts';
import { readChange } from '../../src/ordering/what-if-request.ts';

const KEY = `0x${'ab'.repeat(20)}:0x${'00'.repeat(31)}05`;
const [FIRST, SECOND] = [`0x1234${'aa'.repeat(30)}`, `0x1234${'bb'.repeat(30)}`] as const;

function tx(hash: string): Transaction {
  return { hash } as Transaction;
}

const bundle: Order = {
  ...transactionOrder(tx(SECOND)),
  id: 'a-bundle',
  transactions: [tx(SECOND), tx(`0x${'77'.repeat(32)}`)],
};
const orders = [transactionOrder(tx(FIRST)), bundle];
const ordering = {
  placed: [
    { id: FIRST, first: 0, count: 1 },
    { id: 'a-bundle', first: 1, count: 2 },
  ],
} as unknown as Ordering;

test.each([
  [`drop:${FIRST}`, { kind: 'leave-out', id: FIRST }],
  ['drop:0x1234aa', { kind: 'leave-out', id: FIRST }],
  ['drop:a-bundle', { kind: 'leave-out', id: 'a-bundle' }],
  ['drop:0x7777', { kind: 'leave-out', id: 'a-bundle' }],
  ['drop:2', { kind: 'leave-out', id: 'a-bundle' }],
  ['move:0:1', { kind: 'move', id: FIRST, to: 1 }],
  ['add:a-bundle', { kind: 'add', id: 'a-bundle' }],
  [`add:${FIRST}:0`, { kind: 'add', id: FIRST, to: 0 }],
  [`commute:${KEY.toUpperCase().replace(/X/g, 'x')}`, { kind: 'commute', key: KEY }],
])('%s', (text, change) => {
  expect(readChange(text, orders, ordering)).toEqual([change]);
});

test.each([
  ['leave:1', 'drop:ORDER'],
  ['drop:', 'drop:ORDER'],
  ['move:0', 'drop:ORDER'],
  ['move:0:-1', 'drop:ORDER'],
  ['drop:3', 'an order of the pool'],
  ['drop:0x12', 'an order of the pool'],
  ['drop:0x1234', 'a beginning of one id only'],
  ['drop:nobody', 'an order of the pool'],
  ['commute:0x1', 'a state key'],
])('%s is none', (text, expected) => {
  expect(() => readChange(text, orders, ordering)).toThrow(`--what-if: expected ${expected}`);
});

test('all orders of a file are added, one after the other', () => {
  const file = { name: 'dir:1/more.json', orders: [...orders] };
  const added = [
    { kind: 'add', id: FIRST },
    { kind: 'add', id: 'a-bundle' },
  ];
  expect(readChange('add:dir:1/more.json', [], ordering, [file])).toEqual(added);
  expect(readChange('add:dir:1/more.json:4', [], ordering, [file])).toEqual(
    added.map((one, at) => ({ ...one, to: 4 + at })),
  );
});
