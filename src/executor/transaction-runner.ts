/**
 * Runs one transaction over one state and says what came of it. The same code in the workers, in the
 * sequential run, and in the fallback after an escape.
 */

import { paramsBlock } from '@ethereumjs/block';
import type { Common } from '@ethereumjs/common';
import type { SlotOrigin } from '../analysis/access.ts';
import { blobBaseFee } from '../input/blob-gas.ts';
import type { Address, BlockHeader, BlockInput, Transaction } from '../input/block.ts';
import { createChain } from '../input/chain.ts';
import { type IntrinsicPrices, intrinsicPrices } from '../input/intrinsic-gas.ts';
import { keccak256 } from '../input/keccak.ts';
import { checkFields, checkIntrinsicGas, checkSender, type Invalidity } from '../input/validity.ts';
import { parseKey, type StateKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import { SYSTEM_ADDRESS } from '../state/system-calls.ts';
import { executionHeader } from './block-context.ts';
import { evmCrypto } from './crypto.ts';
import {
  type Engine,
  type EngineParts,
  type EngineResult,
  engineParts,
  type SystemCallResult,
} from './engine.ts';
import type { EngineKind } from './engine-kind.ts';
import { evmTransaction, transactionRules } from './evm-transaction.ts';
import { OBSERVED, type Observed } from './observed.ts';
import { PreimageRecorder } from './preimages.ts';
import { createStockEngine } from './stock-engine.ts';
import type { AccountDiff, Cell } from './transaction-state.ts';
import { createTunedEngine, reasonAgainstTuned } from './tuned/engine.ts';

/** A transaction that ran; its own failure (status 0) is part of that. */
export interface Ran extends EngineResult {
  readonly status: 'ran';
  readonly index: number;
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

/** A call of the block itself. */
export interface SystemCall extends SystemCallResult, Pick<Ran, 'diff' | 'observed'> {}

export interface RunOptions {
  /** Whether to trace observed slots back to the hashes that they are. Default: false. */
  readonly recordOrigins?: boolean;
  /** Default: that of the block. */
  readonly transaction?: Transaction;
}

/** Runs the transactions of one block, each over the state that it is given. */
export class TransactionRunner {
  /** Why not the tuned form, which was asked for; `null` otherwise. */
  readonly engineReason: string | null;
  readonly #parts: EngineParts;
  readonly #engine: Engine;
  readonly #transactionRules: Common;
  readonly #prices: IntrinsicPrices;
  #input: BlockInput | null = null;
  #header: BlockHeader | null = null;
  #blobBaseFee = 0n;

  private constructor(parts: EngineParts, engine: Engine, engineReason: string | null) {
    this.#parts = parts;
    this.#engine = engine;
    this.engineReason = engineReason;
    this.#transactionRules = transactionRules(parts.common);
    this.#prices = intrinsicPrices(parts.common);
  }

  /** A runner for blocks of one chain and hardfork; without the tuned form where that is not for it. */
  static async create(
    rules: Pick<BlockInput, 'chainId' | 'hardfork'>,
    kind: EngineKind,
  ): Promise<TransactionRunner> {
    const preimages = new PreimageRecorder(keccak256);
    const common = createChain(rules, { customCrypto: evmCrypto(preimages.keccak) });
    common.updateParams(paramsBlock);
    const parts = engineParts(common, keccak256, preimages);
    const stock = await createStockEngine(parts);
    const reason = kind === 'tuned' ? reasonAgainstTuned(common) : null;
    const isTuned = kind === 'tuned' && reason === null;
    return new TransactionRunner(parts, isTuned ? createTunedEngine(parts, stock) : stock, reason);
  }

  /** The form that runs. */
  get engine(): EngineKind {
    return this.#engine.kind;
  }

  /** Addresses of the hardfork's precompiles. */
  get precompiles(): Address[] {
    return [...this.#parts.state.precompiles].map(
      (word) => `0x${word.toString(16).padStart(40, '0')}` as const,
    );
  }

  /** Everything that the last transaction looked at. */
  get cells(): Iterable<Cell> {
    return this.#parts.state.cells;
  }

  /** How much blob gas a block has room for, and a blob takes (EIP-4844); zeros before. */
  get blobLimits(): { readonly blobLimit: bigint; readonly gasPerBlob: bigint } {
    const { common } = this.#parts;
    if (!common.isActivatedEIP(4844)) return { blobLimit: 0n, gasPerBlob: 0n };
    const blobLimit = common.getBlobGasSchedule().maxBlobGasPerBlock;
    return { blobLimit, gasPerBlob: common.param('blobGasPerBlob') };
  }

  /** Turns to another block of the same rules. */
  setBlock(input: BlockInput): void {
    const { common, blockHashes } = this.#parts;
    this.#input = input;
    this.#header = executionHeader(input);
    this.#blobBaseFee = blobBaseFee(common, this.#header.excessBlobGas ?? 0n);
    this.#engine.setBlock(this.#header);
    blockHashes.known = input.blockHashes;
    blockHashes.others = input.otherBlockHashes ?? 'zero';
  }

  /**
   * @throws MissingStateError when it reaches state that the source does not know.
   */
  async run(index: number, source: StateSource, options: RunOptions = {}): Promise<RunResult> {
    const { state, blockHashes, preimages } = this.#parts;
    const transaction = options.transaction ?? this.#input?.transactions[index];
    const header = this.#header;
    if (transaction === undefined || header === null) throw new RangeError(`no transaction ${index}`);
    state.begin(source);
    blockHashes.missing.clear();
    preimages.reset(options.recordOrigins === true ? 'on' : 'off');
    const invalidity = this.#invalidity(transaction, header);
    if (invalidity !== null) return { status: 'invalid', index, ...invalidity };
    this.#observeEnvelope(transaction, header.feeRecipient);
    const result = await this.#engine.run(transaction);
    const observed = state.observed();
    return {
      status: 'ran',
      index,
      ...result,
      diff: state.diff(),
      observed,
      origins: this.#origins(observed),
      missingBlockHashes: [...blockHashes.missing],
    };
  }

  /**
   * Calls a contract as the block itself does.
   *
   * @throws MissingStateError when it reaches state that the source does not know.
   */
  async callSystem(to: Address, source: StateSource): Promise<SystemCall> {
    const { state, blockHashes, preimages } = this.#parts;
    state.begin(source);
    blockHashes.missing.clear();
    preimages.reset('off');
    state.cellAt(to).isReached = true;
    const result = await this.#engine.callSystem(to);
    // The stock form makes the caller an account for the time being.
    const diff = state.diff().filter(({ address }) => address !== SYSTEM_ADDRESS);
    return { ...result, diff, observed: state.observed() };
  }

  #invalidity(transaction: Transaction, header: BlockHeader): Invalidity | null {
    const { common, state } = this.#parts;
    return (
      checkFields(transaction, header, this.#blobBaseFee, common) ??
      this.#checkShape(transaction) ??
      checkIntrinsicGas(transaction, this.#prices) ??
      checkSender(transaction, state.cellAt(transaction.from), common)
    );
  }

  /**
   * What @ethereumjs refuses to make a transaction from. The older types have only amounts to check, which is
   * done here; making them takes longer than a transfer does.
   */
  #checkShape(transaction: Transaction): Invalidity | null {
    const { type, gasLimit, maxFeePerGas } = transaction;
    if (type < 3 && gasLimit * maxFeePerGas <= LARGEST_AMOUNT) return null;
    try {
      evmTransaction(transaction, this.#transactionRules);
      return null;
    } catch (error) {
      return { reason: 'malformed', detail: error instanceof Error ? error.message : String(error) };
    }
  }

  /** What a transaction touches by being one. */
  #observeEnvelope({ from, to, value, authorizationList }: Transaction, feeRecipient: Address): void {
    const { state, common } = this.#parts;
    const sender = state.cellAt(from);
    sender.observedBalance |= OBSERVED.delta;
    sender.observedNonce |= OBSERVED.delta;
    sender.observedCode |= OBSERVED.read;
    sender.isReached = true;
    // From Amsterdam on gas may run out before these are looked at, and the package records what is.
    const isSure = !common.isActivatedEIP(7928);
    const recipient = state.cellAt(feeRecipient);
    recipient.observedBalance |= OBSERVED.delta;
    recipient.isReached = true;
    if (to !== null) {
      const receiver = state.cellAt(to);
      if (isSure) receiver.isReached = true;
      if (value > 0n && to !== from) receiver.observedBalance |= OBSERVED.delta;
    }
    for (const { authority, chainId, nonce } of authorizationList) {
      if (authority === null || (chainId !== 0n && chainId !== common.chainId())) continue;
      const cell = state.cellAt(authority);
      if (isSure && nonce < MAXIMUM_NONCE) cell.isReached = true;
      cell.observedNonce |= OBSERVED.read;
      cell.observedCode |= OBSERVED.read;
    }
  }

  #origins(observed: Observed): ReadonlyMap<StateKey, SlotOrigin> {
    const { preimages } = this.#parts;
    if (!preimages.isRecording) return NO_ORIGINS;
    const origins = new Map<StateKey, SlotOrigin>();
    for (const key of observed.keys.keys()) {
      const { slot } = parseKey(key);
      const origin = slot === null ? null : preimages.originOf(slot);
      if (origin !== null) origins.set(key, origin);
    }
    return origins;
  }
}

const NO_ORIGINS: ReadonlyMap<StateKey, SlotOrigin> = new Map();
const LARGEST_AMOUNT = (1n << 256n) - 1n;
/** EIP-7702: an authorisation with this nonce is passed over unread. */
const MAXIMUM_NONCE = (1n << 64n) - 1n;
