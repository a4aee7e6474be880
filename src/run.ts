/**
 * The table of contents of a run: input → access sets → conflict graph → plan → execution → report. What reads
 * files is before this, what prints is after it.
 */
import { recordedAnalysis } from './analysis/recorded.ts';
import type { AnalysisOptions, BlockAnalysis } from './analysis/result.ts';
import { InputError } from './errors.ts';
import { derive } from './executor/derive.ts';
import type { EngineKind } from './executor/engine-kind.ts';
import type { Granularity } from './graph/plan.ts';
import type { BlockInput } from './input/block.ts';
import type { BlockAccessList } from './input/block-access-list/list.ts';
import { readBlockAccessList } from './input/block-access-list/read.ts';
import { isBlockHashes, readBlockHashes } from './input/block-hashes.ts';
import { readInput } from './input/read.ts';
import type { LintOptions, LintResult } from './lint/lint.ts';
import { askForNames } from './names/asked.ts';
import { fileBooks } from './names/file-book.ts';
import { createNames, type NameBook, type Names } from './names/names.ts';
import { type NameFiles, type NamesDocument, readNames } from './names/read.ts';
import type { OrderBlockOptions, OrderedBlock } from './ordering/order-block.ts';
import type { Findings } from './report/document.ts';
import { hasAlloc, mergeSnapshots } from './state/prestate.ts';
import { isTouchedRecording, readRecordings } from './state/recording.ts';
import type { RpcInputBlock } from './state/rpc/block.ts';
import {
  accessListOverNode,
  inputOverNode,
  type NamedDocument,
  type NodeInputOptions,
} from './state/rpc/input.ts';
import { JsonRpcNode } from './state/rpc/json-rpc.ts';
import { RpcError } from './state/rpc/rpc-error.ts';
import type { StateOptions } from './state/rpc/state.ts';
import type { StateSource } from './state/source.ts';

export type { NamedDocument };

/** What a run is about; see `readInput`, `mergeSnapshots` and `readBlockHashes`. */
export interface RunDocuments {
  /** Absent: the block is fetched over RPC. */
  readonly input?: NamedDocument;
  /** Earlier ones win. Empty: nothing of the state is known. Block hashes may be among them. */
  readonly prestates: readonly NamedDocument[];
  /**
   * Recordings of the transactions with and without diff mode: sets are taken from these instead of being derived
   * (`recordedAnalysis`). Without any other pre-state, that without diff mode is the pre-state.
   */
  readonly recorded?: readonly NamedDocument[];
  /** Values of the block that the transactions are for, as `evm t8n` takes them (`ReadOptions.env`). */
  readonly env?: NamedDocument;
  /** Default: none but what the header says. */
  readonly blockHashes?: NamedDocument;
  /** To be compared with that of the execution; see `readBlockAccessList`. Default: none. */
  readonly blockAccessList?: NamedDocument;
  /** Names for people; see `readNames`. Default: what the contracts say themselves. */
  readonly names?: readonly NamesDocument[];
}

/** By which rules the documents are read, and where the state comes from that they lack. */
export interface SettingOptions {
  /** Default: by what the transactions say, else mainnet. */
  readonly chain?: string;
  /** Default: by the block's number and time. */
  readonly hardfork?: string;
  /** What the pre-states lack is unknown, instead of empty. Default: false. */
  readonly partialState?: boolean;
  /**
   * Takes pre-state from a node instead of files: that after `block`. Default: after the parent of the input's
   * block, else the latest. Without an input, `block` itself is the input.
   */
  readonly rpc?: StateOptions & { readonly url: string; readonly block?: RpcInputBlock };
}

/** How far a run has come. An analysis may begin anew when state was fetched. */
export interface RunProgress {
  readonly stage: 'analysis' | 'execution';
  /** Transactions. */
  readonly done: number;
  readonly total: number;
}

/** What to do with the documents, and by which rules. */
export interface RunOptions extends Partial<AnalysisOptions>, SettingOptions {
  readonly workers: number;
  /** Default: `transaction`. */
  readonly granularity?: Granularity;
  /** The form of the EVM to execute with. Default: that of `createExecutor`. */
  readonly engine?: EngineKind;
  /** Whether to execute, and whether to compare that with a sequential run. Default: `no`. */
  readonly execute?: 'no' | 'yes' | 'verified';
  /** Whether to measure when each transaction runs where. Default: false. */
  readonly trace?: boolean;
  /** Is told of each transaction. Default: nobody is. */
  readonly onProgress?: (progress: RunProgress) => void;
}

/**
 * Runs the documents through all stages: `readInput`, `analyzeBlock`, `buildConflictGraph`, `planSchedule`,
 * `executeBlock`. The findings go to `buildDocument` or `formatReport`.
 *
 * @throws InputError, InvalidBlockError, MissingStateError, RpcError
 */
