/** Changes to an ordering, and the cost of its orders, against making everything anew; what is proved runs alike. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { analyzeBlock } from '../../src/analysis/block.ts';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import { buildConflictGraph } from '../../src/graph/build.ts';
import type { ConflictGraph } from '../../src/graph/conflict-graph.ts';
import { findConflicts } from '../../src/graph/conflicts.ts';
import { graphOf } from '../../src/graph/graph-of.ts';
import { conflictsWith } from '../../src/graph/scenario.ts';
import type { Transaction } from '../../src/input/block.ts';
import { displacedBy } from '../../src/mempool/displaced.ts';
import type { MempoolIndex } from '../../src/mempool/mempool-index.ts';
import { orderCosts } from '../../src/mempool/order-costs.ts';
import { orderTransactions } from '../../src/mempool/order-transactions.ts';
import type { Ordering } from '../../src/mempool/ordering.ts';
import { type OrderChange, whatIf } from '../../src/mempool/what-if.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { fuzzing, say } from '../effort.ts';
import { WORKER_URL } from '../executor/small-blocks.ts';
import { blockDraft, materialize, type RandomBlock } from '../generators/block.ts';
import { blocksOfCalls } from '../generators/deferral.ts';
import { ordersIn, poolOf } from './pool-of.ts';

const options = fuzzing({ short: 60, long: 3_000 });

let executor: Executor;
beforeAll(async () => {
  executor = await createExecutor({ workers: 1, workerUrl: WORKER_URL });
});
afterAll(() => executor.close());

/** Whenever a lane is free it takes the first of the block whose predecessors are done. */
function naiveMakespan({ gas, predecessors }: ConflictGraph, lanes: number): number {
  const end = gas.map(() => Number.POSITIVE_INFINITY);
  const freeAt = Array.from({ length: lanes }, () => 0);
  const left = new Set(gas.keys());
  let now = 0;
  while (left.size > 0) {
    const lane = freeAt.findIndex((time) => time <= now);
    const next = [...left].find((index) =>
      (predecessors[index] ?? []).every((other) => (end[other] as number) <= now),
    );
    if (lane !== -1 && next !== undefined) {
      left.delete(next);
      end[next] = now + Number(gas[next]);
      freeAt[lane] = end[next] as number;
    } else now = Math.min(...[...freeAt, ...end].filter((time) => time > now));
  }
  return end.reduce((most, time) => Math.max(most, time), 0);
}

function naiveTimes(graph: ConflictGraph, lanes: number) {
  const total = graph.gas.reduce((sum, gas) => sum + Number(gas), 0);
  const heaviest: number[] = [];
  for (const [index, before] of graph.predecessors.entries()) {
    heaviest.push(Math.max(0, ...before.map((other) => heaviest[other] ?? 0)) + Number(graph.gas[index]));
  }
  return {
    makespan: naiveMakespan(graph, lanes),
    bound: Math.max(Math.ceil(total / lanes), ...heaviest, 0),
  };
}

function transactionsOf(pool: MempoolIndex, ids: readonly string[]): Transaction[] {
  const byId = new Map(pool.orders().map((order) => [order.id, order]));
  return ids.flatMap((id) => byId.get(id)?.transactions ?? []);
}

function graphOfSequence(pool: MempoolIndex, ids: readonly string[]): ConflictGraph {
  const input = pool.inputOf(transactionsOf(pool, ids));
  return buildConflictGraph(analyzeBlock(input, { state: pool.head.state }));
}

/** Without those whose nonces have a gap before them or are used. */
function inTurn(pool: MempoolIndex, ids: readonly string[]): string[] {
  const nonces = new Map<string, bigint>();
  return ids.filter((id) => {
    const next = new Map(nonces);
    const isTurn = transactionsOf(pool, [id]).every(({ from, nonce }) => {
      const expected = next.get(from) ?? pool.head.state.account(from)?.nonce ?? 0n;
      next.set(from, nonce + 1n);
      return nonce === expected;
    });
    if (isTurn) for (const [from, nonce] of next) nonces.set(from, nonce);
    return isTurn;
  });
}

/** What became of each transaction. */
async function runOf({ input, prestate }: RandomBlock, transactions: readonly Transaction[]) {
  const { execution } = await executor.executeBlock(
    { ...input, transactions },
    { state: snapshotState(prestate), mode: 'sequential', skipInvalid: true },
  );
  return new Map(
    execution.receipts.map(({ transaction, status, gasUsed, logs }) => [
      transactions[transaction]?.hash,
      { status, gasUsed, logs },
    ]),
  );
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}

