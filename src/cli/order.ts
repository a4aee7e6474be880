/** `order`: a pool of pending orders as the sequence of a block. */
import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { InputError } from '../errors.ts';
import type { Address } from '../input/block.ts';
import type { Objective } from '../mempool/ordering.ts';
import type { OrderedBlock } from '../ordering/order-block.ts';
import { ORDER_KINDS, renderOrder } from '../output/order-kinds.ts';
import type { NamedDocument, OrderRunOptions } from '../run.ts';
import { outputColors } from './color.ts';
import { readDocuments } from './documents.ts';
import type { Manual } from './manual.ts';
import { addressValue, amountOf, collect, numberFrom, orderFiles, workerCount } from './option-values.ts';
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

interface OrderCommandOptions
  extends StateOptions,
    NodeOptions,
    CacheOptions,
    ChainOptions,
    NamesOptions,
    PrintingOptions {
  readonly objective: Objective;
  readonly lanes: number;
  readonly weight?: bigint;
  readonly steps?: number;
  readonly groups?: number | true;
  readonly whatIf: readonly string[];
  readonly gasLimit?: bigint;
  readonly blobLimit?: number;
  readonly baseFee?: bigint;
  readonly feeRecipient?: Address;
  readonly out: readonly string[];
}

export const ORDER: Manual = {
  about: `Takes transactions and bundles as a pool without any order, chooses those that are worth most and fit into the block that is to be built, and puts them into a sequence, before anything is simulated. Nonces, bundles, bounds, conditions, funds, gas and blobs are kept; what is left out is said with its reason.

\`fees\` takes what pays most for each unit of gas first. \`parallel\` puts the same orders into a sequence that takes least time on so many lanes. \`balanced\` counts time as a cost: an order that makes the block longer than its tip is worth is left out.

The input may be anything that the other commands read; a block is taken apart, and its transactions are a pool. The block that is to be built is that of the input, that of \`--env\`, or, over a node, the one after that whose state is taken; with none of them it is made up, and that is said. Conflicts in the pool hold in any order; the times in the report are of the sequence analysed in its order.

[Ordering a block before simulating it](../ordering.md) has the guarantees, and numbers.

With \`--strict\` the exit code is 1 if an order may touch anything, or something of the state is missing.`,
  examples: [
    {
      does: 'pending transactions and bundles, on the latest state',
      command: 'pevm-analyze order pool.json --rpc http://127.0.0.1:8545',
    },
    {
      does: "a block's transactions, for least time on eight lanes",
      command: 'pevm-analyze order block.json --state prestate.json --objective parallel --lanes 8',
    },
    {
      does: 'what would become of it without an order, named by the beginning of its hash',
      command: 'pevm-analyze order pool.json --rpc URL --what-if drop:0x49f3ee61',
    },
    {
      does: 'the block to execute, and as a bundle to send',
      command: 'pevm-analyze order pool.json --rpc URL --out next.block.json --out next.bundle.json',
    },
  ],
  files: ORDER_KINDS,
};

export function addOrder(root: Command): Command {
  const command = withChain(
    withCache(
      withNode(
        withInputAndState(
          root.command('order').description('a pool of transactions and bundles as the sequence of a block'),
        ),
      ),
    ),
  )
    .addOption(
      new Option('--gas-limit <n>', 'of the block (default: as in the input)').argParser(amountOf(64)),
    )
    .addOption(
      new Option('--blob-limit <n>', 'blobs in the block (default: by the hardfork)').argParser(
        numberFrom(0, 1_000_000),
      ),
    )
    .addOption(
      new Option('--base-fee <wei>', 'of the block (default: as in the input)').argParser(amountOf(256)),
    )
    .addOption(
      new Option('--fee-recipient <address>', 'of the block (default: as in the input)').argParser(
        addressValue,
      ),
    )
    .optionsGroup('Order:')
    .addOption(
      new Option('--objective <name>', 'what the sequence is chosen for')
        .choices(['fees', 'parallel', 'balanced'])
        .default('parallel'),
    )
    .addOption(
      new Option('--workers, --lanes <n>', 'what runs at the same time').argParser(workerCount).default(4),
    )
    .addOption(
      new Option(
        '--weight <wei>',
        'balanced: what a unit of gas of time costs (default: what the block pays for one)',
      ).argParser(amountOf(128)),
    )
    .addOption(
      new Option('--steps <n>', 'sequences that the search may try (default: 2000)').argParser(
        numberFrom(0, 10_000_000),
      ),
    )
    .addOption(
      new Option(
        '--what-if <change>',
        'what would become of the block: drop:ORDER, move:ORDER:PLACE, add:ORDER[:PLACE] (one that was left out, or a file), commute:KEY; may be repeated, one after the other',
      )
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option(
        '--groups [n]',
        'groups of the pool to simulate apart, each in at most so many sequences (default: 8), and what to load for them',
      ).argParser(numberFrom(1, 1_000)),
    );
  return withPrinting(withNames(command), 'exit 1 if an order may touch anything, or state is missing')
    .addOption(
      new Option('--out <file>', 'write a file, its kind by its extension (below); may be repeated')
        .argParser(orderFiles)
        .default([], 'none'),
    )
    .addHelpText('after', outputHelp(ORDER_KINDS))
    .action(orderCommand);
}

