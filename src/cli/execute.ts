/** `execute`: the analysis, then the block itself. */
import { type Command, Option } from 'commander';
import { DEFAULT_ENGINE, type EngineKind } from '../executor/engine-kind.ts';
import { type CommonOptions, runCommand, withCommonOptions } from './run-command.ts';

interface ExecuteOptions extends CommonOptions {
  readonly engine: EngineKind;
  readonly verify?: true;
  readonly blockAccessList?: string;
}

export function addExecute(root: Command): void {
  withCommonOptions(
    root
      .command('execute')
      .description("the same, then executes in parallel and says whether the result is the header's")
      .addOption(
        new Option('--engine <form>', "form of @ethereumjs's EVM; both give the same")
          .choices(['stock', 'tuned'])
          .default(DEFAULT_ENGINE),
      )
      .option('--verify', 'execute sequentially as well, and compare')
      .option(
        '--block-access-list <file>',
        "the block's EIP-7928 list, as eth_getBlockAccessList answers it or as RLP: compared with the execution's",
      ),
  ).action((path: string | undefined, options: ExecuteOptions) =>
    runCommand(path, options, {
      execute: options.verify === true ? 'verified' : 'yes',
      engine: options.engine,
      ...(options.blockAccessList !== undefined && { blockAccessList: options.blockAccessList }),
    }),
  );
}
