/** `analyze`, the default command. */
import type { Command } from 'commander';
import { OUTPUT_KINDS } from '../output/kinds.ts';
import type { Manual } from './manual.ts';
import { type CommonOptions, runCommand, withCommonOptions } from './run-command.ts';

export const ANALYZE: Manual = {
  about: `Derives the state keys that each transaction may read and write, before anything is executed, builds the conflict graph and the plan, and prints a report: how much can run in parallel, what stops the rest, and why a transaction is not exact, if one is not. Nothing is executed.

\`analyze\` may be left out: \`pevm-analyze block.json\` is \`pevm-analyze analyze block.json\`.`,
  examples: [
    { does: 'a block with its pre-state', command: 'pevm-analyze block.json --state prestate.json' },
    { does: 'the latest block of a node', command: 'pevm-analyze --rpc http://127.0.0.1:8545' },
    {
      does: 'pending transactions, in no order, on the latest state',
      command: 'pevm-analyze txs.json --unordered --rpc http://127.0.0.1:8545',
    },
    {
      does: 'for a program',
      command: 'pevm-analyze block.json --state prestate.json --json | jq .graph.hotKeys',
    },
    {
      does: 'a picture of the conflict graph, and a table of the transactions',
      command: 'pevm-analyze block.json --state prestate.json --out graph.svg --out txs.csv',
    },
  ],
  files: OUTPUT_KINDS,
};

export function addAnalyze(root: Command): Command {
  return withCommonOptions(
    root
      .command('analyze', { isDefault: true })
      .description('access sets, conflicts and plan of a block or of transactions (the default command)'),
  ).action((path: string | undefined, options: CommonOptions) =>
    runCommand(path, options, { execute: 'no' }),
  );
}
