/** Where arrow keys lead: along and across what is drawn. */
import type { Outcome } from './outcome.ts';
import type { Direction, Scene } from './scene.ts';

/**
 * In the graph: left and right to the predecessor and the successor that make the longest chain, up and down to
 * the transactions before and after in the block.
 */
export function graphStep(outcome: Outcome, from: number | null, direction: Direction): number | null {
  const { order, placeOf, graph, earliest } = outcome;
  if (from === null || placeOf[from] === -1) {
    return order[graph.criticalPath.transactions[0] ?? 0] ?? null;
  }
  const place = placeOf[from] as number;
  const end = (other: number): number => (earliest[other] as number) + Number(graph.gas[other]);
  switch (direction) {
    case 'left':
      return last(graph.predecessors[place] ?? [], end, order);
    case 'right':
      return last(graph.successors[place] ?? [], end, order);
    case 'up':
      return order[place - 1] ?? null;
    case 'down':
      return order[place + 1] ?? null;
    default:
      return direction satisfies never;
  }
}

function last(
  places: readonly number[],
  end: (place: number) => number,
  order: readonly number[],
): number | null {
  const [first, ...others] = places;
  if (first === undefined) return null;
  return order[others.reduce((best, other) => (end(other) > end(best) ? other : best), first)] ?? null;
}

/** In the timeline: left and right along the lane, up and down to what the next lane does at that time. */
export function timelineStep(scene: Scene, from: number | null, direction: Direction): number | null {
  const [index] = from === null ? [] : (scene.barsOf[from] ?? []);
  const bar = index === undefined ? undefined : scene.bars[index];
  if (bar === undefined) return scene.bars[0]?.transaction ?? null;
  const across = direction === 'up' ? -1 : direction === 'down' ? 1 : 0;
  const lane = scene.bars.filter(({ row }) => row === bar.row + across);
  if (across !== 0) {
    const middle = bar.x + bar.width / 2;
    const away = (x: number, width: number): number => Math.max(0, x - middle, middle - x - width);
    const [nearest] = lane.sort((a, b) => away(a.x, a.width) - away(b.x, b.width) || a.x - b.x);
    return nearest?.transaction ?? null;
  }
  const beside =
    direction === 'left'
      ? lane.filter(({ x }) => x < bar.x).sort((a, b) => b.x - a.x)
      : lane.filter(({ x }) => x > bar.x).sort((a, b) => a.x - b.x);
  return beside[0]?.transaction ?? null;
}
