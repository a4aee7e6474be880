/**
 * The conflict graph as bars: each component is a block of rows, in which a transaction begins at the gas before
 * which it cannot start, so that the heaviest chain of a component is as long as the block of rows. Components
 * stand beside and below each other wherever there is room, the longest first; then those of one transaction each,
 * one after the other.
 */
import type { Component } from '../graph/conflict-graph.ts';
import type { Outcome } from './outcome.ts';
import { type Bar, type Link, type RowName, type Scene, sceneOf } from './scene.ts';

/** Bars of single transactions fill at most so many rows, if they are not longer than the longest chain. */
const MAX_ROWS_OF_SINGLES = 40;
/** Between components, as a part of the whole width. */
const GAP = 0.01;

interface Placed {
  readonly place: number;
  readonly x: number;
  readonly width: number;
  readonly row: number;
}

/** A component by itself, its corner at zero. */
interface Island {
  readonly id: number;
  readonly members: readonly Placed[];
  readonly width: number;
  readonly rows: number;
}

/**
 * Rows for the transactions of a component, so that none overlap. A transaction goes into the row of the
 * predecessor that it starts after, if that is free, so that chains are straight lines.
 */
function islandOf({ id, transactions }: Component, { graph, earliest }: Outcome): Island {
  const rowOf = new Map<number, number>();
  const freeFrom: number[] = [];
  const members: Placed[] = [];
  let length = 0;
  const byStart = [...transactions].sort(
    (a, b) => (earliest[a] as number) - (earliest[b] as number) || a - b,
  );
  for (const place of byStart) {
    const x = earliest[place] as number;
    const width = Number(graph.gas[place]);
    const row = rowFor(place, x);
    rowOf.set(place, row);
    freeFrom[row] = x + width;
    members.push({ place, x, width, row });
    length = Math.max(length, x + width);
  }
  return { id, members, width: length, rows: freeFrom.length };

  function rowFor(place: number, x: number): number {
    for (const other of graph.predecessors[place] ?? []) {
      const row = rowOf.get(other);
      const isLast = (earliest[other] as number) + Number(graph.gas[other]) === x;
      if (row !== undefined && isLast && (freeFrom[row] as number) <= x) return row;
    }
    const free = freeFrom.findIndex((end) => end <= x);
    return free === -1 ? freeFrom.length : free;
  }
}

interface Shelf {
  readonly top: number;
  readonly rows: number;
  used: number;
}

/** O(transactions × rows). */
export function graphScene(outcome: Outcome): Scene {
  const { graph, order, isCritical, totalGas } = outcome;
  const islands = graph.components
    .filter(({ transactions }) => transactions.length > 1)
    .map((component) => islandOf(component, outcome))
    .sort((a, b) => b.width - a.width || a.id - b.id);
  const width = Math.max(Number(graph.criticalPath.gas), totalGas / MAX_ROWS_OF_SINGLES, 1);
  const gap = width * GAP;
  const bars: Bar[] = [];
  const barOf = new Int32Array(order.length).fill(-1);
  const rowNames: RowName[] = [];
  const put = ({ place, x, width: own, row }: Placed): void => {
    barOf[place] = bars.push({ transaction: order[place] as number, x, width: own, row }) - 1;
  };

  const shelves: Shelf[] = [];
  let rows = 0;
  for (const island of islands) {
    let shelf = shelves.find((one) => one.used + gap + island.width <= width && island.rows <= one.rows);
    if (shelf === undefined) {
      // The name stands in a row above.
      rowNames.push({ row: rows, name: `component ${island.id}` });
      shelf = { top: rows + 1, rows: island.rows, used: -gap };
      shelves.push(shelf);
      rows += island.rows + 1;
    }
    const left = shelf.used + gap;
    for (const { place, x, width: own, row } of island.members) {
      put({ place, x: left + x, width: own, row: shelf.top + row });
    }
    shelf.used = left + island.width;
  }

  let used = 0;
  let isFirst = true;
  for (const { transactions } of graph.components) {
    const [place] = transactions;
    if (place === undefined || transactions.length > 1) continue;
    const own = Number(graph.gas[place]);
    if (isFirst) rowNames.push({ row: rows++, name: 'in no conflict' });
    else if (used + own > width) {
      rows++;
      used = 0;
    }
    isFirst = false;
    put({ place, x: used, width: own, row: rows });
    used += own;
  }
  if (!isFirst) rows++;

  const path = graph.criticalPath.transactions;
  const nextOf = new Map(path.map((place, at) => [place, path[at + 1]]));
  const links: Link[] = graph.edges.map(({ from, to }) => ({
    from: barOf[from] as number,
    to: barOf[to] as number,
    isCritical: isCritical[from] === 1 && nextOf.get(from) === to,
  }));
  return sceneOf(outcome.placeOf.length, { bars, links, rowNames, width, rows });
}
