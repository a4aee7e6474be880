import { expect, test } from '@jest/globals';
import { renderKeysNdjson, renderTransactionsNdjson } from '../../../src/output/table/ndjson.ts';
import { keyTable } from '../../../src/output/table/rows.ts';
import { HOSTILE, handMade, named, shaped } from '../findings.ts';

function read(text: string): Record<string, unknown>[] {
  expect(text === '' || text.endsWith('\n')).toBe(true);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

test('an object for each transaction, gas as numbers', () => {
  const rows = read(renderTransactionsNdjson(handMade));
  expect(rows.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
  expect(rows[3]).toMatchObject({ gasEstimate: 40_003, gasUsed: 21_000, predecessors: [1, 2], to: null });
});

test('an object for each key', () => {
  expect(read(renderKeysNdjson(handMade)).length).toBe(keyTable(handMade).rows.length);
  expect(read(renderKeysNdjson(shaped(0, [])))).toEqual([]);
});

test('gas that is no safe integer is text', () => {
  const [first, ...others] = handMade.analysis.input.transactions;
  if (first === undefined) throw new Error('there is no transaction');
  const transactions = [{ ...first, gasLimit: 2n ** 64n - 1n }, ...others];
  const analysis = { ...handMade.analysis, input: { ...handMade.analysis.input, transactions } };
  expect(read(renderTransactionsNdjson({ ...handMade, analysis }))[0]?.gasLimit).toBe('18446744073709551615');
});

test.each(HOSTILE.map((text) => [text]))('named %j', (text) => {
  for (const { call } of read(renderTransactionsNdjson(named(text)))) expect(call).toBe(text);
});
