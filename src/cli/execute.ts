/** `execute`: the analysis, then the block itself. */
import { type Command, Option } from 'commander';
import { DEFAULT_ENGINE, type EngineKind } from '../executor/engine-kind.ts';
import { OUTPUT_KINDS } from '../output/kinds.ts';
import type { Manual } from './manual.ts';
import { type CommonOptions, runCommand, withCommonOptions } from './run-command.ts';

interface ExecuteOptions extends CommonOptions {
  readonly engine: EngineKind;
  readonly verify?: true;
  readonly blockAccessList?: string;
}

export const EXECUTE: Manual = {
  about: `Does what \`analyze\` does, then executes the block on worker threads by the plan, without speculation: nothing is rolled back, and each access is checked against the derived sets. Gas used, logs bloom and, where the header has them, receipts root, requests hash and access list are compared with the header.

Where threads would not make it faster, the block runs on one thread, and the report says so.`,
  examples: [
    {
      does: 'run a block, and compare with a sequential run',
      command: 'pevm-analyze execute block.json --state prestate.json --verify',
    },
    {
      does: 'as a check in a pipeline: exit code 1 for anything unexpected',
      command: 'pevm-analyze execute block.json --state pre.json --verify --strict --quiet',
    },
    {
      does: 'a block of a node',
      command: 'pevm-analyze execute --rpc http://127.0.0.1:8545 --block 17000000 --verify',
    },
  ],
  files: OUTPUT_KINDS,
};

export function addExecute(root: Command): Command {
  return withCommonOptions(
    root
      .command('execute')
      .description("the same, then executes in parallel and says whether the result is the header's")
      .optionsGroup('Execution:')
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
