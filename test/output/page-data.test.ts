import { describe, expect, test } from '@jest/globals';
import { renderHtml } from '../../src/output/html.ts';
import { pageData } from '../../src/output/page-data.ts';
import { accountKey } from '../../src/state/key.ts';
import { analysis, execution, feeRecipient, graph, plan, token } from '../report/hand-made.ts';

const findings = { analysis, graph, plan, execution: null };
const data = pageData(findings);

describe('the data of a page', () => {
  test('has every key once, with its name, and accesses as rows of numbers', () => {
    const { keys, regionTexts, names, rowStart, locations, modes } = data.accesses;
    expect(new Set(keys).size).toBe(keys.length);
    expect(names).toHaveLength(keys.length + regionTexts.length);
    expect(names[keys.indexOf(accountKey(token, 'code'))]).toBe('');
    expect(names[keys.indexOf(accountKey(feeRecipient, 'balance'))]).toBe('balance (fee recipient)');
    expect(rowStart).toHaveLength(analysis.transactions.length + 1);
    expect(locations).toHaveLength(rowStart.at(-1) ?? 0);
    expect(modes).toMatch(/^[123]*$/);
    expect(modes).toHaveLength(locations.length);
  });

  test('says of transactions what people want to read', () => {
    expect(data.transactions[1]).toMatchObject({
      status: 'bounded',
      declaredEntries: 2,
      derivedEntries: 2,
      receipt: null,
      reasons: [{ code: 'unknown-branch', function: 'transfer(address,uint256)', pc: 291 }],
    });
    expect(data.transactions[3]).toMatchObject({ to: null, call: 'new contract', derivedEntries: null });
  });

  test('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  });

  test('has lanes as measured: the main thread first, then the workers', () => {
    const runs = [
      { transaction: 0, worker: 1, start: 10, end: 25.04 },
      { transaction: 1, worker: null, start: 12, end: 20 },
    ];
    const trace = { runs, spans: [], resolved: [] };
    expect(pageData({ ...findings, execution: { ...execution, trace } }).execution?.measured).toEqual({
      lanes: ['main', '0', '1'],
      runs: [
        { transaction: 0, lane: 2, start: 10, end: 25 },
        { transaction: 1, lane: 0, start: 12, end: 20 },
      ],
    });
    const [run] = runs;
    const onWorkers = { ...trace, runs: run === undefined ? [] : [run] };
    const measured = pageData({ ...findings, execution: { ...execution, trace: onWorkers } }).execution
      ?.measured;
    expect(measured).toMatchObject({ lanes: ['0', '1'], runs: [{ lane: 1 }] });
    expect(pageData({ ...findings, execution }).execution?.measured).toBeNull();
  });
});

test('a page is one file: nothing in it names a place to load from', () => {
  const html = renderHtml(findings);
  expect(html).toContain("default-src 'none'");
  expect(html).not.toMatch(/<(link|img|iframe|object|embed|base)\b|\b(src|href)="|@import|url\(/);
  expect(html.match(/<script/g)).toHaveLength(2);
});
