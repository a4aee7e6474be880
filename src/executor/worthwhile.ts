/** Whether a block is sent to the workers at all: what is known of it before it is analysed, and after. */
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { Plan } from '../graph/plan.ts';
import type { BlockInput } from '../input/block.ts';
import type { EngineKind } from './engine-kind.ts';

/** What a transaction takes on one thread: its envelope, and its gas beyond that (medians over 40 mainnet blocks). */
const COSTS: Readonly<Record<EngineKind, { readonly envelopeMs: number; readonly msPerGas: number }>> = {
  stock: { envelopeMs: 0.06, msPerGas: 20e-6 },
  tuned: { envelopeMs: 0.015, msPerGas: 2.7e-6 },
};
const ENVELOPE_GAS = 21_000n;
/** What a transaction costs more on a worker than here: its inputs and its result are written and read (measured). */
const DISPATCH_MS = 0.03;
/** Above this share of the whole gas on the busiest lane there is nothing to gain. */
const LARGEST_SHARE = 0.9;

/** How long one thread is expected to take for a transaction, in milliseconds. */
export function expectedMs(gas: bigint, engine: EngineKind): number {
  const { envelopeMs, msPerGas } = COSTS[engine];
  return envelopeMs + (gas > ENVELOPE_GAS ? Number(gas - ENVELOPE_GAS) * msPerGas : 0);
}

/** Why a block runs on the main thread, as far as that can be said before it is analysed; `null` otherwise. */
export function reasonBeforehand(
  mode: 'auto' | 'parallel' | 'sequential',
  workers: number,
  { transactions }: BlockInput,
): string | null {
  switch (mode) {
    case 'parallel':
      return null;
    case 'sequential':
      return 'asked for';
    case 'auto':
      if (workers < 2) return 'there is one worker';
      if (transactions.length === 0) return 'it is empty';
      return transactions.length === 1 ? 'it has one transaction' : null;
    default:
      return mode satisfies never;
  }
}

/** Why the rest of a block stays on one thread; `null` when more are expected to be faster. */
export function reasonAgainstPlan(plan: Plan, graph: ConflictGraph, engine: EngineKind): string | null {
  let total = 0n;
  let aloneMs = 0;
  for (const gas of graph.gas) {
    total += gas;
    aloneMs += expectedMs(gas, engine);
  }
  if (total === 0n) return 'it takes no gas';
  const share = Number(plan.makespan) / Number(total);
  if (share > LARGEST_SHARE) return 'its transactions have to wait for each other';
  const sharedMs = aloneMs * share + graph.gas.length * DISPATCH_MS;
  return sharedMs < aloneMs ? null : 'its transactions take no longer than sending them to workers';
}

/**
 * Why a block that can be run by its access list stays on one thread. None of its transactions waits for another
 * one. Their gas, which only an analysis would estimate, is taken to be shares of what the block used, by their
 * limits.
 */
export function reasonAgainstList(
  { block, transactions }: BlockInput,
  workers: number,
  engine: EngineKind,
): string | null {
  const limit = transactions.reduce((sum, { gasLimit }) => sum + gasLimit, 0n);
  const used = block?.gasUsed ?? limit;
  let aloneMs = 0;
  for (const { gasLimit } of transactions) {
    aloneMs += expectedMs(limit === 0n ? 0n : (gasLimit * used) / limit, engine);
  }
  const sharedMs = aloneMs / workers + transactions.length * DISPATCH_MS;
  return sharedMs < aloneMs ? null : 'its transactions take no longer than sending them to workers';
}
