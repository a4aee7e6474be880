/**
 * Executes one block at a time: sequentially on this thread, or in parallel on warm worker threads, with the same
 * result to the last byte.
 */
import { availableParallelism } from 'node:os';
import { analyzeBlock, BlockPass } from '../analysis/block.ts';
import type { AnalysisOptions, BlockAnalysis } from '../analysis/result.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { Granularity, Plan } from '../graph/plan.ts';
import type { BlockInput } from '../input/block.ts';
import type { BlockAccessList } from '../input/block-access-list/list.ts';
import { blockAccessListKeys } from '../state/listed-keys.ts';
import type { StateSource } from '../state/source.ts';
import { ownStepKeys } from '../state/system-calls.ts';
import { executionHeader } from './block-context.ts';
import { type BlockEnd, closeBlock } from './block-end.ts';
import { BlockLimits, BlockRun, finishInOrder, type OpenedBlock, openBlock } from './block-run.ts';
import { type BlockWatch, UNWATCHED } from './block-watch.ts';
import { Deferral } from './deferral.ts';
import { findUnmet } from './demands.ts';
import { type Derivation, type DerivationOptions, derive, planOf } from './derive.ts';
import { blockBroadcast } from './dispatch/block-broadcast.ts';
import { CodeStore } from './dispatch/code-store.ts';
import { sharedBlock } from './dispatch/listed-block.ts';
import { Outbox } from './dispatch/outbox.ts';
import { withSharedCode } from './dispatch/shared-code.ts';
import { DEFAULT_ENGINE } from './engine-kind.ts';
import type { Fault } from './fault.ts';
import { findingsAfter, findingsOf } from './findings.ts';
import { canRunBy, runByList } from './listed-run.ts';
import type { Metrics } from './metrics.ts';
import { type BlockResult, blockResult, type Outcome } from './outcome.ts';
import { ParallelRun } from './parallel-run.ts';
import { WorkerPool } from './pool.ts';
import type { PoolOptions } from './pool-options.ts';
import { RunnerStore } from './runner-store.ts';
import { TraceRecorder } from './trace.ts';
import type { TransactionRunner } from './transaction-runner.ts';
import { type SequentialRun, verification } from './verification.ts';
import {
  expectedMs,
  reasonAgainstList,
  reasonAgainstPlan,
  reasonBeforehand,
  type Threads,
} from './worthwhile.ts';

/** How a block is executed. */
export interface BlockOptions extends Partial<AnalysisOptions> {
  readonly state: StateSource;
  /**
   * Parts that are already there; each is made when it is missing, or when it was made for any block at all. A given
   * plan says in which order transactions start that could start at the same time; where they run follows from which
   * thread is free.
   */
  readonly analysis?: BlockAnalysis;
  readonly graph?: ConflictGraph;
  readonly plan?: Plan;
  /** Default: `transaction`. */
  readonly granularity?: Granularity;
  /** Whether to run sequentially as well, and compare. Default: false. */
  readonly verify?: boolean;
  /**
   * The block's access list (EIP-7928), as somebody else says it is. What it names is loaded in one go; from Cancun
   * on the block runs by it, each transaction by itself, as far as it proves right, and nothing is derived before
   * it is looked at, unless parts are given; and it is compared with what execution gives (`verified.accessList`).
   */
  readonly blockAccessList?: BlockAccessList;
  /**
   * Default: `auto`, in parallel where the plan promises a gain. Where that is ruled out beforehand, the block is
   * analysed when `analysis`, `graph` or `plan` of the outcome is first looked at, and no access is compared with
   * it, unless `guarded` says so. `sequential` always analyses, and compares.
   */
  readonly mode?: 'auto' | 'parallel' | 'sequential';
  /** Whether to analyse first and compare accesses even where the block runs in order all the same. Default: false. */
  readonly guarded?: boolean;
  /** Whether to measure when each transaction runs where (`execution.trace`). Default: false. */
  readonly trace?: boolean;
}

/** What blocks are executed with. */
export interface BlockExecutorOptions extends PoolOptions {
  /** How many threads can run at the same time: whether workers are worth it depends on it. Default: what the system says. */
  readonly cores?: number;
}

