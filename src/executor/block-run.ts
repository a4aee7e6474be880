/**
 * A block on its way through execution, whatever the mode: its state so far, its results, and the one place
 * where results are committed.
 */
import type { SlotOrigin } from '../analysis/access.ts';
import type { AnalysisOptions, TransactionAnalysis } from '../analysis/result.ts';
import { InternalError, InvalidBlockError } from '../errors.ts';
import type { Address, BlockInput, Hex, Transaction } from '../input/block.ts';
import type { StateDiff } from '../state/diff.ts';
import { blockOfHashKey, type StateKey } from '../state/key.ts';
import { overlayState } from '../state/overlay.ts';
import type { StateSource } from '../state/source.ts';
import { systemCallsDiff } from '../state/system-calls.ts';
import { openingStep } from './access-list/own-steps.ts';
import { NO_STEP, type Step, stepOf } from './access-list/step.ts';
import { executionHeader } from './block-context.ts';
import { type BlockWatch, UNWATCHED } from './block-watch.ts';
import { type Commutation, CurrentState } from './current-state.ts';
import type { Deferral } from './deferral.ts';
import { type Escape, findEscapes, needsOrigins } from './guard.ts';
import { MissingStateError } from './missing-state.ts';
import { Pauses } from './pauses.ts';
import { SettledState } from './settled-state.ts';
import type { TraceRecorder } from './trace.ts';
import type { Invalid, Ran, RunResult, SystemCall, TransactionRunner } from './transaction-runner.ts';

/**
 * The state before the first transaction: the block's own first steps (system calls) are done. The rewards of
 * proof-of-work miners would be a last step beside the withdrawals; the headers of uncles, which say who gets
 * them, are not part of a block over RPC, so they are not paid.
 */
export interface OpenedBlock {
  /** Its block hashes are `blockHashes`. */
  readonly input: BlockInput;
  /** Those that are known; more come where the source can load them. */
  readonly blockHashes: Map<bigint, Hex>;
  /** Before the block. */
  readonly source: StateSource;
  /** Before its first transaction. */
  readonly state: StateSource;
  /** What lies between the two. */
  readonly systemCalls: StateDiff;
  /** The same for the block's access list. */
  readonly opening: Step;
}

/** Does the block's own first steps. */
export function openBlock(given: BlockInput, source: StateSource): OpenedBlock {
  const blockHashes = new Map(given.blockHashes);
  const otherBlockHashes = source.blockHash === undefined ? 'zero' : 'missing';
  const input: BlockInput = { ...given, blockHashes, otherBlockHashes };
  const { block, hardfork } = input;
  const systemCalls = block === null ? new Map() : systemCallsDiff(source, block, hardfork);
  const opening = block === null ? NO_STEP : openingStep(source, block, hardfork, systemCalls);
  const state = systemCalls.size === 0 ? source : overlayState(source, systemCalls);
  return { input, blockHashes, source, state, systemCalls, opening };
}

/** State, results and origins of slots so far. */
export class BlockRun {
  readonly current: CurrentState;
  readonly results: (RunResult | undefined)[];
  /** How the slots that were written came about, as far as it is known. */
  readonly origins = new Map<StateKey, SlotOrigin>();
  readonly #done = new Map<Address, number>();
  readonly block: OpenedBlock;
  readonly #runner: TransactionRunner;
  readonly #watch: BlockWatch;
  /** How each result was committed; `null`: all its values were set. */
  readonly #commutations: (Commutation | null)[] = [];
  #last: Promise<unknown> = Promise.resolve();

  /** @param watch - Who wants the block; once they do not any more, running and committing throw. */
  constructor(block: OpenedBlock, runner: TransactionRunner, watch: BlockWatch = UNWATCHED) {
    this.block = block;
    this.#runner = runner;
    this.#watch = watch;
    this.current = new CurrentState(block.state);
    this.results = block.input.transactions.map(() => undefined);
  }

