import { expect, test } from '@jest/globals';
import { SettledState } from '../../src/executor/settled-state.ts';
import type { AccountDiff } from '../../src/executor/transaction-state.ts';
import { address, COUNTER, preState } from './small-blocks.ts';

const NOBODY = address(0xe9);

function diffOf(of: AccountDiff['address'], fields: Partial<AccountDiff>): AccountDiff {
  const none = { isDestroyed: false, isCreated: false, isClearedIfEmpty: false, isWiped: false };
  return { address: of, ...none, slots: [], ...fields };
}

test('is the state from before where nothing was added', () => {
  const state = new SettledState(preState());
  expect(state.account(COUNTER)?.balance).toBe(1000n);
  expect(state.account(NOBODY)).toBeNull();
  expect(state.hasStorage(COUNTER)).toBe(false);
});

test('sets values in order, and adds differences', () => {
  const setting = new SettledState(preState());
  setting.add([diffOf(COUNTER, { balance: 5n, slots: [[0n, 7n]] })], undefined);
  setting.add([diffOf(COUNTER, { balance: 6n }), diffOf(NOBODY, { balance: 1n })], undefined);
  expect(setting.account(COUNTER)?.balance).toBe(6n);
  expect(setting.storage(COUNTER, 0n)).toBe(7n);
  expect(setting.hasStorage(COUNTER)).toBe(true);
  expect(setting.account(NOBODY)?.balance).toBe(1n);
  const adding = new SettledState(preState());
  const commutation = { isDelta: () => true, seenBalance: () => 1000n };
  adding.add([diffOf(COUNTER, { balance: 1010n })], commutation);
  adding.add([diffOf(COUNTER, { balance: 1007n })], commutation);
  expect(adding.account(COUNTER)?.balance).toBe(1017n);
});
