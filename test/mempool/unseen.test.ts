/** What a head changes and an order never looked at, and what it looked at without saying so in its sets. */
import { expect, test } from '@jest/globals';
import { createMempoolIndex } from '../../src/mempool/mempool-index.ts';
import { transactionOrder } from '../../src/mempool/order.ts';
import type { StateDiff } from '../../src/state/diff.ts';
import { accountKey } from '../../src/state/key.ts';
import { overlayState } from '../../src/state/overlay.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { StateSource } from '../../src/state/source.ts';
import type { Prestate } from '../corpus.ts';
import { materialize } from '../generators/block.ts';

const WALLET = '0xf00d000000000000000000000000000000000001';
const PAYER = '0xc0de000000000000000000000000000000000001';
const SENDERS = [
  '0x1a642f0e3c3af545e7acbd38b07251b3990914f1',
  '0x5050a4f4b3f9338c3472dcc01a87c76a144b3c9c',
] as const;

/** A pool of one order of each sender to the same account. */
async function poolOfPayments(to: typeof WALLET | typeof PAYER) {
  // Sends one wei to the wallet, with all gas: what the call costs depends on whether the wallet is empty.
  const code = `0x6000600060006000600173${WALLET.slice(2)}5af100`;
  const account = (balance: string, bytes = '0x') => ({ balance, nonce: 0, code: bytes, storage: {} });
  const prestate: Prestate = {
    [WALLET]: account('0x5'),
    [PAYER]: account('0x64', code),
    ...Object.fromEntries(SENDERS.map((sender) => [sender, account('0xde0b6b3a7640000')])),
  };
  const { input } = await materialize({
    hardfork: 'paris',
    feeRecipient: '0xfeed000000000000000000000000000000000001',
    prestate,
    transactions: SENDERS.map((_, sender) => ({
      sender,
      to,
      value: 3n,
      gasLimit: 250_000n,
      data: new Uint8Array(0),
      type: 0,
      maxFeePerGas: 7n,
      maxPriorityFeePerGas: 0n,
      accessList: [],
      authorizations: [],
    })),
  });
  if (input.block === null) throw new Error('a block has a header');
  const { block, hardfork, chainId } = input;
  const state = snapshotState(prestate);
  const orders = input.transactions.map(transactionOrder);
  const make = (at: StateSource, those: typeof orders) => {
    const pool = createMempoolIndex({ state: at, block, hardfork, chainId });
    pool.addAll(those);
    return pool;
  };
  const after = (diff: StateDiff) => ({ state: overlayState(state, diff), block });
  return { pool: make(state, orders), orders, make, after, from: input.transactions.map((tx) => tx.from) };
}

test('a balance that is only paid from or added to makes nothing be derived', async () => {
  const { pool, after, from } = await poolOfPayments(WALLET);
  expect(pool.size).toBe(SENDERS.length);
  const richer = { balance: 10n ** 18n, storage: new Map() };
  const diff: StateDiff = new Map(([WALLET, ...from] as const).map((address) => [address, richer] as const));
  expect(pool.moveTo(after(diff), diff).derived).toBe(0);
});

test('a balance that says whether an account is empty is an input, though it is only added to', async () => {
  const { pool, orders, make, after } = await poolOfPayments(PAYER);
  const [first] = orders;
  if (first === undefined) throw new Error('two orders');
  pool.removeAll(orders.slice(1).map(({ id }) => id));
  const modeIn = (one: typeof pool) =>
    one.analysesOf(first.id)?.[0]?.accesses.keys.get(accountKey(WALLET, 'balance'));
  expect(modeIn(pool)).toBe('delta');
  const diff: StateDiff = new Map([[WALLET, { balance: 0n, storage: new Map() }]]);
  const head = after(diff);
  expect(pool.moveTo(head, diff).derived).toBe(1);
  expect(modeIn(pool)).toBe('write');
  expect(modeIn(make(head.state, [first]))).toBe('write');
});
