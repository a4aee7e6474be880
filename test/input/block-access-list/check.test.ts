import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Address } from '../../../src/input/block.ts';
import { blockAccessListProblems } from '../../../src/input/block-access-list/check.ts';
import type { AccountChanges } from '../../../src/input/block-access-list/list.ts';
import { lists } from './lists.ts';

const A: Address = `0x${'aa'.repeat(20)}`;
const B: Address = `0x${'bb'.repeat(20)}`;
const BLOCK = { transactions: 2, gasLimit: 30_000_000n };

function account(fields: Partial<AccountChanges> = {}): AccountChanges {
  return {
    address: A,
    storageChanges: [],
    storageReads: [],
    balanceChanges: [],
    nonceChanges: [],
    codeChanges: [],
    ...fields,
  };
}

test('canonical lists are right', () => {
  fc.assert(
    fc.property(lists, (list) => {
      expect(blockAccessListProblems(list, { transactions: 300, gasLimit: null })).toEqual([]);
    }),
  );
});

test.each<[string, readonly AccountChanges[]]>([
  [`it comes after ${B}`, [account({ address: B }), account()]],
  [`it comes after ${A}`, [account(), account()]],
  ['read slots are not in order, or not distinct', [account({ storageReads: [2n, 1n] })]],
  ['read slots are not in order, or not distinct', [account({ storageReads: [1n, 1n] })]],
  [
    'changed slots are not in order, or not distinct',
    [
      account({
        storageChanges: [256n, 2n].map((slot) => ({ slot, changes: [{ index: 1, value: 1n }] })),
      }),
    ],
  ],
  [
    'slot 0x7 is both read and changed',
    [
      account({
        storageReads: [7n],
        storageChanges: [{ slot: 7n, changes: [{ index: 1, value: 1n }] }],
      }),
    ],
  ],
  ['changed slot 0x7 has no change', [account({ storageChanges: [{ slot: 7n, changes: [] }] })]],
  [
    'changes of the balance are not in order, or not distinct',
    [account({ balanceChanges: [1, 1].map((index) => ({ index, value: 1n })) })],
  ],
  [
    'changes of slot 0x7 are not in order, or not distinct',
    [
      account({
        storageChanges: [{ slot: 7n, changes: [2, 1].map((index) => ({ index, value: 1n })) }],
      }),
    ],
  ],
  ['a change of the nonce in step 4 of 3', [account({ nonceChanges: [{ index: 4, value: 1n }] })]],
  [
    'a change of the code in step 9 of 3',
    [account({ codeChanges: [{ index: 9, code: new Uint8Array(0) }] })],
  ],
])('says: %s', (problem, list) => {
  expect(blockAccessListProblems(list, BLOCK)).toEqual([
    `block access list, ${list.at(-1)?.address}: ${problem}`,
  ]);
});

test('the gas limit says how long it may be', () => {
  const list = [account({ storageReads: [1n, 2n] })];
  expect(blockAccessListProblems(list, { transactions: 0, gasLimit: 6_000n })).toEqual([]);
  expect(blockAccessListProblems(list, { transactions: 0, gasLimit: 5_999n })).toEqual([
    'block access list: 3 accounts and slots, where 2 fit',
  ]);
});
