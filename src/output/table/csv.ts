/** Tables as CSV (RFC 4180), lines ended by a line feed, with names of columns in the first. */
import { stringify } from 'csv-stringify/sync';
import type { Findings } from '../../report/document.ts';
import { keyTable, type Table, transactionTable } from './rows.ts';

/** A line for each transaction; see `transactionTable`. */
export function renderTransactionsCsv(findings: Findings): string {
  return csv(transactionTable(findings));
}

/** A line for each key of each transaction; see `keyTable`. */
export function renderKeysCsv(findings: Findings): string {
  return csv(keyTable(findings));
}

/** Several values in one cell stand with spaces between. A text that a spreadsheet would calculate gets a `'` before it. */
function csv({ columns, rows }: Table): string {
  return stringify([...rows], {
    header: true,
    columns: [...columns],
    escape_formulas: true,
    cast: {
      boolean: String,
      object: (value: unknown) => (Array.isArray(value) ? value.join(' ') : ''),
    },
  });
}
