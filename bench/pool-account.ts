/** All that a pool says, as plain data, so that two pools with the same orders can be compared. */
import type { MempoolIndex } from '../dist/index.js';

/** What is asked; a pool of the sources and a built one both have it. */
export type Asked = Pick<
  MempoolIndex,
  | 'size'
  | 'orders'
  | 'analysesOf'
  | 'conflictsOf'
  | 'groupOf'
  | 'obstacleOf'
  | 'open'
  | 'groups'
  | 'hotKeys'
  | 'graphOf'
  | 'writersOf'
  | 'missing'
>;

/** Orders whose graph is looked at. */
const GRAPH_ORDERS = 200;

/** Line by line; the same for pools with the same orders, in the same order of arrival. */
export function* accountOf(pool: Asked): Iterable<string> {
  yield `${pool.size} orders, missing ${pool.missing.join()}`;
  const ids = pool.orders().map(({ id }) => id);
  for (const id of ids) {
    yield textOf([id, pool.conflictsOf(id), pool.groupOf(id)?.orders, pool.obstacleOf(id)]);
    for (const { status, reasons, accesses, gasEstimate, effects } of pool.analysesOf(id) ?? []) {
      const { keys, regions, origins } = accesses;
      const sets = [sorted(keys), regions.map(textOf).sort(), sorted(origins), sorted(effects.values)];
      yield textOf([id, status, gasEstimate, reasons.map(textOf).sort(), sets]);
    }
  }
  yield textOf(['open', pool.open()]);
  for (const orders of pool
    .groups()
    .map((group) => group.orders.join())
    .sort())
    yield `group ${orders}`;
  const hot = pool.hotKeys();
  yield textOf(hot);
  for (const { key } of hot) yield textOf([key, pool.writersOf(key).sort()]);
  const { predecessors, components, criticalPath, resolutions } = pool.graphOf(ids.slice(0, GRAPH_ORDERS));
  yield textOf([predecessors, components, criticalPath, resolutions]);
}

function sorted(map: ReadonlyMap<string, unknown>): (readonly [string, unknown])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    if (typeof part === 'bigint') return `${part}n`;
    return part instanceof Map || part instanceof Set ? [...part] : part;
  });
}
