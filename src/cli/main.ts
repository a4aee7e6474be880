/**
 * The command line: arguments in, results on standard output, everything else that people read on standard
 * error, an exit code. All work is done by the library, which is loaded only when there is work to do.
 */
import { CommanderError } from 'commander';
import { InputError } from '../errors.ts';
import { EXIT } from './exit-code.ts';
import { printedLine } from './line.ts';
import { program, refuseUnknownTopic } from './program.ts';
import { replaceT8nArguments } from './t8n-arguments.ts';

/** Codes of errors that what was given is to blame for. */
const INPUT_CODES: ReadonlySet<string> = new Set([
  'invalid-input',
  'invalid-block',
  'missing-state',
  'rpc-failed',
]);

main().catch(fail);

async function main(): Promise<void> {
  // Node's own exit code for what nobody catches is 1, which says something else here.
  process.on('uncaughtException', end);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough, such as `head`, is no error; files and exit code are still owed.
    if (error.code !== 'EPIPE') void failToPrint(error);
  });
  // There is nobody left to tell.
  process.stderr.on('error', () => {});
  const root = program();
  const args = replaceT8nArguments(process.argv.slice(2));
  refuseUnknownTopic(root, args);
  await root.parseAsync(args, { from: 'user' });
}

function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    // Commander has printed it; help and version are not failures.
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongInput;
    return;
  }
  const code = codeOf(error);
  if (error instanceof Error && (error instanceof InputError || INPUT_CODES.has(code))) {
    console.error(printedLine(error.message));
    process.exitCode = EXIT.wrongInput;
    return;
  }
  console.error(
    'pevm-analyze: this is a bug in pevm-analyze; please report it with the input that shows it.',
  );
  console.error(error);
  process.exitCode = EXIT.bug;
}

/** The result is lost, whatever is still to be done. */
async function failToPrint(error: Error): Promise<never> {
  const { fileProblem } = await import('../input/document.ts');
  const expected = 'a file or a reader that takes the result';
  return end(new InputError({ source: 'standard output', path: '', expected, got: fileProblem(error) }));
}

function end(error: unknown): never {
  fail(error);
  process.exit();
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
