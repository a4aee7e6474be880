/** `analyze`, the default command. */
import type { Command } from 'commander';
import { type CommonOptions, runCommand, withCommonOptions } from './run-command.ts';

export function addAnalyze(root: Command): void {
  withCommonOptions(
    root
      .command('analyze', { isDefault: true })
      .description('access sets, conflicts and plan of a block or of transactions (the default command)'),
  ).action((path: string | undefined, options: CommonOptions) =>
    runCommand(path, options, { execute: 'no' }),
  );
}
