/** What if: an order left out, moved or added, or a key made commutative; what becomes of the block's time. */
import { analyzeBlock } from '../analysis/block.ts';
import { InputError } from '../errors.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import { findConflicts } from '../graph/conflicts.ts';
import { earliestStarts } from '../graph/earliest.ts';
import { graphOf } from '../graph/graph-of.ts';
import { inOrderMakespan } from '../graph/in-order-schedule.ts';
import { type Change, conflictsWith, orderWith } from '../graph/scenario.ts';
import { weigh } from '../graph/weights.ts';
import type { StateKey } from '../state/key.ts';
import { affectedBy } from './affected.ts';
import type { MempoolIndex } from './mempool-index.ts';
import type { Order } from './order.ts';
import type { Ordering } from './ordering.ts';
import { asPlaced, type Placed, placeInTurn } from './placed-sequence.ts';
import { worthOf } from './tips.ts';

/** A change to a block. Orders are named by their ids in the pool, and places are those among the block's orders. */
export type OrderChange =
  | { readonly kind: 'leave-out'; readonly id: string }
  /** To a place in the sequence as it is after earlier changes. */
  | { readonly kind: 'move'; readonly id: string; readonly to: number }
  /** An order of the pool that is not in the block. Default: at the end. */
  | { readonly kind: 'add'; readonly id: string; readonly to?: number }
  /** Each write of the key counts as an addition to it that nobody looks at. */
  | { readonly kind: 'commute'; readonly key: StateKey };

/** A block in numbers. */
export interface BlockTimes {
  /** Gas until the last lane is done; a free lane takes the first transaction of the block that is ready. */
  readonly makespan: number;
  /** No schedule in this sequence is shorter. */
  readonly bound: number;
  /** Gas that it is expected to use. */
  readonly gas: bigint;
  /** Tips for that gas, and payments that orders state, in wei. */
  readonly value: bigint;
}

/** What becomes of a block with changes. */
export interface WhatIf {
  readonly before: BlockTimes;
  readonly after: BlockTimes;
  /** Ids, in block order. */
  readonly orders: readonly string[];
  /** Ids of orders that cannot run any more where they are, as nonces before theirs are missing or used; not in it. */
  readonly outOfTurn: readonly string[];
  /** Ids of orders that waited for others, or others for them, and now none. */
  readonly free: readonly string[];
  /** Orders that can start sooner, by how much gas on any number of lanes; most first. */
  readonly sooner: readonly { readonly id: string; readonly gas: number }[];
  /**
   * Ids of orders that may do something else than before: what they look at may be other than it was. All others are
   * proved to do the same, since their sets in any order say so.
   */
  readonly affected: readonly string[];
  /**
   * `derived`: sets and conflicts after the changes were derived again, in the new sequence, and are sound for it
   * unless a transaction turns out to be invalid there.
   * `assumed`: besides, a key was taken to commute, which its contracts would have to see to.
   */
  readonly basis: 'derived' | 'assumed';
}

/** How a changed block is timed. */
export interface WhatIfOptions {
  /** Default: those of the ordering. */
  readonly lanes?: number;
}

/**
 * What becomes of an ordering with changes, one after the other. Nothing of the pool changes.
 *
 * @param ordering - Of the pool as it is now.
 * @throws InputError if an order is not where a change needs it.
 */
export function whatIf(
  pool: MempoolIndex,
  ordering: Ordering,
  changes: readonly OrderChange[],
  options: WhatIfOptions = {},
): WhatIf {
  const { lanes = ordering.lanes } = options;
  const before = sequenceOf(pool, ordering);
  const { state } = pool.head;
  const given = new Set(placeInTurn(before, state).outOfTurn.map(({ id }) => id));
  const old = placeInTurn(before, state, given).placed;
  const { placed, outOfTurn } = placeInTurn(changed(pool, before, changes), state, given);
  const commuting = changes.filter((change): change is Change & OrderChange => change.kind === 'commute');
  const graph = graphAfter(pool, placed, commuting);
  const worth = worthIn(pool, ordering);
  return {
    before: { ...timesOf(ordering.graph, lanes), ...worth(old) },
    after: { ...timesOf(graph, lanes), ...worth(placed) },
    orders: placed.map(({ order }) => order.id),
    outOfTurn: outOfTurn.map(({ id }) => id),
    ...releasesOf({ graph: ordering.graph, placed: old }, { graph, placed }),
    affected: affectedBy(pool, old, placed),
    basis: commuting.length === 0 ? 'derived' : 'assumed',
  };
}

function sequenceOf(pool: MempoolIndex, { placed }: Ordering): Order[] {
  const byId = new Map(pool.orders().map((order) => [order.id, order]));
  return placed.map((one) => {
    const order = byId.get(one.id);
    if (order === undefined) throw missing(one.id, 'orders that are in the pool still');
    return asPlaced(order, one);
  });
}

