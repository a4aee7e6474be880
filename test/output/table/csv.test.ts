import { describe, expect, test } from '@jest/globals';
import { renderKeysCsv, renderTransactionsCsv } from '../../../src/output/table/csv.ts';
import { keyTable, transactionTable } from '../../../src/output/table/rows.ts';
import { HOSTILE, handMade, named, shaped } from '../findings.ts';

/** As RFC 4180 says that it is read; written apart from what writes it. */
function readCsv(text: string): string[][] {
  const records: string[][] = [[]];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (text[at] === undefined) throw new Error('a quote that does not end');
        cell += text[at];
        if (text[at] === '"') at++;
      }
      at++;
    } else {
      for (; at < text.length && text[at] !== ',' && text[at] !== '\n'; at++) cell += text[at];
    }
    records.at(-1)?.push(cell);
    if (text[at] === '\n' && at + 1 < text.length) records.push([]);
    at++;
  }
  return records;
}

describe('CSV', () => {
  test('has names of columns, then a line for each transaction', () => {
    const [head, ...lines] = readCsv(renderTransactionsCsv(handMade));
    expect(head).toEqual(transactionTable(handMade).columns);
    expect(lines.map(([index, hash]) => [index, hash])).toEqual(
      handMade.analysis.input.transactions.map(({ hash }, index) => [String(index), hash]),
    );
    const cell = (line: number, column: string): string | undefined =>
      lines[line]?.[head?.indexOf(column) ?? -1];
    expect([cell(3, 'predecessors'), cell(3, 'critical'), cell(3, 'to'), cell(3, 'gasUsed')]).toEqual([
      '1 2',
      'true',
      '',
      '21000',
    ]);
  });

  test('has a line for each key', () => {
    expect(readCsv(renderKeysCsv(handMade)).length).toBe(1 + keyTable(handMade).rows.length);
  });

  test('has names of columns even for nothing', () => {
    expect(readCsv(renderTransactionsCsv(shaped(0, [])))).toEqual([transactionTable(handMade).columns]);
  });

  test.each(HOSTILE.map((text) => [text]))('named %j, which no spreadsheet calculates', (text) => {
    for (const [csv, column] of [
      [renderTransactionsCsv(named(text)), 'call'],
      [renderKeysCsv(named(text)), 'place'],
    ] as const) {
      const [head = [], ...lines] = readCsv(csv);
      for (const line of lines) {
        expect(line.length).toBe(head.length);
        const cell = line[head.indexOf(column)] ?? '';
        expect(cell.replace(/^'(?=[=+\-@\t\r])/, '')).toBe(text);
        expect(cell).not.toMatch(/^[=+\-@\t\r]/);
      }
    }
  });
});