export class BlockExecutor {
  readonly #options: BlockExecutorOptions;
  readonly #cores: number;
  readonly #runners: RunnerStore;
  readonly #codes = new CodeStore();
  readonly #onFault: (fault: Fault) => void;
  /** Since the current block began. */
  #faults: Fault[] = [];
  #outbox: Outbox | null = null;
  #pool: WorkerPool | null;

  /** @param pool - Threads that are there already; those that are missing are started when they are needed. */
  constructor(options: BlockExecutorOptions, pool: WorkerPool | null, onFault: (fault: Fault) => void) {
    this.#options = options;
    this.#cores = options.cores ?? availableParallelism();
    this.#runners = new RunnerStore(options.engine ?? DEFAULT_ENGINE);
    this.#onFault = (fault) => {
      this.#faults.push(fault);
      onFault(fault);
    };
    this.#pool = pool;
    if (pool !== null) pool.onFault = this.#onFault;
  }

  /** The worker threads, if there are any. */
  get pool(): WorkerPool | null {
    return this.#pool;
  }

  /** How many entries are kept from block to block. */
  get caches(): Metrics['caches'] {
    return { engines: this.#runners.size, codes: this.#codes.size };
  }

  /** Makes ready what blocks of these rules need. */
  async prepare(rules: Pick<BlockInput, 'chainId' | 'hardfork'>): Promise<void> {
    const none = { ...rules, block: null, transactions: [], blockHashes: new Map() };
    const input = { ...none, block: executionHeader(none) };
    this.#pool?.broadcast({ kind: 'block', input, precompiles: new Map() });
    await this.#runners.runnerOf(rules);
  }

  async close(): Promise<void> {
    await this.#pool?.close();
    this.#pool = null;
  }

  /**
   * Executes a block; the one before it must have ended.
   *
   * @throws InvalidBlockError, MissingStateError; anything once nobody wants the block any more.
   */
  async execute(given: BlockInput, options: BlockOptions, listener: BlockWatch): Promise<Outcome> {
    if (given.block !== null) return this.#execute(given, options, listener);
    // Sets that hold for any block do not name who gets its fees.
    const { analysis: _analysis, graph: _graph, plan: _plan, ...others } = options;
    const outcome = await this.#execute({ ...given, block: executionHeader(given) }, others, listener);
    return {
      get analysis() {
        return { ...outcome.analysis, input: given };
      },
      get graph() {
        return outcome.graph;
      },
      get plan() {
        return outcome.plan;
      },
      execution: outcome.execution,
    };
  }

  async #execute(input: BlockInput, options: BlockOptions, listener: BlockWatch): Promise<Outcome> {
    const start = performance.now();
    const trace = options.trace === true ? new TraceRecorder() : null;
    const watch = trace === null ? listener : traced(listener, trace);
    const { workers } = this.#options;
    const { signal } = watch;
    const faults: Fault[] = [];
    this.#faults = faults;
    const { granularity = 'transaction', skipInvalid = false, mode = 'auto' } = options;
    const list = options.blockAccessList ?? null;
    if (list !== null) {
      await options.state.load?.([...blockAccessListKeys(list), ...ownStepKeys(input)]);
      signal.throwIfAborted();
    }
    this.#codes.tidy();
    const how = { ...options, granularity, workers, signal };
    const runner = await this.#runners.runnerOf(input);
    runner.setBlock(input);
    const limits = (): BlockLimits => new BlockLimits(input, runner.blobLimits);
    const threads = { workers, cores: this.#cores, engine: runner.engine };
    const sets = options.analysis === undefined && list === null ? 'derived' : 'given';
    const beforehand =
      skipInvalid && !limits().fitsAll()
        ? 'which transactions are left out depends on the gas that earlier ones use'
        : reasonBeforehand({ mode, input, state: options.state, sets }, threads);
    const { derived, deferral, run, reason } =
      list !== null && runsByList(list, input, options)
        ? await this.#runByList(list, input, { ...how, beforehand, threads }, runner, watch)
        : beforehand === null
          ? await this.#runInParallel(input, { ...how, threads }, runner, watch)
          : { ...(await this.#prepareInOrder(input, how, runner, watch)), reason: beforehand };
    const { block } = run;
    const escapes = await finishInOrder(run, limits(), deferral, { skipInvalid });
    const committing = performance.now();
    const end = await inSpan(trace, 'close', () => closeBlock(block, run));
    const result = resultOf(input, run, end);
    const executed = performance.now();
    const sequential =
      options.verify === true
        ? await this.#sequentially(block, runner, limits(), { skipInvalid, signal })
        : null;
    const ended = performance.now();
    const timings = derived?.timings ?? NOT_DERIVED;
    const findings =
      derived === null || deferral === null
        ? findingsAfter(run, () => planOf(analyzeBlock(input, how), 0, how), how)
        : findingsOf(derived, deferral, how);
    return {
      get analysis() {
        return findings.analysis;
      },
      get graph() {
        return findings.graph;
      },
      get plan() {
        return findings.plan;
      },
      execution: {
        ...result,
        get blockAccessList() {
          return end.accessList();
        },
        unmet: findUnmet(run),
        escapes,
        verified: verification(result, end, { input, sequential, given: list }),
        mode: reason === null ? 'parallel' : 'sequential',
        modeReason: reason,
        workers: reason === null ? workers : 1,
        engine: runner.engine,
        engineReason: runner.engineReason,
        faults: [...faults],
        trace: trace?.trace ?? null,
        timings: {
          ...timings,
          execute: executed - start - timings.analysis - timings.graph - timings.plan,
          commit: executed - committing,
          sequential: sequential === null ? 0 : ended - executed,
          total: ended - start,
        },
      },
    };
  }

  /** Everything but execution. */
  async #prepareInOrder(
    input: BlockInput,
    how: DerivationOptions & Pick<BlockOptions, 'mode' | 'verify' | 'guarded'>,
    runner: TransactionRunner,
    watch: BlockWatch,
  ) {
    if (isLeftForLater(how)) {
      const block = this.#open(input, how.state, runner);
      return { derived: null, deferral: null, run: new BlockRun(block, runner, watch) };
    }
    const derived = await inSpan(watch.trace ?? null, 'derive', () => derive(input, how));
    const block = this.#open(withHashes(input, derived.analysis), how.state, runner);
    const deferral = new Deferral(derived.analysis, derived.graph, block.state, watch.onResolve);
    return { derived, deferral, run: new BlockRun(block, runner, watch) };
  }

  /** By a given access list, where that is worth it. */
  async #runByList(
    list: BlockAccessList,
    input: BlockInput,
    how: Pick<DerivationOptions, 'state' | 'workers'> &
      Pick<BlockOptions, 'mode'> & { readonly beforehand: string | null; readonly threads: Threads },
    runner: TransactionRunner,
    watch: BlockWatch,
  ) {
    const block = this.#open(input, how.state, runner);
    const run = new BlockRun(block, runner, watch);
    const isAsked = how.mode === 'parallel';
    const reason = how.beforehand ?? (isAsked ? null : reasonAgainstList(input, how.threads));
    if (reason === null) {
      const pool = await this.#startedPool();
      pool.renew();
      const listed = sharedBlock(input.transactions, list, block.state);
      const isTraced = watch.trace !== undefined;
      pool.broadcast({ ...blockBroadcast(block, runner.precompiles), listed, isTraced });
      const group = Symbol('block');
      watch.signal.addEventListener('abort', () => pool.cancel(group), { once: true });
      await runByList(run, pool, list, group);
    }
    return { derived: null, deferral: null, run, reason };
  }

  /** Derives and executes, at the same time where the state is all there. */
  async #runInParallel(
    input: BlockInput,
    how: DerivationOptions & Pick<BlockOptions, 'mode'> & { readonly threads: Threads },
    runner: TransactionRunner,
    watch: BlockWatch,
  ) {
    const isAtHand = how.analysis === undefined && how.state.load === undefined && how.unordered !== true;
    const trace = watch.trace ?? null;
    const given = isAtHand ? null : await inSpan(trace, 'derive', () => derive(input, how));
    const pool = await this.#startedPool();
    pool.renew();
    const outbox = this.#outboxOf(pool);
    const block = this.#open(withHashes(input, given?.analysis), how.state, runner);
    pool.broadcast({ ...blockBroadcast(block, runner.precompiles), isTraced: trace !== null });
    const run = new BlockRun(block, runner, watch);
    const group = Symbol('block');
    // What is waited for ends as failures then, and so does the run.
    watch.signal.addEventListener('abort', () => pool.cancel(group), { once: true });
    const costOf = (gas: bigint): number => expectedMs(gas, runner.engine);
    const { granularity, skipInvalid = false } = how;
    const parallel = new ParallelRun(run, pool, { block, outbox, granularity, skipInvalid, costOf, group });
    const derived = given ?? (await inSpan(trace, 'derive', () => deriveWhile(input, how, parallel)));
    const deferral = new Deferral(derived.analysis, derived.graph, block.state, watch.onResolve);
    const reason =
      how.mode === 'parallel' ? null : reasonAgainstPlan(derived.plan, derived.graph, how.threads);
    const end = await parallel.finish(deferral, reason === null ? pool.size : 0, how.plan);
    // After an escape only what ran before the first gap is known to be right.
    return {
      derived,
      deferral,
      run: end === 'finished' ? run : run.prefix(new BlockRun(block, runner, watch)),
      reason,
    };
  }

  /** The block with what is known of it by now, and the runner turned to it. */
  #open(input: BlockInput, state: StateSource, runner: TransactionRunner): OpenedBlock {
    const block = openBlock(input, withSharedCode(state, this.#codes));
    runner.setBlock(block.input);
    return block;
  }

  async #startedPool(): Promise<WorkerPool> {
    if (this.#pool === null) {
      this.#pool = await WorkerPool.start(this.#options);
      this.#pool.onFault = this.#onFault;
    }
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
    { skipInvalid, signal }: { readonly skipInvalid: boolean; readonly signal: AbortSignal },
  ): Promise<SequentialRun> {
    const run = new BlockRun(block, runner, { ...UNWATCHED, signal });
    await finishInOrder(run, limits, null, { skipInvalid });
    const end = await closeBlock(block, run);
    return { result: resultOf(block.input, run, end), end };
  }
}