function changed(pool: MempoolIndex, before: readonly Order[], changes: readonly OrderChange[]): Order[] {
  const orders = [...before];
  const takeOut = (id: string): Order => {
    const [order] = orders.splice(placeOf(orders, id), 1);
    if (order === undefined) throw missing(id, 'ids of orders in the block');
    return order;
  };
  for (const change of changes) {
    switch (change.kind) {
      case 'leave-out':
        takeOut(change.id);
        break;
      case 'move': {
        const order = takeOut(change.id);
        orders.splice(placeWithin(orders, change.to), 0, order);
        break;
      }
      case 'add': {
        const order = pool.orders().find(({ id }) => id === change.id);
        const isIn = orders.some(({ id }) => id === change.id);
        if (order === undefined || isIn)
          throw missing(change.id, 'ids of orders in the pool, not in the block');
        orders.splice(placeWithin(orders, change.to ?? orders.length), 0, order);
        break;
      }
      case 'commute':
        break;
      default:
        change satisfies never;
    }
  }
  return orders;
}

function placeWithin(orders: readonly Order[], to: number): number {
  if (Number.isSafeInteger(to) && to >= 0 && to <= orders.length) return to;
  throw missing(String(to), `a place from 0 to ${orders.length}`);
}

function placeOf(orders: readonly Order[], id: string): number {
  const place = orders.findIndex((order) => order.id === id);
  return place === -1 ? orders.length : place;
}

function graphAfter(
  pool: MempoolIndex,
  placed: readonly Placed[],
  commuting: readonly Change[],
): ConflictGraph {
  const transactions = placed.flatMap((one) => [...one.transactions]);
  const analysis = analyzeBlock(pool.inputOf(transactions), { state: pool.head.state });
  const conflicts = findConflicts(analysis);
  if (commuting.length === 0) return graphOf(conflicts);
  return graphOf(conflictsWith(conflicts, commuting, orderWith([], transactions.length)));
}

function timesOf({ gas, predecessors, criticalPath }: ConflictGraph, lanes: number) {
  const { values, unit } = weigh(gas);
  const total = values.reduce((sum, value) => sum + value, 0);
  const scale = Number(unit);
  return {
    makespan: inOrderMakespan(values, predecessors, lanes) * scale,
    bound: Math.max(Math.ceil(total / lanes) * scale, Number(criticalPath.gas)),
  };
}

/** As the ordering has it; of added ones as the pool has it. */
function worthIn(pool: MempoolIndex, { placed: known }: Ordering) {
  const byId = new Map(known.map((one) => [one.id, one]));
  return (placed: readonly Placed[]): Pick<BlockTimes, 'gas' | 'value'> => {
    let [gas, value] = [0n, 0n];
    for (const { order } of placed) {
      const own = byId.get(order.id);
      const analyses = pool.analysesOf(order.id) ?? [];
      gas += own?.gas ?? analyses.reduce((sum, { gasEstimate }) => sum + gasEstimate, 0n);
      value += own?.value ?? worthOf(order, analyses, pool.head.block);
    }
    return { gas, value };
  };
}

interface Block {
  readonly graph: ConflictGraph;
  readonly placed: readonly Placed[];
}

function releasesOf(before: Block, after: Block): Pick<WhatIf, 'free' | 'sooner'> {
  const [old, now] = [standingsOf(before), standingsOf(after)];
  const free: string[] = [];
  const sooner: { id: string; gas: number }[] = [];
  for (const [id, { isAlone, start }] of now) {
    const was = old.get(id);
    if (was === undefined) continue;
    if (isAlone && !was.isAlone) free.push(id);
    if (start < was.start) sooner.push({ id, gas: was.start - start });
  }
  return { free, sooner: sooner.sort((a, b) => b.gas - a.gas) };
}

/** Of each order: whether nobody of another one waits for it or the other way round, and when it could start. */
function standingsOf({ graph, placed }: Block): Map<string, { isAlone: boolean; start: number }> {
  const starts = earliestStarts(graph);
  return new Map(
    placed.map(({ order, first, transactions }) => {
      const isOwn = (index: number): boolean => index >= first && index < first + transactions.length;
      const isAlone = [...transactions.keys()].every((at) =>
        [...(graph.predecessors[first + at] ?? []), ...(graph.successors[first + at] ?? [])].every(isOwn),
      );
      return [order.id, { isAlone, start: starts[first] ?? 0 }];
    }),
  );
}

function missing(id: string, expected: string): InputError {
  return new InputError({ source: 'whatIf', path: 'changes', expected, got: id });
}
