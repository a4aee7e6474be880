/** The plan as bars: one row a worker, gas since the start of the block from left to right. */
import type { Outcome } from './outcome.ts';
import { type Bar, type Scene, sceneOf } from './scene.ts';

/** Links are those of the graph between bars; the view shows them for the selected transaction only. */
export function timelineScene({ plan, order, placeOf, graph }: Outcome): Scene {
  const bars: Bar[] = [];
  const barOf = new Map<number, number>();
  for (const [row, lane] of plan.lanes.entries()) {
    for (const { transaction: place, start, end } of lane) {
      barOf.set(place, bars.length);
      bars.push({
        transaction: order[place] as number,
        x: Number(start),
        width: Number(end - start),
        row,
      });
    }
  }
  return sceneOf(placeOf.length, {
    bars,
    links: graph.edges.map(({ from, to }) => ({
      from: barOf.get(from) as number,
      to: barOf.get(to) as number,
      isCritical: false,
      isQuiet: true,
    })),
    rowNames: plan.lanes.map((_, row) => ({ row, name: `${row}` })),
    width: Math.max(Number(plan.makespan), 1),
    rows: plan.lanes.length,
  });
}