/** @throws InputError, RpcError */
async function orderCommand(path: string | undefined, options: OrderCommandOptions): Promise<void> {
  const { state, env, blockHashes, objective, weight } = options;
  if (weight !== undefined && objective !== 'balanced') {
    throw new InputError({ source: '--weight', path: '', expected: '--objective balanced', got: objective });
  }
  const how = orderOptionsOf(options);
  const documents = await readDocuments({
    ...(path !== undefined && { input: path }),
    state,
    ...(env !== undefined && { env }),
    ...(blockHashes !== undefined && { blockHashes }),
    names: options.names,
    written: options.out,
  });
  const candidates = await readCandidates(options.whatIf);
  const { order, statesOf } = await import('../run.ts');
  const { nodeProgress, withProgress } = await import('./progress.ts');
  const { rpc } = how;
  const result = await withProgress(options, (progress) => {
    progress.show('ordering');
    return order(documents, {
      ...how,
      candidates,
      ...(rpc !== undefined && { rpc: { ...rpc, onEvent: nodeProgress(progress) } }),
    });
  });
  await write(result, options);
  const { judgeOrder } = await import('../ordering/verdict.ts');
  const hasState = statesOf(documents).length > 0 || options.rpc !== undefined;
  conclude(judgeOrder(result, { isStrict: options.strict === true, hasState }), options);
}

/** Files that `--what-if add:FILE` names. */
async function readCandidates(changes: readonly string[]): Promise<NamedDocument[]> {
  const { addedBy } = await import('../ordering/what-if-request.ts');
  const documents: NamedDocument[] = [];
  for (const text of changes) {
    const { name } = addedBy(text) ?? {};
    if (name === undefined || !existsSync(name)) continue;
    const { readDocument } = await import('../input/document.ts');
    documents.push({ value: await readDocument(name), source: name });
  }
  return documents;
}

function orderOptionsOf(options: OrderCommandOptions): OrderRunOptions {
  const { objective, lanes, weight, steps, groups, whatIf, gasLimit, blobLimit, baseFee, feeRecipient } =
    options;
  return {
    ...settingOf(options),
    objective,
    lanes,
    ...(weight !== undefined && { weight }),
    ...(steps !== undefined && { steps }),
    ...(blobLimit !== undefined && { blobLimit }),
    whatIf,
    ...(groups !== undefined && { simulation: groups === true ? {} : { sequences: groups } }),
    header: {
      ...(gasLimit !== undefined && { gasLimit }),
      ...(baseFee !== undefined && { baseFeePerGas: baseFee }),
      ...(feeRecipient !== undefined && { feeRecipient }),
    },
  };
}

async function write(result: OrderedBlock, options: OrderCommandOptions): Promise<void> {
  for (const file of options.out) await writeOutput(file, await renderOrder(file, result));
  if (options.json) {
    const { buildOrderDocument } = await import('../ordering/document.ts');
    process.stdout.write(`${JSON.stringify(buildOrderDocument(result), null, 2)}\n`);
    return;
  }
  const { formatOrder } = await import('../ordering/text.ts');
  process.stdout.write(formatOrder(result, await outputColors(options)));
}
