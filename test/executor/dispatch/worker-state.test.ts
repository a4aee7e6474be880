import { describe, expect, test } from '@jest/globals';
import { EXISTS, MAY_CLEAR, MODE_SHIFT, OWN_BALANCE } from '../../../src/executor/dispatch/task-record.ts';
import { WorkerState } from '../../../src/executor/dispatch/worker-state.ts';
import { FIELD_SHIFT, OBSERVED } from '../../../src/executor/observed.ts';
import { TransactionState } from '../../../src/executor/transaction-state.ts';
import { DELTA, READ, WRITE } from '../../../src/graph/access-table.ts';
import { address } from '../small-blocks.ts';

const X = address(1);
const Y = address(2);
const CODE = Uint8Array.of(0x60, 0);

interface Sent {
  readonly flags?: number;
  readonly balance?: bigint;
  readonly slots?: readonly {
    readonly slot: bigint;
    readonly mode: number;
    readonly value?: bigint;
    readonly writer?: number;
  }[];
}

/** A state that was sent one account as a task's only one. */
function sent(state: WorkerState, { flags = EXISTS, balance = 5n, slots = [] }: Sent): void {
  state.begin();
  state.receiveAccount({ address: X, flags, balance, nonce: 1n, code: 1 });
  for (const { slot, mode, value = null, writer = -1 } of slots) {
    state.receiveSlot({ account: 0, mode, slot, value, writer });
  }
}

function newState(): WorkerState {
  const state = new WorkerState(new Map([[1, CODE]]));
  state.startBlock(new Map([[Y, null]]));
  return state;
}

describe('a task sees', () => {
  test('what it was sent and nothing else', () => {
    const state = newState();
    sent(state, { slots: [{ slot: 3n, mode: READ, value: 30n }] });
    expect(state.account(X)).toEqual({ balance: 5n, nonce: 1n, code: CODE });
    expect(state.storage(X, 3n)).toBe(30n);
    expect(state.storage(X, 4n)).toBeUndefined();
    expect(state.account(address(9))).toBeUndefined();
  });

  test('nothing of what only an earlier task was sent', () => {
    const state = newState();
    sent(state, { slots: [{ slot: 3n, mode: READ, value: 30n }] });
    sent(state, {});
    expect(state.storage(X, 3n)).toBeUndefined();
    state.begin();
    expect(state.account(X)).toBeUndefined();
  });

  test('precompiles that nobody sent', () => {
    const state = newState();
    state.begin();
    expect(state.account(Y)).toBeNull();
  });

  test('no account where there is none', () => {
    const state = newState();
    sent(state, { flags: 0 });
    expect(state.account(X)).toBeNull();
  });
});

describe('what an earlier task has left', () => {
  const flags = EXISTS | (WRITE << MODE_SHIFT.balance);
  const slots = [{ slot: 3n, mode: WRITE, value: 30n }];
  const diff = { address: X, isWiped: false, isDestroyed: false, isClearedIfEmpty: false, isCreated: false };

  test('is there for those that name its writer', () => {
    const state = newState();
    sent(state, { flags, slots });
    state.keep(7, [{ ...diff, balance: 6n, slots: [[3n, 31n]] }]);
    sent(state, { flags: flags | OWN_BALANCE, balance: 7n, slots: [{ slot: 3n, mode: READ, writer: 7 }] });
    expect(state.account(X)?.balance).toBe(6n);
    expect(state.storage(X, 3n)).toBe(31n);
  });

  test('is the value before where it did not change it', () => {
    const state = newState();
    sent(state, { flags, slots });
    state.keep(7, []);
    sent(state, { flags: flags | OWN_BALANCE, balance: 7n, slots: [{ slot: 3n, mode: READ, writer: 7 }] });
    expect(state.account(X)?.balance).toBe(5n);
    expect(state.storage(X, 3n)).toBe(30n);
  });

  test.each([
    ['another writer', 8],
    ['one before a value that was sent', 6],
  ])('is not there for those that name %s', (_name, writer) => {
    const state = newState();
    sent(state, { flags, slots });
    state.keep(6, []);
    sent(state, { flags, slots });
    state.keep(7, []);
    expect(() => sent(state, { slots: [{ slot: 3n, mode: READ, writer }] })).toThrow(/is not on this worker/);
    expect(() => sent(state, { flags: flags | OWN_BALANCE, balance: BigInt(writer) })).toThrow(/is not on/);
  });

  test('is not there in another block', () => {
    const state = newState();
    sent(state, { flags, slots });
    state.keep(7, []);
    state.startBlock(new Map());
    expect(() => sent(state, { slots: [{ slot: 3n, mode: READ, writer: 7 }] })).toThrow(
      /is not on this worker/,
    );
  });
});

test('code that was not sent is missed', () => {
  const state = new WorkerState(new Map());
  state.begin();
  expect(() => state.receiveAccount({ address: X, flags: EXISTS, balance: 0n, nonce: 0n, code: 1 })).toThrow(
    /code 1 is not on this worker/,
  );
});

describe('the guard', () => {
  /** What a transaction did to the account and to slot 3, as bits. */
  function check(
    flags: number,
    mode: number,
    observed: { balance?: number; slot?: number; storage?: boolean },
  ) {
    const state = newState();
    sent(state, { flags: EXISTS | flags, slots: [{ slot: 3n, mode, value: 30n }] });
    const transaction = new TransactionState({ emptyAccountsExist: false });
    transaction.begin(state);
    const cell = transaction.cellAt(X);
    cell.observedBalance = observed.balance ?? 0;
    cell.observedStorage = observed.storage ?? false;
    transaction.slot(cell, 3n).observed = observed.slot ?? 0;
    return state.check(transaction.cells);
  }

  const { read, write, delta } = OBSERVED;
  test.each([
    ['read', READ, read, true],
    ['read', READ, write, false],
    ['read', READ, delta, false],
    ['delta', DELTA, delta, true],
    ['delta', DELTA, read, false],
    ['delta', DELTA, read | delta, false],
    ['write', WRITE, read | write | delta, true],
    ['nothing', 0, read, false],
    ['nothing', 0, 0, true],
  ])('derived %s (%d), observed %d: %s', (_name, mode, observed, isInside) => {
    const asBalance = () => check(mode << MODE_SHIFT.balance, WRITE, { balance: observed });
    const asSlot = () => check(0, mode, { slot: observed });
    if (isInside) {
      expect(asBalance().accounts[0]).toBe(observed << FIELD_SHIFT.balance);
      expect(asSlot().slots[0]).toBe(observed);
    } else {
      expect(asBalance).toThrow(/not in the derived sets/);
      expect(asSlot).toThrow(/not in the derived sets/);
    }
  });

  test('of whole storages', () => {
    expect(() => check(0, READ, { storage: true })).toThrow(/the storage of/);
    expect(check(MAY_CLEAR, READ, { storage: true }).accounts[0]).toBeGreaterThan(0);
  });
});
