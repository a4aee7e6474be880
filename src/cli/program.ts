/** The commands put together: what `--help` shows and what the pages of the manual are made from. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addAnalyze } from './analyze.ts';
import { addExecute } from './execute.ts';

const EXAMPLES = `
Examples:
  pevm-analyze block.json --state prestate.json
  pevm-analyze execute block.json --state prestate.json --workers 4 --verify
  pevm-analyze --rpc http://127.0.0.1:8545 --block latest
  pevm-analyze help analyze                  all options

Exit codes: 0 done; 1 ran, but --verify or --strict failed; 2 wrong usage or
input; 70 a bug.`;

/** Throws a `CommanderError`, where commander itself would end the process. */
export function program(): Command {
  const root = new Command('pevm-analyze')
    .description(
      'Derives the state that each transaction of an EVM block may touch, says what can run in parallel, ' +
        'and runs it in parallel without speculation.',
    )
    .version(packageVersion())
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'pevm-analyze: ')) })
    .exitOverride()
    .showHelpAfterError('Try pevm-analyze --help.')
    .addHelpText('after', EXAMPLES);
  addAnalyze(root);
  addExecute(root);
  return root;
}

function packageVersion(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  return manifest.version;
}