export async function run(documents: RunDocuments, options: RunOptions): Promise<Findings> {
  const { chain, hardfork, partialState, rpc, ...rest } = options;
  const { workers, granularity = 'transaction', execute = 'no', engine, trace = false, ...rules } = rest;
  const how = { ...rules, workers, granularity, execute, engine, trace };
  const given = documents.blockAccessList;
  const accessList = given === undefined ? undefined : readBlockAccessList(given.value, given.source);
  const { recorded = [] } = documents;
  refuseRecorded(recorded, rules);
  return withSetting(documents, options, async (input, state, namesOf, listOf) => {
    const taken = recorded.length === 0 ? {} : { analysis: recordedSets(input, recorded) };
    const list = accessList ?? (await listOf());
    const { analysis, graph, plan, execution } = await runOver(state, input, { ...how, ...taken }, list);
    const names = await namesOf({ analysis, graph });
    return { analysis, graph, plan, execution, names };
  });
}

/** A recording shows one order, in which all of its transactions ran. */
function refuseRecorded(recorded: readonly NamedDocument[], rules: Partial<AnalysisOptions>): void {
  if (recorded.length === 0) return;
  const refused = [
    ['--unordered', rules.unordered],
    ['--skip-invalid', rules.skipInvalid],
    ['--trust-access-lists', rules.trustAccessLists],
  ] as const;
  const given = refused.find(([, isGiven]) => isGiven === true);
  if (given === undefined) return;
  const expected = `derived sets with ${given[0]}`;
  throw new InputError({ source: 'arguments', path: '', expected, got: 'recorded ones (--recorded)' });
}

function recordedSets(input: BlockInput, documents: readonly NamedDocument[]): BlockAnalysis {
  const hashes = input.transactions.map(({ hash }) => hash);
  return recordedAnalysis(input, readRecordings(documents, hashes));
}

/** What `lint` does with the documents; see `lintBlock`. */
export interface LintRunOptions extends SettingOptions, Pick<LintOptions, 'engine' | 'unordered'> {}

/**
 * Compares the declared access lists of the documents' transactions with what they use. The result goes to
 * `buildLintDocument`, `formatLint` or `buildSarif`.
 *
 * @throws InputError, RpcError
 */
export async function lint(documents: RunDocuments, options: LintRunOptions): Promise<LintResult> {
  const { engine, unordered } = options;
  // Engines are loaded by who needs them.
  const { lintBlock } = await import('./lint/lint.ts');
  return withSetting(documents, options, async (input, state, namesOf) => {
    const result = await lintBlock(input, {
      state,
      ...(engine !== undefined && { engine }),
      ...(unordered !== undefined && { unordered }),
    });
    return { ...result, names: await namesOf(result) };
  });
}

/** What `order` does with the documents; see `orderBlock`. */
export interface OrderRunOptions extends SettingOptions, Omit<OrderBlockOptions, 'state' | 'candidates'> {
  /** Orders beside the pool that `whatIf` may add, by the names of their sources. Default: none. */
  readonly candidates?: readonly NamedDocument[];
}

/**
 * Takes what the documents hold as a pool, and makes a block out of it. Over a node, transactions without a block are
 * for the one after that whose state is taken. The result goes to `buildOrderDocument`, `formatOrder` or
 * `renderOrder`.
 *
 * @throws InputError, RpcError
 */
export async function order(documents: RunDocuments, options: OrderRunOptions): Promise<OrderedBlock> {
  const { chain, hardfork, partialState, rpc, candidates = [], ...how } = options;
  const { ordersOf } = await import('./mempool/order.ts');
  const { orderBlock } = await import('./ordering/order-block.ts');
  return withSetting(documents, { ...options, nextBlock: 'from-node' }, async (input, state, namesOf) => {
    const rules = { chain: input.chainId, hardfork: input.hardfork };
    const others = candidates.map(({ value, source }) => ({
      name: source,
      orders: ordersOf(readInput(value, { source, ...rules })),
    }));
    const result = await orderBlock(input, { ...how, state, candidates: others });
    return { ...result, names: await namesOf(result.findings) };
  });
}

/** Finds names for what stands out in a block. */
type Namer = (findings: Pick<Findings, 'analysis' | 'graph'>) => Promise<Names>;

/**
 * Reads the documents, has `use` work on input and state, and lets go of the node, if there is one. Names are
 * looked for in the state with what it lacks not known, where it counts as empty in `state`. The block's access list
 * is asked of the node, if its header names one.
 *
 * @throws InputError, RpcError, and what `use` throws
 */