/** The input with those hashes of earlier blocks that were loaded for the analysis. */
function withHashes(input: BlockInput, analysis: BlockAnalysis | undefined): BlockInput {
  return analysis === undefined ? input : { ...input, blockHashes: analysis.input.blockHashes };
}

/** Whether a given list is what the block is run by; parts that are given as well come first. */
function runsByList(list: BlockAccessList, input: BlockInput, options: BlockOptions): boolean {
  const { analysis, graph, plan, skipInvalid, trustAccessLists, mode } = options;
  if (analysis !== undefined || graph !== undefined || plan !== undefined) return false;
  // In order, or with declared lists that bind, accesses are compared with what is derived.
  if (mode === 'sequential' || trustAccessLists === true) return false;
  return skipInvalid !== true && canRunBy(list, input);
}

/**
 * Whether a block that runs in order is analysed only if somebody looks at that: one thread needs no sets, and
 * what they would promise is not asked for. Not where state has to be loaded, which the analysis foresees.
 */
function isLeftForLater({
  mode = 'auto',
  verify = false,
  guarded = false,
  state,
  ...parts
}: DerivationOptions & Pick<BlockOptions, 'mode' | 'verify' | 'guarded'>): boolean {
  const isGiven = parts.analysis !== undefined || parts.graph !== undefined || parts.plan !== undefined;
  const isPromised = verify || guarded || parts.trustAccessLists === true;
  return mode === 'auto' && !isPromised && !isGiven && state.load === undefined;
}

const NOT_DERIVED: Derivation['timings'] = { analysis: 0, graph: 0, plan: 0 };

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
      how.signal?.throwIfAborted();
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

/** The same, and what happens is taken down. */
function traced(watch: BlockWatch, trace: TraceRecorder): BlockWatch {
  return {
    ...watch,
    trace,
    onResolve: (transaction) => {
      trace.resolved(transaction);
      watch.onResolve(transaction);
    },
  };
}

/** With nobody to take it down it just runs. */
function inSpan<T>(trace: TraceRecorder | null, name: 'derive' | 'close', run: () => Promise<T>): Promise<T> {
  return trace === null ? run() : trace.span(name, run);
}

function resultOf(input: BlockInput, run: BlockRun, end: BlockEnd): BlockResult {
  const results = run.results.flatMap((result) => (result === undefined ? [] : [result]));
  return blockResult(input, results, end);
}
