import { Account, Address as EvmAddress } from '@ethereumjs/util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OBSERVED } from '../../src/executor/observed.ts';
import { CodeHashes, StateView, slotBytes, slotValue } from '../../src/executor/state-view.ts';
import { TransactionState } from '../../src/executor/transaction-state.ts';
import type { Address } from '../../src/input/block.ts';
import { keccak256 } from '../../src/input/keccak.ts';
import type { StateSource } from '../../src/state/source.ts';

const ADDRESSES = [1, 2, 3].map((last) => `0x${last.toString(16).padStart(40, '0')}` as Address);
const CODE = Uint8Array.of(0x60, 0x00);

/** Account 1 has balance and storage, account 2 is a contract with storage, account 3 does not exist. */
const BASE: StateSource = {
  account: (address) => {
    if (address === ADDRESSES[0]) return { balance: 10n, nonce: 1n, code: new Uint8Array(0) };
    if (address === ADDRESSES[1]) return { balance: 0n, nonce: 1n, code: CODE };
    return null;
  },
  storage: (address, slot) => (address === ADDRESSES[2] ? 0n : slot),
};

function evmAddress(index: number): EvmAddress {
  return new EvmAddress(new Uint8Array(Buffer.from((ADDRESSES[index] ?? '').slice(2), 'hex')));
}

function slotKey(slot: number): Uint8Array {
  return new Uint8Array(Buffer.from(slot.toString(16).padStart(64, '0'), 'hex'));
}

function newView(base = BASE, emptyAccountsExist = false): { state: TransactionState; view: StateView } {
  const state = new TransactionState({ emptyAccountsExist });
  state.begin(base);
  return { state, view: new StateView(state, new CodeHashes(keccak256)) };
}

/** The same by copying everything at every checkpoint. */
interface ModelAccount {
  exists: boolean;
  balance: bigint;
  nonce: bigint;
  code: string;
  slots: Record<number, bigint>;
}
type Model = ModelAccount[];

function initialModel(): Model {
  return ADDRESSES.map((address) => {
    const account = BASE.account(address);
    return {
      exists: account !== null,
      balance: account?.balance ?? 0n,
      nonce: account?.nonce ?? 0n,
      code: Buffer.from(account?.code ?? []).toString('hex'),
      slots: Object.fromEntries([0, 1, 2].map((slot) => [slot, BASE.storage(address, BigInt(slot)) ?? 0n])),
    };
  });
}

const account = fc.nat(2);
const slot = fc.nat(2);
const command = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    account,
    balance: fc.bigInt(0n, 3n),
    nonce: fc.bigInt(0n, 2n),
  }),
  fc.record({ kind: fc.constant('code' as const), account, code: fc.uint8Array({ maxLength: 2 }) }),
  fc.record({ kind: fc.constant('store' as const), account, slot, value: fc.bigInt(0n, 300n) }),
  fc.record({ kind: fc.constant('load' as const), account, slot }),
  fc.record({ kind: fc.constant('clear' as const), account }),
  fc.record({ kind: fc.constantFrom('checkpoint' as const, 'commit' as const, 'revert' as const) }),
);

describe('undo log', () => {
  test('equals a model that copies everything', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
        const { view } = newView();
        let model = initialModel();
        const copies: Model[] = [];
        for (const step of commands) {
          switch (step.kind) {
            case 'put': {
              await view.putAccount(evmAddress(step.account), new Account(step.nonce, step.balance));
              Object.assign(model[step.account] ?? {}, {
                exists: true,
                balance: step.balance,
                nonce: step.nonce,
              });
              break;
            }
            case 'code':
              await view.putCode(evmAddress(step.account), step.code);
              Object.assign(model[step.account] ?? {}, {
                exists: true,
                code: Buffer.from(step.code).toString('hex'),
              });
              break;
            case 'store':
              await view.putStorage(evmAddress(step.account), slotKey(step.slot), slotBytes(step.value));
              Object.assign(model[step.account]?.slots ?? {}, { [step.slot]: step.value });
              break;
            case 'load':
              expect(slotValue(await view.getStorage(evmAddress(step.account), slotKey(step.slot)))).toBe(
                model[step.account]?.slots[step.slot],
              );
              break;
            case 'clear':
              await view.clearStorage(evmAddress(step.account));
              Object.assign(model[step.account]?.slots ?? {}, { 0: 0n, 1: 0n, 2: 0n });
              break;
            case 'checkpoint':
              copies.push(structuredClone(model));
              await view.checkpoint();
              break;
            case 'commit':
              if (copies.pop() !== undefined) await view.commit();
              break;
            case 'revert': {
              const copy = copies.pop();
              if (copy === undefined) break;
              model = copy;
              await view.revert();
              break;
            }
            default:
              step satisfies never;
          }
        }
        await expectSame(view, model);
      }),
      { numRuns: 300 },
    );
  });

  test('the diff turns the state before into the state after', async () => {
    const { state, view } = newView();
    await view.checkpoint();
    await view.putStorage(evmAddress(1), slotKey(1), slotBytes(7n));
    await view.putStorage(evmAddress(1), slotKey(2), slotBytes(9n));
    await view.revert();
    await view.putStorage(evmAddress(1), slotKey(2), slotBytes(2n));
    await view.putStorage(evmAddress(1), slotKey(0), slotBytes(5n));
    await view.putAccount(evmAddress(0), new Account(1n, 4n));
    const diff = state.diff();
    expect(diff.map(({ address }) => address)).toEqual([ADDRESSES[1], ADDRESSES[0]]);
    expect(diff[0]?.slots).toEqual([[0n, 5n]]);
    expect(diff[1]).toMatchObject({ balance: 4n, isWiped: false, isDestroyed: false });
    expect(diff[1]).not.toHaveProperty('nonce');
  });
});