async function withSetting<T>(
  documents: RunDocuments,
  { chain, hardfork, partialState, rpc, nextBlock }: SettingOptions & Pick<NodeInputOptions, 'nextBlock'>,
  use: (
    input: BlockInput,
    state: StateSource,
    namesOf: Namer,
    listOf: () => Promise<BlockAccessList | undefined>,
  ) => Promise<T>,
): Promise<T> {
  const { blockHashes, env } = documents;
  const prestates = statesOf(rpc === undefined ? documents : { ...documents, recorded: [] });
  const hashes = documents.prestates.filter(({ value }) => isBlockHashes(value));
  if (blockHashes !== undefined) hashes.push(blockHashes);
  const reading = {
    ...(chain !== undefined && { chain }),
    ...(hardfork !== undefined && { hardfork }),
    ...(env !== undefined && { env }),
    blockHashes: new Map(hashes.flatMap(({ value, source }) => [...readBlockHashes(value, source)])),
  };
  const files = await readNames(documents.names ?? []);
  if (rpc === undefined) {
    const { value, source } = documents.input ?? missingInput();
    const input = readInput(value, { source, ...reading });
    // Without any pre-state nothing is known, which is not the same as empty.
    const partial = partialState === true || prestates.length === 0;
    const state = mergeSnapshots(prestates, { partial });
    const known = state.knownOnly();
    return use(
      input,
      state,
      (findings) => namesFor(findings, known, files),
      async () => undefined,
    );
  }
  if (prestates.length > 0) {
    const expected = 'pre-state from files or from a node';
    throw new InputError({ source: 'arguments', path: '', expected, got: 'both' });
  }
  const node = new JsonRpcNode(rpc.url, rpc);
  try {
    const { cache } = rpc;
    const { input, state } = await inputOverNode(node, documents.input, rpc.block, {
      ...reading,
      ...(cache !== undefined && { cache }),
      ...(nextBlock !== undefined && { nextBlock }),
    });
    try {
      return await use(
        input,
        state,
        (findings) => namesFor(findings, state, files),
        () => accessListOverNode(node, input),
      );
    } finally {
      await state.save();
    }
  } finally {
    node.close();
  }
}

function missingInput(): never {
  const expected = 'an input, or a node (--rpc) to take a block from';
  throw new InputError({ source: 'arguments', path: '', expected, got: 'neither' });
}

/** Names for what stands out. Where the node does not answer any more, there are fewer of them. */
async function namesFor(
  findings: Parameters<Namer>[0],
  state: StateSource,
  files: NameFiles,
): Promise<Names> {
  const { chosen, compiled } = fileBooks(files, state);
  const books: NameBook[] = [chosen];
  try {
    books.push(await askForNames(findings, state));
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
  }
  return createNames(findings.analysis, [...books, compiled]);
}

/** The pre-states of a run; what `evm t8n` takes on standard input holds one, too. */
export function statesOf({ input, prestates, recorded = [] }: RunDocuments): readonly NamedDocument[] {
  const given = prestates.filter(({ value }) => !isBlockHashes(value));
  const all = input !== undefined && hasAlloc(input.value) ? [input, ...given] : given;
  return all.length > 0 ? all : recorded.filter(isTouchedRecording);
}

/** How an input is run; see `RunOptions`. */
export interface InputOptions extends Partial<AnalysisOptions> {
  readonly workers: number;
  readonly granularity: Granularity;
  readonly execute: 'no' | 'yes' | 'verified';
  readonly engine?: EngineKind | undefined;
  readonly trace?: boolean;
  /** Sets that are there already. */
  readonly analysis?: BlockAnalysis;
  readonly onProgress?: RunOptions['onProgress'];
}

/** Everything after reading, but for names. */
export async function runOver(
  state: StateSource,
  input: BlockInput,
  { execute, engine, trace = false, onProgress, ...options }: InputOptions,
  blockAccessList?: BlockAccessList,
): Promise<Findings> {
  const { workers, granularity, ...rules } = options;
  if (execute === 'no') {
    const total = input.transactions.length;
    const onDerived = (index: number) => onProgress?.({ stage: 'analysis', done: index + 1, total });
    const how = { ...rules, state, workers, granularity, onDerived };
    const { analysis, graph, plan } = await derive(input, how);
    return { analysis, graph, plan, execution: null };
  }
  // Threads and engines are loaded by who needs them.
  const { createExecutor } = await import('./executor/executor.ts');
  const executor = await createExecutor({ workers, ...(engine !== undefined && { engine }) });
  executor.on('transaction', ({ done, block: { transactions: total } }) => {
    onProgress?.({ stage: 'execution', done, total });
  });
  try {
    const verify = execute === 'verified';
    const given = blockAccessList === undefined ? {} : { blockAccessList };
    // What is derived is reported in any case.
    const how = { ...rules, state, granularity, verify, trace, guarded: true };
    return await executor.executeBlock(input, { ...how, ...given });
  } finally {
    await executor.close();
  }
}
