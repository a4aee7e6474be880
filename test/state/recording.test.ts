import { describe, expect, test } from '@jest/globals';
import type { InputError } from '../../src/errors.ts';
import type { Hex } from '../../src/input/block.ts';
import { slotHex } from '../../src/state/key.ts';
import { isTouchedRecording, readRecordings } from '../../src/state/recording.ts';

const A: Hex = `0x${'aa'.repeat(20)}`;
const B: Hex = `0x${'bb'.repeat(20)}`;
const C: Hex = `0x${'cc'.repeat(20)}`;
const HASHES = [slotHex(1n), slotHex(2n)];

const touched = [
  {
    txHash: HASHES[0],
    result: { [A]: { balance: '0x1', nonce: 1 }, [B]: { code: '0x00', storage: { '0x1': '0x5' } } },
  },
  { txHash: HASHES[1], result: { [A]: { balance: '0x0' } } },
];
const diffs = [
  {
    txHash: HASHES[0],
    result: {
      pre: {
        [A]: { balance: '0x1', nonce: 1 },
        [B]: { balance: '0x0', code: '0x00', storage: { '0x1': '0x5' } },
      },
      post: {
        [A]: { balance: '0x0', nonce: 2 },
        [B]: { storage: { '0x2': '0x7' } },
        [C]: { balance: '0x0', nonce: 1, code: '0x01', storage: { '0x0': '0x1' } },
      },
    },
  },
  { txHash: HASHES[1], result: { pre: { [A]: { balance: '0x0' } }, post: {} } },
];

const file = (value: unknown, source = 'a.json') => ({ value, source });

test('touched slots of the one, changes of the other, in either order', () => {
  const expected = [
    {
      touched: new Map([
        [A, new Set()],
        [B, new Set([1n])],
      ]),
      changed: new Map([
        [A, { fields: ['balance', 'nonce'], slots: new Set(), isReplaced: false }],
        [B, { fields: [], slots: new Set([1n, 2n]), isReplaced: false }],
        [C, { fields: ['balance', 'nonce', 'code'], slots: new Set([0n]), isReplaced: true }],
      ]),
    },
    {
      touched: new Map([[A, new Set()]]),
      // Gone: only the side before it has it.
      changed: new Map([[A, { fields: ['balance', 'nonce', 'code'], slots: new Set(), isReplaced: true }]]),
    },
  ];
  const response = { jsonrpc: '2.0', id: 1, result: diffs };
  expect(readRecordings([file(touched), file(response)], HASHES)).toEqual(expected);
  expect(readRecordings([file(response), file(touched)], HASHES)).toEqual(expected);
  const bare = [touched, diffs].map((entries) => file(entries.map(({ result }) => result)));
  expect(readRecordings(bare, HASHES)).toEqual(expected);
});

test('one without diff mode is a pre-state as well', () => {
  expect([touched, { result: touched }].map((value) => isTouchedRecording(file(value)))).toEqual([
    true,
    true,
  ]);
  expect([diffs, {}, 7].map((value) => isTouchedRecording(file(value)))).toEqual([false, false, false]);
});

describe('wrong recordings', () => {
  test.each<[unknown[], string]>([
    [[diffs], 'a.json: expected a recording without diff mode as well: it shows what is read, got "none"'],
    [
      [touched],
      'a.json: expected a recording in diff mode as well ({ pre, post }): it shows what is written, got "none"',
    ],
    [
      [{}],
      'a.json: expected an array of recordings, one for each transaction, as debug_traceBlock* returns it, got an object',
    ],
    [[touched.slice(1)], 'a.json: expected 2 recordings, one for each transaction, got an array of 1'],
    [
      [[...touched].reverse()],
      `a.json: [0].txHash: expected ${HASHES[0]}, the transaction's, got "${HASHES[1]?.slice(0, 42)}…" (66 characters)`,
    ],
    [[[{ error: 'timeout' }, {}]], 'a.json: [0].error: expected no error, got "timeout"'],
    [[[{ x: {} }, {}], diffs], 'a.json: [0]: expected addresses (20 bytes of hex) as names, got "x"'],
    [[[{ [A]: 7 }, {}], diffs], `a.json: [0].${A}: expected an account, got 7`],
    [
      [[{ [A]: { storage: { x: 1 } } }, {}], diffs],
      `a.json: [0].${A}.storage: expected slots of at most 32 bytes of hex as names, got "x"`,
    ],
  ])('%#', (documents, message) => {
    let got = 'no error';
    try {
      readRecordings(
        documents.map((value) => file(value)),
        HASHES,
      );
    } catch (error) {
      got = (error as InputError).message;
    }
    expect(got).toBe(message);
  });
});
