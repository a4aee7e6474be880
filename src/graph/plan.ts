/** The schedule: which worker runs which transaction when, in gas. Plain data. */
import { InputError } from '../errors.ts';
import { scheduleComponents } from './component-schedule.ts';
import type { ConflictGraph } from './conflict-graph.ts';
import { type Assignment, bottomLevels, scheduleTasks } from './list-schedule.ts';
import { resolvedAt } from './resolutions.ts';
import { weigh } from './weights.ts';

/** What is scheduled: single transactions, or connected components as wholes. */
export type Granularity = 'transaction' | 'component';

/** One transaction on one worker. */
export interface PlannedTask {
  readonly transaction: number;
  readonly worker: number;
  /** Estimated start and end, in gas since the start of the block. */
  readonly start: bigint;
  readonly end: bigint;
  /** When it is derived again, with those that it holds waiting; `null` if it is not deferred. */
  readonly resolved: bigint | null;
}

/** Which worker runs what when, and what that gains. */
export interface Plan {
  readonly workers: number;
  readonly granularity: Granularity;
  /** One lane a worker, in order of start. */
  readonly lanes: readonly (readonly PlannedTask[])[];
  readonly makespan: bigint;
  /** Total gas divided by the makespan on so many workers; `bound` divides by the critical path. */
  readonly speedup: Readonly<Record<'2' | '4' | '8' | '16' | 'bound', number>>;
}

export interface PlanOptions {
  /** At least 1. */
  readonly workers: number;
  /** What one worker runs as a whole. Default: `transaction`. */
  readonly granularity?: Granularity;
}

/** Total gas divided by gas of the makespan; 1 where there is nothing to do. */
function speedupOf(total: bigint, makespan: bigint): number {
  return makespan === 0n ? 1 : Number(total) / Number(makespan);
}

/**
 * The schedule of a block: a pure function of the graph and the options.
 *
 * Granularity `transaction` is list scheduling by critical path. Granularity `component` gives each component
 * to one worker, heaviest component first; a lane is then in block order. Estimates are exact unless all gas
 * together exceeds 2^53; then they are rounded up to a common unit.
 *
 * @throws InputError if `workers` is not a positive integer.
 */
export function planSchedule(graph: ConflictGraph, options: PlanOptions): Plan {
  const { workers, granularity = 'transaction' } = options;
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new InputError({
      source: 'planSchedule',
      path: 'workers',
      expected: 'an integer of at least 1',
      got: String(workers),
    });
  }
  const { values: weights, unit } = weigh(graph.gas);
  const { predecessors, successors, components } = graph;
  const levels = bottomLevels(weights, successors);
  const total = graph.gas.reduce((sum, own) => sum + own, 0n);
  const toGas = (weight: number): bigint => BigInt(weight) * unit;

  function schedule(width: number): Assignment {
    return granularity === 'component'
      ? scheduleComponents(weights, components, width)
      : scheduleTasks({ weights, levels, predecessors, successors }, width);
  }

  const assignment = schedule(workers);
  const speedupWith = (width: number): number => {
    const { makespan } = width === workers ? assignment : schedule(width);
    return speedupOf(total, toGas(makespan));
  };
  const resolved = resolvedAt(graph.resolutions, assignment.end);
  const lanes: PlannedTask[][] = Array.from({ length: workers }, () => []);
  for (const transaction of assignment.order) {
    const worker = assignment.worker[transaction] as number;
    const start = toGas(assignment.start[transaction] as number);
    const end = toGas(assignment.end[transaction] as number);
    const at = resolved.get(transaction);
    lanes[worker]?.push({ transaction, worker, start, end, resolved: at === undefined ? null : toGas(at) });
  }
  return {
    workers,
    granularity,
    lanes,
    makespan: toGas(assignment.makespan),
    speedup: {
      '2': speedupWith(2),
      '4': speedupWith(4),
      '8': speedupWith(8),
      '16': speedupWith(16),
      bound: speedupOf(total, graph.criticalPath.gas),
    },
  };
}
