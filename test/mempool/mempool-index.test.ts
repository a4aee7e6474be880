/** A pool that changes says the same as one that is filled at once, and as comparing all pairs. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstConflict } from '../../src/analysis/overlap.ts';
import { regionText } from '../../src/analysis/region-text.ts';
import { jointAccesses } from '../../src/mempool/joint-accesses.ts';
import { createMempoolIndex, type MempoolIndex } from '../../src/mempool/mempool-index.ts';
import { type Order, transactionOrder } from '../../src/mempool/order.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { StateSource } from '../../src/state/source.ts';
import { fuzzing } from '../effort.ts';
import { blockDraft, materialize, type RandomBlock } from '../generators/block.ts';
import { blocksOfCalls } from '../generators/deferral.ts';
import { nextHead } from './next-head.ts';

const options = fuzzing({ short: 40, long: 2_000 });

/** Single transactions, and some bundles of two. */
function ordersIn({ input }: RandomBlock, inPairs: readonly boolean[]): Order[] {
  const orders: Order[] = [];
  for (const [index, tx] of input.transactions.entries()) {
    const last = orders.at(-1);
    const isPair = last?.transactions.length === 1 && inPairs[index % inPairs.length] === true;
    if (!isPair) orders.push(transactionOrder(tx));
    else {
      const id = `${last.id}+${tx.hash}`;
      orders.splice(-1, 1, { ...last, id, transactions: [...last.transactions, tx], replacementId: id });
    }
  }
  return orders;
}

/** All that a pool says of its orders, apart from the sequence in which they came. */
function said(pool: MempoolIndex) {
  const orders = pool.orders().map(({ id }) => id);
  return orders.sort().map((id) => ({
    id,
    conflicts: pool.conflictsOf(id)?.orders.toSorted(),
    group: pool.groupOf(id)?.orders.toSorted(),
    obstacle: pool.obstacleOf(id),
    analyses: pool.analysesOf(id)?.map(({ status, accesses }) => ({
      status,
      keys: [...accesses.keys].sort(),
      regions: accesses.regions.map(regionText).sort(),
    })),
  }));
}

/** Conflicts and groups by comparing all pairs. */
function expectAsNaive(pool: MempoolIndex): void {
  const open = new Set(pool.open());
  const orders = pool.orders();
  const accessesOf = new Map(orders.map(({ id }) => [id, jointAccesses(pool.analysesOf(id) ?? [])] as const));
  const groups = new Map(orders.map(({ id }) => [id, new Set([id])]));
  for (const a of orders) {
    const conflicts = orders.filter((b) => {
      const [x, y] = [accessesOf.get(a.id), accessesOf.get(b.id)];
      if (a === b || x === undefined || y === undefined) return false;
      return open.has(a.id) || (!open.has(b.id) && firstConflict(x, y) !== null);
    });
    expect(pool.conflictsOf(a.id)?.orders).toEqual(conflicts.map(({ id }) => id));
    const senders = new Set(a.transactions.map(({ from }) => from));
    for (const b of orders) {
      if (open.has(a.id) || open.has(b.id)) continue;
      if (!conflicts.includes(b) && !b.transactions.some(({ from }) => senders.has(from))) continue;
      const union = new Set([...(groups.get(a.id) ?? []), ...(groups.get(b.id) ?? [])]);
      for (const id of union) groups.set(id, union);
    }
  }
  for (const { id } of orders) {
    const expected = open.has(id)
      ? undefined
      : orders.map((one) => one.id).filter((one) => groups.get(id)?.has(one));
    expect(pool.groupOf(id)?.orders).toEqual(expected);
  }
}

const script = fc.array(fc.tuple(fc.nat(1000), fc.constantFrom('toggle', 'toggle', 'toggle', 'head')), {
  minLength: 8,
  maxLength: 14,
});
const pairs = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });

async function play(
  block: RandomBlock,
  inPairs: readonly boolean[],
  moves: readonly (readonly [number, string])[],
): Promise<void> {
  const { input } = block;
  const orders = ordersIn(block, inPairs);
  if (orders.length === 0 || input.block === null) return;
  let head = { state: snapshotState(block.prestate) as StateSource, block: input.block };
  const rules = { hardfork: input.hardfork, chainId: input.chainId };
  const pool = createMempoolIndex({ ...head, ...rules });
  const inside = new Set<Order>();
  for (const [at, what] of moves) {
    const order = orders[at % orders.length] as Order;
    const next = what === 'head' ? nextHead(block, head.block, head.state, at) : null;
    if (next !== null) {
      head = next.head;
      for (const gone of pool.moveTo(head, next.diff).gone) inside.delete(gone);
    } else if (inside.delete(order)) expect(pool.remove(order.id)).toBe(true);
    else if (pool.add(order).kind === 'added') inside.add(order);
    expect(pool.orders().length).toBe(inside.size);
    const fresh = createMempoolIndex({ ...head, ...rules });
    fresh.addAll(orders.filter((one) => inside.has(one)));
    expect(said(pool)).toEqual(said(fresh));
    expectAsNaive(pool);
  }
}

test(`calls (seed ${options.seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(blocksOfCalls(4, 9), pairs, script, (block, inPairs, moves) =>
      play(block, inPairs, moves),
    ),
    options,
  );
});

test(`programs (seed ${options.seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(blockDraft, pairs, script, async (draft, inPairs, moves) =>
      play(await materialize(draft), inPairs, moves),
    ),
    options,
  );
});
