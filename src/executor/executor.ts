/**
 * A session: executes any number of blocks, one after the other, on threads and with caches that are warm; tells
 * of it while it does, gives up what is not wanted any more, and ends everything when it is closed.
 */
import { AbortedError, ClosedError } from '../errors.ts';
import type { BlockInput } from '../input/block.ts';
import { DEFAULT_HARDFORK, MAINNET_CHAIN_ID, readChain, readHardfork } from '../input/chain.ts';
import { type ReadOptions, readInput } from '../input/read.ts';
import { BlockExecutor, type BlockExecutorOptions, type BlockOptions } from './block-executor.ts';
import type { BlockReference, ExecutorEvents, TransactionEvent } from './events.ts';
import type { Fault } from './fault.ts';
import { type Listener, Listeners } from './listeners.ts';
import { Counters, type Metrics } from './metrics.ts';
import type { Outcome } from './outcome.ts';
import { WorkerPool } from './pool.ts';
import { poolOptions } from './pool-options.ts';
import { readInputOnPool } from './recovery.ts';
import type { RunResult } from './transaction-runner.ts';
import { Turns } from './turns.ts';

/** How to set up a session; see `createExecutor`. */
export interface ExecutorOptions extends BlockExecutorOptions, Pick<ReadOptions, 'chain' | 'hardfork'> {
  /** Closes the executor when it is aborted, and gives up what is under way. */
  readonly signal?: AbortSignal;
}

/** How to execute one block. */
export interface ExecuteOptions extends BlockOptions {
  /** Gives the block up when it is aborted. */
  readonly signal?: AbortSignal;
}

/** How to end a session. */
export interface CloseOptions {
  /** What becomes of blocks that are not done: they are finished first (the default), or given up. */
  readonly pending?: 'finish' | 'abort';
}

/**
 * Starts the worker threads, or none for one worker, and waits until they are ready.
 *
 * @param options - `chain` and `hardfork` are the defaults of `executor.readInput`, and what blocks of these rules
 * need is made ready beforehand.
 * @throws InputError for options that make no sense; AbortedError; InternalError when a thread does
 * not start.
 */
export async function createExecutor(options: ExecutorOptions): Promise<Executor> {
  const { signal, chain, hardfork } = options;
  const { workers } = poolOptions(options);
  refuseAborted(signal);
  const rules = {
    chainId: chain === undefined ? MAINNET_CHAIN_ID : readChain(chain),
    hardfork: hardfork === undefined ? DEFAULT_HARDFORK : readHardfork(hardfork),
  };
  const executor = new Executor(options, workers > 1 ? await WorkerPool.start(options) : null);
  try {
    if (chain !== undefined || hardfork !== undefined) await executor.prepare(rules);
    refuseAborted(signal);
  } catch (error) {
    await executor.close({ pending: 'abort' });
    throw error;
  }
  return executor;
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new AbortedError(signal.reason);
}

/**
 * A session: warm threads and caches for any number of blocks, which run one after the other.
 * `createExecutor` makes one.
 */
export class Executor {
  readonly workers: number;
  readonly #options: ExecutorOptions;
  readonly #blocks: BlockExecutor;
  readonly #turns = new Turns();
  readonly #listeners = new Listeners<ExecutorEvents>();
  readonly #counters = new Counters();
  #begun = 0;
  #current: BlockReference | null = null;
  #closing: Promise<void> | null = null;
  readonly #abort = (): void => void this.close({ pending: 'abort' });

