/** One component of the graph as a block of rows, in which none of its transactions overlap. */
import type { Component } from '../graph/conflict-graph.ts';
import type { Outcome } from './outcome.ts';

/** So many transactions of the same neighbours on one side, and none on the other, are a fan. */
const FAN = 8;

export interface Placed {
  readonly place: number;
  readonly x: number;
  readonly width: number;
  readonly row: number;
}

/** A component by itself, its corner at zero. */
export interface Island {
  readonly id: number;
  readonly members: readonly Placed[];
  readonly width: number;
  readonly rows: number;
}

/** Fans by what their members have in common; each has at least `FAN` of them. */
function fansOf({ transactions }: Component, { graph }: Outcome): number[][] {
  const fans = new Map<string, number[]>();
  for (const place of transactions) {
    const before = graph.predecessors[place] ?? [];
    const after = graph.successors[place] ?? [];
    if (before.length > 0 && after.length > 0) continue;
    const common = `${before.join()}>${after.join()}`;
    const fan = fans.get(common);
    if (fan === undefined) fans.set(common, [place]);
    else fan.push(place);
  }
  return [...fans.values()].filter((fan) => fan.length >= FAN);
}

/**
 * Rows for the transactions of a component, so that none overlap. A transaction goes into the row of the
 * predecessor that it starts after, if that is free, so that chains are straight lines. Fans stand below.
 */
export function islandOf(component: Component, outcome: Outcome, inFan: Uint8Array): Island {
  const { graph, earliest } = outcome;
  const rowOf = new Map<number, number>();
  const freeFrom: number[] = [];
  const members: Placed[] = [];
  const gasOf = (place: number): number => Number(graph.gas[place]);
  const fans = fansOf(component, outcome);
  for (const fan of fans) for (const place of fan.slice(1)) inFan[place] = 1;
  const fanned = new Set(fans.flat());
  const byStart = [...component.transactions].sort(
    (a, b) => (earliest[a] as number) - (earliest[b] as number) || a - b,
  );
  const length = byStart.reduce(
    (most, place) => Math.max(most, (earliest[place] as number) + gasOf(place)),
    0,
  );
  for (const place of byStart) {
    if (fanned.has(place)) continue;
    const x = earliest[place] as number;
    const row = rowFor(place, x);
    rowOf.set(place, row);
    freeFrom[row] = x + gasOf(place);
    members.push({ place, x, width: gasOf(place), row });
  }
  let rows = freeFrom.length;
  for (const fan of fans) {
    const [first = 0] = fan;
    const left = earliest[first] as number;
    const right = (graph.successors[first] ?? []).reduce(
      (least, after) => Math.min(least, earliest[after] as number),
      length,
    );
    rows = putInRows(fan, gasOf, { left, right, row: rows }, (placed) => members.push(placed));
  }
  return { id: component.id, members, width: length, rows };

  function rowFor(place: number, x: number): number {
    for (const other of graph.predecessors[place] ?? []) {
      const row = rowOf.get(other);
      const isLast = (earliest[other] as number) + gasOf(other) === x;
      if (row !== undefined && isLast && (freeFrom[row] as number) <= x) return row;
    }
    const free = freeFrom.findIndex((end) => end <= x);
    return free === -1 ? freeFrom.length : free;
  }
}

/**
 * One after the other from `left` to `right`, then on in the next row.
 *
 * @returns The first row below them.
 */
export function putInRows(
  places: readonly number[],
  gasOf: (place: number) => number,
  { left, right, row: first }: { readonly left: number; readonly right: number; readonly row: number },
  put: (placed: Placed) => void,
): number {
  let row = first;
  let x = left;
  for (const place of places) {
    const width = gasOf(place);
    if (x > left && x + width > right) {
      row++;
      x = left;
    }
    put({ place, x, width, row });
    x += width;
  }
  return row + 1;
}
