/** The result to standard output and into files, what is to be said of it to standard error. */
import { writeFile } from 'node:fs/promises';
import { InputError } from '../errors.ts';
import type { Findings } from '../report/document.ts';
import type { Verdict } from '../report/verdict.ts';
import { EXIT } from './exit-code.ts';
import type { OutputOptions } from './options.ts';

/** Prints the result, and writes it where it was asked for. */
export async function printFindings(findings: Findings, options: OutputOptions): Promise<void> {
  const [{ buildDocument }, { formatReport }, { default: picocolors }] = await Promise.all([
    import('../report/document.ts'),
    import('../report/text.ts'),
    import('picocolors'),
  ]);
  if (options.json || options.out !== undefined) {
    const text = `${JSON.stringify(buildDocument(findings), null, 2)}\n`;
    if (options.json) {
      process.stdout.write(text);
    }
    if (options.out !== undefined) {
      await writeOutput(options.out, text);
    }
  }
  if (!options.json) {
    const isColored = options.color && process.stdout.isTTY === true && picocolors.isColorSupported;
    process.stdout.write(formatReport(findings, picocolors.createColors(isColored)));
  }
}

/** Says what the verdict has to say, and leaves the exit code. */
export function conclude({ notes, failures }: Verdict, { quiet }: Pick<OutputOptions, 'quiet'>): void {
  const lines = [...(quiet ? [] : notes), ...failures.map((failure) => `failed: ${failure}`)];
  for (const line of lines) {
    console.error(`pevm-analyze: ${line}`);
  }
  process.exitCode = failures.length > 0 ? EXIT.failed : EXIT.done;
}

async function writeOutput(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new InputError({
      source: path,
      path: '',
      expected: 'a file that can be written',
      got: error instanceof Error ? error.message : String(error),
    });
  }
}
