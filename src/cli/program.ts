/** The commands put together: what `--help` shows and what the pages of the manual are made from. */
import { Command } from 'commander';
import { InputError } from '../errors.ts';
import { ANALYZE, addAnalyze } from './analyze.ts';
import { addExecute, EXECUTE } from './execute.ts';
import { printedLine } from './line.ts';
import { addLint, LINT } from './lint.ts';
import { type Example, helpAfter, type Manual } from './manual.ts';
import { addOrder, ORDER } from './order.ts';
import { addSnapshot, SNAPSHOT } from './snapshot.ts';
import { packageVersion } from './version.ts';

interface NamedCommand {
  readonly command: Command;
  readonly manual: Manual;
}

const EXAMPLES: readonly Example[] = [
  {
    does: 'what can run in parallel, and what stops it',
    command: 'pevm-analyze block.json --state prestate.json',
  },
  {
    does: 'run it in parallel, and compare with a sequential run',
    command: 'pevm-analyze execute block.json --state prestate.json --verify',
  },
  { does: 'the latest block of a node', command: 'pevm-analyze --rpc http://127.0.0.1:8545' },
  { does: 'all options of a command', command: 'pevm-analyze help analyze' },
];

/** Throws a `CommanderError`, where commander itself would end the process. */
export function program(): Command {
  const root = new Command('pevm-analyze')
    .description(
      'Derives the state that each transaction of an EVM block may touch, says what can run in parallel, ' +
        'and runs it in parallel without speculation.',
    )
    .version(packageVersion())
    .configureOutput({ outputError: (text, write) => write(usageLine(text)) })
    .exitOverride()
    .addHelpText('after', helpAfter(EXAMPLES));
  for (const { command, manual } of commands(root)) {
    command.addHelpText('after', helpAfter(manual.examples));
  }
  return root;
}

/** Adds the commands, in the order of the help. */
export function commands(root: Command): readonly NamedCommand[] {
  return [
    { command: addAnalyze(root), manual: ANALYZE },
    { command: addExecute(root), manual: EXECUTE },
    { command: addLint(root), manual: LINT },
    { command: addOrder(root), manual: ORDER },
    { command: addSnapshot(root), manual: SNAPSHOT },
  ];
}

/**
 * Of what there is no command, commander would show the whole help.
 *
 * @throws InputError
 */
export function refuseUnknownTopic(root: Command, [command, topic]: readonly string[]): void {
  if (command !== 'help' || topic === undefined || topic.startsWith('-')) return;
  const names = [...root.commands.map((one) => one.name()), command];
  if (names.includes(topic)) return;
  throw new InputError({ source: 'help', path: '', expected: `a command: ${names.join(', ')}`, got: topic });
}

/** What commander says of wrong arguments, in one line. */
function usageLine(text: string): string {
  const [message = '', ...rest] = text.trim().split('\n');
  const hint = rest.length === 0 ? '' : ` ${rest.join(' ')}`;
  const line = message.replace(/^error: /, '').replace(/[.]$/, '');
  return `${printedLine(`${line}${hint}; see pevm-analyze --help`)}\n`;
}
