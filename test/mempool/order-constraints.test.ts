/** What a block keeps that is made out of a pool: scenes in which one rule decides who is in it, and where. */
import { describe, expect, test } from '@jest/globals';
import type { Address, BlockHeader, InclusionBounds, Transaction } from '../../src/input/block.ts';
import { createMempoolIndex } from '../../src/mempool/mempool-index.ts';
import { type Order, transactionOrder } from '../../src/mempool/order.ts';
import { orderTransactions } from '../../src/mempool/order-transactions.ts';
import type { LeftOutReason, Objective, Ordering, OrderingOptions } from '../../src/mempool/ordering.ts';
import { slotHex } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import {
  contract,
  inputOf,
  OTHER,
  prestateOf,
  type Scene,
  SENDER,
  TARGET,
  THIRD,
  transaction,
} from '../analysis/scene.ts';
import type { Prestate } from '../corpus.ts';
import { label, OP, placeOf, push } from '../generators/assembler.ts';
import { call, slot, store } from '../generators/snippets.ts';
import { expectKept, expectValid } from './kept.ts';

const OBJECTIVES = ['fees', 'parallel', 'balanced'] as const satisfies readonly Objective[];
const GWEI = 10n ** 9n;
const A = SENDER;
const [B, C, D, POOR] = ['b', 'c', 'd', 'f'].map((name): Address => `0x${name.repeat(40)}`) as [
  Address,
  Address,
  Address,
  Address,
];
/** Adds one to its slot 0. */
const COUNTER = TARGET;
/** Fails, whoever calls it. */
const BROKEN = OTHER;
/** Calls whom its slot 0 names. */
const UNKNOWN = THIRD;

/** Fails from the second call on. */
const ONCE: Address = `0x${'0c'.repeat(20)}`;
const failing = label();
const ADD_ONE = store(0n, [...slot(0n), ...push(1n), OP.add]);
const RICH = { balance: `0x${(10n ** 24n).toString(16)}`, nonce: 0, code: '0x', storage: {} };
const ACCOUNTS: Prestate = {
  ...Object.fromEntries([B, C, D].map((address) => [address, RICH])),
  [COUNTER]: contract(ADD_ONE),
  [BROKEN]: contract([...push(0n), ...push(0n), OP.revert]),
  [ONCE]: contract([...slot(0n), placeOf(failing), OP.jumpIf, ...store(0n), OP.stop, failing, OP.invalid]),
  [UNKNOWN]: contract([...call(slot(0n)), OP.pop]),
};

let made = 0;

/** To somebody of its own, unless said otherwise; with a tip of 1 Gwei. */
function tx(from: Address, fields: Partial<Transaction> & { readonly tip?: bigint } = {}): Transaction {
  made++;
  const { tip = 1n, ...rest } = fields;
  const to = `0x${made.toString(16).padStart(40, 'e')}` as const;
  const fees = { maxFeePerGas: 100n * GWEI, maxPriorityFeePerGas: tip * GWEI };
  return transaction({
    type: 2,
    from,
    to,
    hash: slotHex(BigInt(made)),
    gasLimit: 100_000n,
    ...fees,
    ...rest,
  });
}

/** Members that may fail, or be left out, by number. */
function bundle(
  id: string,
  transactions: readonly Transaction[],
  may: { readonly fail?: readonly number[]; readonly go?: readonly number[] } = {},
): Order {
  return {
    ...transactionOrder(transactions[0] as Transaction),
    id,
    transactions,
    canRevert: new Set(may.fail),
    canDrop: new Set(may.go),
  };
}

/** It demands these values right before the transaction. */
function demanding(
  address: Address,
  slots: Readonly<Record<number, bigint>>,
): Pick<Transaction, 'conditions'> {
  const bounds = { minBlock: null, maxBlock: null, minTimestamp: null, maxTimestamp: null };
  const values = new Map(Object.entries(slots).map(([at, value]) => [BigInt(at), value]));
  return { conditions: { bounds, knownAccounts: [{ kind: 'slots', address, slots: values }] } };
}

