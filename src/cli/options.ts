/**
 * The options that several commands share, in groups, each with the shape that commander gives it. A command takes
 * the groups that it has a use for, in this order.
 */
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import type { Granularity } from '../graph/plan.ts';
import { OUTPUT_KINDS } from '../output/kinds.ts';
import type { RpcInputBlock } from '../state/rpc/block.ts';
import { userCacheFolder } from '../state/rpc/disk-cache.ts';
import type { RpcOptions } from '../state/rpc/json-rpc.ts';
import { BLOCK_HASHES_FILE, type NamesPath } from './documents.ts';
import { type FileKind, helpRows } from './manual.ts';
import {
  blockReference,
  collect,
  namesFiles,
  nodeUrl,
  numberFrom,
  outputFiles,
  seconds,
  workerCount,
} from './option-values.ts';

export interface StateOptions {
  readonly state: readonly string[];
  readonly partialState?: true;
  readonly rpc?: string;
  readonly block?: RpcInputBlock;
  readonly blockHashes?: string;
  readonly env?: string;
}

/** How to deal with a node. */
export interface NodeOptions {
  readonly rpcTimeout?: number;
  readonly rpcRetries?: number;
  readonly rpcBatch?: number;
  readonly rpcRate?: number;
}

/** What is kept of a node's answers: a folder, `false` for nothing; default: the user's own. */
export interface CacheOptions {
  readonly cache?: string | false;
}

export interface ChainOptions {
  readonly chain?: string;
  readonly hardfork?: string;
}

export interface RuleOptions extends ChainOptions {
  readonly recorded: readonly string[];
  readonly unordered?: true;
  readonly trustAccessLists?: true;
  readonly skipInvalid?: true;
}

export interface PlanOptions {
  readonly workers: number;
  readonly granularity: Granularity;
}

export interface PrintingOptions {
  readonly json?: true;
  readonly strict?: true;
  readonly quiet?: true;
  readonly color: boolean;
}

export interface OutputOptions extends PrintingOptions {
  readonly out: readonly string[];
}

