/**
 * Places of a component's transactions: columns by how many have to run before, rows by where their neighbours
 * are. Time and space grow with transactions and edges, however dense the graph is, which is why this is not left
 * to a general layout library: those take seconds for a thousand transactions with a few edges each.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LayeredEdge {
  readonly from: number;
  readonly to: number;
}

/** Where an edge comes by, or ends. */
export interface Stop extends Point {
  /** Where it goes back to the left, between two bands; `null`: it comes from the left. */
  readonly turn: number | null;
}

/** In columns and rows; rows may be fractions. */
export interface Layers {
  readonly columns: number;
  readonly rows: number;
  /** By transaction. */
  readonly places: ReadonlyMap<number, Point>;
  /** By edge, in the order given: one in each column that it passes, and its end. */
  readonly stops: readonly (readonly Stop[])[];
}

/** More of one column stand side by side. */
const MAXIMUM_ROWS = 32;
/** With more columns the rest goes below, in bands, as the lines of a text do. */
const MAXIMUM_COLUMNS = 20;
/** Rows between bands. */
const BAND_GAP = 1.5;
/** With more columns to pass, edges go straight, behind what is in their way. */
const MAXIMUM_PASSED = 3_000;
const SWEEPS = 4;

/** Something that has a place: a transaction, or where an edge passes a column. */
interface Item {
  readonly before: Item[];
  readonly after: Item[];
  order: number;
  row: number;
}

/**
 * @param transactions - Ascending.
 * @param edges - Between them, each from a lower to a higher one.
 */
export function layOutLayers(transactions: readonly number[], edges: readonly LayeredEdge[]): Layers {
  const depthOf = depths(transactions, edges);
  const layers: Item[][] = [];
  const items = new Map<number, Item>();
  for (const transaction of transactions) {
    items.set(transaction, addItem(layers, depthOf.get(transaction) ?? 0));
  }
  let passed = 0;
  for (const { from, to } of edges) passed += (depthOf.get(to) ?? 0) - (depthOf.get(from) ?? 0) - 1;
  const isStraight = passed > MAXIMUM_PASSED;
  const routes = edges.map(({ from, to }) => {
    const [source, target] = [items.get(from), items.get(to)];
    if (source === undefined || target === undefined) return [];
    const route: Item[] = [source];
    const end = isStraight ? 0 : (depthOf.get(to) ?? 0);
    for (let depth = (depthOf.get(from) ?? 0) + 1; depth < end; depth++) route.push(addItem(layers, depth));
    route.push(target);
    for (const [at, item] of route.entries()) if (at > 0) link(route[at - 1] ?? source, item);
    return route;
  });
  orderLayers(layers);
  const bands = wrapColumns(layers);
  for (const band of bands) assignRows(band);
  return place(bands, items, routes);
}

function depths(transactions: readonly number[], edges: readonly LayeredEdge[]): Map<number, number> {
  const depthOf = new Map(transactions.map((transaction) => [transaction, 0]));
  for (const { from, to } of [...edges].sort((a, b) => a.to - b.to)) {
    depthOf.set(to, Math.max(depthOf.get(to) ?? 0, (depthOf.get(from) ?? 0) + 1));
  }
  return depthOf;
}

function addItem(layers: Item[][], depth: number): Item {
  while (layers.length <= depth) layers.push([]);
  const layer = layers[depth] ?? [];
  const item: Item = { before: [], after: [], order: layer.length, row: 0 };
  layer.push(item);
  return item;
}

function link(from: Item, to: Item): void {
  from.after.push(to);
  to.before.push(from);
}

/** Fewer crossings: each item goes where its neighbours are on average, from left to right and back. */
function orderLayers(layers: readonly Item[][]): void {
  const number = (layer: Item[]): void => {
    for (const [order, item] of layer.entries()) item.order = order;
  };
  const arrange = (layer: Item[], side: 'before' | 'after'): void => {
    const wanted = new Map(layer.map((item) => [item, mean(item[side], ({ order }) => order) ?? item.order]));
    layer.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || a.order - b.order);
    number(layer);
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const layer of layers) arrange(layer, 'before');
    for (const layer of [...layers].reverse()) arrange(layer, 'after');
  }
}

function mean(items: readonly Item[], value: (item: Item) => number): number | null {
  if (items.length === 0) return null;
  let sum = 0;
  for (const item of items) sum += value(item);
  return sum / items.length;
}

/** Layers as columns of at most so many rows, in bands of at most so many columns. */
function wrapColumns(layers: readonly Item[][]): Item[][][] {
  const columns: Item[][] = [];
  for (const layer of layers) {
    const parts = Math.ceil(layer.length / MAXIMUM_ROWS);
    const size = Math.ceil(layer.length / parts);
    for (let start = 0; start < layer.length; start += size) columns.push(layer.slice(start, start + size));
  }
  const bands: Item[][][] = [];
  for (let start = 0; start < columns.length; start += MAXIMUM_COLUMNS) {
    bands.push(columns.slice(start, start + MAXIMUM_COLUMNS));
  }
  return bands;
}

/** Rows at least 1 apart, in the order found, and as near to the neighbours as that allows. */
function assignRows(band: readonly (readonly Item[])[]): void {
  const members = new Set(band.flat());
  for (const column of band) for (const [row, item] of column.entries()) item.row = row;
  const settle = (column: readonly Item[], side: 'before' | 'after'): void => {
    const wanted = column.map(
      (item) =>
        mean(
          item[side].filter((other) => members.has(other)),
          ({ row }) => row,
        ) ?? item.row,
    );
    let next = Number.NEGATIVE_INFINITY;
    let shift = 0;
    for (const [at, item] of column.entries()) {
      const own = wanted[at] ?? 0;
      item.row = Math.max(own, next);
      next = item.row + 1;
      shift += item.row - own;
    }
    for (const item of column) item.row -= shift / column.length;
  };
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const column of band) settle(column, 'before');
    for (const column of [...band].reverse()) settle(column, 'after');
  }
  for (const column of band) settle(column, 'before');
}

function place(
  bands: readonly (readonly (readonly Item[])[])[],
  items: ReadonlyMap<number, Item>,
  routes: readonly (readonly Item[])[],
): Layers {
  const points = new Map<Item, Point & { readonly bandTop: number }>();
  let top = 0;
  let columns = 0;
  for (const band of bands) {
    const rows = band.flat().map(({ row }) => row);
    const first = rows.reduce((least, row) => Math.min(least, row), Number.POSITIVE_INFINITY);
    const last = rows.reduce((most, row) => Math.max(most, row), Number.NEGATIVE_INFINITY);
    for (const [x, column] of band.entries()) {
      for (const item of column) points.set(item, { x, y: top + item.row - first, bandTop: top });
    }
    top += last - first + 1 + BAND_GAP;
    columns = Math.max(columns, band.length);
  }
  const pointOf = (item: Item | undefined) =>
    (item === undefined ? undefined : points.get(item)) ?? { x: 0, y: 0, bandTop: 0 };
  return {
    columns,
    rows: Math.max(0, top - BAND_GAP),
    places: new Map(
      [...items].map(([transaction, item]) => {
        const { x, y } = pointOf(item);
        return [transaction, { x, y }];
      }),
    ),
    stops: routes.map((route) =>
      route.slice(1).map((item, at) => {
        const { x, y, bandTop } = pointOf(item);
        const isNext = pointOf(route[at]).bandTop === bandTop;
        // The middle of a box is half a row below its upper edge.
        return { x, y, turn: isNext ? null : bandTop - BAND_GAP / 2 - 0.5 };
      }),
    ),
  };
}
