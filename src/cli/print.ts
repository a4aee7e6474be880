/** The result to standard output and into files, what is to be said of it to standard error. */
import { writeFile } from 'node:fs/promises';
import { InputError } from '../errors.ts';
import { fileProblem } from '../input/document.ts';
import type { Findings } from '../report/document.ts';
import type { Verdict } from '../report/verdict.ts';
import { outputColors } from './color.ts';
import { EXIT } from './exit-code.ts';
import { printedLine } from './line.ts';
import type { OutputOptions } from './options.ts';

/** Prints the result, and writes it where it was asked for. */
export async function printFindings(findings: Findings, options: OutputOptions): Promise<void> {
  const [{ renderJson }, { renderOutput }, { formatReport }] = await Promise.all([
    import('../output/json.ts'),
    import('../output/render.ts'),
    import('../report/text.ts'),
  ]);
  for (const path of options.out) {
    await writeOutput(path, await renderOutput(path, findings));
  }
  if (options.json) {
    process.stdout.write(renderJson(findings));
  } else {
    process.stdout.write(formatReport(findings, await outputColors(options)));
  }
}

/** Says what the verdict has to say, and leaves the exit code. */
export function conclude({ notes, failures }: Verdict, { quiet }: Pick<OutputOptions, 'quiet'>): void {
  const lines = [...(quiet ? [] : notes), ...failures.map((failure) => `failed: ${failure}`)];
  for (const line of lines) {
    console.error(printedLine(line));
  }
  process.exitCode = failures.length > 0 ? EXIT.failed : EXIT.done;
}

/** @throws InputError */
export async function writeOutput(path: string, content: Uint8Array): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw new InputError({
      source: path,
      path: '',
      expected: 'a file that can be written',
      got: fileProblem(error),
    });
  }
}
