/** What runs where, as planned and as measured: one row a worker, time from left to right. */
import type { PageMeasured } from './data.ts';
import type { Outcome } from './outcome.ts';
import { type Bar, type Scene, sceneOf } from './scene.ts';

/** The plan, in gas since the start of the block. Links are those of the graph between bars; the view shows them for the selected transaction only. */
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
    unit: 'gas',
  });
}

/** What was measured, in microseconds since the execution began; what ran several times has several bars. */
export function measuredScene({ lanes, runs }: PageMeasured, transactions: number): Scene {
  return sceneOf(transactions, {
    bars: runs.map(({ transaction, lane, start, end }) => ({
      transaction,
      x: start,
      width: end - start,
      row: lane,
    })),
    links: [],
    rowNames: lanes.map((name, row) => ({ row, name })),
    width: Math.max(1, ...runs.map(({ end }) => end)),
    rows: lanes.length,
    unit: 'µs',
  });
}
