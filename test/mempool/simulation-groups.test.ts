/**
 * Groups that are simulated apart: their results are those of the whole, put together in any way, and their sequences
 * are all that differ, or some of them.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { regionMayContainKey } from '../../src/analysis/overlap.ts';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import type { Transaction } from '../../src/input/block.ts';
import { readInput } from '../../src/input/read.ts';
import { dependenceOf, isSameOutcome } from '../../src/mempool/dependence.ts';
import { joinResults } from '../../src/mempool/join-results.ts';
import type { MempoolIndex } from '../../src/mempool/mempool-index.ts';
import type { Order } from '../../src/mempool/order.ts';
import { type Simulation, simulationGroups } from '../../src/mempool/simulation-groups.ts';
import type { StateDiff } from '../../src/state/diff.ts';
import { parseKey } from '../../src/state/key.ts';
import { overlayState } from '../../src/state/overlay.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { StateSource } from '../../src/state/source.ts';
import { systemCallsDiff } from '../../src/state/system-calls.ts';
import type { Prestate } from '../corpus.ts';
import { fuzzing, say } from '../effort.ts';
import { WORKER_URL } from '../executor/small-blocks.ts';
import { blockDraft, materialize, type RandomBlock } from '../generators/block.ts';
import { blocksOfCalls } from '../generators/deferral.ts';
import { originsOf } from '../oracle/origins.ts';
import { Oracle, RefusedError } from '../oracle/recorder.ts';
import { ordersIn, poolOf } from './pool-of.ts';

const options = fuzzing({ short: 60, long: 3_000 });

/** What is other than before, in whatever way a difference says it. */
function changesOf(before: StateSource, diff: StateDiff) {
  const after = overlayState(before, diff);
  const changes = [...diff].map(([address, { storage }]) => {
    const [was, is] = [before.account(address), after.account(address)];
    const slots = [...storage].filter(([slot, value]) => before.storage(address, slot) !== value);
    return { address, was, is, slots: slots.sort(([a], [b]) => (a < b ? -1 : 1)) };
  });
  return changes
    .filter(
      ({ was, is, slots }) =>
        slots.length > 0 || JSON.stringify([was], inText) !== JSON.stringify([is], inText),
    )
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}

function inText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function transactionsOf(pool: MempoolIndex, ids: readonly string[]): Transaction[] {
  const byId = new Map(pool.orders().map((order) => [order.id, order]));
  return ids.flatMap((id) => byId.get(id)?.transactions ?? []);
}

/** All sequences of some orders that keep nonces and go on until nobody is left whose turn it is, by trying all. */
function everySequence(orders: readonly Order[], nonceOf: (from: string) => bigint): string[][] {
  const found: string[][] = [];
  const extend = (sequence: readonly string[], nonces: ReadonlyMap<string, bigint>): void => {
    let isWhole = true;
    for (const { id, transactions } of orders) {
      const next = new Map(nonces);
      const isTurn = transactions.every(({ from, nonce }) => {
        const expected = next.get(from) ?? nonceOf(from);
        next.set(from, nonce + 1n);
        return nonce === expected;
      });
      if (!isTurn || sequence.includes(id)) continue;
      isWhole = false;
      extend([...sequence, id], next);
    }
    if (isWhole && sequence.length > 0) found.push([...sequence]);
  };
  extend([], new Map());
  return found;
}

/** Parts of the set of orders between which nothing conflicts, by comparing all pairs. */
function expectGroups(pool: MempoolIndex, { groups, open }: Simulation): void {
  expect(open).toEqual(pool.open());
  const groupOf = new Map(groups.flatMap((group) => group.orders.map((id) => [id, group] as const)));
  for (const [id, group] of groupOf) {
    const own = new Set(transactionsOf(pool, [id]).map(({ from }) => from));
    for (const other of groupOf.keys()) {
      const isNear =
        pool.conflictsOf(id)?.orders.includes(other) === true ||
        transactionsOf(pool, [other]).some(({ from }) => own.has(from));
      if (isNear) expect(groupOf.get(other)).toBe(group);
    }
  }
}

/** Sequences differ pairwise; where they are said to be all, each other one comes to one of them. */
function expectSequences(pool: MempoolIndex, { groups }: Simulation, most: number): number {
  let every = 0;
  const byId = new Map(pool.orders().map((order) => [order.id, order]));
  for (const { orders, sequences, isEvery } of groups) {
    expect(sequences.length).toBeLessThanOrEqual(most);
    const dependence = dependenceOf(pool, orders);
    const placesOf = (ids: readonly string[]) => ids.map((id) => orders.indexOf(id));
    for (const [at, { orders: own, leftOut }] of sequences.entries()) {
      expect([...own, ...leftOut].sort()).toEqual([...orders].sort());
      for (const other of sequences.slice(at + 1)) {
        expect(isSameOutcome(dependence, placesOf(own), placesOf(other.orders))).toBe(false);
      }
    }
    if (orders.length > 6) continue;
    const all = everySequence(
      orders.flatMap((id) => byId.get(id) ?? []),
      (from) => pool.head.state.account(from as `0x${string}`)?.nonce ?? 0n,
    );
    const met = new Set<number>();
    for (const ids of all) {
      const same = sequences.findIndex((one) =>
        isSameOutcome(dependence, placesOf(one.orders), placesOf(ids)),
      );
      if (isEvery) expect(same).not.toBe(-1);
      met.add(same);
    }
    expect(met.has(-1)).toBe(!isEvery);
    expect(met.size - (isEvery ? 0 : 1)).toBe(sequences.length);
    every += isEvery && all.length > 1 ? 1 : 0;
  }
  return every;
}

