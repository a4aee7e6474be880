/** Sets of a pool that has followed heads hold on the state of now, in whatever order its orders run. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createMempoolIndex } from '../../src/mempool/mempool-index.ts';
import { transactionOrder } from '../../src/mempool/order.ts';
import { mergeDiffs, type StateDiff } from '../../src/state/diff.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { StateSource } from '../../src/state/source.ts';
import { fuzzing } from '../effort.ts';
import { blockDraft, materialize, type RandomBlock } from '../generators/block.ts';
import { missesOf } from '../oracle/coverage.ts';
import { Oracle, RefusedError } from '../oracle/recorder.ts';
import { stateAfter } from '../oracle/state-after.ts';
import { nextHead } from './next-head.ts';

const options = fuzzing({ short: 60, long: 5_000 });

interface Tally {
  ran: number;
  /** Orders that a head made be derived again, and those that were there. */
  derived: number;
  there: number;
}

async function follow(
  block: RandomBlock,
  heads: readonly number[],
  ranks: readonly number[],
  tally: Tally,
): Promise<void> {
  const { input, prestate } = block;
  if (input.block === null) return;
  let head = { state: snapshotState(prestate) as StateSource, block: input.block };
  let diffs: StateDiff = new Map();
  const { hardfork, chainId } = input;
  const pool = createMempoolIndex({ ...head, hardfork, chainId });
  const orders = input.transactions.map((tx, index) => ({ index, order: transactionOrder(tx) }));
  for (const { order, index } of orders) if (index % 3 > 0) pool.add(order);
  for (const at of heads) {
    const next = nextHead(block, head.block, head.state, at);
    if (next === null) continue;
    head = next.head;
    diffs = mergeDiffs([diffs, next.diff]);
    tally.there += pool.size;
    tally.derived += pool.moveTo(head, next.diff).derived;
  }
  for (const { order, index } of orders) if (index % 3 === 0) pool.add(order);
  const open = new Set(pool.open());
  // All that a pool knows of earlier blocks unless it is told more.
  const blockHashes = new Map([[head.block.number - 1n, head.block.parentHash]]);
  const now = { ...input, block: head.block, blockHashes };
  const oracle = await Oracle.create(now, stateAfter(prestate, diffs));
  const byRank = [...orders].sort((a, b) => (ranks[a.index] ?? 0) - (ranks[b.index] ?? 0));
  const senders = new Set<string>();
  for (const { index, order } of byRank) {
    const [derived] = pool.analysesOf(order.id) ?? [];
    const from = input.transactions[index]?.from ?? '';
    // A sender's transactions run by their nonces; what may touch anything makes the others be derived again.
    if (derived === undefined || open.has(order.id) || senders.has(from)) continue;
    senders.add(from);
    try {
      expect(missesOf(input, { ...derived, index }, await oracle.run(index))).toEqual([]);
      tally.ran++;
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
    }
  }
}

test(`orders of now in random orders (seed ${options.seed})`, async () => {
  const tally: Tally = { ran: 0, derived: 0, there: 0 };
  const heads = fc.array(fc.nat(1000), { minLength: 1, maxLength: 6 });
  const ranks = fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(blockDraft, heads, ranks, async (draft, heads, ranks) =>
      follow(await materialize(draft), heads, ranks, tally),
    ),
    options,
  );
  expect(tally.ran).toBeGreaterThan(0);
  expect(tally.derived).toBeGreaterThan(0);
  expect(tally.derived).toBeLessThan(tally.there);
});
