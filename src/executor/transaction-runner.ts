/**
 * Runs one transaction over one state and says what came of it. The same code in the workers, in the
 * sequential run, and in the fallback after an escape.
 */
import type { Block } from '@ethereumjs/block';
import { paramsBlock } from '@ethereumjs/block';
import type { Common } from '@ethereumjs/common';
import type { TypedTransaction } from '@ethereumjs/tx';
import { runTx } from '@ethereumjs/vm';
import type { SlotOrigin } from '../analysis/access.ts';
import type { Address, BlockHeader, BlockInput, Hex, Transaction } from '../input/block.ts';
import { createChain } from '../input/chain.ts';
import { keccak256 } from '../input/keccak.ts';
import { parseKey, type StateKey } from '../state/key.ts';
import { blobBaseFee, evmBlock, executionHeader } from './block-context.ts';
import { evmCrypto } from './crypto.ts';
import { createEngine, type Engine } from './engine.ts';
import { evmTransaction, transactionRules } from './evm-transaction.ts';
import type { ExecutionState } from './execution-state.ts';
import { PreimageRecorder } from './preimages.ts';
import { type AccountDiff, OBSERVED, type Observed, unprefixedHex } from './state-view.ts';
import { checkFields, checkIntrinsicGas, checkSender, type Invalidity } from './validity.ts';

/** A log as it goes into a receipt: address, topics, data. */
export type RawLog = readonly [address: Uint8Array, topics: readonly Uint8Array[], data: Uint8Array];

/** A transaction that ran; its own failure (status 0) is part of that. */
export interface Ran {
  readonly status: 'ran';
  readonly index: number;
  readonly isSuccess: boolean;
  readonly gasUsed: bigint;
  readonly logs: readonly RawLog[];
  /** Bloom filter of the logs, 256 bytes. */
  readonly bloom: Uint8Array;
  /** Of a creation transaction. */
  readonly contractAddress: Address | null;
  readonly diff: readonly AccountDiff[];
  /** The sender's own fee, value and nonce count as deltas here: whether they commute is escrow's question. */
  readonly observed: Observed;
  /** How observed slots came about, where `RunOptions.recordOrigins` asked for it. */
  readonly origins: ReadonlyMap<StateKey, SlotOrigin>;
  /** Block numbers whose hash was asked for and is not known. */
  readonly missingBlockHashes: readonly bigint[];
}

/** A transaction that may not be in the block here; nothing changed. */
export interface Invalid extends Invalidity {
  readonly status: 'invalid';
  readonly index: number;
}

export type RunResult = Ran | Invalid;

export interface RunOptions {
  /** Whether to trace observed slots back to the hashes that they are. Default: false. */
  readonly recordOrigins?: boolean;
}

/** Runs the transactions of one block, each over the state that it is given. */
export class TransactionRunner {
  readonly #engine: Engine;
  readonly #preimages: PreimageRecorder;
  readonly #transactionRules: Common;
  #input: BlockInput | null = null;
  #header: BlockHeader | null = null;
  #block: Block | null = null;
  #blobBaseFee = 0n;

  private constructor(engine: Engine, preimages: PreimageRecorder) {
    this.#engine = engine;
    this.#preimages = preimages;
    this.#transactionRules = transactionRules(engine.common);
  }

  /** A runner for blocks of one chain and hardfork. */
  static async create(rules: Pick<BlockInput, 'chainId' | 'hardfork'>): Promise<TransactionRunner> {
    const preimages = new PreimageRecorder(keccak256);
    const common = createChain(rules, { customCrypto: evmCrypto(preimages.keccak) });
    common.updateParams(paramsBlock);
    return new TransactionRunner(await createEngine(common, keccak256), preimages);
  }

  /** How much blob gas a block has room for, and a blob takes (EIP-4844); zeros before. */
  get blobLimits(): { readonly blobLimit: bigint; readonly gasPerBlob: bigint } {
    const { common } = this.#engine;
    if (!common.isActivatedEIP(4844)) return { blobLimit: 0n, gasPerBlob: 0n };
    const blobLimit = common.getBlobGasSchedule().maxBlobGasPerBlock;
    return { blobLimit, gasPerBlob: common.param('blobGasPerBlob') };
  }

  /** Turns to another block of the same rules. */
  setBlock(input: BlockInput): void {
    const { common } = this.#engine;
    this.#input = input;
    this.#header = executionHeader(input);
    this.#block = evmBlock(this.#header, common);
    this.#blobBaseFee = blobBaseFee(this.#header, common);
    this.#engine.blockHashes.known = input.blockHashes;
  }

