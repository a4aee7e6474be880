/**
 * Goes through a block in order and stops before each transaction, so that other forms of it can be tried out at
 * its place. What runs on is always the transaction that the block has.
 */
import type { BlockInput, Transaction } from '../input/block.ts';
import type { StateKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import { BlockRun, type OpenedBlock, openBlock } from './block-run.ts';
import { UNWATCHED } from './block-watch.ts';
import { DEFAULT_ENGINE, type EngineKind } from './engine-kind.ts';
import { MissingStateError } from './missing-state.ts';
import { type RunResult, TransactionRunner } from './transaction-runner.ts';

export interface TrialOptions {
  readonly state: StateSource;
  /** Default: that of `createExecutor`. */
  readonly engine?: EngineKind;
  /** Direct predecessors of a transaction: what it finds is known if they, and theirs, could be run. */
  readonly predecessorsOf: (index: number) => readonly number[];
  /** No order: each transaction finds the state before the block. Default: false. */
  readonly unordered?: boolean;
  readonly signal?: AbortSignal;
}

/** What came of running a transaction; `unknown`: it needs state that nobody knows. */
export type Attempt<Result extends RunResult = RunResult> =
  | Result
  | { readonly status: 'unknown'; readonly index: number; readonly missing: readonly StateKey[] };

/** A transaction at its place in the block. */
export interface Trial {
  readonly index: number;
  /** As the block has it. */
  readonly result: Attempt;
  /** What it finds; holds until the next trial is asked for. */
  readonly state: StateSource;
  /** Runs another form of it at the same place; nothing stays of that. */
  readonly run: (transaction: Transaction) => Promise<Attempt>;
}

/**
 * The transactions of a block, one after the other. An invalid one, or one whose state is not known, changes
 * nothing; those that may depend on the latter are not known either.
 */
export async function* trialsOf(input: BlockInput, options: TrialOptions): AsyncGenerator<Trial> {
  const { state, engine = DEFAULT_ENGINE, predecessorsOf, unordered = false, signal } = options;
  const block = openedOrNone(input, state);
  if (block === null) {
    const unknown = (index: number): Attempt => ({ status: 'unknown', index, missing: [] });
    for (const index of input.transactions.keys()) {
      yield { index, result: unknown(index), state, run: () => Promise.resolve(unknown(index)) };
    }
    return;
  }
  const runner = await TransactionRunner.create(input, engine);
  runner.setBlock(input);
  const run = new BlockRun(block, runner, signal === undefined ? UNWATCHED : { ...UNWATCHED, signal });
  const unknown = new Set<number>();
  for (const [index, transaction] of input.transactions.entries()) {
    const cause = unordered ? undefined : predecessorsOf(index).find((earlier) => unknown.has(earlier));
    const attempt = (form: Transaction): Promise<Attempt> =>
      cause === undefined
        ? attemptOf(run, index, form)
        : Promise.resolve({ status: 'unknown', index, missing: [] });
    const result = await attempt(transaction);
    yield { index, result, state: run.current, run: attempt };
    if (result.status === 'unknown') unknown.add(index);
    else if (!unordered) run.commit(result, null);
  }
}

/** `null` where the block's own first steps need state that is not known. */
function openedOrNone(input: BlockInput, state: StateSource): OpenedBlock | null {
  try {
    return openBlock(input, state);
  } catch (error) {
    if (error instanceof MissingStateError) return null;
    throw error;
  }
}

async function attemptOf(run: BlockRun, index: number, form: Transaction): Promise<Attempt> {
  try {
    return await run.tryOut(index, form);
  } catch (error) {
    if (error instanceof MissingStateError) return { status: 'unknown', index, missing: error.keys };
    throw error;
  }
}
