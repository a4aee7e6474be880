/**
 * What a builder simulates: conflict groups, each apart from the others on the state before the block, with the inner
 * sequences that are worth it and what to load for them.
 *
 * What groups do is independent: whatever sequence the groups' own sequences are put together to, also interleaved,
 * each order does the same as when its group ran alone, and the state afterwards is what `joinResults` makes of the
 * groups' differences. For two orders of different groups share no sender, and touch no key but both to read it, or
 * both to add to it; so one that runs earlier or later changes nothing that the other one looks at. What concerns the
 * block as a whole is the builder's: its gas, its blobs, and what an order demands of its profit.
 */
import { InputError } from '../errors.ts';
import { type Dependence, dependenceOf, partsOf } from './dependence.ts';
import { innerSequences, type RankedSequence, type SequenceKind } from './inner-sequences.ts';
import type { MempoolIndex } from './mempool-index.ts';
import type { Order } from './order.ts';
import { type Prefetch, prefetchOf } from './prefetch.ts';
import { worthOf } from './tips.ts';

/** What to simulate. */
export interface SimulationOptions {
  /** Ids of orders. Default: all of the pool that nothing keeps out of the block, as far as is known. */
  readonly orders?: readonly string[];
  /** Inner sequences of a group, at most. Default: 8. */
  readonly sequences?: number;
  /** What orders are worth, in wei, by id, where that is known better than by tips and stated payments. */
  readonly values?: ReadonlyMap<string, bigint>;
}

/** Groups to simulate apart. */
export interface Simulation {
  /** Most value first. */
  readonly groups: readonly SimulationGroup[];
  /**
   * Orders that may touch anything, in the order of arrival: they are in no group. What is said of the groups holds
   * until the first of these runs, so they are simulated last, on what the groups leave.
   */
  readonly open: readonly string[];
}

/** Orders that have nothing to do with those of another group. */
export interface SimulationGroup {
  /** Ids, in the order of arrival. */
  readonly orders: readonly string[];
  /** Gas that they are expected to use. */
  readonly gas: bigint;
  /** In wei. */
  readonly value: bigint;
  /** No two come to the same; most promising first. */
  readonly sequences: readonly InnerSequence[];
  /** Whether every other sequence of the group comes to the same as one of these. */
  readonly isEvery: boolean;
  readonly prefetch: Prefetch;
}

/** A sequence in which a group's orders may run: nonces are kept, and bundles are whole. */
export interface InnerSequence {
  readonly kind: SequenceKind;
  /** Ids. */
  readonly orders: readonly string[];
  /** Ids of the others: their nonces are used by orders of the sequence, or never reached. */
  readonly leftOut: readonly string[];
}

/**
 * The conflict groups of orders, with sequences worth simulating. Sets hold for every part of the pool in any order,
 * so they do for what is simulated. Deterministic.
 *
 * @throws InputError for an id that the pool does not have, or a number of sequences below 1.
 */
export function simulationGroups(pool: MempoolIndex, options: SimulationOptions = {}): Simulation {
  const { sequences: most = 8 } = options;
  if (!Number.isSafeInteger(most) || most < 1) {
    const expected = 'an integer of at least 1';
    throw new InputError({ source: 'simulationGroups', path: 'sequences', expected, got: String(most) });
  }
  const asked = new Set(options.orders ?? possibleOrders(pool));
  const isOpen = new Set(pool.open());
  const arrived = pool.orders().map(({ id }) => id);
  const unknown = [...asked].find((id) => pool.analysesOf(id) === null);
  if (unknown !== undefined) {
    const expected = 'ids of orders in the pool';
    throw new InputError({ source: 'simulationGroups', path: 'orders', expected, got: unknown });
  }
  const dependence = dependenceOf(
    pool,
    arrived.filter((id) => asked.has(id) && !isOpen.has(id)),
  );
  const worth = worthIn(pool, dependence, options.values ?? new Map());
  const groups = partsOf(dependence).flatMap((part): SimulationGroup[] => {
    const ranked = { dependence, part, state: pool.head.state, ...worth };
    const { sequences, isEvery } = innerSequences(ranked, most);
    if (sequences.length === 0) return [];
    const ids = part.map((place) => (dependence.orders[place] as Order).id);
    const sum = (list: readonly bigint[]) => part.reduce((all, place) => all + (list[place] ?? 0n), 0n);
    return [
      {
        orders: ids,
        gas: sum(worth.gas),
        value: sum(worth.values),
        sequences: sequences.map((sequence) => described(dependence, part, sequence)),
        isEvery,
        prefetch: prefetchOf(ids.flatMap((id) => setsOf(pool, id))),
      },
    ];
  });
  return {
    groups: groups.sort((a, b) => (a.value === b.value ? 0 : a.value > b.value ? -1 : 1)),
    open: arrived.filter((id) => asked.has(id) && isOpen.has(id)),
  };
}

/** A nonce before that of an order may be that of one in a bundle. */
function possibleOrders(pool: MempoolIndex): string[] {
  return pool.orders().flatMap(({ id }) => {
    const obstacle = pool.obstacleOf(id);
    return obstacle === null || obstacle.kind === 'nonce-gap' ? [id] : [];
  });
}

function worthIn(pool: MempoolIndex, { orders }: Dependence, known: ReadonlyMap<string, bigint>) {
  const values: bigint[] = [];
  const gas: bigint[] = [];
  for (const order of orders) {
    const analyses = pool.analysesOf(order.id) ?? [];
    values.push(known.get(order.id) ?? worthOf(order, analyses, pool.head.block));
    gas.push(analyses.reduce((sum, { gasEstimate }) => sum + gasEstimate, 0n));
  }
  return { values, gas };
}

function setsOf(pool: MempoolIndex, id: string) {
  return (pool.analysesOf(id) ?? []).map(({ accesses }) => accesses);
}

function described(
  { orders }: Dependence,
  part: readonly number[],
  { kind, places }: RankedSequence,
): InnerSequence {
  const isIn = new Set(places);
  const idOf = (place: number): string => (orders[place] as Order).id;
  return {
    kind,
    orders: places.map(idOf),
    leftOut: part.filter((place) => !isIn.has(place)).map(idOf),
  };
}
