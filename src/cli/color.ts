/** Whether and how standard output is coloured: by picocolors' rules, and never into a pipe unless it is forced. */
import type { Colors } from '../report/text.ts';
import type { PrintingOptions } from './options.ts';

/** picocolors itself also colours whatever runs in a CI; a report that is read later should not be. */
export async function outputColors({ color }: Pick<PrintingOptions, 'color'>): Promise<Colors> {
  const { default: picocolors } = await import('picocolors');
  const isWanted = process.stdout.isTTY === true || (process.env.FORCE_COLOR ?? '') !== '';
  return picocolors.createColors(color && isWanted && picocolors.isColorSupported);
}
