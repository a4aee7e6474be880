/**
 * Executes blocks: sequentially on this thread, or in parallel on warm worker threads, with the same result to
 * the last byte. One executor serves any number of blocks, one after the other.
 */
import type { AnalysisOptions, BlockAnalysis } from '../analysis/result.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import { type Granularity, type Plan, planSchedule } from '../graph/plan.ts';
import type { BlockInput } from '../input/block.ts';
import type { BlockAccessList } from '../input/block-access-list/list.ts';
import { type ReadOptions, readInput } from '../input/read.ts';
import { blockAccessListKeys } from '../state/listed-keys.ts';
import type { StateSource } from '../state/source.ts';
import { blockBroadcast } from './block-data.ts';
import { type BlockEnd, closeBlock } from './block-end.ts';
import { BlockLimits, BlockRun, finishInOrder, type OpenedBlock, openBlock } from './block-run.ts';
import { BlockRunner } from './block-runner.ts';
import { Deferral } from './deferral.ts';
import { type Derivation, derive } from './derive.ts';
import { DEFAULT_ENGINE, type EngineKind } from './engine-kind.ts';
import { workerState } from './execution-state.ts';
import { type BlockResult, blockResult, type Outcome } from './outcome.ts';
import { ParallelRun } from './parallel-run.ts';
import { WorkerPool } from './pool.ts';
import type { PoolOptions } from './pool-options.ts';
import { readInputOnPool } from './recovery.ts';
import type { TransactionRunner } from './transaction-runner.ts';
import { type SequentialRun, verification } from './verification.ts';
import { reasonAgainstWorkers } from './worthwhile.ts';

export type ExecutorOptions = PoolOptions;

export interface ExecuteOptions extends Partial<AnalysisOptions> {
  readonly state: StateSource;
  /** Parts that are already there; each is made when it is missing. */
  readonly analysis?: BlockAnalysis;
  readonly graph?: ConflictGraph;
  readonly plan?: Plan;
  /** Default: `transaction`. */
  readonly granularity?: Granularity;
  /** Whether to run sequentially as well, and compare. Default: false. */
  readonly verify?: boolean;
  /**
   * The block's access list, as somebody else says it is: what it names is loaded in one go, and it is compared
   * with what execution gives (`verified.accessList`).
   */
  readonly blockAccessList?: BlockAccessList;
  /** Default: `auto`, in parallel where the plan promises a gain. */
  readonly mode?: 'auto' | 'parallel' | 'sequential';
}

/** Starts the worker threads, or none for one worker, and waits until they are ready. */
export async function createExecutor(options: ExecutorOptions): Promise<Executor> {
  return new Executor(options, options.workers > 1 ? await WorkerPool.start(options) : null);
}

