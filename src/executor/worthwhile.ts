/** Whether a plan promises enough to send a block to the workers at all. */
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { Plan } from '../graph/plan.ts';
import type { EngineKind } from './engine-kind.ts';

/** What a transaction takes on one thread: its envelope, and its gas beyond that (medians over 40 mainnet blocks). */
const COSTS: Readonly<Record<EngineKind, { readonly envelopeMs: number; readonly msPerGas: number }>> = {
  stock: { envelopeMs: 0.06, msPerGas: 20e-6 },
  tuned: { envelopeMs: 0.015, msPerGas: 2.7e-6 },
};
const ENVELOPE_GAS = 21_000n;
/** What it takes to send a block's data, and a transaction with its result (measured). */
const BLOCK_COST_MS = 5;
const MESSAGE_COST_MS = 0.15;

/** Why a block is better run on the main thread; `null` when the workers are expected to be faster. */
export function reasonAgainstWorkers(
  workers: number,
  plan: Plan,
  graph: ConflictGraph,
  engine: EngineKind,
): string | null {
  if (workers < 2) return 'there is one worker';
  const { envelopeMs, msPerGas } = COSTS[engine];
  let total = 0n;
  let aloneMs = 0;
  for (const gas of graph.gas) {
    total += gas;
    aloneMs += envelopeMs + (gas > ENVELOPE_GAS ? Number(gas - ENVELOPE_GAS) * msPerGas : 0);
  }
  if (total === 0n) return 'it is empty';
  const share = Number(plan.makespan) / Number(total);
  if (share > 0.9) return 'its transactions have to wait for each other';
  const sharedMs = aloneMs * share + BLOCK_COST_MS + graph.gas.length * MESSAGE_COST_MS;
  return sharedMs < aloneMs ? null : 'its transactions take no longer than sending them to workers';
}
