import { createBlockLevelAccessListFromRLP } from '@ethereumjs/util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { blockAccessListToJson } from '../../../src/input/block-access-list/json.ts';
import { readBlockAccessList } from '../../../src/input/block-access-list/read.ts';
import { blockAccessListHash, encodeBlockAccessList } from '../../../src/input/block-access-list/rlp.ts';
import { bytesToHex } from '../../../src/input/hex.ts';
import { lists } from './lists.ts';

const ADDRESS = `0x${'ab'.repeat(20)}`;

function problemOf(json: unknown): unknown {
  try {
    readBlockAccessList(json, 'list.json');
    return null;
  } catch (error) {
    return (error as { problem?: unknown }).problem;
  }
}

describe('a block access list', () => {
  test('is the same from JSON, from a response, from RLP, and in the names of fixtures', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const json = blockAccessListToJson(list);
        const encoded = encodeBlockAccessList(list);
        expect(readBlockAccessList(json)).toEqual(list);
        expect(readBlockAccessList({ jsonrpc: '2.0', id: 1, result: json })).toEqual(list);
        expect(readBlockAccessList(bytesToHex(encoded))).toEqual(list);
        const other = createBlockLevelAccessListFromRLP(encoded);
        // The package sorts slots as texts of different lengths; order is not the matter here.
        const sorted = readBlockAccessList(other.toJSON()).map((account) => ({
          ...account,
          storageChanges: [...account.storageChanges].sort((a, b) => (a.slot < b.slot ? -1 : 1)),
          storageReads: [...account.storageReads].sort((a, b) => (a < b ? -1 : 1)),
        }));
        expect(sorted).toEqual(list);
      }),
    );
  });

  test('is encoded and hashed as by the package', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const encoded = encodeBlockAccessList(list);
        const other = createBlockLevelAccessListFromRLP(encoded);
        expect(bytesToHex(other.serialize())).toBe(bytesToHex(encoded));
        expect(bytesToHex(other.hash())).toBe(bytesToHex(blockAccessListHash(list)));
      }),
    );
  });

  test('may leave empty lists out', () => {
    expect(readBlockAccessList([{ address: ADDRESS.toUpperCase().replace('X', 'x') }])).toEqual([
      {
        address: ADDRESS,
        storageChanges: [],
        storageReads: [],
        balanceChanges: [],
        nonceChanges: [],
        codeChanges: [],
      },
    ]);
  });

  test.each<[string, unknown, object]>([
    ['something else', 5, { path: '', expected: 'a block access list, or its RLP in hex', got: '5' }],
    ['an answer without a result', { result: null }, { path: 'result', got: 'null' }],
    ['no address', [{}], { path: '[0].address', got: 'nothing' }],
    ['a short address', [{ address: '0xab' }], { path: '[0].address' }],
    ['no account', [7], { path: '[0]', expected: 'an object' }],
    ['no list', [{ address: ADDRESS, storageReads: {} }], { path: '[0].storageReads', expected: 'an array' }],
    [
      'a large nonce',
      [{ address: ADDRESS, nonceChanges: [{ index: '0x1', value: `0x1${'0'.repeat(16)}` }] }],
      { path: '[0].nonceChanges[0].value', expected: 'a quantity of at most 64 bits, such as 0x5208' },
    ],
    [
      'a change without its step',
      [{ address: ADDRESS, balanceChanges: [{ value: '0x1' }] }],
      { path: '[0].balanceChanges[0].index', got: 'nothing' },
    ],
    [
      'half a byte of code',
      [{ address: ADDRESS, codeChanges: [{ index: '0x1', code: '0x6' }] }],
      { path: '[0].codeChanges[0].code' },
    ],
    ['RLP that is cut short', '0xc2', { expected: 'RLP', got: 'cut short' }],
    ['RLP of bytes', '0x80', { expected: 'an array' }],
    ['RLP of other fields', '0xc2c101', { path: '[0]', got: '1 of them' }],
    ['RLP of another address', '0xc7c601c0c0c0c0c0', { path: '[0].address' }],
  ])('refuses %s', (_name, json, problem) => {
    expect(problemOf(json)).toMatchObject({ source: 'list.json', ...problem });
  });
});