/** Ordered for each objective: every block runs, and keeps what all blocks keep. Weightless, time leaves nobody out. */
async function orderedBy(
  objective: Objective,
  orders: readonly (Order | Transaction)[],
  options: OrderingOptions = {},
  { isPartial = false, ...scene }: Partial<Scene> & { readonly isPartial?: boolean } = {},
): Promise<{
  readonly ordering: Ordering;
  readonly ids: readonly string[];
  reasonOf(id: string): LeftOutReason | null;
}> {
  const all = orders.map((one) => ('id' in one ? one : transactionOrder(one)));
  const transactions = [...new Set(all.flatMap((order) => order.transactions))];
  const whole = { hardfork: 'cancun', ...scene, prestate: { ...ACCOUNTS, ...scene.prestate }, transactions };
  const [input, prestate] = [inputOf(whole), prestateOf(whole)];
  const { chainId, hardfork } = input;
  const block = input.block as BlockHeader;
  const pool = createMempoolIndex({
    state: snapshotState(prestate, { partial: isPartial }),
    block,
    hardfork,
    chainId,
  });
  expect(pool.addAll(all).map(({ kind }) => kind)).toEqual(all.map(() => 'added'));
  const ordering = orderTransactions(pool, { weight: 0n, ...options, objective });
  expectKept(pool, ordering, options.gasLimit);
  await expectValid({ input, prestate }, ordering);
  const reasonOf = (id: string) => ordering.leftOut.find((one) => one.id === id)?.reason ?? null;
  return { ordering, ids: ordering.orders, reasonOf };
}