async function expectSame(view: StateView, model: Model): Promise<void> {
  for (const [index, expected] of model.entries()) {
    const got = await view.getAccount(evmAddress(index));
    expect(got !== undefined).toBe(expected.exists);
    expect(got?.balance ?? 0n).toBe(expected.exists ? expected.balance : 0n);
    expect(got?.nonce ?? 0n).toBe(expected.exists ? expected.nonce : 0n);
    expect(Buffer.from(await view.getCode(evmAddress(index))).toString('hex')).toBe(expected.code);
    for (const [key, value] of Object.entries(expected.slots)) {
      expect(slotValue(await view.getStorage(evmAddress(index), slotKey(Number(key))))).toBe(value);
    }
  }
}

describe('original values', () => {
  test('stay those from the start of the transaction, through writes, reverts and wipes', async () => {
    const { view } = newView();
    const original = () => view.originalStorageCache.get(evmAddress(1), slotKey(2));
    await view.putStorage(evmAddress(1), slotKey(2), slotBytes(9n));
    expect(slotValue(await original())).toBe(2n);
    await view.checkpoint();
    await view.clearStorage(evmAddress(1));
    expect(slotValue(await view.getStorage(evmAddress(1), slotKey(2)))).toBe(0n);
    expect(slotValue(await view.getStorage(evmAddress(1), slotKey(1)))).toBe(0n);
    expect(slotValue(await original())).toBe(2n);
    await view.revert();
    expect(slotValue(await view.getStorage(evmAddress(1), slotKey(2)))).toBe(9n);
    expect(slotValue(await view.getStorage(evmAddress(1), slotKey(1)))).toBe(1n);
  });
});

describe('accounts that go', () => {
  test('a destroyed one loses storage and code at once', async () => {
    const { state, view } = newView();
    await view.getStorage(evmAddress(1), slotKey(1));
    await view.deleteAccount(evmAddress(1));
    expect(await view.getAccount(evmAddress(1))).toBeUndefined();
    expect(await view.getCode(evmAddress(1))).toHaveLength(0);
    expect(await view.getStorage(evmAddress(1), slotKey(1))).toHaveLength(0);
    expect(state.diff()[0]).toMatchObject({ isDestroyed: true, isWiped: true });
  });

  test('an empty one is cleared only if it is empty when the diff is applied', async () => {
    const { state, view } = newView();
    await view.deleteAccount(evmAddress(2));
    expect(state.diff()).toEqual([
      {
        address: ADDRESSES[2],
        isWiped: false,
        isDestroyed: false,
        isClearedIfEmpty: true,
        isCreated: false,
        slots: [],
      },
    ]);
  });

  test('before EIP-161 an account that begins to exist while empty is a change', async () => {
    const { state, view } = newView(BASE, true);
    await view.putAccount(evmAddress(2), new Account());
    expect(state.diff()[0]).toMatchObject({ isCreated: true });
    expect(state.observed().keys.get(`${ADDRESSES[2]}:balance`)).toBe('delta');
  });
});

describe('observation', () => {
  test('writing an account without changing it is none', async () => {
    const { state, view } = newView();
    const same = await view.getAccount(evmAddress(0));
    await view.putAccount(evmAddress(0), same);
    expect(state.observed().keys.size).toBe(0);
    expect(state.diff()).toEqual([]);
  });

  test('survives a revert', async () => {
    const { state, view } = newView();
    await view.checkpoint();
    await view.putStorage(evmAddress(1), slotKey(2), slotBytes(9n));
    await view.getCode(evmAddress(1));
    await view.revert();
    expect([...state.observed().keys]).toEqual([
      [`${ADDRESSES[1]}:code`, 'read'],
      [`${ADDRESSES[1]}:0x${'2'.padStart(64, '0')}`, 'write'],
    ]);
  });

  test('a key both read and credited is a write', () => {
    const { state } = newView();
    const [first, second] = [1n, 2n].map((word) => state.cell(word));
    if (first === undefined || second === undefined) throw new Error('no accounts');
    first.observedBalance |= OBSERVED.read;
    first.observedBalance |= OBSERVED.delta;
    second.observedBalance |= OBSERVED.delta;
    expect([...state.observed().keys.values()]).toEqual(['write', 'delta']);
  });
});

describe('unknown state', () => {
  test('stops the transaction and names the key', async () => {
    const { view } = newView({ account: () => null, storage: () => undefined });
    await expect(view.getStorage(evmAddress(0), slotKey(1))).rejects.toMatchObject({
      code: 'missing-state',
      keys: [`${ADDRESSES[0]}:0x${'1'.padStart(64, '0')}`],
    });
  });
});