/** Of each order: whether an edge joins it to another one, and the heaviest chain before its first transaction. */
function standings(pool: MempoolIndex, ids: readonly string[], { edges, gas }: ConflictGraph) {
  const ownerOf = ids.flatMap((id) => transactionsOf(pool, [id]).map(() => id));
  const startOf = (index: number): number =>
    Math.max(
      0,
      ...edges.filter(({ to }) => to === index).map(({ from }) => startOf(from) + Number(gas[from])),
    );
  return new Map(
    ids.map((id) => {
      const isAlone = edges.every(({ from, to }) => (ownerOf[from] === id) === (ownerOf[to] === id));
      return [id, { isAlone, start: startOf(ownerOf.indexOf(id)) }] as const;
    }),
  );
}

type Drawn = readonly [OrderChange['kind'], number, number];

/** A change that can be made, and the sequence after it. */
function changeOf(
  pool: MempoolIndex,
  ids: readonly string[],
  [kind, a, b]: Drawn,
): [OrderChange, string[]] | null {
  const others = pool.orders().flatMap(({ id }) => (ids.includes(id) ? [] : [id]));
  const id = ids[a % Math.max(1, ids.length)];
  const other = others[a % Math.max(1, others.length)];
  if (kind === 'add') {
    if (other === undefined) return null;
    const to = b % (ids.length + 1);
    return [{ kind, id: other, to }, ids.toSpliced(to, 0, other)];
  }
  if (id === undefined) return null;
  const left = ids.filter((one) => one !== id);
  if (kind === 'leave-out') return [{ kind, id }, left];
  if (kind === 'move') {
    const to = b % (left.length + 1);
    return [{ kind, id, to }, left.toSpliced(to, 0, id)];
  }
  const key = pool.hotKeys()[a % Math.max(1, pool.hotKeys().length)]?.key;
  return key === undefined ? null : [{ kind, key }, [...ids]];
}

function expectCosts(pool: MempoolIndex, ordering: Ordering, lanes: number): void {
  const costs = orderCosts(pool, ordering, { lanes });
  const whole = naiveTimes(ordering.graph, lanes);
  expect({ makespan: costs.makespan, bound: costs.bound }).toEqual(whole);
  const conflicts = findConflicts(ordering.analysis);
  for (const [at, { id, takes, ...cost }] of costs.orders.entries()) {
    expect(id).toBe(ordering.orders[at]);
    const stays = inTurn(pool, ordering.orders.toSpliced(at, 1));
    expect([...takes]).toEqual(ordering.orders.filter((one) => one !== id && !stays.includes(one)));
    const left = new Set(stays.flatMap((one) => transactionsOf(pool, [one]).map(({ hash }) => hash)));
    const order = [...ordering.transactions.keys()].filter((index) =>
      left.has(ordering.transactions[index]?.hash ?? '0x'),
    );
    const naive = naiveTimes(graphOf(conflictsWith(conflicts, [], order)), lanes);
    expect(cost.bound).toBe(naive.bound);
    expect(cost.makespan).toBe(Math.min(whole.makespan, naive.makespan));
    expect(cost.time).toBe(whole.makespan - cost.makespan);
    expect(cost.isWorthIt).toBe(cost.value * BigInt(whole.makespan) >= BigInt(cost.time) * ordering.value);
  }
  const most = Math.max(0, ...costs.orders.map(({ time }) => time));
  const costliest = costs.orders.find(({ id }) => id === costs.costliest);
  expect(costliest?.time ?? 0).toBe(most);
}

/** What an order keeps out fits where it was, and nothing is left that would fit as well. */
function expectDisplaced(pool: MempoolIndex, share: number): number {
  const all = orderTransactions(pool);
  const largest = all.transactions.reduce((most, tx) => (tx.gasLimit > most ? tx.gasLimit : most), 0n);
  const gasLimit = (all.gas * BigInt(share)) / 100n + largest;
  const ordering = orderTransactions(pool, { gasLimit });
  const gasOf = (id: string) => (pool.analysesOf(id) ?? []).reduce((sum, one) => sum + one.gasEstimate, 0n);
  const mostOf = (id: string) =>
    transactionsOf(pool, [id]).reduce((most, tx) => (tx.gasLimit > most ? tx.gasLimit : most), gasOf(id));
  let count = 0;
  for (const [at, id] of ordering.orders.entries()) {
    const { orders, gas } = displacedBy(pool, ordering, id, { gasLimit });
    const rest = inTurn(pool, ordering.orders.toSpliced(at, 1));
    const used = ordering.placed.reduce((sum, one) => sum + (rest.includes(one.id) ? one.gas : 0n), 0n);
    expect(gas).toBe(orders.reduce((sum, one) => sum + gasOf(one), 0n));
    expect(used + gas).toBeLessThanOrEqual(gasLimit);
    expect(inTurn(pool, [...rest, ...orders])).toEqual([...rest, ...orders]);
    for (const left of ordering.leftOut) {
      if (left.reason.kind !== 'no-room' || left.reason.of !== 'gas') continue;
      if (orders.includes(left.id) || used + gas + mostOf(left.id) > gasLimit) continue;
      expect(inTurn(pool, [...rest, ...orders, left.id])).not.toContain(left.id);
    }
    count += orders.length;
  }
  return count;
}

