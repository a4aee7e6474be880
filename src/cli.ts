#!/usr/bin/env node
/**
 * The command line: arguments in, results on standard output, everything else that people read on standard
 * error, an exit code. All work is done by the library, which is loaded only when there is work to do.
 */
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { InputError } from './errors.ts';
import { DEFAULT_ENGINE, type EngineKind } from './executor/engine-kind.ts';
import type { Granularity } from './graph/plan.ts';
import type { Findings } from './report/document.ts';
import type { NamedDocument } from './run.ts';
import type { RpcBlock } from './state/rpc.ts';

const EXIT = { done: 0, failed: 1, wrongInput: 2, bug: 70 } as const;
const MAXIMUM_WORKERS = 256;
const STANDARD_INPUT = '-';
/** A collection of blocks has one such file for all of them. */
const BLOCK_HASHES_FILE = 'blockhashes.json';

const EXAMPLES = `
Examples:
  pevm-analyze block.json --state prestate.json
  pevm-analyze execute block.json --state prestate.json --workers 4 --verify
  pevm-analyze --rpc http://127.0.0.1:8545 --block latest
  pevm-analyze help analyze                  all options

Exit codes: 0 done; 1 ran, but --verify or --strict failed; 2 wrong usage or
input; 70 a bug.`;

/** Codes of errors that what was given is to blame for. */
const INPUT_CODES: ReadonlySet<string> = new Set([
  'invalid-input',
  'invalid-block',
  'missing-state',
  'rpc-failed',
]);

interface CommonOptions {
  readonly state: readonly string[];
  readonly partialState?: true;
  readonly rpc?: string;
  readonly block?: RpcBlock;
  readonly blockHashes?: string;
  readonly chain?: string;
  readonly hardfork?: string;
  readonly unordered?: true;
  readonly trustAccessLists?: true;
  readonly skipInvalid?: true;
  readonly workers: number;
  readonly granularity: Granularity;
  readonly json?: true;
  readonly out?: string;
  readonly strict?: true;
  readonly quiet?: true;
  readonly color: boolean;
}

interface ExecuteOptions extends CommonOptions {
  readonly engine: EngineKind;
  readonly verify?: true;
  readonly blockAccessList?: string;
}

main().catch(fail);

async function main(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A reader that has seen enough, such as `head`, is no error; files and exit code are still owed.
      if (error.code !== 'EPIPE') {
        throw error;
      }
    });
  }
  await program().parseAsync();
}

function program(): Command {
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
  withCommonOptions(
    root
      .command('analyze', { isDefault: true })
      .description('access sets, conflicts and plan of a block or of transactions (the default command)'),
  ).action((path: string | undefined, options: CommonOptions) => start(path, 'no', options));
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
    start(path, options.verify === true ? 'verified' : 'yes', options, options),
  );
  return root;
}

function withCommonOptions(command: Command): Command {
  return command
    .argument(
      '[input]',
      'block, transactions or bundle; `-` is standard input, .gz is accepted; may be left out with --rpc',
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
        '--block <n|latest|0xhash>',
        "with --rpc: without an input, the block to take (default: latest); with one, the state is that after this block (default: the parent of the input's block, else the latest)",
      ).argParser(blockReference),
    )
    .option(
      '--block-hashes <file>',
      `hashes for BLOCKHASH: JSON, block number to hash (default: ${BLOCK_HASHES_FILE} beside the input or in the folder above, if there is one)`,
    )
    .option('--chain <name|id>', 'chain, where the input does not say (default: mainnet)')
    .option('--hardfork <name>', 'hardfork (default: by block number and time)')
    .option('--unordered', 'a mempool, not a block: sets and conflicts hold in any order')
    .option('--trust-access-lists', 'declared access lists are binding')
    .option('--skip-invalid', 'leave invalid transactions out, rather than refuse the block')
    .option('--workers <n>', 'worker threads to plan for and to use', workerCount, availableParallelism())
    .addOption(
      new Option('--granularity <unit>', 'unit of the plan')
        .choices(['transaction', 'component'])
        .default('transaction'),
    )
    .option('--strict', 'exit 1 on an escape, a mismatch or an unbounded transaction')
    .option('--json', 'print the JSON document rather than the report')
    .addOption(new Option('--out <file>', 'write the JSON document to a .json file').argParser(outputFile))
    .option('--quiet', 'no notes and warnings on standard error')
    .option('--no-color', 'no colour (nor with NO_COLOR set, nor into a pipe)');
}

