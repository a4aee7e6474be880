/** The section on the plan: one lane a worker. */
import { counted, grouped, percent, timeline, wrapped } from './layout.ts';
import { type Colors, more, type NamedFindings, title, total } from './style.ts';

const TIMELINE_COLUMNS = 44;
const SHOWN_LANES = 16;

export function lanes({ graph, plan }: NamedFindings, colors: Colors): string[] {
  if (plan.makespan === 0n || graph.gas.length < 2) {
    return [];
  }
  const shown = plan.lanes.slice(0, SHOWN_LANES);
  return [
    title('Plan', colors),
    ...wrapped(
      `${counted(plan.workers, 'worker')}, by ${plan.granularity}; ` +
        `the last one finishes after ${grouped(plan.makespan)} gas`,
    ),
    '',
    ...shown.map((lane, worker) => {
      const busy = total(lane.map(({ start, end }) => end - start));
      return (
        `  ${`${worker}`.padStart(3)} ${colors.cyan(timeline(lane, plan.makespan, TIMELINE_COLUMNS))} ` +
        `${grouped(lane.length).padStart(6)} txs ${percent(busy, plan.makespan).padStart(7)} busy`
      );
    }),
    ...more(plan.lanes.length - shown.length, 'lane', colors),
  ];
}