describe.each(OBJECTIVES)('%s', (objective) => {
  const ordered = (...args: Parameters<typeof orderedBy> extends [Objective, ...infer Rest] ? Rest : never) =>
    orderedBy(objective, ...args);

  describe('a condition on a slot', () => {
    test('comes before the order that writes it, though that one pays more', async () => {
      const careful = tx(B, demanding(COUNTER, { 0: 0n }));
      const count = tx(A, { to: COUNTER, tip: 9n });
      const { ids } = await ordered([count, careful]);
      expect(ids).toEqual([careful.hash, count.hash]);
    });

    test('of two that both demand the value that the other one changes, one is in the block', async () => {
      const [first, second] = [A, B].map((from) =>
        tx(from, { to: COUNTER, ...demanding(COUNTER, { 0: 0n }) }),
      );
      const { ids, ordering } = await ordered([first, second] as Transaction[]);
      expect(ids).toHaveLength(1);
      expect(ordering.leftOut.map(({ reason }) => reason)).toEqual([{ kind: 'condition', transaction: 0 }]);
    });

    test('holds for a member of a bundle, also against the members before it', async () => {
      const own = bundle('own', [tx(A, { to: COUNTER }), tx(B, demanding(COUNTER, { 0: 0n }))]);
      const { ids, reasonOf } = await ordered([own, tx(C)]);
      expect(ids).toHaveLength(1);
      expect(reasonOf('own')).toEqual({ kind: 'condition', transaction: 1 });
    });

    test('that the state does not keep is an obstacle', async () => {
      const careful = tx(B, demanding(COUNTER, { 0: 1n }));
      const { ids, reasonOf } = await ordered([careful, tx(A, { to: COUNTER })]);
      expect(ids).not.toContain(careful.hash);
      const obstacle = { kind: 'condition', transaction: 0, address: COUNTER };
      expect(reasonOf(careful.hash)).toEqual({ kind: 'obstacle', obstacle });
    });
  });

  test.each<[string, Partial<InclusionBounds>, 'early' | 'late' | null]>([
    ['from this block on', { minBlock: 1000n }, null],
    ['from the next one on', { minBlock: 1001n }, 'early'],
    ['until this one', { maxBlock: 1000n }, null],
    ['until the one before', { maxBlock: 999n }, 'late'],
    ['from this second on', { minTimestamp: 1_700_000_000n }, null],
    ['from the next second on', { minTimestamp: 1_700_000_001n }, 'early'],
    ['until this second', { maxTimestamp: 1_700_000_000n }, null],
    ['until the second before', { maxTimestamp: 1_699_999_999n }, 'late'],
  ])('bounds: %s', async (_, bounds, kind) => {
    const { bounds: none, ...order } = bundle('bound', [tx(A, { tip: 9n }), tx(B)]);
    const { ids, reasonOf } = await ordered([{ ...order, bounds: { ...none, ...bounds } }, tx(C)]);
    expect(ids.includes('bound')).toBe(kind === null);
    expect(reasonOf('bound')).toEqual(kind === null ? null : { kind: 'obstacle', obstacle: { kind } });
  });

  describe('blobs', () => {
    const hashesOf = (count: number) =>
      Array.from({ length: count }, (_, at) => `0x01${(at + 1).toString(16).padStart(62, '0')}` as const);
    const blobs = (from: Address, count: number, tip: bigint) =>
      tx(from, { type: 3, maxFeePerBlobGas: GWEI, blobVersionedHashes: hashesOf(count), tip });

    // EIP-4844 and EIP-7691.
    test.each([
      ['cancun', 6],
      ['prague', 9],
    ])('%s has room for %d', async (hardfork, most) => {
      const orders = [blobs(A, 3, 5n), blobs(B, 3, 4n), blobs(C, 3, 3n), blobs(D, 3, 2n)];
      const { ordering } = await ordered(orders, {}, { hardfork });
      const used = ordering.transactions.reduce((sum, one) => sum + one.blobVersionedHashes.length, 0);
      expect(used).toBe(most);
      const without = ordering.leftOut.map(({ reason }) => reason);
      expect(without).toEqual(Array(4 - most / 3).fill({ kind: 'no-room', of: 'blobs' }));
    });

    test('who finds no room since others are worth more together says so', async () => {
      const [large, ...small] = [blobs(A, 5, 5n), blobs(B, 3, 4n), blobs(C, 1, 3n), blobs(D, 1, 2n)];
      const { ordering } = await ordered([large as Transaction, ...small]);
      expect(ordering.leftOut.map(({ reason }) => reason)).toContainEqual({ kind: 'no-room', of: 'blobs' });
      expect(ordering.leftOut.map(({ reason }) => reason)).not.toContainEqual({ kind: 'not-worth-its-time' });
    });

    test('or for as many as one says', async () => {
      const orders = [blobs(A, 2, 5n), blobs(B, 2, 4n), tx(C)];
      const { ids, reasonOf } = await ordered(orders, { blobLimit: 3 });
      expect(ids).toHaveLength(2);
      expect(ids).toContain(orders[2]?.hash);
      const left = orders.find(({ hash }) => !ids.includes(hash));
      expect(left?.blobVersionedHashes).toHaveLength(2);
      expect(reasonOf(left?.hash ?? '')).toEqual({ kind: 'no-room', of: 'blobs' });
      expect((await ordered(orders, { blobLimit: 0 })).ids).toEqual([orders[2]?.hash]);
    });
  });

  describe('a bundle with a member that fails for certain', () => {
    const scene = () => [tx(A, { tip: 9n }), tx(B, { to: BROKEN }), tx(C)];

    test('and must not, is left out whole', async () => {
      const other = tx(D);
      const { ids, reasonOf } = await ordered([bundle('strict', scene(), { fail: [0, 2] }), other]);
      expect(ids).toEqual([other.hash]);
      expect(reasonOf('strict')).toEqual({ kind: 'fails', transaction: 1 });
    });

    test('and may, is taken whole', async () => {
      const { ordering } = await ordered([bundle('easy', scene(), { fail: [1] })]);
      expect(ordering.placed).toMatchObject([{ id: 'easy', count: 3, dropped: [], risks: [] }]);
    });

    test('and may be left out, is taken without it', async () => {
      const members = scene();
      const { ordering } = await ordered([bundle('short', members, { go: [1] })]);
      expect(ordering.placed).toMatchObject([{ id: 'short', first: 0, count: 2, dropped: [1], risks: [] }]);
      expect(ordering.transactions).toEqual([members[0], members[2]]);
    });

    test('and may be either, is taken whole', async () => {
      const { ordering } = await ordered([bundle('any', scene(), { fail: [1], go: [1] })]);
      expect(ordering.placed).toMatchObject([{ id: 'any', count: 3, dropped: [] }]);
    });

    test('after another order alone, comes before that one', async () => {
      const careful = [tx(A), tx(B, { to: ONCE })];
      const eager = tx(C, { to: ONCE, tip: 50n });
      const { ids } = await ordered([eager, bundle('first', careful)]);
      expect(ids).toEqual(['first', eager.hash]);
    });

    test('of which nothing would be left, is left out', async () => {
      const { ids, reasonOf } = await ordered([bundle('none', [tx(A, { to: BROKEN })], { go: [0] }), tx(B)]);
      expect(ids).toHaveLength(1);
      expect(reasonOf('none')).toEqual({ kind: 'fails', transaction: 0 });
    });

    test('takes nonces with it: who needs one that is left out is left out as well, or all are', async () => {
      const members = [tx(A, { to: BROKEN }), tx(A, { nonce: 1n }), tx(B)];
      const without = await ordered([bundle('both', members, { go: [0, 1] })]);
      expect(without.ordering.placed).toMatchObject([{ count: 1, dropped: [0, 1] }]);
      const { ids, reasonOf } = await ordered([bundle('one', members, { go: [0] }), tx(C)]);
      expect(ids).toHaveLength(1);
      expect(reasonOf('one')).toEqual({ kind: 'nonce', transaction: 1 });
    });
  });

  describe('an order that may touch anything', () => {
    const scene = { isPartial: true, prestate: { [COUNTER]: contract(ADD_ONE, { 0: 0n }) } };
    const open = (from: Address, tip: bigint) => tx(from, { to: UNKNOWN, tip });
    const count = (from: Address, rest: Partial<Transaction> = {}) => tx(from, { to: COUNTER, ...rest });

    test('comes after all others, which it would make uncertain', async () => {
      const [any, careful, plain] = [open(A, 50n), count(B, demanding(COUNTER, { 0: 0n })), count(C)];
      const { ids, ordering } = await ordered([any, plain, careful], {}, scene);
      expect(ids).toEqual([careful.hash, plain.hash, any.hash]);
      const [first, second] = ordering.analysis.transactions;
      expect([first?.status, second?.status]).toEqual(['exact', 'exact']);
    });

    test('has others of its kind after it, whose senders have no code', async () => {
      const { ids } = await ordered([open(A, 50n), count(C), open(B, 40n)], {}, scene);
      expect(ids).toHaveLength(3);
    });

    test('is in no block, if that is asked for', async () => {
      const [any, plain] = [open(A, 50n), count(B)];
      const { ids, reasonOf } = await ordered([any, plain], { open: 'leave-out' }, scene);
      expect(ids).toEqual([plain.hash]);
      expect(reasonOf(any.hash)).toEqual({ kind: 'open' });
    });

    test('as a member makes the whole bundle come last', async () => {
      const [plain, whole] = [count(C), bundle('whole', [count(A), open(B, 50n)], { fail: [0, 1] })];
      const { ids } = await ordered([whole, plain], {}, scene);
      expect(ids).toEqual([plain.hash, 'whole']);
    });

    test('that must not fail says that it may', async () => {
      const { ordering } = await ordered([bundle('strict', [count(A), open(B, 50n)])], {}, scene);
      expect(ordering.placed[0]?.risks).toContainEqual({ kind: 'may-fail', transaction: 1 });
    });
  });

  test('a bundle stays in one piece among others on the same slot', async () => {
    const members = [tx(A, { to: COUNTER, tip: 2n }), tx(B), tx(C, { to: COUNTER, tip: 2n })];
    const between = tx(D, { to: COUNTER, tip: 5n });
    const { ordering } = await ordered([between, bundle('whole', members), tx(B, { nonce: 1n, tip: 9n })]);
    const at = ordering.transactions.indexOf(members[0] as Transaction);
    expect(ordering.transactions.slice(at, at + 3)).toEqual(members);
    expect(ordering.leftOut).toEqual([]);
  });

  describe('gas', () => {
    /** Uses 21,000. */
    const plain = (from: Address, gasLimit: bigint, tip: bigint) => tx(from, { gasLimit, tip });

    test('a limit has to fit beside what those before it use, not beside their limits', async () => {
      const orders = [plain(A, 90_000n, 3n), plain(B, 79_000n, 2n), plain(C, 58_000n, 1n)];
      const { ids } = await ordered(orders, { gasLimit: 100_000n });
      expect(ids).toEqual(orders.map(({ hash }) => hash));
    });

    test('a high limit comes early though it pays less', async () => {
      const orders = [plain(A, 21_000n, 9n), plain(B, 100_000n, 1n)];
      const { ids } = await ordered(orders, { gasLimit: 100_000n });
      expect(ids).toEqual(orders.map(({ hash }) => hash).toReversed());
    });

    test('one unit too much leaves the one out that pays less', async () => {
      const orders = [plain(A, 79_001n, 2n), plain(B, 79_001n, 1n)];
      const { ids, reasonOf } = await ordered(orders, { gasLimit: 100_000n });
      expect(ids).toEqual([orders[0]?.hash]);
      expect(reasonOf(orders[1]?.hash ?? '')).toEqual({ kind: 'no-room', of: 'gas' });
    });
  });

  test('a missing nonce leaves out all that come after it, and nothing else', async () => {
    const [first, third, fourth] = [0n, 2n, 3n].map((nonce) => tx(A, { nonce, tip: 1n + nonce }));
    const { ids, reasonOf } = await ordered([fourth, third, first, tx(B)] as Transaction[]);
    expect(ids).toHaveLength(2);
    expect(ids).toContain(first?.hash);
    const obstacle = { kind: 'nonce-gap', transaction: 0, missing: 1n };
    expect(reasonOf(third?.hash ?? '')).toEqual({ kind: 'obstacle', obstacle });
    expect(reasonOf(fourth?.hash ?? '')).toEqual({ kind: 'obstacle', obstacle });
  });

  describe('funds that arrive in the block', () => {
    const prestate = { [POOR]: { ...RICH, balance: '0x0' } };

    test('come before who needs them, though that one pays more', async () => {
      const [gift, spent] = [tx(A, { to: POOR, value: 10n ** 18n }), tx(POOR, { tip: 50n })];
      const { ids } = await ordered([spent, gift], {}, { prestate });
      expect(ids).toEqual([gift.hash, spent.hash]);
    });

    test('that are not enough leave it out', async () => {
      const [gift, spent] = [tx(A, { to: POOR, value: 100_000n * 100n * GWEI - 1n }), tx(POOR, { tip: 50n })];
      const { ids, reasonOf } = await ordered([spent, gift], {}, { prestate });
      expect(ids).toEqual([gift.hash]);
      expect(reasonOf(spent.hash)).toEqual({ kind: 'invalid', transaction: 0, code: 'funds' });
    });

    test('are spent once', async () => {
      const gift = tx(A, { to: POOR, value: 100_000n * 100n * GWEI });
      const spent = [0n, 1n].map((nonce) => tx(POOR, { nonce, tip: 50n }));
      const { ids } = await ordered([...spent, gift], {}, { prestate });
      expect(ids).toEqual([gift.hash, spent[0]?.hash]);
    });
  });
});
