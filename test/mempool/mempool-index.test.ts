/** A pool that changes says the same as one that is filled at once, and as comparing all pairs. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AccessSet } from '../../src/analysis/access.ts';
import { accessCovers, firstConflict } from '../../src/analysis/overlap.ts';
import { regionText } from '../../src/analysis/region-text.ts';
import { jointAccesses } from '../../src/mempool/joint-accesses.ts';
import { createMempoolIndex, type GroupEvent, type MempoolIndex } from '../../src/mempool/mempool-index.ts';
import { type Order, transactionOrder } from '../../src/mempool/order.ts';
import { slotHex } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { StateSource } from '../../src/state/source.ts';
import { fuzzing, isLong } from '../effort.ts';
import { blockDraft, materialize, type RandomBlock } from '../generators/block.ts';
import { blocksOfCalls } from '../generators/deferral.ts';
import { nextHead } from './next-head.ts';

const options = fuzzing({ short: 12, long: 1_000 });

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

/** What happens to the order at a place: it comes or goes, outbids itself, or comes as a bundle of a name; or a head. */
type Move = readonly [place: number, what: 'toggle' | 'outbid' | 'name' | 'head'];

function scriptOf(kinds: readonly Move[1][]): fc.Arbitrary<Move[]> {
  return fc.array(fc.tuple(fc.nat(1000), fc.constantFrom(...kinds)), {
    minLength: 8,
    maxLength: isLong ? 60 : 14,
  });
}

const orderly = scriptOf(['toggle', 'toggle', 'toggle', 'outbid', 'name']);
const withHeads = scriptOf(['toggle', 'toggle', 'outbid', 'name', 'head']);
const pairs = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });

/** The same transactions for more, under another hash, or as a bundle that has one of two names. */
function variantOf(order: Order, what: 'outbid' | 'name', number: number): Order {
  if (what === 'name') return { ...order, id: `bundle ${number}`, replacementId: `name ${number % 2}` };
  const transactions = order.transactions.map((tx, at) => ({
    ...tx,
    hash: slotHex(BigInt(1000 * number + at + 1)),
    maxFeePerGas: tx.maxFeePerGas + BigInt(number),
  }));
  return { ...order, id: `order ${number}`, transactions, replacementId: null };
}

/** At most one alone for each sender and nonce, and one for each name. */
function expectNoRivals(orders: readonly Order[]): void {
  const places = orders.flatMap(({ transactions: [tx, ...others], replacementId }) =>
    replacementId !== null ? [replacementId] : others.length > 0 ? [] : [`${tx?.from} ${tx?.nonce}`],
  );
  expect(new Set(places).size).toBe(places.length);
}

/** Nothing of what one made from scratch says is missing. */
function expectCovered(pool: MempoolIndex, fresh: MempoolIndex): void {
  for (const { id } of pool.orders()) {
    const sets = (pool.analysesOf(id) ?? []).map(({ accesses }) => accesses);
    for (const [at, { accesses }] of (fresh.analysesOf(id) ?? []).entries()) {
      const isOpen = pool.open().includes(id);
      for (const [key, mode] of accesses.keys) {
        expect(isOpen || accessCovers(sets[at] as AccessSet, key, mode, accesses.origins.get(key))).toBe(
          true,
        );
      }
    }
  }
}

/** For each order, the numbers that its group may have by what was told. */
class Followed {
  readonly #numbers = new Map<string, Set<number>>();

  constructor(pool: MempoolIndex) {
    for (const { number, orders } of pool.groups())
      for (const id of orders) this.#numbers.set(id, new Set([number]));
  }

  hear(event: GroupEvent): void {
    for (const numbers of this.#numbers.values()) {
      if (event.kind === 'split') {
        if (numbers.has(event.from)) for (const number of event.into) numbers.add(number);
      } else if (event.from.some((number) => numbers.delete(number))) numbers.add(event.into);
    }
  }

  /** @param isMoved - Orders whose own sets are others: they have left their groups and come again. */
  expectIn(pool: MempoolIndex, isMoved: (id: string) => boolean): void {
    for (const [id, numbers] of this.#numbers) {
      const group = pool.groupOf(id);
      if (group !== null && !isMoved(id)) expect([...numbers]).toContain(group.number);
    }
  }
}

async function play(block: RandomBlock, inPairs: readonly boolean[], moves: readonly Move[]): Promise<void> {
  const { input } = block;
  const orders = ordersIn(block, inPairs);
  if (orders.length === 0 || input.block === null) return;
  let head = { state: snapshotState(block.prestate) as StateSource, block: input.block };
  const rules = { hardfork: input.hardfork, chainId: input.chainId };
  const pool = createMempoolIndex({ ...head, ...rules });
  let hasMoved = false;
  let made = 0;
  let followed = new Followed(pool);
  pool.on((event) => followed.hear(event));
  for (const [at, what] of moves) {
    const order = orders[at % orders.length] as Order;
    const before = new Map(setsOf(pool));
    followed = new Followed(pool);
    const size = pool.size;
    const next = what === 'head' ? nextHead(block, head.block, head.state, at) : null;
    if (next !== null) {
      head = next.head;
      hasMoved = true;
      expect(pool.moveTo(head, next.diff).gone).toHaveLength(size - pool.size);
    } else if (what === 'outbid' || what === 'name') {
      const { kind } = pool.add(variantOf(order, what, ++made));
      expect(pool.size).toBe(kind === 'added' ? size + 1 : size);
    } else if (!pool.remove(order.id)) pool.add(order);
    else expect(pool.size).toBe(size - 1);
    const after = new Map(setsOf(pool));
    followed.expectIn(pool, (id) => before.get(id) !== after.get(id));
    expectNoRivals(pool.orders());
    const fresh = createMempoolIndex({ ...head, ...rules });
    fresh.addAll(pool.orders());
    if (hasMoved) expectCovered(pool, fresh);
    else {
      expect(said(pool)).toEqual(said(fresh));
      expect(pool.hotKeys()).toEqual(fresh.hotKeys());
    }
    expectAsNaive(pool);
  }
}

/** What is in the index of each order, as text. */
function setsOf(pool: MempoolIndex): [string, string][] {
  return pool.orders().map(({ id }) => {
    const { keys, regions, origins } = jointAccesses(pool.analysesOf(id) ?? []);
    const texts = [[...keys].map(String).sort(), regions.map(regionText).sort(), [...origins.keys()].sort()];
    return [id, `${pool.open().includes(id)} ${JSON.stringify(texts)}`];
  });
}

for (const [name, script] of [
  ['orders that come and go', orderly],
  ['heads as well', withHeads],
] as const) {
  test(`calls, ${name} (seed ${options.seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(blocksOfCalls(4, 9), pairs, script, (block, inPairs, moves) =>
        play(block, inPairs, moves),
      ),
      options,
    );
  });

  test(`programs, ${name} (seed ${options.seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(blockDraft, pairs, script, async (draft, inPairs, moves) =>
        play(await materialize(draft), inPairs, moves),
      ),
      options,
    );
  });
}
