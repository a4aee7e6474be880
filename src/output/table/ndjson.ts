/** Tables as newline-delimited JSON: one object a line. */
import type { Findings } from '../../report/document.ts';
import { keyTable, type Table, transactionTable } from './rows.ts';

/** A line for each transaction; see `transactionTable`. */
export function renderTransactionsNdjson(findings: Findings): string {
  return ndjson(transactionTable(findings));
}

/** A line for each key of each transaction; see `keyTable`. */
export function renderKeysNdjson(findings: Findings): string {
  return ndjson(keyTable(findings));
}

/** Gas is a number; beyond 2^53, which no valid transaction reaches, decimal text. */
function ndjson({ rows }: Table): string {
  return rows
    .map((row) => {
      const line = JSON.stringify(row, (_name, value: unknown) => {
        if (typeof value !== 'bigint') return value;
        return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
      });
      return `${line}\n`;
    })
    .join('');
}