  /** Where runs are taken down; `null`: nobody wants to know. */
  get trace(): TraceRecorder | null {
    return this.#watch.trace ?? null;
  }

  /** How many of a sender's transactions have a result. */
  doneOf(sender: Address): number {
    return this.#done.get(sender) ?? 0;
  }

  /** Commits a result; without a commutation, all its values are set. */
  commit(result: RunResult, commutation: Commutation | null): void {
    this.#watch.signal.throwIfAborted();
    this.results[result.index] = result;
    const sender = this.block.input.transactions[result.index]?.from;
    if (sender !== undefined) this.#done.set(sender, this.doneOf(sender) + 1);
    this.#commutations[result.index] = commutation;
    if (result.status === 'ran') {
      this.current.apply(result.diff, commutation ?? undefined);
      for (const [key, origin] of result.origins) this.origins.set(key, origin);
    }
    this.#watch.onCommit(result);
  }

  /** The state before the first transaction, with what some transactions that are done have left. */
  stateAfter(transactions: ReadonlySet<number>): StateSource {
    const settled = new SettledState(this.block.state);
    for (const index of [...transactions].sort((a, b) => a - b)) {
      const result = this.results[index];
      if (result?.status === 'ran') settled.add(result.diff, this.#commutations[index] ?? undefined);
    }
    return settled;
  }

  /** The transactions that ran, in block order. */
  steps(): Step[] {
    return this.results.flatMap((result, index) =>
      result?.status === 'ran' ? [stepOf(result, this.#commutations[index] ?? null)] : [],
    );
  }

  /** Commits to `fresh`, in block order, what stands here before the first transaction without a result. */
  prefix(fresh: BlockRun): BlockRun {
    for (const [index, result] of this.results.entries()) {
      if (result === undefined) break;
      fresh.commit(result, this.#commutations[index] ?? null);
    }
    return fresh;
  }

  /** Runs a transaction on this thread, over any state; calls wait for each other. */
  run(index: number, state: StateSource, analysis: TransactionAnalysis | undefined): Promise<RunResult> {
    const options = { recordOrigins: analysis !== undefined && needsOrigins(analysis.accesses) };
    const { trace } = this;
    const once = (): Promise<RunResult> => this.#runner.run(index, state, options);
    return this.#inTurn(trace === null ? once : () => trace.run(index, once));
  }

  /** Runs another form of a transaction over the current state; nothing is committed. */
  tryOut(index: number, transaction: Transaction): Promise<RunResult> {
    return this.#inTurn(() => this.#runner.run(index, this.current, { transaction }));
  }

  /** Calls a contract as the block itself does, over the current state; nothing is committed. */
  callSystem(to: Address): Promise<SystemCall> {
    return this.#inTurn(() => this.#runner.callSystem(to, this.current));
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#loading(run));
    this.#last = result.catch(() => {});
    return result;
  }

  /** Fetches what the state turns out not to know, and starts again. */
  async #loading<T>(run: () => Promise<T>): Promise<T> {
    const fetched = new Set<StateKey>();
    for (;;) {
      this.#watch.signal.throwIfAborted();
      try {
        return await run();
      } catch (error) {
        const missing = error instanceof MissingStateError ? error.keys : [];
        const { load } = this.block.state;
        if (load === undefined || missing.length === 0 || missing.every((key) => fetched.has(key)))
          throw error;
        await load(missing);
        for (const key of missing) {
          fetched.add(key);
          const number = blockOfHashKey(key);
          const hash = number === null ? undefined : this.block.source.blockHash?.(number);
          if (number !== null && hash !== undefined) this.block.blockHashes.set(number, hash);
        }
      }
    }
  }

  /** Runs and commits a transaction after all earlier ones, with all current values visible. */
  async runInOrder(index: number, analysis: TransactionAnalysis | undefined): Promise<Escape[]> {
    const result = await this.run(index, this.current, analysis);
    this.commit(result, null);
    if (result.status !== 'ran' || analysis === undefined) return [];
    return findEscapes(analysis.accesses, result, analysis.status);
  }
}

/** Limits of the block as a whole, checked in block order while gas adds up. */
export class BlockLimits {
  readonly #input: BlockInput;
  readonly #gasLimit: bigint;
  readonly #blobLimit: bigint;
  readonly #blobGas: (index: number) => bigint;
  #gasUsed = 0n;
  #blobGasUsed = 0n;

  constructor(input: BlockInput, limits: { readonly blobLimit: bigint; readonly gasPerBlob: bigint }) {
    this.#input = input;
    this.#gasLimit = executionHeader(input).gasLimit;
    this.#blobLimit = limits.blobLimit;
    this.#blobGas = (index) =>
      BigInt(input.transactions[index]?.blobVersionedHashes.length ?? 0) * limits.gasPerBlob;
  }

  /** Why a transaction does not fit any more, or `null`. */
  check(index: number): Invalid | null {
    const gasLimit = this.#input.transactions[index]?.gasLimit ?? 0n;
    // One that fits into no block is the transaction's own fault, and said when it runs.
    if (gasLimit <= this.#gasLimit && this.#gasUsed + gasLimit > this.#gasLimit) {
      const left = this.#gasLimit - this.#gasUsed;
      const detail = `its gas limit is ${gasLimit}, the block has ${left} left`;
      return { status: 'invalid', index, reason: 'block-gas-exceeded', detail };
    }
    const blobGas = this.#blobGas(index);
    if (blobGas <= this.#blobLimit && this.#blobGasUsed + blobGas > this.#blobLimit) {
      const detail = 'its blobs do not fit into the block any more';
      return { status: 'invalid', index, reason: 'block-blobs-exceeded', detail };
    }
    return null;
  }

  add(ran: Ran): void {
    this.#gasUsed += ran.gasUsed;
    this.#blobGasUsed += this.#blobGas(ran.index);
  }

  /** Whether all transactions fit, whatever gas they use. */
  fitsAll(): boolean {
    let gas = 0n;
    let blobs = 0n;
    for (const [index, { gasLimit }] of this.#input.transactions.entries()) {
      gas += gasLimit;
      blobs += this.#blobGas(index);
    }
    return gas <= this.#gasLimit && blobs <= this.#blobLimit;
  }
}

/** The error of a block that has this transaction in it. */
function invalidBlock({ index, reason, detail }: Invalid): InvalidBlockError {
  return new InvalidBlockError(index, reason, detail);
}

/**
 * Goes through a block in order: runs what has no result yet, one after the other, and checks what holds for
 * the block as a whole.
 *
 * @param deferral - Of the analysis that the transactions which run here are compared with; `null`: with none.
 * @returns Their escapes.
 * @throws InvalidBlockError
 */
export async function finishInOrder(
  run: BlockRun,
  limits: BlockLimits,
  deferral: Deferral | null,
  { skipInvalid }: Pick<AnalysisOptions, 'skipInvalid'>,
): Promise<readonly Escape[]> {
  const escapes: Escape[] = [];
  const pauses = new Pauses();
  for (const [index, known] of run.results.entries()) {
    if (pauses.isDue) await pauses.take();
    const misfit = limits.check(index);
    if (misfit !== null) {
      if (!skipInvalid) throw invalidBlock(misfit);
      run.commit(misfit, null);
      continue;
    }
    if (known === undefined) {
      deferral?.resolveFor(index, run);
      escapes.push(...(await run.runInOrder(index, deferral?.analysisOf(index))));
    }
    const result = run.results[index];
    if (result === undefined) throw new InternalError(`transaction ${index} has no result`);
    if (result.status === 'ran') limits.add(result);
    else if (!skipInvalid) throw invalidBlock(result);
  }
  return escapes;
}