async function check(
  block: RandomBlock,
  inPairs: readonly boolean[],
  drawn: readonly Drawn[],
  lanes: number,
) {
  if (block.input.block === null) return { kept: 0, affected: 0, displaced: 0 };
  const pool = poolOf(block, ordersIn(block, inPairs));
  const ordering = orderTransactions(pool);
  // Nonces that authorisations count up are not seen to (see `Turns`), neither here nor by `whatIf`.
  if (inTurn(pool, ordering.orders).length < ordering.orders.length) {
    return { kept: 0, affected: 0, displaced: 0 };
  }
  expectCosts(pool, ordering, lanes);
  const changes: OrderChange[] = [];
  let ids = [...ordering.orders];
  for (const each of drawn) {
    const made = changeOf(pool, ids, each);
    if (made === null) continue;
    changes.push(made[0]);
    ids = made[1];
  }
  const result = whatIf(pool, ordering, changes, { lanes });
  const stays = inTurn(pool, ids);
  expect(result.orders).toEqual(stays);
  expect(result.outOfTurn).toEqual(ids.filter((id) => !stays.includes(id)));
  expect(result.before).toMatchObject(naiveTimes(ordering.graph, lanes));
  expect(result.before.value).toBe(ordering.value);
  const graph = graphOfSequence(pool, stays);
  const { makespan, bound } = naiveTimes(graph, lanes);
  if (result.basis === 'derived') expect(result.after).toMatchObject({ makespan, bound });
  const [before, after] = [
    await runOf(block, transactionsOf(pool, ordering.orders)),
    await runOf(block, transactionsOf(pool, stays)),
  ];
  let kept = 0;
  for (const id of stays) {
    if (!ordering.orders.includes(id) || result.affected.includes(id)) continue;
    for (const { hash } of transactionsOf(pool, [id])) expect(after.get(hash)).toEqual(before.get(hash));
    kept++;
  }
  if (result.basis === 'derived') {
    const [old, now] = [standings(pool, ordering.orders, ordering.graph), standings(pool, stays, graph)];
    const both = stays.filter((id) => old.has(id));
    expect(result.free).toEqual(
      both.filter((id) => now.get(id)?.isAlone === true && old.get(id)?.isAlone === false),
    );
    const gains = both.map((id) => ({ id, gas: (old.get(id)?.start ?? 0) - (now.get(id)?.start ?? 0) }));
    expect(result.sooner.toSorted(byId)).toEqual(gains.filter(({ gas }) => gas > 0).sort(byId));
  }
  return { kept, affected: result.affected.length, displaced: expectDisplaced(pool, 40) };
}

test.each([
  ['calls', blocksOfCalls(4, 9)],
  ['programs', blockDraft.map(materialize)],
] as const)(
  '%s',
  async (name, blocks) => {
    const counts = { kept: 0, affected: 0, displaced: 0 };
    const kind = fc.constantFrom<OrderChange['kind'][]>('leave-out', 'move', 'add', 'commute');
    const drawn = fc.array(fc.tuple(kind, fc.nat(1000), fc.nat(1000)), { minLength: 1, maxLength: 3 });
    const inPairs = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        blocks,
        inPairs,
        drawn,
        fc.integer({ min: 1, max: 4 }),
        async (block, pairs, changes, lanes) => {
          const { kept, affected, displaced } = await check(await block, pairs, changes, lanes);
          counts.kept += kept;
          counts.affected += affected;
          counts.displaced += displaced;
        },
      ),
      options,
    );
    say(`what if, ${name}: seed ${options.seed}, orders ${JSON.stringify(counts)}`);
    expect(counts.kept * counts.affected * counts.displaced).toBeGreaterThan(0);
  },
  3_600_000,
);
