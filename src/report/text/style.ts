/** Titles, tails and statuses as all sections of the report write them. */
import type picocolors from 'picocolors';
import type { Status } from '../../analysis/result.ts';
import type { Transaction } from '../../input/block.ts';
import type { Names } from '../../names/names.ts';
import type { Findings } from '../document.ts';
import { grouped } from './layout.ts';

/** The functions of picocolors that put colour around text, or leave it alone. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** What the sections are about, with names for all of it. */
export type NamedFindings = Findings & { readonly names: Names };

/** Heading of a section. */
export function title(text: string, colors: Colors): string {
  return colors.bold(colors.underline(text));
}

/** Says that a list goes on, in one line or none. */
export function more(count: number, noun: string, colors: Colors): string[] {
  return count > 0 ? [colors.dim(`  … ${grouped(count)} more ${noun}${count === 1 ? '' : 's'}`)] : [];
}

export function statusColor(status: Status, colors: Colors): (text: string) => string {
  switch (status) {
    case 'exact':
      return colors.green;
    case 'bounded':
      return colors.cyan;
    case 'deferred':
      return colors.yellow;
    case 'unbounded':
      return colors.red;
    case 'recorded':
      return colors.yellow;
    default:
      return status satisfies never;
  }
}

/** What a transaction calls, and of whom. */
export function routeText(tx: Transaction, names: Names): string {
  const call = names.call(tx).text;
  return tx.to === null ? call : `${call} → ${names.account(tx.to)}`;
}

/** Sum of gas. */
export function total(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}
