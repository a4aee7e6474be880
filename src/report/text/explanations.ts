/** Why transactions are not exact: how many for which reason, and for each of the first ones where and on what. */
import { REASONS, type Reason, type ReasonCode } from '../../analysis/reason.ts';
import type { TransactionAnalysis } from '../../analysis/result.ts';
import type { Names } from '../../names/names.ts';
import { counted, grouped, wrapped } from './layout.ts';
import { type Colors, more, type NamedFindings, statusColor } from './style.ts';

const SHOWN_CODES = 6;
const SHOWN_TRANSACTIONS = 6;
const SHOWN_WRITERS = 4;

export function explanations({ analysis: { transactions }, names }: NamedFindings, colors: Colors): string[] {
  const inexact = transactions.filter(({ reasons }) => reasons.length > 0);
  if (inexact.length === 0) return [];
  const counts = new Map<ReasonCode, number>();
  for (const { reasons } of inexact) {
    for (const code of new Set(reasons.map((reason) => reason.code))) {
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return [
    '',
    colors.dim('  Why not exact:'),
    ...sorted.slice(0, SHOWN_CODES).flatMap(([code, count]) => {
      const name = `  ${grouped(count).padStart(6)}  ${code.padEnd(24)}`;
      const [first = '', ...rest] = wrapped(REASONS[code], ' '.repeat(name.length));
      return [`${name}${colors.dim(first.trimStart())}`, ...rest.map(colors.dim)];
    }),
    ...more(sorted.length - SHOWN_CODES, 'reason', colors),
    '',
    ...inexact.slice(0, SHOWN_TRANSACTIONS).flatMap((one) => explanation(one, names, colors)),
    ...more(inexact.length - SHOWN_TRANSACTIONS, 'transaction', colors),
  ];
}

/** The first reason of a transaction, which is the most important one. */
function explanation(
  { index, status, reasons }: TransactionAnalysis,
  names: Names,
  colors: Colors,
): string[] {
  const [first, ...others] = reasons;
  if (first === undefined) return [];
  const { at, message } = first;
  const [head = '', ...rest] = wrapped(`#${index} ${status}: ${names.meeting(message)}`, '  ');
  const where = at.selector === null ? '' : `${names.function(at.address, at.selector) ?? at.selector} `;
  const place = `${names.account(at.address)} ${where}pc ${at.pc}`;
  const parts = [place, ...dependence(first, names)];
  if (others.length > 0) parts.push(counted(others.length, 'more reason'));
  return [
    head.replace(`${status}:`, `${statusColor(status, colors)(status)}:`),
    ...rest,
    ...wrapped(parts.join(' · '), '      ').map(colors.dim),
  ];
}

/** One key that it depends on, one that somebody writes if there is such a one, and who. */
function dependence({ dependsOn, writtenBy }: Reason, names: Names): string[] {
  const key = dependsOn.find((candidate) => writtenBy.has(candidate)) ?? dependsOn[0];
  if (key === undefined) return [];
  const others = dependsOn.length > 1 ? ` and ${counted(dependsOn.length - 1, 'more key')}` : '';
  return [`depends on ${names.key(key).text}${writers(writtenBy.get(key) ?? [])}${others}`];
}

function writers(indices: readonly number[]): string {
  if (indices.length === 0) return '';
  const shown = indices.slice(0, SHOWN_WRITERS).map((index) => `#${index}`);
  const rest = indices.length - shown.length;
  return ` written by ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
