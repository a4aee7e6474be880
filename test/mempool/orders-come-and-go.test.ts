/** What a pool does with orders that are alike, follow each other, or leave: transfers of ether, and one counter. */
import { expect, test } from '@jest/globals';
import type { Address, BlockHeader, Transaction } from '../../src/input/block.ts';
import { createMempoolIndex, type GroupEvent, type MempoolIndex } from '../../src/mempool/mempool-index.ts';
import { type Order, transactionOrder } from '../../src/mempool/order.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import {
  contract,
  inputOf,
  OTHER,
  prestateOf,
  SENDER,
  TARGET,
  THIRD,
  transaction,
} from '../analysis/scene.ts';
import { OP, push } from '../generators/assembler.ts';

const hardfork = 'cancun';
const RICH = { balance: `0x${(10n ** 24n).toString(16)}`, nonce: 0, code: '0x', storage: {} } as const;
const [A, B, C] = [SENDER, OTHER, THIRD];
/** Adds one to its slot 0. */
const counter = contract([...push(0n), OP.sload, ...push(1n), OP.add, ...push(0n), OP.sstore]);

function poolOfThree(): MempoolIndex {
  const scene = { hardfork, prestate: { [B]: RICH, [C]: RICH, [TARGET]: counter }, transactions: [] };
  const { block, chainId } = inputOf(scene);
  const state = snapshotState(prestateOf(scene));
  return createMempoolIndex({ state, block: block as BlockHeader, hardfork, chainId });
}

let made = 0;

/** To somebody of its own, unless said otherwise. */
function tx(from: Address, nonce: bigint, fields: Partial<Transaction> = {}): Transaction {
  made++;
  const to = `0x${made.toString(16).padStart(40, 'e')}` as const;
  const hash = `0x${made.toString(16).padStart(64, '0')}` as const;
  const fees = { maxFeePerGas: 100n, maxPriorityFeePerGas: 10n };
  return transaction({ type: 2, from, to, nonce, hash, ...fees, ...fields });
}

function bundle(
  id: string,
  transactions: readonly Transaction[],
  replacementId: string | null = null,
): Order {
  return { ...transactionOrder(transactions[0] as Transaction), id, transactions, replacementId };
}

function count(from: Address, nonce: bigint): Transaction {
  return tx(from, nonce, { to: TARGET });
}

test.each([
  ['less of one fee, more of the other', { maxFeePerGas: 200n, maxPriorityFeePerGas: 9n }, 'refused'],
  ['more of one, less of the other', { maxFeePerGas: 99n, maxPriorityFeePerGas: 20n }, 'refused'],
  ['the same fees', {}, 'refused'],
  ['more of the fee', { maxFeePerGas: 101n }, 'replaced'],
  ['more of the tip', { maxPriorityFeePerGas: 11n }, 'replaced'],
  ['less for blobs', { maxFeePerGas: 200n, maxFeePerBlobGas: 4n }, 'refused'],
  ['more for blobs alone', { maxFeePerBlobGas: 6n }, 'replaced'],
])('the same sender and nonce: %s', (_, fees, kind) => {
  const pool = poolOfThree();
  const old = transactionOrder(tx(A, 0n, { maxFeePerBlobGas: 5n }));
  const now = transactionOrder(tx(A, 0n, { maxFeePerBlobGas: 5n, ...fees }));
  expect(pool.add(old)).toEqual({ kind: 'added' });
  const added = pool.add(now);
  expect(added).toEqual(kind === 'replaced' ? { kind, order: old } : { kind, by: old });
  expect(pool.orders()).toEqual([kind === 'replaced' ? now : old]);
});

test('one that is there already is refused, alone and within one call', () => {
  const pool = poolOfThree();
  const order = transactionOrder(tx(A, 0n));
  expect(pool.addAll([order, order]).map(({ kind }) => kind)).toEqual(['added', 'refused']);
  expect(pool.add({ ...order })).toEqual({ kind: 'refused', by: order });
  expect(pool.size).toBe(1);
  expect(pool.remove(order.id)).toBe(true);
  expect(pool.remove(order.id)).toBe(false);
});

