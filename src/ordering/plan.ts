/** The lanes of an ordering as a plan, as execution and outputs take it. */
import { type Plan, type PlannedTask, planSchedule } from '../graph/plan.ts';
import { resolvedAt } from '../graph/resolutions.ts';
import type { Ordering } from '../mempool/ordering.ts';

/**
 * Who runs what when, as the ordering says. Speed-ups are those of the conflict graph on so many lanes, planned anew
 * for each.
 */
export function planOfOrdering({ graph, lanes, schedule, makespan }: Ordering): Plan {
  const { speedup } = planSchedule(graph, { workers: lanes });
  const ends = Float64Array.from(graph.gas, (gas, at) => (schedule.start[at] ?? 0) + Number(gas));
  const resolved = resolvedAt(graph.resolutions, ends);
  const taskOf = (transaction: number, worker: number): PlannedTask => {
    const start = BigInt(schedule.start[transaction] ?? 0);
    const at = resolved.get(transaction);
    return {
      transaction,
      worker,
      start,
      end: start + (graph.gas[transaction] ?? 0n),
      resolved: at === undefined ? null : BigInt(at),
    };
  };
  return {
    workers: lanes,
    granularity: 'transaction',
    lanes: schedule.lanes.map((lane, worker) => lane.map((transaction) => taskOf(transaction, worker))),
    makespan: BigInt(makespan),
    speedup,
  };
}
