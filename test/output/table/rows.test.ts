import { describe, expect, test } from '@jest/globals';
import { keyTable, transactionTable } from '../../../src/output/table/rows.ts';
import { account, token } from '../../report/hand-made.ts';
import { analysed, handMade } from '../findings.ts';

describe('a row for each transaction', () => {
  test('says what came of it', () => {
    const { columns, rows } = transactionTable(handMade);
    expect(rows.map(({ index, outcome, gasUsed }) => [index, outcome, gasUsed])).toEqual([
      [0, 'succeeded', 50_000n],
      [1, 'skipped', null],
      [2, null, null],
      [3, 'failed', 21_000n],
      [4, null, null],
    ]);
    for (const row of rows) expect(Object.keys(row)).toEqual(columns);
    expect(rows[3]).toMatchObject({
      from: account(3),
      to: null,
      call: 'new contract',
      status: 'unbounded',
      reasons: ['step-limit'],
      predecessors: [1, 2],
      worker: 0,
      start: 120_000n,
      end: 160_000n,
      regions: 1,
    });
  });

  test('has the same columns without an execution', () => {
    const { columns, rows } = transactionTable(analysed);
    expect(columns).toEqual(transactionTable(handMade).columns);
    expect(rows.map(({ outcome }) => outcome)).toEqual([null, null, null, null, null]);
  });
});

test('a row for each key and each region', () => {
  const { columns, rows } = keyTable(handMade);
  const count = handMade.analysis.transactions.reduce(
    (sum, { accesses }) => sum + accesses.keys.size + accesses.regions.length,
    0,
  );
  expect(rows.length).toBe(count);
  for (const row of rows) expect(Object.keys(row)).toEqual(columns);
  expect(rows.filter(({ transaction }) => transaction === 3)).toEqual([
    { transaction: 3, mode: 'write', address: null, field: 'any', slot: null, place: 'all state' },
  ]);
  expect(rows[0]).toEqual({
    transaction: 0,
    mode: 'write',
    address: account(0),
    field: 'balance',
    slot: null,
    place: 'ecrecover 0x0000…0001 balance',
  });
  expect(
    rows.filter(({ address, slot }) => address === token && slot === `0x${'ab'.repeat(32)}`).length,
  ).toBe(4);
});
