/** All that a pool says, as plain data, so that two pools with the same orders can be compared. */
import { accessCovers } from '../dist/analysis/overlap.js';
import type { AccessSet, MempoolIndex } from '../dist/index.js';

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
    for (const { status, reasons, accesses, gasEstimate } of pool.analysesOf(id) ?? []) {
      const { keys, regions, origins } = accesses;
      const sets = [sorted(keys), regions.map(textOf).sort(), sorted(origins)];
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

/**
 * Orders of which a pool says more than one made from scratch; throws if it says less of one.
 *
 * @param pool - One that follows the chain: values that a head moved may be counted as what they were before.
 */
export function looseOrders(pool: Asked, fresh: Asked): string[] {
  const open = new Set(pool.open());
  return pool
    .orders()
    .map(({ id }) => id)
    .filter((id) => {
      const sets = (pool.analysesOf(id) ?? []).map(({ accesses }) => accesses);
      const expected = (fresh.analysesOf(id) ?? []).map(({ accesses }) => accesses);
      for (const [at, one] of expected.entries()) {
        const set = sets[at];
        const isCovered = set !== undefined && (open.has(id) || covers(set, one));
        if (!isCovered) throw new Error(`less than from scratch of transaction ${at} of ${id}`);
      }
      return textOf(sets.map(setText)) !== textOf(expected.map(setText));
    });
}

function covers(set: AccessSet, one: AccessSet): boolean {
  const regions = new Set(set.regions.map(textOf));
  const isWhole = (address: string | null) =>
    set.regions.some((region) => region.address === address && region.shape === 'account');
  return (
    [...one.keys].every(([key, mode]) => accessCovers(set, key, mode, one.origins.get(key))) &&
    one.regions.every((region) => regions.has(textOf(region)) || isWhole(region.address))
  );
}

function setText({ keys, regions }: AccessSet): unknown {
  return [sorted(keys), regions.map(textOf).sort()];
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
