/**
 * Whether a block is sent to the workers at all: by what is known of it before it is analysed, and after. All
 * times are in milliseconds, as measured on two cores with Node 20 (`npm run bench`); only their ratios matter.
 */
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { Plan } from '../graph/plan.ts';
import type { Address, BlockInput } from '../input/block.ts';
import type { StateSource } from '../state/source.ts';
import type { EngineKind } from './engine-kind.ts';

/** The threads that there are, and what runs on them. */
export interface Threads {
  readonly workers: number;
  /** How many threads run at the same time, whatever they are. */
  readonly cores: number;
  readonly engine: EngineKind;
}

/** What a transaction takes on one thread: a transfer, an ordinary call, and a call by its gas beyond a transfer's. */
const COSTS: Readonly<
  Record<EngineKind, { readonly transferMs: number; readonly callMs: number; readonly msPerGas: number }>
> = {
  stock: { transferMs: 0.065, callMs: 1, msPerGas: 20e-6 },
  tuned: { transferMs: 0.01, callMs: 0.09, msPerGas: 2e-6 },
};
const TRANSFER_GAS = 21_000n;
/** What the main thread takes to derive a transfer, and an ordinary call. */
const ANALYSIS_MS = { transfer: 0.005, call: 0.045 };
/** What giving a transaction out takes on the main thread, and on the worker. */
const DISPATCH_MS = { main: 0.015, worker: 0.008 };
/** What several busy threads get done, against as many times one that has the rest of the machine for its garbage. */
const EFFICIENCY = 0.75;
/** Above this share of the whole gas on the busiest lane there is nothing to gain. */
const LARGEST_SHARE = 0.9;
const NOTHING_TO_GAIN = 'its transactions take no longer than sending them to workers';

/** How long one thread is expected to take for a transaction, in milliseconds. */
export function expectedMs(gas: bigint, engine: EngineKind): number {
  const { transferMs, msPerGas } = COSTS[engine];
  return transferMs + (gas > TRANSFER_GAS ? Number(gas - TRANSFER_GAS) * msPerGas : 0);
}

/** Work of a block: what one thread takes alone, and what workers and the main thread take together. */
interface Work {
  readonly aloneMs: number;
  readonly mainMs: number;
  readonly workersMs: number;
  /** The largest part of `workersMs` that one worker has. */
  readonly largestShare: number;
}

function isWorthwhile(
  { aloneMs, mainMs, workersMs, largestShare }: Work,
  { workers, cores }: Threads,
): boolean {
  const threads = Math.min(workers + 1, cores);
  const sharedMs = (mainMs + workersMs) / (threads === 1 ? 1 : EFFICIENCY * threads);
  return Math.max(mainMs, workersMs * largestShare, sharedMs) < aloneMs;
}

/** A block that is not executed yet. */
export interface Prospect {
  readonly mode: 'auto' | 'parallel' | 'sequential';
  readonly input: BlockInput;
  /** Before the block: says who is called. */
  readonly state: StateSource;
  /** Who derives the sets: somebody already has, or the main thread will. */
  readonly sets: 'given' | 'derived';
}

/** Why a block runs on one thread, as far as that can be said before it is analysed; `null` otherwise. */
export function reasonBeforehand({ mode, input, state, sets }: Prospect, threads: Threads): string | null {
  const { transactions } = input;
  if (mode === 'parallel') return null;
  if (mode === 'sequential') return 'asked for';
  if (threads.workers < 2) return 'there is one worker';
  if (transactions.length === 0) return 'it is empty';
  if (transactions.length === 1) return 'it has one transaction';
  const transfers = transactions.filter(({ to }) => to !== null && hasNoCode(state, to)).length;
  const calls = transactions.length - transfers;
  const { transferMs, callMs } = COSTS[threads.engine];
  const aloneMs = transfers * transferMs + calls * callMs;
  const analysisMs = sets === 'given' ? 0 : transfers * ANALYSIS_MS.transfer + calls * ANALYSIS_MS.call;
  const work: Work = {
    aloneMs,
    mainMs: analysisMs + transactions.length * DISPATCH_MS.main,
    workersMs: aloneMs + transactions.length * DISPATCH_MS.worker,
    largestShare: 1 / threads.workers,
  };
  return isWorthwhile(work, threads) ? null : NOTHING_TO_GAIN;
}

function hasNoCode(state: StateSource, address: Address): boolean {
  const account = state.account(address);
  return account === null || account?.code.length === 0;
}

/** Why the rest of an analysed block runs on the main thread; `null` when workers are expected to be faster. */
export function reasonAgainstPlan(plan: Plan, graph: ConflictGraph, threads: Threads): string | null {
  let total = 0n;
  let aloneMs = 0;
  for (const gas of graph.gas) {
    total += gas;
    aloneMs += expectedMs(gas, threads.engine);
  }
  if (total === 0n) return 'it takes no gas';
  const largestShare = Number(plan.makespan) / Number(total);
  if (largestShare > LARGEST_SHARE) return 'its transactions have to wait for each other';
  const work: Work = {
    aloneMs,
    mainMs: graph.gas.length * DISPATCH_MS.main,
    workersMs: aloneMs + graph.gas.length * DISPATCH_MS.worker,
    largestShare,
  };
  return isWorthwhile(work, threads) ? null : NOTHING_TO_GAIN;
}

/**
 * Why a block that can be run by its access list stays on one thread. None of its transactions waits for another
 * one. Their gas, which only an analysis would estimate, is taken to be shares of what the block used, by their
 * limits.
 */
export function reasonAgainstList({ block, transactions }: BlockInput, threads: Threads): string | null {
  const limit = transactions.reduce((sum, { gasLimit }) => sum + gasLimit, 0n);
  const used = block?.gasUsed ?? limit;
  let aloneMs = 0;
  for (const { gasLimit } of transactions) {
    aloneMs += expectedMs(limit === 0n ? 0n : (gasLimit * used) / limit, threads.engine);
  }
  const work: Work = {
    aloneMs,
    mainMs: transactions.length * DISPATCH_MS.main,
    workersMs: aloneMs + transactions.length * DISPATCH_MS.worker,
    largestShare: 1 / threads.workers,
  };
  return isWorthwhile(work, threads) ? null : NOTHING_TO_GAIN;
}