export class Executor {
  readonly workers: number;
  readonly #options: ExecutorOptions;
  readonly #runner: BlockRunner;
  #pool: WorkerPool | null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ExecutorOptions, pool: WorkerPool | null) {
    this.workers = options.workers;
    this.#options = options;
    this.#runner = new BlockRunner(options.engine ?? DEFAULT_ENGINE);
    this.#pool = pool;
  }

  /**
   * The same as `readInput`, with the signers recovered by the worker threads, if there are any. Does not wait
   * for blocks that are being executed.
   *
   * @throws InputError
   */
  async readInput(json: unknown, options: ReadOptions = {}): Promise<BlockInput> {
    return this.#pool === null ? readInput(json, options) : readInputOnPool(this.#pool, json, options);
  }

  /**
   * Executes a block; calls wait for each other.
   *
   * @throws InvalidBlockError for the first transaction that may not be in the block, unless `skipInvalid`.
   * @throws MissingStateError when it needs state that the source does not know and cannot load.
   */
  executeBlock(input: BlockInput, options: ExecuteOptions): Promise<Outcome> {
    const outcome = this.#last.then(() => this.#execute(input, options));
    this.#last = outcome.catch(() => {});
    return outcome;
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await this.#pool?.close();
    this.#pool = null;
  }

  async #execute(input: BlockInput, options: ExecuteOptions): Promise<Outcome> {
    const start = performance.now();
    const { granularity = 'transaction' } = options;
    if (options.blockAccessList !== undefined) {
      await options.state.load?.(blockAccessListKeys(options.blockAccessList));
    }
    const derived = await derive(input, { ...options, granularity, workers: this.workers });
    const executing = performance.now();
    const runner = await this.#runner.runnerOf(input);
    runner.setBlock(input);
    const block = openBlock(input, options.state);
    const limits = (): BlockLimits => new BlockLimits(input, runner.blobLimits);
    const { skipInvalid } = derived.analysis.options;
    const reason =
      skipInvalid && !limits().fitsAll()
        ? 'which transactions are left out depends on the gas that earlier ones use'
        : modeReason(options.mode ?? 'auto', this.workers, derived, runner.engine);
    const deferral = new Deferral(derived.analysis, derived.graph, block.state);
    const run =
      reason === null
        ? await this.#runInParallel(deferral, block, runner, granularity)
        : new BlockRun(block, runner);
    const escapes = await finishInOrder(run, limits(), deferral, { skipInvalid });
    const end = await closeBlock(block, run);
    const result = resultOf(input, run, end);
    const executed = performance.now();
    const sequential =
      options.verify === true ? await this.#sequentially(block, runner, limits(), skipInvalid) : null;
    const ended = performance.now();
    const { analysis, graph, hasResolved } = deferral;
    return {
      analysis,
      graph,
      plan: hasResolved ? planSchedule(graph, { workers: this.workers, granularity }) : derived.plan,
      execution: {
        ...result,
        get blockAccessList() {
          return end.accessList();
        },
        escapes,
        verified: verification(result, end, { input, sequential, given: options.blockAccessList ?? null }),
        mode: reason === null ? 'parallel' : 'sequential',
        modeReason: reason,
        workers: reason === null ? this.workers : 1,
        engine: runner.engine,
        engineReason: runner.engineReason,
        timings: {
          ...derived.timings,
          execute: executed - executing,
          sequential: sequential === null ? 0 : ended - executed,
          total: ended - start,
        },
      },
    };
  }

  async #runInParallel(
    deferral: Deferral,
    block: OpenedBlock,
    runner: TransactionRunner,
    granularity: Granularity,
  ): Promise<BlockRun> {
    this.#pool ??= await WorkerPool.start(this.#options);
    this.#pool.renew();
    const state = workerState(block.source, block.systemCalls, deferral.analysis);
    this.#pool.broadcast(blockBroadcast({ input: block.input, state }));
    const run = new BlockRun(block, runner);
    const end = await new ParallelRun(run, this.#pool, { block, deferral, granularity }).execute();
    // After an escape only what ran before the first gap is known to be right.
    return end === 'finished' ? run : run.prefix(new BlockRun(block, runner));
  }

  async #sequentially(
    block: OpenedBlock,
    runner: TransactionRunner,
    limits: BlockLimits,
    skipInvalid: boolean,
  ): Promise<SequentialRun> {
    const run = new BlockRun(block, runner);
    await finishInOrder(run, limits, null, { skipInvalid });
    const end = await closeBlock(block, run);
    return { result: resultOf(block.input, run, end), end };
  }
}

function modeReason(
  mode: 'auto' | 'parallel' | 'sequential',
  workers: number,
  { plan, graph }: Derivation,
  engine: EngineKind,
): string | null {
  switch (mode) {
    case 'parallel':
      return null;
    case 'sequential':
      return 'asked for';
    case 'auto':
      return reasonAgainstWorkers(workers, plan, graph, engine);
    default:
      return mode satisfies never;
  }
}

function resultOf(input: BlockInput, run: BlockRun, end: BlockEnd): BlockResult {
  const results = run.results.flatMap((result) => (result === undefined ? [] : [result]));
  return blockResult(input, results, end);
}
