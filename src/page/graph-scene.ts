/**
 * The conflict graph as bars: each component is a block of rows, in which a transaction begins at the gas before
 * which it cannot start, so that the heaviest chain of a component is as long as the block of rows. Components
 * stand beside and below each other wherever there is room, the longest first; then those of one transaction each,
 * one after the other. Many that wait for the same ones and that nobody waits for (or the other way round) would
 * be a column of their own: they stand one after the other as well, in as few rows as they fill.
 */
import { islandOf, type Placed, putInRows } from './island.ts';
import type { Outcome } from './outcome.ts';
import { type Bar, type Link, type RowName, type Scene, sceneOf } from './scene.ts';

/** Bars of single transactions fill at most so many rows, if they are not longer than the longest chain. */
const MAX_ROWS_OF_SINGLES = 40;
/** Between components, as a part of the whole width. */
const GAP = 0.01;

interface Shelf {
  readonly top: number;
  readonly rows: number;
  used: number;
  /** Of its components, the longest first. */
  readonly names: number[];
}

/** O(transactions × rows). */
export function graphScene(outcome: Outcome): Scene {
  const { graph, order, isCritical, totalGas } = outcome;
  const inFan = new Uint8Array(order.length);
  const islands = graph.components
    .filter(({ transactions }) => transactions.length > 1)
    .map((component) => islandOf(component, outcome, inFan))
    .sort((a, b) => b.width - a.width || a.id - b.id);
  const width = Math.max(Number(graph.criticalPath.gas), totalGas / MAX_ROWS_OF_SINGLES, 1);
  const gap = width * GAP;
  const bars: Bar[] = [];
  const barOf = new Int32Array(order.length).fill(-1);
  const put = ({ place, x, width: own, row }: Placed): void => {
    barOf[place] = bars.push({ transaction: order[place] as number, x, width: own, row }) - 1;
  };

  const shelves: Shelf[] = [];
  let rows = 0;
  for (const island of islands) {
    let shelf = shelves.find((one) => one.used + gap + island.width <= width && island.rows <= one.rows);
    if (shelf === undefined) {
      // The name stands in a row above.
      shelf = { top: rows + 1, rows: island.rows, used: -gap, names: [] };
      shelves.push(shelf);
      rows += island.rows + 1;
    }
    shelf.names.push(island.id);
    const left = shelf.used + gap;
    for (const { place, x, width: own, row } of island.members) {
      put({ place, x: left + x, width: own, row: shelf.top + row });
    }
    shelf.used = left + island.width;
  }

  const rowNames: RowName[] = shelves.map(({ top, names }) => ({
    row: top - 1,
    name: names.length === 1 ? `component ${names[0]}` : `components ${names.join(', ')}`,
  }));
  const alone = graph.components.flatMap(({ transactions }) =>
    transactions.length === 1 ? transactions : [],
  );
  if (alone.length > 0) {
    rowNames.push({ row: rows, name: 'in no conflict' });
    rows = putInRows(
      alone,
      (place) => Number(graph.gas[place]),
      { left: 0, right: width, row: rows + 1 },
      put,
    );
  }

  const path = graph.criticalPath.transactions;
  const nextOf = new Map(path.map((place, at) => [place, path[at + 1]]));
  const links: Link[] = graph.edges.map(({ from, to }) => ({
    from: barOf[from] as number,
    to: barOf[to] as number,
    isCritical: isCritical[from] === 1 && nextOf.get(from) === to,
    isQuiet: inFan[from] === 1 || inFan[to] === 1,
  }));
  return sceneOf(outcome.placeOf.length, { bars, links, rowNames, width, rows, unit: 'gas' });
}
