/** Reading an input: what it is, which rules hold for it, and what is in it, all checked. */
import { arrange, completeBundle, givenTransactions, type PlacedBundle } from './arrange.ts';
import type { BlockHeader, BlockInput, Hex } from './block.ts';
import { type BlockHashes, readBlockHashes } from './block-hashes.ts';
import type { GivenTransaction } from './bundle.ts';
import {
  DEFAULT_HARDFORK,
  hardforkOfBlock,
  isKnownChain,
  MAINNET_CHAIN_ID,
  readChain,
  readHardfork,
  refuseDaoFork,
} from './chain.ts';
import type { Draft } from './draft.ts';
import { readEnv } from './env.ts';
import { hardforkOfFields, headerFromJson, requireFieldsOf } from './header.ts';
import { draftFromJson } from './json-transaction.ts';
import type { Located } from './located.ts';
import { draftFromRaw } from './raw-transaction.ts';
import { type BlockJson, blockSchema, member, parseValue, unexpected, type Where } from './schema.ts';
import { detectShape, type Shape } from './shape.ts';
import { recoverBatch, SignatureCollector } from './signature-batch.ts';
import {
  completeTransaction,
  type PreparedTransaction,
  prepareTransaction,
  type Rules,
} from './transaction.ts';

/** What the input itself may not say. */
export interface ReadOptions {
  /** Names the input in errors. Default: `input`. */
  readonly source?: string;
  /** A name (mainnet, sepolia, holesky, hoodi) or an id. Default: the one that all transactions name, else mainnet. */
  readonly chain?: string | number | bigint;
  /** The chain where neither `chain` nor a transaction names one. Default: mainnet. */
  readonly defaultChain?: bigint;
  /**
   * A name, of any case. Default: from the block's number and time, or, on a chain that is not one of the four, the
   * newest that has the fields of the header; without a block, the newest that is active on mainnet (osaka).
   */
  readonly hardfork?: string;
  /** Hashes of earlier blocks. The parent's is known from the header. */
  readonly blockHashes?: BlockHashes;
  /**
   * Values of the block that transactions are for, parsed JSON, as `evm t8n` takes them in `env.json`, and what
   * errors call them. The hardfork does not follow from them.
   */
  readonly env?: { readonly value: unknown; readonly source: string };
}

/** Reading on its way: batches of signatures, and then all but the signers. */
type Decoding = Generator<Uint8Array, DecodedInput>;

/** An input that was read, but for the signers. */
export interface DecodedInput {
  readonly block: BlockHeader | null;
  /** Hashes of earlier blocks that came with the block. */
  readonly blockHashes: ReadonlyMap<bigint, Hex>;
  readonly rules: Rules;
  readonly prepared: readonly PreparedTransaction[];
  readonly bundles: readonly PlacedBundle[];
  readonly options: ReadOptions;
}

/**
 * Reads a transaction or several, bundles, or a block, as JSON-RPC has them. Signers are recovered, and everything
 * given twice (sender, hash, chain) has to agree. `{ txs, env }`, which `evm t8n` takes on standard input, is a block.
 *
 * Where the hardfork is an option, a header may lack fields of that hardfork: they are `null`.
 *
 * @param json - Parsed JSON.
 * @throws InputError
 */
export function readInput(json: unknown, options: ReadOptions = {}): BlockInput {
  const decoding = decodeInput(json, options);
  const answers: Uint8Array[] = [];
  for (;;) {
    const step = decoding.next();
    if (step.done === true) return completeInput(step.value, answers);
    answers.push(recoverBatch(step.value));
  }
}

/**
 * The first part of `readInput`: everything but recovering signers, and what needs them.
 *
 * @yields Signatures, batch by batch, as soon as they are known; see `signature-batch.ts`.
 * @throws InputError
 */
export function* decodeInput(json: unknown, options: ReadOptions): Decoding {
  const shape = detectShape({ value: json, where: { source: options.source ?? 'input', path: '' } });
  const env = envOf(shape, options);
  if (shape.kind === 'block') return yield* decodeBlock(shape.block, options);
  const { parts } = shape;
  const { prepared, bundles } = arrange(parts, yield* prepareAll(givenTransactions(parts), options));
  const chainId = chainOf(prepared, options);
  const hardfork = options.hardfork === undefined ? DEFAULT_HARDFORK : readHardfork(options.hardfork);
  const rules = { chainId, hardfork };
  const { block, blockHashes } = env === null ? NO_ENV : readEnv(env, rules);
  return { block, blockHashes, rules, prepared, bundles, options };
}