/** What to work on, and the state before it. */
export function withInputAndState(command: Command): Command {
  return command
    .optionsGroup('State:')
    .argument(
      '[input]',
      'block, transactions, bundles, or what `evm t8n` takes; `-` is standard input, .gz is accepted; may be left out with --rpc',
    )
    .addOption(
      new Option('--state <file>', 'pre-state as prestateTracer writes it, or block hashes; may be repeated')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--partial-state', 'what the state files lack is unknown, rather than empty')
    .addOption(
      new Option('--rpc <url>', 'takes pre-state from a node, instead of from files').argParser(nodeUrl),
    )
    .addOption(
      new Option(
        '--block <n|latest|pending|0xhash>',
        "with --rpc: without an input, the block to take (default: latest); with one, the state is that after this block (default: the parent of the input's block, else the latest)",
      ).argParser(blockReference),
    )
    .option(
      '--block-hashes <file>',
      `hashes for BLOCKHASH: JSON, block number to hash (default: ${BLOCK_HASHES_FILE} beside the input or in the folder above, if there is one)`,
    )
    .option(
      '--env <file>',
      'the block that the transactions are for, as the env.json of `evm t8n` (then --state is alloc.json)',
    );
}

/** How patient to be with the node of `--rpc`, and how much to ask of it. */
export function withNode(command: Command): Command {
  return command
    .optionsGroup('Node:')
    .addOption(
      new Option('--rpc-timeout <seconds>', 'longest wait for one answer (default: 30)').argParser(seconds),
    )
    .addOption(
      new Option(
        '--rpc-retries <n>',
        'how often a request is made again that fails for the moment (default: 5)',
      ).argParser(numberFrom(0, 100)),
    )
    .addOption(
      new Option(
        '--rpc-batch <n>',
        'most calls in one request; fewer where the node refuses them (default: 100)',
      ).argParser(numberFrom(1, 10_000)),
    )
    .addOption(
      new Option('--rpc-rate <n>', 'most requests a second (default: no limit)').argParser(
        numberFrom(1, 100_000),
      ),
    );
}

/** What is kept of its answers from run to run. */
export function withCache(command: Command): Command {
  return command
    .option(
      '--cache <folder>',
      'keeps what a node said of a block (default: pevm-analyze in $XDG_CACHE_HOME or ~/.cache)',
    )
    .option('--no-cache', 'keeps nothing, and takes nothing that was kept');
}

/** The folder that it is kept in; development nodes and their chains are left out by the library. */
export function cacheOf({ cache }: CacheOptions): { readonly cache?: string } {
  return cache === false ? {} : { cache: cache ?? userCacheFolder(process.env) };
}

/** What a library takes instead of these options. */
export function rpcOptionsOf(options: NodeOptions): RpcOptions {
  const { rpcTimeout, rpcRetries, rpcBatch, rpcRate } = options;
  return {
    ...(rpcTimeout !== undefined && { timeoutMs: rpcTimeout * 1000 }),
    ...(rpcRetries !== undefined && { retries: rpcRetries }),
    ...(rpcBatch !== undefined && { batchSize: rpcBatch }),
    ...(rpcRate !== undefined && { requestsPerSecond: rpcRate }),
  };
}

/** By which rules the input is read. */
export function withChain(command: Command): Command {
  return command
    .optionsGroup('Rules:')
    .option('--chain <name|id>', 'chain, where the input does not say (default: mainnet)')
    .option('--hardfork <name>', 'hardfork (default: by block number and time)');
}

/** By which rules, and with what meaning. */
export function withRules(command: Command): Command {
  return withChain(command)
    .option('--unordered', 'a mempool, not a block: sets and conflicts hold in any order')
    .option('--trust-access-lists', 'declared access lists are binding')
    .option('--skip-invalid', 'leave invalid transactions out, rather than refuse the block')
    .addOption(
      new Option(
        '--recorded <file>',
        'takes the sets from recordings of prestateTracer, instead of deriving them; once without diff mode and once with it',
      )
        .argParser(collect)
        .default([], 'none'),
    );
}

export function withPlan(command: Command): Command {
  return command
    .optionsGroup('Plan:')
    .addOption(
      new Option('--workers <n>', 'worker threads to plan for and to use')
        .argParser(workerCount)
        .default(availableParallelism(), 'as many as there are cores'),
    )
    .addOption(
      new Option('--granularity <unit>', 'unit of the plan')
        .choices(['transaction', 'component'])
        .default('transaction'),
    );
}

export interface NamesOptions {
  readonly names: readonly NamesPath[];
}

/** What accounts, functions and variables are called. */
export function withNames(command: Command): Command {
  return command
    .optionsGroup('Names:')
    .addOption(
      new Option(
        '--abi, --names <file>',
        'names for the report: an ABI, an artifact, a storage layout, a list of signatures, or labels of accounts; 0xADDRESS=FILE says whose; may be repeated',
      )
        .argParser(namesFiles)
        .default([], 'none'),
    );
}

/** What becomes of the result. */
export function withOutput(command: Command): Command {
  return withPrinting(command, 'exit 1 on an escape, a mismatch or an unbounded transaction')
    .addOption(
      new Option('--out <file>', 'write a file, its kind by its extension (below); may be repeated')
        .argParser(outputFiles)
        .default([], 'none'),
    )
    .addHelpText('after', outputHelp(OUTPUT_KINDS));
}

/** How it is printed. `strict` says what is a failure then. */
export function withPrinting(command: Command, strict: string): Command {
  return command
    .optionsGroup('Output:')
    .option('--strict', strict)
    .option('--json', 'print the JSON document rather than the report')
    .option('--quiet', 'no notes and warnings on standard error')
    .option('--no-color', 'no colour (nor with NO_COLOR set, nor into a pipe)');
}

/** The kinds of files that a command writes, for the end of its help. */
export function outputHelp(kinds: readonly FileKind[]): string {
  const rows = kinds.map(({ extension, description, needs }): [string, string] => [
    extension,
    needs === 'execution' ? `${description} (execute only)` : description,
  ]);
  return `\nKinds of files for --out (with .gz after the extension: compressed):\n${helpRows(rows)}`;
}
