/**
 * Executes blocks: sequentially on this thread, or in parallel on warm worker threads, with the same result to
 * the last byte. One executor serves any number of blocks, one after the other.
 */
import { BlockPass } from '../analysis/block.ts';
import type { AnalysisOptions, BlockAnalysis } from '../analysis/result.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import { type Granularity, type Plan, planSchedule } from '../graph/plan.ts';
import type { BlockInput } from '../input/block.ts';
import type { BlockAccessList } from '../input/block-access-list/list.ts';
import { type ReadOptions, readInput } from '../input/read.ts';
import { blockAccessListKeys } from '../state/listed-keys.ts';
import type { StateSource } from '../state/source.ts';
import { executionHeader } from './block-context.ts';
import { type BlockEnd, closeBlock } from './block-end.ts';
import { BlockLimits, BlockRun, finishInOrder, type OpenedBlock, openBlock } from './block-run.ts';
import { Deferral } from './deferral.ts';
import { type Derivation, type DerivationOptions, derive, planOf } from './derive.ts';
import { CodeStore } from './dispatch/code-store.ts';
import { Outbox } from './dispatch/outbox.ts';
import { withSharedCode } from './dispatch/shared-code.ts';
import { DEFAULT_ENGINE } from './engine-kind.ts';
import { type BlockResult, blockResult, type Outcome } from './outcome.ts';
import { ParallelRun } from './parallel-run.ts';
import { WorkerPool } from './pool.ts';
import type { PoolOptions } from './pool-options.ts';
import { readInputOnPool } from './recovery.ts';
import { RunnerStore } from './runner-store.ts';
import type { TransactionRunner } from './transaction-runner.ts';
import { type SequentialRun, verification } from './verification.ts';
import { expectedMs, reasonAgainstPlan, reasonBeforehand } from './worthwhile.ts';

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
  readonly #runners: RunnerStore;
  readonly #codes = new CodeStore();
  #outbox: Outbox | null = null;
  #pool: WorkerPool | null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ExecutorOptions, pool: WorkerPool | null) {
    this.workers = options.workers;
    this.#options = options;
    this.#runners = new RunnerStore(options.engine ?? DEFAULT_ENGINE);
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
    const { granularity = 'transaction', skipInvalid = false, mode = 'auto' } = options;
    if (options.blockAccessList !== undefined) {
      await options.state.load?.(blockAccessListKeys(options.blockAccessList));
    }
    this.#codes.tidy();
    const how = { ...options, granularity, workers: this.workers };
    const runner = await this.#runners.runnerOf(input);
    runner.setBlock(input);
    const limits = (): BlockLimits => new BlockLimits(input, runner.blobLimits);
    const beforehand =
      skipInvalid && !limits().fitsAll()
        ? 'which transactions are left out depends on the gas that earlier ones use'
        : reasonBeforehand(mode, this.workers, input);
    const { derived, deferral, run, reason } =
      beforehand === null
        ? await this.#runInParallel(input, how, runner)
        : { ...(await this.#deriveOnly(input, how, runner)), reason: beforehand };
    const { block } = run;
    const escapes = await finishInOrder(run, limits(), deferral, { skipInvalid });
    const end = await closeBlock(block, run);
    const result = resultOf(input, run, end);
    const executed = performance.now();
    const sequential =
      options.verify === true ? await this.#sequentially(block, runner, limits(), skipInvalid) : null;
    const ended = performance.now();
    const { analysis, graph, hasResolved } = deferral;
    const { timings } = derived;
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
          ...timings,
          execute: executed - start - timings.analysis - timings.graph - timings.plan,
          sequential: sequential === null ? 0 : ended - executed,
          total: ended - start,
        },
      },
    };
  }

  /** Everything but execution. */
  async #deriveOnly(input: BlockInput, how: DerivationOptions, runner: TransactionRunner) {
    const derived = await derive(input, how);
    const block = openBlock(input, withSharedCode(how.state, this.#codes));
    const deferral = new Deferral(derived.analysis, derived.graph, block.state);
    return { derived, deferral, run: new BlockRun(block, runner) };
  }

  /** Derives and executes, at the same time where the state is all there. */
  async #runInParallel(
    input: BlockInput,
    how: DerivationOptions & Pick<ExecuteOptions, 'mode'>,
    runner: TransactionRunner,
  ) {
    const isAtHand = how.analysis === undefined && how.state.load === undefined && how.unordered !== true;
    const given = isAtHand ? null : await derive(input, how);
    const pool = await this.#startedPool();
    pool.renew();
    const outbox = this.#outboxOf(pool);
    const block = openBlock(input, withSharedCode(how.state, this.#codes));
    pool.broadcast({ kind: 'block', input: { ...input, block: executionHeader(input), transactions: [] } });
    const run = new BlockRun(block, runner);
    const costOf = (gas: bigint): number => expectedMs(gas, runner.engine);
    const { granularity, skipInvalid = false } = how;
    const parallel = new ParallelRun(run, pool, { block, outbox, granularity, skipInvalid, costOf });
    const derived = given ?? (await deriveWhile(input, how, parallel));
    const deferral = new Deferral(derived.analysis, derived.graph, block.state);
    const reason =
      how.mode === 'parallel' ? null : reasonAgainstPlan(derived.plan, derived.graph, runner.engine);
    const end = await parallel.finish(deferral, reason === null ? pool.size : 1);
    // After an escape only what ran before the first gap is known to be right.
    return {
      derived,
      deferral,
      run: end === 'finished' ? run : run.prefix(new BlockRun(block, runner)),
      reason,
    };
  }

  async #startedPool(): Promise<WorkerPool> {
    this.#pool ??= await WorkerPool.start(this.#options);
    return this.#pool;
  }

  #outboxOf(pool: WorkerPool): Outbox {
    this.#outbox ??= new Outbox(this.#codes, pool.size);
    return this.#outbox;
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

/** How long the analysis goes on before answers of workers are looked at, in milliseconds. */
const SLICE_MS = 1;

/** Derives a block while what is derived already runs. */
async function deriveWhile(
  input: BlockInput,
  how: DerivationOptions,
  parallel: ParallelRun,
): Promise<Derivation> {
  try {
    const pass = new BlockPass(input, how);
    let analysisMs = 0;
    let sliceStart = performance.now();
    for (let one = pass.next(); one !== null; one = pass.next()) {
      parallel.offer(one);
      const now = performance.now();
      if (now - sliceStart < SLICE_MS) continue;
      analysisMs += now - sliceStart;
      parallel.advance();
      await new Promise((resolve) => setImmediate(resolve));
      sliceStart = performance.now();
    }
    analysisMs += performance.now() - sliceStart;
    parallel.advance();
    return planOf(pass.finish(), analysisMs, how);
  } catch (error) {
    await parallel.abandon();
    throw error;
  }
}

function resultOf(input: BlockInput, run: BlockRun, end: BlockEnd): BlockResult {
  const results = run.results.flatMap((result) => (result === undefined ? [] : [result]));
  return blockResult(input, results, end);
}