  /** @param pool - Threads that are there already. To be called by `createExecutor`. */
  constructor(options: ExecutorOptions, pool: WorkerPool | null) {
    this.workers = options.workers;
    this.#options = options;
    this.#blocks = new BlockExecutor(options, pool, (fault) => this.#reportFault(fault));
    options.signal?.addEventListener('abort', this.#abort, { once: true });
  }

  /**
   * The same as `readInput`, with the signers recovered by the worker threads, if there are any. Does not wait
   * for blocks that are being executed.
   *
   * @throws InputError, ClosedError
   */
  async readInput(json: unknown, options: ReadOptions = {}): Promise<BlockInput> {
    if (this.#closing !== null) throw new ClosedError(CLOSED);
    const { chain, hardfork } = this.#options;
    const all = {
      ...(chain !== undefined && { chain }),
      ...(hardfork !== undefined && { hardfork }),
      ...options,
    };
    const { pool } = this.#blocks;
    return pool === null ? readInput(json, all) : readInputOnPool(pool, json, all);
  }

  /**
   * Executes a block; calls wait for each other.
   *
   * @throws InvalidBlockError for the first transaction that may not be in the block, unless `skipInvalid`.
   * @throws MissingStateError when it needs state that the source does not know and cannot load.
   * @throws AbortedError as soon as its signal is aborted; what is under way stops, and the executor can be used
   * on.
   * @throws ClosedError when the executor is closed.
   */
  async executeBlock(input: BlockInput, { signal, ...options }: ExecuteOptions): Promise<Outcome> {
    if (this.#closing !== null) throw new ClosedError(CLOSED);
    return this.#turns.take((stop) => this.#execute(input, options, stop), signal);
  }

  /**
   * Listens.
   *
   * @returns What ends it.
   */
  on<Name extends keyof ExecutorEvents>(name: Name, listener: Listener<ExecutorEvents[Name]>): () => void {
    return this.#listeners.on(name, listener);
  }

  /** What was done so far, and what there is now. */
  metrics(): Metrics {
    const { pool, caches } = this.#blocks;
    return this.#counters.metrics({
      workers: { size: this.workers, alive: pool?.alive ?? 0 },
      caches,
    });
  }

  /** Makes ready what blocks of these rules need, here and in the threads. */
  async prepare(rules: Pick<BlockInput, 'chainId' | 'hardfork'>): Promise<void> {
    await this.#turns.take(() => this.#blocks.prepare(rules));
  }

  /** Ends the threads; may be called again. Afterwards the executor takes nothing any more. */
  close({ pending = 'finish' }: CloseOptions = {}): Promise<void> {
    if (pending === 'abort') this.#turns.abort(new ClosedError(CLOSED));
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    await this.#turns.idle();
    await this.#blocks.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #execute(input: BlockInput, options: BlockOptions, signal: AbortSignal): Promise<Outcome> {
    const block = this.#reference(input);
    let done = 0;
    this.#current = block;
    try {
      const outcome = await this.#blocks.execute(input, options, {
        signal,
        onCommit: (result) =>
          this.#listeners.emit('transaction', () => ({ block, ...transactionOf(result), done: ++done })),
        onResolve: (transaction) => this.#listeners.emit('resolved', () => ({ block, transaction })),
      });
      const { execution } = outcome;
      this.#counters.addBlock(execution);
      const { gasUsed, mode, modeReason, escapes, timings } = execution;
      this.#listeners.emit('block', () => ({ block, gasUsed, mode, modeReason, escapes, timings }));
      return outcome;
    } finally {
      this.#current = null;
    }
  }

  #reference({ block, transactions }: BlockInput): BlockReference {
    return {
      sequence: ++this.#begun,
      number: block?.number ?? null,
      hash: block?.hash ?? null,
      transactions: transactions.length,
    };
  }

  #reportFault(fault: Fault): void {
    this.#counters.addFault(fault.kind);
    this.#listeners.emit('fault', () => ({ block: this.#current, ...fault }));
  }
}

const CLOSED = 'the executor was closed';

function transactionOf(result: RunResult): Pick<TransactionEvent, 'transaction' | 'status' | 'gasUsed'> {
  const { index: transaction } = result;
  if (result.status === 'invalid') return { transaction, status: 'invalid', gasUsed: 0n };
  return { transaction, status: result.isSuccess ? 'succeeded' : 'failed', gasUsed: result.gasUsed };
}
