/** Sets of a mempool hold in whatever order its transactions run. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { analyzeBlock, isOpen } from '../../src/analysis/block.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { fuzzing } from '../effort.ts';
import { blockDraft, materialize } from '../generators/block.ts';
import { type Miss, missesOf } from '../oracle/coverage.ts';
import { Oracle } from '../oracle/recorder.ts';

const options = fuzzing({ short: 60, long: 5_000 });

test(`random transactions in random orders (seed ${options.seed})`, async () => {
  let held = 0;
  let tried = 0;
  await fc.assert(
    fc.asyncProperty(
      blockDraft,
      fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 }),
      async (draft, ranks) => {
        const { input, prestate } = await materialize(draft);
        const { transactions } = analyzeBlock(input, { state: snapshotState(prestate), unordered: true });
        const order = transactions
          .map(({ index }) => index)
          .sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0) || a - b);
        // The transactions of a sender keep their order: their nonces say it.
        const senders = order.map((index) => input.transactions[index]?.from);
        const queues = new Map(
          senders.map((from) => [
            from,
            transactions.filter(({ index }) => input.transactions[index]?.from === from),
          ]),
        );
        const oracle = await Oracle.create(input, prestate);
        const misses: Miss[] = [];
        for (const from of senders) {
          const derived = queues.get(from)?.shift();
          if (derived === undefined) continue;
          tried++;
          try {
            const seen = await oracle.run(derived.index);
            // One that may touch anything is waited for by all others: they are derived again by then.
            if (isOpen(derived) || derived.heldBy.length > 0) held++;
            else misses.push(...missesOf(input, derived, seen));
          } catch {
            // Invalid in this order.
          }
        }
        expect(misses).toEqual([]);
      },
    ),
    options,
  );
  expect(held).toBeLessThan(tried);
});
