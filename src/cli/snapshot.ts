/** `snapshot`: a block or transactions of a node with their state, as files for the other commands. */
import { type Command, Option } from 'commander';
import type { NodeSnapshot } from '../snapshot/take.ts';
import type { RpcInputBlock } from '../state/rpc/block.ts';
import { readDocuments } from './documents.ts';
import type { Manual } from './manual.ts';
import { blockReference, nodeUrl } from './option-values.ts';
import { type NodeOptions, rpcOptionsOf, withNode } from './options.ts';
import { conclude } from './print.ts';

interface SnapshotOptions extends NodeOptions {
  readonly rpc: string;
  readonly block?: RpcInputBlock;
  readonly out: string;
  readonly gzip?: true;
  readonly force?: true;
  readonly chain?: string;
  readonly hardfork?: string;
  readonly quiet?: true;
}

export const SNAPSHOT: Manual = {
  about: `Fetches a block of a node, or the state for given transactions, and writes files that the other commands read without the node: \`block.json\` (or \`transactions.json\`), \`prestate.json\`, and \`blockhashes.json\` where \`BLOCKHASH\` is used. With \`--block pending\` it takes the block that the node would make next, or what waits in its pool.

The block is analysed and executed once, which is how it is known what belongs to it: where the node offers \`debug_traceBlockByHash\` with \`prestateTracer\`, most of it comes in one request, the rest, or all of it, in batches. If the execution is not what the header says, the files are written all the same, and the exit code is 1.

What was written, and the command that runs it again, go to standard output.`,
  examples: [
    {
      does: 'the latest block of a node',
      command: 'pevm-analyze snapshot --rpc http://127.0.0.1:8545 --out latest',
    },
    {
      does: 'state for pending transactions, after a given block',
      command: 'pevm-analyze snapshot txs.json --rpc URL --block 17000000 --out pending',
    },
    {
      does: 'then, without the node',
      command: 'pevm-analyze execute latest/block.json --state latest/prestate.json',
    },
  ],
  files: [],
};

export function addSnapshot(root: Command): Command {
  const command = root
    .command('snapshot')
    .description('fetches a block or transactions with their state from a node into files')
    .optionsGroup('State:')
    .argument(
      '[input]',
      'block, transactions or bundle; `-` is standard input (default: a block of the node)',
    )
    .addOption(new Option('--rpc <url>', 'the node to take it from').argParser(nodeUrl).makeOptionMandatory())
    .addOption(
      new Option(
        '--block <n|latest|pending|0xhash>',
        "without an input, the block to take (default: latest); with one, the state is that after this block (default: the parent of the input's block, else the latest)",
      ).argParser(blockReference),
    );
  return withNode(command)
    .optionsGroup('Rules:')
    .option('--chain <name|id>', 'chain, where the input does not say (default: that of the node)')
    .option('--hardfork <name>', 'hardfork (default: by block number and time)')
    .optionsGroup('Output:')
    .requiredOption('--out <folder>', 'where to write; made where it is not there')
    .option('--gzip', 'compress block and state')
    .option('--force', 'replace a snapshot that is there already')
    .option('--quiet', 'no notes and warnings on standard error')
    .action(runSnapshot);
}

async function runSnapshot(path: string | undefined, options: SnapshotOptions): Promise<void> {
  const { rpc, block, out, chain, hardfork } = options;
  const how = {
    gzip: options.gzip === true ? 'yes' : 'no',
    existing: options.force === true ? 'replace' : 'keep',
  } as const;
  const { prepareFolder, writeSnapshot } = await import('../snapshot/files.ts');
  await prepareFolder(out, how);
  const { nodeProgress, stageText, withProgress } = await import('./progress.ts');
  const snapshot = await withProgress(options, async (progress) => {
    progress.show('reading');
    const { input } = await readDocuments({ ...(path !== undefined && { input: path }), state: [] });
    const { takeSnapshot } = await import('../snapshot/take.ts');
    return takeSnapshot({
      url: rpc,
      ...rpcOptionsOf(options),
      ...(input !== undefined && { input }),
      ...(block !== undefined && { block }),
      ...(chain !== undefined && { chain }),
      ...(hardfork !== undefined && { hardfork }),
      onEvent: nodeProgress(progress),
      onProgress: (one) => progress.show(stageText(one)),
    });
  });
  const paths = await writeSnapshot(out, snapshot, how);
  const accounts = Object.values(snapshot.prestate);
  const slots = accounts.reduce((sum, { storage = {} }) => sum + Object.keys(storage).length, 0);
  const lines = [
    `${paths.input}: ${contentOf(snapshot)}`,
    `${paths.prestate}: ${accounts.length} accounts, ${slots} slots`,
    ...(paths.blockHashes === null
      ? []
      : [`${paths.blockHashes}: ${Object.keys(snapshot.blockHashes ?? {}).length} hashes`]),
    `next: ${nextCommand(paths, snapshot)}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  const { judgeRun } = await import('../report/verdict.ts');
  const verdict = judgeRun(snapshot.findings, { isStrict: false, isVerified: true, hasState: true });
  const notes = snapshot.invalid === null ? [] : [`not executed: ${snapshot.invalid}`];
  conclude({ ...verdict, notes: [...notes, ...verdict.notes] }, options);
}

function contentOf({ input: { block, transactions } }: NodeSnapshot): string {
  const count = `${transactions.length} transaction${transactions.length === 1 ? '' : 's'}`;
  return block === null ? count : `block ${block.number}, ${count}`;
}

function nextCommand(
  paths: { readonly input: string; readonly prestate: string },
  { options, findings }: NodeSnapshot,
): string {
  const isExecuted = findings.execution !== null;
  const command = isExecuted ? 'execute' : 'analyze';
  const words = ['pevm-analyze', command, paths.input, '--state', paths.prestate, ...options];
  const verify = isExecuted ? ['--verify', '--strict'] : [];
  return [...words, ...verify]
    .map((word) => (/^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
}