async function start(
  path: string | undefined,
  execute: 'no' | 'yes' | 'verified',
  options: CommonOptions,
  { engine, blockAccessList }: Partial<Pick<ExecuteOptions, 'engine' | 'blockAccessList'>> = {},
): Promise<void> {
  const { readDocument } = await import('./input/document.ts');
  const files = [
    path ?? '',
    ...options.state,
    ...[options.blockHashes, blockAccessList].filter((file) => file !== undefined),
  ];
  if (files.filter((file) => file === STANDARD_INPUT).length > 1) {
    const expected = 'standard input (-) for one file at most';
    throw new InputError({ source: 'arguments', path: '', expected, got: 'it for several' });
  }
  const read = async (file: string): Promise<NamedDocument> => ({
    value: await readDocument(file),
    source: file === STANDARD_INPUT ? 'standard input' : file,
  });
  const { chain, hardfork, rpc, block } = options;
  if (rpc === undefined && block !== undefined) {
    throw new InputError({ source: 'arguments', path: '', expected: '--rpc with --block', got: 'none' });
  }
  const blockHashes = options.blockHashes ?? blockHashesNear(path);
  const input = path === undefined ? undefined : await read(path);
  const prestates: NamedDocument[] = [];
  for (const file of options.state) {
    prestates.push(await read(file));
  }
  const hashes = blockHashes === undefined ? undefined : await read(blockHashes);
  const accessList = blockAccessList === undefined ? undefined : await read(blockAccessList);
  const { run } = await import('./run.ts');
  const findings = await run(
    {
      ...(input !== undefined && { input }),
      prestates,
      ...(hashes !== undefined && { blockHashes: hashes }),
      ...(accessList !== undefined && { blockAccessList: accessList }),
    },
    {
      ...(chain !== undefined && { chain }),
      ...(hardfork !== undefined && { hardfork }),
      ...(rpc !== undefined && { rpc: { url: rpc, ...(block !== undefined && { block }) } }),
      workers: options.workers,
      granularity: options.granularity,
      partialState: options.partialState === true,
      unordered: options.unordered === true,
      trustAccessLists: options.trustAccessLists === true,
      skipInvalid: options.skipInvalid === true,
      execute,
      ...(engine !== undefined && { engine }),
    },
  );
  await print(findings, options);
  const { judgeRun } = await import('./report/verdict.ts');
  const { notes, failures } = judgeRun(findings, {
    isStrict: options.strict === true,
    isVerified: execute === 'verified',
    hasState: prestates.length > 0 || rpc !== undefined,
  });
  const lines = [...(options.quiet ? [] : notes), ...failures.map((failure) => `failed: ${failure}`)];
  for (const line of lines) {
    console.error(`pevm-analyze: ${line}`);
  }
  process.exitCode = failures.length > 0 ? EXIT.failed : EXIT.done;
}

/** The block hashes that lie with an input file. */
function blockHashesNear(path: string | undefined): string | undefined {
  if (path === undefined || path === STANDARD_INPUT) return undefined;
  const folder = dirname(resolve(path));
  return [join(folder, BLOCK_HASHES_FILE), join(dirname(folder), BLOCK_HASHES_FILE)].find((file) =>
    existsSync(file),
  );
}

/** Prints the result, and writes it where it was asked for. */
async function print(findings: Findings, options: CommonOptions): Promise<void> {
  const [{ buildDocument }, { formatReport }, { default: picocolors }] = await Promise.all([
    import('./report/document.ts'),
    import('./report/text.ts'),
    import('picocolors'),
  ]);
  if (options.json || options.out !== undefined) {
    const text = `${JSON.stringify(buildDocument(findings), null, 2)}\n`;
    if (options.json) {
      process.stdout.write(text);
    }
    if (options.out !== undefined) {
      await writeOutput(options.out, text);
    }
  }
  if (!options.json) {
    const isColored = options.color && process.stdout.isTTY === true && picocolors.isColorSupported;
    process.stdout.write(formatReport(findings, picocolors.createColors(isColored)));
  }
}

async function writeOutput(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new InputError({
      source: path,
      path: '',
      expected: 'a file that can be written',
      got: error instanceof Error ? error.message : String(error),
    });
  }
}

function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    // Commander has printed it; help and version are not failures.
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongInput;
    return;
  }
  const code = codeOf(error);
  if (error instanceof Error && (error instanceof InputError || INPUT_CODES.has(code))) {
    console.error(`pevm-analyze: ${error.message}`);
    process.exitCode = EXIT.wrongInput;
    return;
  }
  console.error(
    'pevm-analyze: this is a bug in pevm-analyze; please report it with the input that shows it.',
  );
  console.error(error);
  process.exitCode = EXIT.bug;
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function workerCount(value: string): number {
  const count = Number(value);
  if (!/^[0-9]+$/.test(value) || count < 1 || count > MAXIMUM_WORKERS) {
    throw new InvalidArgumentError(`expected a whole number from 1 to ${MAXIMUM_WORKERS}.`);
  }
  return count;
}

function nodeUrl(value: string): string {
  if (!/^https?:\/\/./.test(value) || !URL.canParse(value)) {
    throw new InvalidArgumentError('expected an http or https URL.');
  }
  return value;
}

function blockReference(value: string): RpcBlock {
  if (value === 'latest') return value;
  if (/^0x[0-9a-f]{64}$/i.test(value)) return value.toLowerCase() as `0x${string}`;
  if (/^([0-9]{1,18}|0x[0-9a-f]{1,15})$/i.test(value)) return BigInt(value);
  throw new InvalidArgumentError('expected a block number, a block hash, or latest.');
}

function outputFile(value: string): string {
  if (!value.endsWith('.json')) {
    throw new InvalidArgumentError('expected a name that ends in .json.');
  }
  return value;
}

function packageVersion(): string {
  const manifest: { version: string } = JSON.parse(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  );
  return manifest.version;
}
