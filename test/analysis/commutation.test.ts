import { describe, expect, test } from '@jest/globals';
import { analyzeBlock } from '../../src/analysis/block.ts';
import type { Transaction } from '../../src/input/block.ts';
import { accountKey, slotHex } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { type Code, OP, push } from '../generators/assembler.ts';
import { SENDERS } from '../generators/universe.ts';
import { contract, inputOf, prestateOf, type Scene, transaction } from './scene.ts';

const STORE = '0x57000000000000000000000000000000000000a0';

/** `slots[7] = balance of the caller`. */
const storeBalance: Code = [OP.caller, OP.balance, ...push(7n), OP.sstore];

function from(index: number, fields: Partial<Transaction>): Transaction {
  const sender = SENDERS[index];
  if (sender === undefined) throw new RangeError(`no sender ${index}`);
  return transaction({ from: sender, hash: slotHex(BigInt(index + 1)), ...fields });
}

function scene(code: Code, transactions: readonly Transaction[]): Scene {
  const rich = { balance: '0xde0b6b3a7640000', nonce: 0, code: '0x', storage: {} };
  const senders = Object.fromEntries(SENDERS.map((address) => [address, rich]));
  return {
    hardfork: 'cancun',
    prestate: { ...senders, [STORE]: contract(code) },
    transactions,
  };
}

function analyzedBlock(of: Scene) {
  return analyzeBlock(inputOf(of), { state: snapshotState(prestateOf(of)) });
}

describe('what commutes', () => {
  const sender = SENDERS[0] as Transaction['from'];
  const transfer = (nonce: bigint, value: bigint) =>
    from(0, { to: STORE, nonce, value, gasLimit: 21_000n, maxFeePerGas: 10n });

  test('debits that the balance covers in any order, and nonces', () => {
    const { transactions } = analyzedBlock(scene([], [transfer(0n, 5n), transfer(1n, 5n)]));
    for (const { accesses } of transactions) {
      expect(accesses.keys.get(accountKey(sender, 'balance'))).toBe('delta');
      expect(accesses.keys.get(accountKey(sender, 'nonce'))).toBe('delta');
      expect(accesses.keys.get(accountKey(STORE, 'balance'))).toBe('delta');
    }
  });

  test('not a debit that might fail', () => {
    const whole = 10n ** 18n - 300_000n;
    const modes = (second: bigint) =>
      analyzedBlock(scene([], [transfer(0n, whole), transfer(1n, second)])).transactions.map(({ accesses }) =>
        accesses.keys.get(accountKey(sender, 'balance')),
      );
    expect(modes(0n)).toEqual(['delta', 'write']);
    expect(modes(10n ** 18n)).toEqual(['delta', 'write']);
  });

  test('not a balance that its owner reads', () => {
    const { transactions } = analyzedBlock(scene(storeBalance, [from(0, { to: STORE })]));
    expect(transactions[0]?.accesses.keys.get(accountKey(sender, 'balance'))).toBe('write');
  });
});
