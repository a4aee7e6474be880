/** What `analyze` and `execute` have in common: the options of a run, and the run itself. */
import type { Command } from 'commander';
import { InputError } from '../errors.ts';
import { outputName } from '../output/kinds.ts';
import type { RunOptions, SettingOptions } from '../run.ts';
import { readDocuments } from './documents.ts';
import {
  type CacheOptions,
  type ChainOptions,
  cacheOf,
  type NamesOptions,
  type NodeOptions,
  type OutputOptions,
  type PlanOptions,
  type RuleOptions,
  rpcOptionsOf,
  type StateOptions,
  withCache,
  withInputAndState,
  withNames,
  withNode,
  withOutput,
  withPlan,
  withRules,
} from './options.ts';
import { conclude, printFindings } from './print.ts';

export interface CommonOptions
  extends StateOptions,
    NodeOptions,
    CacheOptions,
    RuleOptions,
    PlanOptions,
    NamesOptions,
    OutputOptions {}

/** How a command goes beyond analysis. */
interface Execution extends Pick<RunOptions, 'execute' | 'engine'> {
  /** File of the block's EIP-7928 list. */
  readonly blockAccessList?: string;
}

export function withCommonOptions(command: Command): Command {
  return withOutput(withNames(withPlan(withRules(withCache(withNode(withInputAndState(command)))))));
}

/** @throws InputError, InvalidBlockError, MissingStateError, RpcError */
export async function runCommand(
  path: string | undefined,
  options: CommonOptions,
  { blockAccessList, ...how }: Execution,
): Promise<void> {
  refuseUnfit(options.out, how);
  const isTimed = options.out.some((file) => outputName(file).kind.isTimed === true);
  const runOptions = { ...optionsOfRun(options), ...how, trace: isTimed };
  const { nodeProgress, stageText, withProgress } = await import('./progress.ts');
  const { documents, findings, library } = await withProgress(options, async (progress) => {
    progress.show('reading');
    const documents = await readDocuments({
      ...(path !== undefined && { input: path }),
      state: options.state,
      ...(options.env !== undefined && { env: options.env }),
      recorded: options.recorded,
      ...(options.blockHashes !== undefined && { blockHashes: options.blockHashes }),
      ...(blockAccessList !== undefined && { blockAccessList }),
      names: options.names,
      written: options.out,
    });
    const library = await import('../run.ts');
    const { rpc } = runOptions;
    const findings = await library.run(documents, {
      ...runOptions,
      ...(rpc !== undefined && { rpc: { ...rpc, onEvent: nodeProgress(progress) } }),
      onProgress: (one) => progress.show(stageText(one)),
    });
    return { documents, findings, library };
  });
  await printFindings(findings, options);
  const { judgeRun } = await import('../report/verdict.ts');
  conclude(
    judgeRun(findings, {
      isStrict: options.strict === true,
      isVerified: how.execute === 'verified',
      hasState: library.statesOf(documents).length > 0 || options.rpc !== undefined,
    }),
    options,
  );
}

/** Before any work: files that this command has nothing for. */
function refuseUnfit(paths: readonly string[], { execute }: Execution): void {
  for (const path of paths) {
    const { extension, needs } = outputName(path).kind;
    if (needs === 'analysis' || execute !== 'no') continue;
    const expected = `the command execute: a ${extension} file says what came of an execution`;
    throw new InputError({ source: '--out', path, expected, got: 'analyze' });
  }
}

function optionsOfRun(options: CommonOptions): RunOptions {
  return {
    ...settingOf(options),
    workers: options.workers,
    granularity: options.granularity,
    unordered: options.unordered === true,
    trustAccessLists: options.trustAccessLists === true,
    skipInvalid: options.skipInvalid === true,
  };
}

/** @throws InputError */
export function settingOf(options: StateOptions & NodeOptions & CacheOptions & ChainOptions): SettingOptions {
  const { rpc, block, chain, hardfork, partialState } = options;
  if (rpc === undefined && block !== undefined) {
    throw new InputError({ source: 'arguments', path: '', expected: '--rpc with --block', got: 'none' });
  }
  return {
    ...(chain !== undefined && { chain }),
    ...(hardfork !== undefined && { hardfork }),
    ...(rpc !== undefined && {
      rpc: { url: rpc, ...(block !== undefined && { block }), ...rpcOptionsOf(options), ...cacheOf(options) },
    }),
    partialState: partialState === true,
  };
}