/** Whatever the orders of a group touch is among what was to be loaded for it. */
async function expectFetched(
  { input, prestate }: RandomBlock,
  pool: MempoolIndex,
  { groups }: Simulation,
): Promise<void> {
  for (const { sequences, prefetch } of groups) {
    const listed = new Set(
      prefetch.accessList.flatMap(({ address, storageKeys }) => [
        address,
        ...storageKeys.map((slot) => `${address}:${slot}`),
      ]),
    );
    const transactions = transactionsOf(pool, sequences[0]?.orders ?? []);
    const oracle = await Oracle.create({ ...input, transactions }, prestate);
    for (const index of transactions.keys()) {
      const seen = await oracle.run(index).catch((error: unknown) => {
        if (error instanceof RefusedError) return null;
        throw error;
      });
      if (seen === null) continue;
      const keys = [...seen.reads, ...seen.writes, ...seen.adds];
      const origins = originsOf(keys, seen.preimages);
      const missed = keys.filter((key) => {
        const { address, slot } = parseKey(key);
        if (listed.has(slot === null ? address : key)) return false;
        const origin = origins.get(key) ?? null;
        return !prefetch.regions.some((region) => regionMayContainKey(region, key, origin));
      });
      expect(missed).toEqual([]);
    }
  }
}

describe('groups for simulation', () => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await createExecutor({ workers: 1, workerUrl: WORKER_URL });
  });
  afterAll(() => executor.close());

  /** What transactions leave, and what became of each. */
  async function simulate({ input, prestate }: RandomBlock, transactions: readonly Transaction[]) {
    const { execution } = await executor.executeBlock(
      { ...input, transactions },
      { state: snapshotState(prestate), mode: 'sequential', skipInvalid: true },
    );
    const results = execution.receipts.map(
      ({ transaction, status, gasUsed, logs }) =>
        [transactions[transaction]?.hash ?? '', { status, gasUsed, logs }] as const,
    );
    return { diff: execution.stateDiff, results: new Map(results) };
  }

  async function check(block: RandomBlock, inPairs: readonly boolean[], draws: readonly number[]) {
    const { input, prestate } = block;
    if (input.block === null || input.transactions.length === 0) return { groups: 0, every: 0 };
    const pool = poolOf(block, ordersIn(block, inPairs));
    const simulation = simulationGroups(pool, { sequences: 6 });
    expectGroups(pool, simulation);
    const every = expectSequences(pool, simulation, 6);
    const chosen = simulation.groups.map(({ sequences }, at) => {
      const sequence = sequences[(draws[at % draws.length] ?? 0) % sequences.length];
      return [...(sequence?.orders ?? [])];
    });
    const apart = [];
    for (const ids of chosen) apart.push(await simulate(block, transactionsOf(pool, ids)));
    // One after the other in some sequence of groups, and one from each group by turns.
    const turned = chosen.map((_, at) => chosen[(at + (draws[0] ?? 0)) % chosen.length] ?? []);
    const longest = Math.max(0, ...chosen.map((ids) => ids.length));
    const mixed = Array.from({ length: longest }, (_, at) => turned.flatMap((ids) => ids[at] ?? [])).flat();
    const state = snapshotState(prestate);
    const before = overlayState(state, systemCallsDiff(state, input.block, input.hardfork));
    const diffs: StateDiff[] = apart.map(({ diff }) => diff);
    const expected = changesOf(before, joinResults(before, diffs));
    for (const ids of [turned.flat(), mixed]) {
      const together = await simulate(block, transactionsOf(pool, ids));
      for (const { results } of apart) {
        for (const [hash, result] of results) expect(together.results.get(hash)).toEqual(result);
      }
      expect(together.results.size).toBe(apart.reduce((sum, { results }) => sum + results.size, 0));
      expect(changesOf(before, together.diff)).toEqual(expected);
    }
    await expectFetched(block, pool, simulation);
    return { groups: simulation.groups.length, every };
  }

  test('real contracts', async () => {
    const read = (name: string) =>
      JSON.parse(readFileSync(new URL(`../../examples/mixed-block/${name}.json`, import.meta.url), 'utf8'));
    const prestate = read('prestate') as Prestate;
    const input = readInput(read('block'));
    const header = input.block === null ? null : { ...input.block, withdrawals: [] };
    const transactions = input.transactions.slice(0, 40);
    const block = { input: { ...input, block: header, transactions }, prestate };
    const { groups } = await check(block, [false, false, true], [3, 1, 2]);
    expect(groups).toBeGreaterThan(10);
  }, 120_000);

  test.each([
    ['calls', blocksOfCalls(4, 9)],
    ['programs', blockDraft.map(materialize)],
  ] as const)(
    '%s',
    async (name, blocks) => {
      const counts = { pools: 0, several: 0, every: 0 };
      const draws = fc.array(fc.nat(1000), { minLength: 3, maxLength: 3 });
      const inPairs = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(blocks, inPairs, draws, async (block, pairs, drawn) => {
          const { groups, every } = await check(await block, pairs, drawn);
          counts.pools++;
          if (groups > 1) counts.several++;
          counts.every += every;
        }),
        options,
      );
      say(`simulated apart, ${name}: seed ${options.seed}, ${JSON.stringify(counts)}`);
      expect(counts.several * counts.every).toBeGreaterThan(0);
    },
    3_600_000,
  );
});
