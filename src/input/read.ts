/** Reading an input: what it is, which rules hold for it, and what is in it, all checked. */
import type { BlockHeader, BlockInput, Hex } from './block.ts';
import { type BlockHashes, readBlockHashes } from './block-hashes.ts';
import {
  DEFAULT_HARDFORK,
  hardforkOfBlock,
  MAINNET_CHAIN_ID,
  readChain,
  readHardfork,
  refuseDaoFork,
} from './chain.ts';
import type { Draft } from './draft.ts';
import { headerFromJson, requireFieldsOf } from './header.ts';
import { draftFromJson } from './json-transaction.ts';
import { draftFromRaw } from './raw-transaction.ts';
import { blockSchema, member, parseValue, unexpected } from './schema.ts';
import { detectShape, type Located } from './shape.ts';
import { recoverBatch, SignatureCollector } from './signature-batch.ts';
import { completeTransaction, type PreparedTransaction, prepareTransaction } from './transaction.ts';

export interface ReadOptions {
  /** Names the input in errors. Default: `input`. */
  readonly source?: string;
  /** A name (mainnet, sepolia, holesky, hoodi) or an id. Default: the one that all transactions name, else mainnet. */
  readonly chain?: string | number | bigint;
  /**
   * A name, of any case. Default: from the block's number and time; without a block, or on a chain that is
   * not one of the four, the newest that is active on mainnet (osaka).
   */
  readonly hardfork?: string;
  /** Hashes of earlier blocks. The parent's is known from the header. */
  readonly blockHashes?: BlockHashes;
}

/** Reading on its way: batches of signatures, and then all but the signers. */
type Decoding = Generator<Uint8Array, DecodedInput>;

/** An input that was read, but for the signers. */
export interface DecodedInput {
  readonly block: BlockHeader | null;
  readonly chainId: bigint;
  readonly hardfork: string;
  /** In order; all of them, unless there is a failure. */
  readonly prepared: readonly PreparedTransaction[];
  /** What is wrong with the transaction that comes next. */
  readonly failure: { readonly error: unknown } | null;
  readonly options: ReadOptions;
}

/**
 * Reads a transaction or several, a block, or a bundle, as JSON-RPC has them. Signers
 * are recovered, and everything given twice (sender, hash, chain) has to agree.
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
 * The first part of `readInput`: everything but recovering signers.
 *
 * @yields Signatures, batch by batch, as soon as they are known; see `signature-batch.ts`.
 * @throws InputError for what is wrong before any signature is looked at.
 */
export function* decodeInput(json: unknown, options: ReadOptions): Decoding {
  const shape = detectShape({ value: json, where: { source: options.source ?? 'input', path: '' } });
  if (shape.kind === 'block') return yield* decodeBlock(shape.block, options);
  const drafts = shape.transactions.map(draftOf);
  const chainId = chainOf(drafts, options);
  const hardfork = options.hardfork === undefined ? DEFAULT_HARDFORK : readHardfork(options.hardfork);
  const rules = { chainId, hardfork };
  return { block: null, ...rules, ...(yield* prepareAll(drafts, rules)), options };
}

/**
 * The second part of `readInput`.
 *
 * @param answers - To all batches, in their order.
 * @throws InputError for the first transaction that is wrong, or for a wrong parent hash.
 */
export function completeInput(decoded: DecodedInput, answers: readonly Uint8Array[]): BlockInput {
  const { block, chainId, hardfork, prepared, failure, options } = decoded;
  const transactions = prepared.map((one) => completeTransaction(one, answers));
  if (failure !== null) throw failure.error;
  return { block, transactions, chainId, hardfork, blockHashes: blockHashesOf(block, options) };
}

function* decodeBlock({ value, where }: Located, options: ReadOptions): Decoding {
  const json = parseValue(blockSchema, value, where);
  const list = member(where, 'transactions');
  const drafts = json.transactions.map((tx, index) => draftOf({ value: tx, where: member(list, index) }));
  const chainId = chainOf(drafts, options);
  refuseDaoFork(chainId, json.number, member(where, 'number'));
  const hardfork =
    options.hardfork === undefined
      ? hardforkOfBlock(chainId, json, member(where, 'timestamp'))
      : readHardfork(options.hardfork);
  if (options.hardfork === undefined) requireFieldsOf(hardfork, json, where);
  const rules = { chainId, hardfork };
  return { block: headerFromJson(json), ...rules, ...(yield* prepareAll(drafts, rules)), options };
}

/** Stops at the first transaction that is wrong: an earlier one may be, too, once its signer is known. */
function* prepareAll(
  drafts: readonly Draft[],
  rules: { readonly chainId: bigint; readonly hardfork: string },
): Generator<Uint8Array, Pick<DecodedInput, 'prepared' | 'failure'>> {
  const signatures = new SignatureCollector();
  const prepared: PreparedTransaction[] = [];
  let failure: DecodedInput['failure'] = null;
  for (const draft of drafts) {
    try {
      prepared.push(prepareTransaction(draft, rules, signatures));
    } catch (error) {
      failure = { error };
      break;
    }
    yield* signatures.takeFull();
  }
  yield* signatures.takeAll();
  return { prepared, failure };
}

function draftOf({ value, where }: Located): Draft {
  return typeof value === 'string' ? draftFromRaw(value, where) : draftFromJson(value, where);
}

/** The chain asked for; or the one that all transactions with a chain id name; or mainnet. */
function chainOf(drafts: readonly Draft[], options: ReadOptions): bigint {
  if (options.chain !== undefined) return readChain(options.chain);
  const named = new Set<bigint>();
  for (const draft of drafts) {
    if (draft.fields.chainId !== null) named.add(draft.fields.chainId);
  }
  const [only] = named;
  return named.size === 1 && only !== undefined ? only : MAINNET_CHAIN_ID;
}

function blockHashesOf(block: BlockHeader | null, options: ReadOptions): ReadonlyMap<bigint, Hex> {
  const hashes = new Map(readBlockHashes(options.blockHashes ?? {}));
  if (block === null || block.number === 0n) return hashes;
  const parent = block.number - 1n;
  const given = hashes.get(parent);
  if (given !== undefined && given !== block.parentHash) {
    const where = { source: 'block hashes', path: String(parent) };
    throw unexpected(where, `${block.parentHash}, the block's parent`, given);
  }
  return hashes.set(parent, block.parentHash);
}
