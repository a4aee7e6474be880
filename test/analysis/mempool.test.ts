/** Sets hold in whatever order the transactions of a mempool run, and whichever of a block's are left out. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { analyzeBlock, isOpen } from '../../src/analysis/block.ts';
import type { TransactionAnalysis } from '../../src/analysis/result.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { fuzzing } from '../effort.ts';
import { blockDraft, materialize } from '../generators/block.ts';
import { type Miss, missesOf } from '../oracle/coverage.ts';
import { Oracle, RefusedError } from '../oracle/recorder.ts';

const options = fuzzing({ short: 60, long: 5_000 });

interface Tally {
  tried: number;
  held: number;
}

/** Misses when the transactions run in this order; those that are invalid in it leave nothing. */
async function missesInOrder(
  { input, prestate }: Awaited<ReturnType<typeof materialize>>,
  order: readonly TransactionAnalysis[],
  tally: Tally,
): Promise<Miss[]> {
  const oracle = await Oracle.create(input, prestate);
  const misses: Miss[] = [];
  for (const derived of order) {
    tally.tried++;
    try {
      const seen = await oracle.run(derived.index);
      // One that may touch anything is waited for by all others: they are derived again by then.
      if (isOpen(derived) || derived.heldBy.length > 0) tally.held++;
      else misses.push(...missesOf(input, derived, seen));
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
    }
  }
  return misses;
}

const ranks = fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 });

test(`random transactions in random orders (seed ${options.seed})`, async () => {
  const tally: Tally = { tried: 0, held: 0 };
  await fc.assert(
    fc.asyncProperty(blockDraft, ranks, async (draft, ranks) => {
      const block = await materialize(draft);
      const { input, prestate } = block;
      const { transactions } = analyzeBlock(input, { state: snapshotState(prestate), unordered: true });
      const order = [...transactions].sort(
        (a, b) => (ranks[a.index] ?? 0) - (ranks[b.index] ?? 0) || a.index - b.index,
      );
      // The transactions of a sender keep their order: their nonces say it.
      const senderOf = ({ index }: TransactionAnalysis) => input.transactions[index]?.from;
      const queues = new Map(
        order.map((one) => [
          senderOf(one),
          transactions.filter((other) => senderOf(other) === senderOf(one)),
        ]),
      );
      const possible = order.flatMap((one) => queues.get(senderOf(one))?.shift() ?? []);
      expect(await missesInOrder(block, possible, tally)).toEqual([]);
    }),
    options,
  );
  expect(tally.held).toBeLessThan(tally.tried);
});

test(`random transactions of which some are left out (seed ${options.seed})`, async () => {
  const tally: Tally = { tried: 0, held: 0 };
  await fc.assert(
    fc.asyncProperty(blockDraft, ranks, async (draft, ranks) => {
      const block = await materialize(draft);
      const { input, prestate } = block;
      const { transactions } = analyzeBlock(input, { state: snapshotState(prestate), skipInvalid: true });
      const left = transactions.filter(({ index }) => (ranks[index] ?? 0) % 3 > 0);
      expect(await missesInOrder(block, left, tally)).toEqual([]);
    }),
    options,
  );
  expect(tally.held).toBeLessThan(tally.tried);
});