/**
 * The second part of `readInput`.
 *
 * @param answers - To all batches, in their order.
 * @throws InputError for the first transaction that is wrong, or for a wrong parent hash.
 */
export function completeInput(decoded: DecodedInput, answers: readonly Uint8Array[]): BlockInput {
  const { block, rules, prepared, bundles } = decoded;
  const transactions = prepared.map((one) => completeTransaction(one, rules, answers));
  const input = { block, transactions, ...rules, blockHashes: blockHashesOf(decoded) };
  if (bundles.length === 0) return input;
  const hashes = transactions.map(({ hash }) => hash);
  return { ...input, bundles: bundles.map((bundle) => completeBundle(bundle, hashes)) };
}

const NO_ENV = { block: null, blockHashes: new Map<bigint, Hex>() };

function envOf(shape: Shape, { env }: ReadOptions): Located | null {
  if (env === undefined) return shape.kind === 'parts' ? (shape.env ?? null) : null;
  const where = { source: env.source, path: '' };
  const expected = 'transactions, beside the values of a block';
  if (shape.kind === 'block') throw unexpected(shape.block.where, expected, 'a block');
  if (shape.env !== undefined) throw unexpected(shape.env.where, expected, 'others');
  return { value: env.value, where };
}

function* decodeBlock({ value, where }: Located, options: ReadOptions): Decoding {
  const json = parseValue(blockSchema, value, where);
  const list = member(where, 'transactions');
  const prepared = yield* prepareAll(
    json.transactions.map((tx, index) => ({ value: tx, where: member(list, index), conditions: null })),
    options,
  );
  const chainId = chainOf(prepared, options);
  refuseDaoFork(chainId, json.number, member(where, 'number'));
  const hardfork =
    options.hardfork === undefined
      ? hardforkOf(chainId, json, prepared, member(where, 'timestamp'))
      : readHardfork(options.hardfork);
  if (options.hardfork === undefined) requireFieldsOf(hardfork, json, where);
  const block = headerFromJson(json);
  return { block, blockHashes: new Map(), rules: { chainId, hardfork }, prepared, bundles: [], options };
}

/** By the dates of the chain, or by what a block of another chain has. */
function hardforkOf(
  chainId: bigint,
  json: BlockJson,
  prepared: readonly PreparedTransaction[],
  where: Where,
): string {
  if (isKnownChain(chainId)) return hardforkOfBlock(chainId, json, where);
  const gasLimits = prepared.map(({ draft }) => draft.fields.gasLimit ?? 0n);
  return hardforkOfFields(json, gasLimits);
}

function* prepareAll(
  transactions: readonly Omit<GivenTransaction, 'kind'>[],
  { chain, defaultChain }: ReadOptions,
): Generator<Uint8Array, PreparedTransaction[]> {
  const signatures = new SignatureCollector();
  const chainId = chain === undefined ? defaultChain : readChain(chain);
  const prepared: PreparedTransaction[] = [];
  for (const transaction of transactions) {
    prepared.push(prepareTransaction(draftOf(transaction, chainId), signatures));
    yield* signatures.takeFull();
  }
  yield* signatures.takeAll();
  return prepared;
}

function draftOf(
  { value, where, conditions }: Omit<GivenTransaction, 'kind'>,
  chainId: bigint | undefined,
): Draft {
  const draft = typeof value === 'string' ? draftFromRaw(value, where) : draftFromJson(value, where, chainId);
  return conditions === null ? draft : { ...draft, conditions };
}

/** The chain asked for; or the one that all transactions with a chain id name; or mainnet. */
function chainOf(transactions: readonly PreparedTransaction[], options: ReadOptions): bigint {
  if (options.chain !== undefined) return readChain(options.chain);
  const named = new Set<bigint>();
  for (const { draft } of transactions) {
    if (draft.fields.chainId !== null) named.add(draft.fields.chainId);
  }
  const [only] = named;
  if (named.size === 1 && only !== undefined) return only;
  return options.defaultChain ?? MAINNET_CHAIN_ID;
}

function blockHashesOf({ block, blockHashes, options }: DecodedInput): ReadonlyMap<bigint, Hex> {
  const hashes = new Map([...blockHashes, ...readBlockHashes(options.blockHashes ?? {})]);
  if (block === null || block.number === 0n) return hashes;
  const parent = block.number - 1n;
  const given = hashes.get(parent);
  if (given !== undefined && given !== block.parentHash) {
    const where = { source: 'block hashes', path: String(parent) };
    throw unexpected(where, `${block.parentHash}, the block's parent`, given);
  }
  return hashes.set(parent, block.parentHash);
}
