/** Titles, tails, statuses and keys as all sections of the report write them. */
import type picocolors from 'picocolors';
import type { SlotOrigin } from '../../analysis/access.ts';
import type { BlockAnalysis, Status } from '../../analysis/result.ts';
import { addressOf, type StateKey } from '../../state/key.ts';
import { placeText } from '../region.ts';
import { grouped, shortHex, shortKey } from './layout.ts';

/** The functions of picocolors that put colour around text, or leave it alone. */
export type Colors = ReturnType<typeof picocolors.createColors>;

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
    default:
      return status satisfies never;
  }
}

/** A key in words, with its place in the storage layout where some transaction knows how its slot was hashed. */
export function keyText(key: StateKey, analysis: BlockAnalysis): string {
  const origin = originOf(key, analysis);
  const place = origin === undefined ? null : placeText(origin);
  const feeRecipient = analysis.input.block?.feeRecipient;
  const suffix = feeRecipient !== undefined && key === `${feeRecipient}:balance` ? ' (fee recipient)' : '';
  return place === null ? `${shortKey(key)}${suffix}` : `${shortHex(addressOf(key))} ${place}`;
}

function originOf(key: StateKey, { transactions }: BlockAnalysis): SlotOrigin | undefined {
  for (const { accesses } of transactions) {
    const origin = accesses.origins.get(key);
    if (origin !== undefined) {
      return origin;
    }
  }
  return undefined;
}

/** Sum of gas. */
export function total(amounts: readonly bigint[]): bigint {
  return amounts.reduce((sum, amount) => sum + amount, 0n);
}
