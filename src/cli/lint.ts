/** `lint`: declared access lists, and what to do about them. */
import { relative } from 'node:path';
import { type Command, Option } from 'commander';
import { InputError } from '../errors.ts';
import type { LintResult } from '../lint/lint.ts';
import type { SarifSource } from '../lint/sarif.ts';
import { formOf } from '../output/kinds.ts';
import { jsonText, LINT_KINDS, renderLint } from '../output/lint-kinds.ts';
import { outputColors } from './color.ts';
import { readDocuments, realPath, STANDARD_STREAM } from './documents.ts';
import type { Manual } from './manual.ts';
import { lintFiles } from './option-values.ts';
import {
  type CacheOptions,
  type ChainOptions,
  type NamesOptions,
  type NodeOptions,
  outputHelp,
  type PrintingOptions,
  type StateOptions,
  withCache,
  withChain,
  withInputAndState,
  withNames,
  withNode,
  withPrinting,
} from './options.ts';
import { conclude, writeOutput } from './print.ts';
import { settingOf } from './run-command.ts';
import { packageVersion } from './version.ts';

interface LintCommandOptions
  extends StateOptions,
    NodeOptions,
    CacheOptions,
    ChainOptions,
    NamesOptions,
    PrintingOptions {
  readonly unordered?: true;
  readonly out: readonly string[];
  readonly fix?: string;
}

export const LINT: Manual = {
  about: `Compares the EIP-2930 access lists that transactions declare with what they use: entries that are missing, useless, listed twice, under the wrong account, or warm anyway. What each is worth is measured: the transaction is run at its place in the block with its own list, with none, and with lists that hold an entry more or less.

The best list is the one with the least gas with which the transaction still does the same; it is never worse than the declared one, or than none. Transactions that cannot be run, because state is missing or because they are not valid at their place, are judged by their derived access sets alone, without gas.

A list changes what gas costs, and code can see the gas that is left: a list with which a transaction would do something else is not recommended, and it is said. Prices are those of the block's hardfork; by Amsterdam's rules listing costs more than it saves.

The report ends with what makes the transactions wait for each other, in the words of who writes contracts: a counter, a total, a single pool, with the functions that write it, how many transactions wait, what the block could gain, and a way out. It rests on what the transactions were seen to leave in storage, not on names.

With \`--strict\` the exit code is 1 if a declared list costs more than it has to (findings of severity \`warning\`). Transactions without a list never fail.`,
  examples: [
    { does: 'the lists of a block', command: 'pevm-analyze lint block.json --state prestate.json' },
    {
      does: 'a transaction before it is sent, on the latest state, with the best list in a file of its own',
      command: 'pevm-analyze lint tx.json --rpc http://127.0.0.1:8545 --fix fixed.json',
    },
    {
      does: 'as a check in a pipeline, with findings for code scanning',
      command: 'pevm-analyze lint txs.json --state prestate.json --strict --out lint.sarif',
    },
  ],
  files: LINT_KINDS,
};

export function addLint(root: Command): Command {
  return withPrinting(
    withNames(
      withChain(
        withCache(
          withNode(
            withInputAndState(
              root
                .command('lint')
                .description('declared access lists against what the transactions use, in gas'),
            ),
          ),
        ),
      ).option('--unordered', 'a mempool, not a block: each transaction runs over the state before all'),
    ),
    'exit 1 if a declared list costs more gas than it has to',
  )
    .addOption(
      new Option('--out <file>', 'write a file, its kind by its extension (below); may be repeated')
        .argParser(lintFiles)
        .default([], 'none'),
    )
    .option('--fix <file>', 'write the transactions with their best lists, unsigned; `-` is standard output')
    .addHelpText('after', outputHelp(LINT_KINDS))
    .action(lintCommand);
}

/** @throws InputError, RpcError */
async function lintCommand(path: string | undefined, options: LintCommandOptions): Promise<void> {
  const { fix, state, env, blockHashes, unordered } = options;
  if (fix === STANDARD_STREAM && options.json === true) {
    const expected = 'one result on standard output';
    throw new InputError({ source: 'arguments', path: '', expected, got: '--json and --fix -' });
  }
  const setting = settingOf(options);
  const documents = await readDocuments({
    ...(path !== undefined && { input: path }),
    state,
    ...(env !== undefined && { env }),
    ...(blockHashes !== undefined && { blockHashes }),
    names: options.names,
    written: [...options.out, ...(fix === undefined ? [] : [fix])],
  });
  const { lint, statesOf } = await import('../run.ts');
  const { nodeProgress, withProgress } = await import('./progress.ts');
  const { rpc } = setting;
  const result = await withProgress(options, (progress) => {
    progress.show('measuring the access lists');
    return lint(documents, {
      ...setting,
      ...(rpc !== undefined && { rpc: { ...rpc, onEvent: nodeProgress(progress) } }),
      unordered: unordered === true,
    });
  });
  await write(result, path, options);
  const { judgeLint } = await import('../lint/verdict.ts');
  const verdict = judgeLint(result, {
    isStrict: options.strict === true,
    hasState: statesOf(documents).length > 0 || options.rpc !== undefined,
  });
  const notes =
    fix === undefined ? [] : ['the transactions of --fix are unsigned: no signature holds for another list'];
  conclude({ ...verdict, notes: [...verdict.notes, ...notes] }, options);
}

async function write(
  result: LintResult,
  path: string | undefined,
  options: LintCommandOptions,
): Promise<void> {
  const source = options.out.length === 0 ? {} : await sourceOf(path);
  for (const file of options.out) await writeOutput(file, await renderLint(file, result, source));
  if (options.fix !== undefined) {
    const { fixedTransactions } = await import('../lint/fix.ts');
    const text = jsonText(fixedTransactions(result));
    if (options.fix === STANDARD_STREAM) {
      process.stdout.write(text);
      return;
    }
    const { asBytes } = await import('../output/render.ts');
    await writeOutput(options.fix, await asBytes(text, formOf(options.fix)));
  }
  if (options.json) {
    const { buildLintDocument } = await import('../lint/document.ts');
    process.stdout.write(jsonText(buildLintDocument(result)));
    return;
  }
  const { formatLint } = await import('../lint/text.ts');
  process.stdout.write(formatLint(result, await outputColors(options)));
}

/** Where findings stand: in the input's file, whose places mean nothing while it is compressed. */
async function sourceOf(path: string | undefined): Promise<SarifSource> {
  const version = packageVersion();
  if (path === undefined || path === STANDARD_STREAM) return { version };
  const { readText } = await import('../input/document.ts');
  const text = await readText(path);
  const name = relative(process.cwd(), realPath(path));
  return { version, path: name.startsWith('..') ? realPath(path) : name, ...(text !== null && { text }) };
}