  /**
   * @throws MissingStateError when it reaches state that the source does not know.
   */
  async run(index: number, source: ExecutionState, options: RunOptions = {}): Promise<RunResult> {
    const { view, common, blockHashes } = this.#engine;
    const transaction = this.#input?.transactions[index];
    const header = this.#header;
    if (transaction === undefined || header === null) throw new RangeError(`no transaction ${index}`);
    view.begin(source);
    blockHashes.missing.clear();
    this.#preimages.reset(options.recordOrigins === true ? 'on' : 'off');
    const built = checkFields(transaction, header, this.#blobBaseFee, common) ?? this.#build(transaction);
    if ('reason' in built) return { status: 'invalid', index, ...built };
    const { from } = transaction;
    const sender = { balance: view.balance(from), nonce: view.nonce(from), code: view.code(from) };
    const invalidity = checkIntrinsicGas(transaction, built) ?? checkSender(transaction, sender, common);
    if (invalidity !== null) return { status: 'invalid', index, ...invalidity };
    return this.#run(index, transaction, built, header.feeRecipient);
  }

  #build(transaction: Transaction): TypedTransaction | Invalidity {
    try {
      return evmTransaction(transaction, this.#transactionRules);
    } catch (error) {
      return { reason: 'malformed', detail: error instanceof Error ? error.message : String(error) };
    }
  }

  async #run(
    index: number,
    transaction: Transaction,
    evm: TypedTransaction,
    feeRecipient: Address,
  ): Promise<RunResult> {
    const { vm, view, blockHashes } = this.#engine;
    this.#observeEnvelope(transaction, feeRecipient);
    this.#engine.evm.transientStorage.clear();
    const result = await runTx(vm, {
      tx: evm,
      ...(this.#block === null ? {} : { block: this.#block }),
      skipHardForkValidation: true,
      skipBlockGasLimitValidation: true,
      blockGasUsed: 0n,
    });
    for (const { authority } of transaction.authorizationList) {
      if (authority !== null && view.hasObserved(authority, 'code', OBSERVED.write)) {
        view.observe(authority, 'nonce', OBSERVED.write);
      }
    }
    const observed = view.observed();
    return {
      status: 'ran',
      index,
      isSuccess: result.execResult.exceptionError === undefined,
      gasUsed: result.totalGasSpent,
      logs: (result.execResult.logs ?? []).map(ownedLog),
      bloom: result.bloom.bitvector,
      contractAddress: transaction.to === null ? addressOf(result.createdAddress) : null,
      diff: view.diff(),
      observed,
      origins: this.#origins(observed),
      missingBlockHashes: [...blockHashes.missing],
    };
  }

  /** What a transaction touches by being one. */
  #observeEnvelope({ from, to, value, authorizationList }: Transaction, feeRecipient: Address): void {
    const { view, common } = this.#engine;
    view.observe(from, 'balance', OBSERVED.delta);
    view.observe(from, 'nonce', OBSERVED.delta);
    view.observe(from, 'code', OBSERVED.read);
    view.observe(feeRecipient, 'balance', OBSERVED.delta);
    if (to !== null && value > 0n && to !== from) view.observe(to, 'balance', OBSERVED.delta);
    for (const { authority, chainId } of authorizationList) {
      if (authority === null || (chainId !== 0n && chainId !== common.chainId())) continue;
      view.observe(authority, 'nonce', OBSERVED.read);
      view.observe(authority, 'code', OBSERVED.read);
    }
  }

  #origins(observed: Observed): Map<StateKey, SlotOrigin> {
    const origins = new Map<StateKey, SlotOrigin>();
    if (!this.#preimages.isRecording) return origins;
    for (const key of observed.keys.keys()) {
      const { slot } = parseKey(key);
      const origin = slot === null ? null : this.#preimages.originOf(slot);
      if (origin !== null) origins.set(key, origin);
    }
    return origins;
  }
}

/** A log without windows into larger buffers, which a message to another thread would copy whole. */
function ownedLog([address, topics, data]: RawLog): RawLog {
  return [address, topics, data.byteLength === data.buffer.byteLength ? data : data.slice()];
}

function addressOf(address: { readonly bytes: Uint8Array } | undefined): Hex | null {
  return address === undefined ? null : `0x${unprefixedHex(address.bytes)}`;
}