test('a bundle stays beside a transaction that it has in common with another order', () => {
  const pool = poolOfThree();
  const shared = count(A, 0n);
  const [first, second] = [bundle('first', [shared, count(B, 0n)]), bundle('second', [shared, count(C, 0n)])];
  const alone = transactionOrder(shared);
  const kinds = pool.addAll([first, second, alone]).map(({ kind }) => kind);
  expect(kinds).toEqual(['added', 'added', 'added']);
  expect(pool.conflictsOf(alone.id)?.orders).toEqual(['first', 'second']);
  expect(pool.groupOf(alone.id)?.orders).toEqual(['first', 'second', alone.id]);
  // Outbidding the transaction leaves the bundles as they are.
  expect(pool.add(transactionOrder({ ...shared, hash: tx(A, 0n).hash, maxFeePerGas: 200n })).kind).toBe(
    'replaced',
  );
  expect(
    pool
      .orders()
      .map(({ id }) => id)
      .slice(0, 2),
  ).toEqual(['first', 'second']);
  expect(pool.remove('first')).toBe(true);
  expect(pool.conflictsOf('second')?.orders).toHaveLength(1);
});

test('a bundle takes the place of the one with its name, whatever it pays', () => {
  const pool = poolOfThree();
  const [old, now] = [bundle('1', [tx(A, 0n)], 'name'), bundle('2', [tx(B, 0n)], 'name')];
  pool.add(old);
  expect(pool.add(now)).toEqual({ kind: 'replaced', order: old });
  expect(pool.orders()).toEqual([now]);
  // Within one call as well.
  const later = ['3', '4'].map((id) => bundle(id, [tx(C, 0n)], 'name'));
  expect(pool.addAll(later).map(({ kind }) => kind)).toEqual(['replaced', 'replaced']);
  expect(pool.orders()).toEqual([later[1]]);
});

test('a nonce is missing until an order has it, a bundle too', () => {
  const pool = poolOfThree();
  const [later, latest] = [transactionOrder(tx(A, 1n)), transactionOrder(tx(A, 3n))];
  pool.addAll([later, latest]);
  expect(pool.obstacleOf(later.id)).toEqual({ kind: 'nonce-gap', transaction: 0, missing: 0n });
  expect(pool.obstacleOf(latest.id)).toEqual({ kind: 'nonce-gap', transaction: 0, missing: 2n });
  expect(pool.groupOf(later.id)?.orders).toEqual([later.id, latest.id]);
  pool.add(bundle('both', [tx(A, 0n), tx(B, 0n)]));
  expect(pool.obstacleOf(later.id)).toBeNull();
  pool.add(transactionOrder(tx(A, 0n)));
  pool.remove('both');
  expect(pool.obstacleOf(later.id)).toBeNull();
  expect(pool.obstacleOf(latest.id)).toEqual({ kind: 'nonce-gap', transaction: 0, missing: 2n });
});

test('a listener hears of a complete change, and may make another one', () => {
  const pool = poolOfThree();
  const orders = [count(A, 0n), tx(B, 0n), tx(C, 0n)].map(transactionOrder);
  pool.addAll(orders);
  const between = bundle('between', [count(B, 1n), tx(C, 1n)]);
  const heard: GroupEvent['kind'][] = [];
  const end = pool.on(({ kind }) => {
    heard.push(kind);
    if (kind !== 'merged') return;
    expect(pool.groups().map((group) => group.orders.length)).toEqual([4]);
    pool.remove(between.id);
  });
  pool.add(between);
  expect(heard).toEqual(['merged', 'split']);
  expect(pool.groups().map((group) => group.orders.length)).toEqual([1, 1, 1]);
  end();
  pool.add(between);
  expect(heard).toHaveLength(2);
});

test('an emptied pool has nothing to say', () => {
  const pool = poolOfThree();
  const orders = [count(A, 0n), count(B, 0n), bundle('pair', [count(C, 0n), tx(A, 1n)])].map((one) =>
    'id' in one ? one : transactionOrder(one),
  );
  pool.addAll(orders);
  expect(pool.hotKeys()[0]?.transactions).toBe(3);
  expect(pool.graphOf(orders.map(({ id }) => id)).edges.length).toBeGreaterThan(0);
  expect(pool.removeAll(orders.map(({ id }) => id))).toBe(3);
  expect([pool.size, pool.orders(), pool.open(), pool.groups(), pool.hotKeys()]).toEqual([0, [], [], [], []]);
  expect(pool.graphOf([])).toMatchObject({ edges: [], components: [], hotKeys: [] });
  expect(pool.writersOf(`${TARGET}:0x${'0'.repeat(64)}`)).toEqual([]);
  const [id] = orders.map((order) => order.id);
  expect([pool.conflictsOf(id ?? ''), pool.groupOf(id ?? ''), pool.analysesOf(id ?? '')]).toEqual([
    null,
    null,
    null,
  ]);
  expect(() => pool.graphOf([id ?? ''])).toThrow('ids of orders in the pool');
});
