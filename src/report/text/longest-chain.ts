/** The section on the critical path: its transactions, and on what each waits for the one before it. */
import type { Status } from '../../analysis/result.ts';
import type { Transaction } from '../../input/block.ts';
import type { Names } from '../../names/names.ts';
import { shortHex } from '../../names/place-text.ts';
import { chainLinks } from '../chain-links.ts';
import { amount, clipped, columnsOf, counted, fitted, grouped, percent, WIDTH, wrapped } from './layout.ts';
import { type Colors, more, type NamedFindings, routeText, statusColor, title, total } from './style.ts';

/** Longer chains are cut, unless only one more would be left out. */
const SHOWN = 12;

const INDEX_COLUMNS = 7;
const HASH_COLUMNS = 13;
const GAS_COLUMNS = 12;
/** Of a function that is cut. */
const LEAST_CALL_COLUMNS = 10;
const CALL_COLUMNS = WIDTH - 2 - INDEX_COLUMNS - HASH_COLUMNS - GAS_COLUMNS;

export function longestChain({ analysis, graph, names }: NamedFindings, colors: Colors): string[] {
  const { transactions, gas } = graph.criticalPath;
  if (transactions.length < 2) return [];
  const links = chainLinks(graph);
  const count = transactions.length > SHOWN + 1 ? SHOWN : transactions.length;
  const lines = transactions.slice(0, count).flatMap((index, position) => {
    const tx = analysis.input.transactions[index];
    const row = (call: string) =>
      `  ${colors.bold(`#${index}`.padEnd(INDEX_COLUMNS))}${shortHex(tx?.hash ?? '').padEnd(HASH_COLUMNS)}` +
      `${call}${amount(graph.gas[index] ?? 0n, GAS_COLUMNS)}`;
    return [
      row(callText(tx, analysis.transactions[index]?.status, names, colors)),
      ...linkLine(links, position, names).map((line) => colors.dim(line)),
    ];
  });
  const header = `${'tx'.padEnd(INDEX_COLUMNS)}${'hash'.padEnd(HASH_COLUMNS)}${'what it calls'.padEnd(CALL_COLUMNS)}`;
  return [
    title('Longest chain', colors),
    ...wrapped(
      `${counted(transactions.length, 'transaction')} one after the other, ${grouped(gas)} gas ` +
        `(${percent(gas, total(graph.gas))} of all)`,
    ),
    '',
    colors.dim(`  ${header}${'gas'.padStart(GAS_COLUMNS)}`),
    ...lines,
    ...more(transactions.length - count, 'transaction', colors),
  ];
}

/** Function and account in exactly `CALL_COLUMNS`; with the status, unless it is exact. */
function callText(
  tx: Transaction | undefined,
  status: Status | undefined,
  names: Names,
  colors: Colors,
): string {
  if (tx === undefined) return ' '.repeat(CALL_COLUMNS);
  if (status === undefined || status === 'exact') return fittedRoute(tx, names, CALL_COLUMNS);
  const columns = CALL_COLUMNS - status.length - 1;
  return `${fittedRoute(tx, names, columns)} ${statusColor(status, colors)(status)}`;
}

/** Where there is no room for all, the account's name stands without its address, and the function is cut. */
function fittedRoute(tx: Transaction, names: Names, columns: number): string {
  const full = routeText(tx, names);
  if (tx.to === null || columnsOf(full) <= columns) return fitted(full, columns);
  const target = ` → ${names.contract(tx.to) ?? shortHex(tx.to)}`;
  const room = Math.max(LEAST_CALL_COLUMNS, columns - columnsOf(target));
  return fitted(`${clipped(names.call(tx).text, room)}${target}`, columns);
}

/** What the next transaction waits on; said once for a run of the same. */
function linkLine(links: readonly (string | null)[], position: number, names: Names): string[] {
  const link = links[position];
  if (link === undefined || (position > 0 && links[position - 1] === link)) return [];
  let end = position + 1;
  while (end < links.length && links[end] === link) end += 1;
  const times = end - position === 1 ? '' : ` (each of the next ${grouped(end - position)})`;
  const indent = ' '.repeat(2 + INDEX_COLUMNS - 2);
  if (link === null) return [`${indent}↓ starts once that one is resolved`];
  return [`${indent}↓ ${clipped(names.meeting(link), WIDTH - indent.length - 2 - times.length)}${times}`];
}
