import { expect, test } from '@jest/globals';
import { accountKey, storageKey } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { slowSource } from './slow-source.ts';

const a = `0x${'aa'.repeat(20)}` as const;
const b = `0x${'bb'.repeat(20)}` as const;
const nobody = `0x${'cc'.repeat(20)}` as const;
const whole = () =>
  snapshotState({
    [a]: { balance: '0x5', nonce: 7, code: '0x6001', storage: { '0x1': '0x2' } },
    [b]: { balance: '0x0', code: '0x6001' },
  });

test('nothing is known before it was loaded, and then all that was asked for', async () => {
  const source = slowSource(whole());
  expect([source.account(a), source.storage(a, 1n)]).toEqual([undefined, undefined]);
  await source.load([
    accountKey(a, 'nonce'),
    storageKey(a, 1n),
    storageKey(a, 2n),
    accountKey(nobody, 'code'),
  ]);
  expect(source.account(a)).toMatchObject({ balance: 5n, nonce: 7n, code: new Uint8Array([0x60, 1]) });
  expect([source.storage(a, 1n), source.storage(a, 2n), source.storage(b, 1n)]).toEqual([2n, 0n, undefined]);
  expect([source.account(nobody), source.account(b)]).toEqual([null, undefined]);
});

test('each load is one request, in which nothing comes twice and nothing that is known', async () => {
  const source = slowSource(whole());
  await source.load([accountKey(a, 'nonce'), accountKey(a, 'balance'), storageKey(a, 1n), storageKey(a, 1n)]);
  await source.load([accountKey(a, 'code'), accountKey(b, 'code'), storageKey(a, 1n)]);
  await source.load([accountKey(b, 'balance')]);
  expect(source.requests).toEqual([
    { accounts: [a], slots: [{ address: a, slot: 1n }], blocks: [] },
    { accounts: [b], slots: [], blocks: [] },
  ]);
});

test('equal code is one array, and stays it when loads overlap', async () => {
  const source = slowSource(whole());
  await Promise.all([source.load([accountKey(a, 'code')]), source.load([accountKey(a, 'code')])]);
  const { code } = source.account(a) ?? {};
  await source.load([accountKey(b, 'code')]);
  expect(source.account(b)?.code).toBe(code);
});

test('what fails to load stays unknown, and can be asked for again', async () => {
  const { fetchingState } = await import('../../src/state/fetching.ts');
  let fails = true;
  const source = fetchingState(async ({ accounts, slots }) => {
    if (fails) throw new Error('the node is away');
    return { accounts: accounts.map(() => null), slots: slots.map(() => 3n) };
  });
  await expect(source.load([storageKey(a, 1n)])).rejects.toThrow('the node is away');
  expect(source.storage(a, 1n)).toBeUndefined();
  fails = false;
  await source.load([storageKey(a, 1n)]);
  expect(source.storage(a, 1n)).toBe(3n);
});
