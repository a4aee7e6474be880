/** With less of the state the sets are wider, never wrong: nothing, code alone, no storage, no balances. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { analyzeBlock } from '../../src/analysis/block.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { Prestate, PrestateAccount } from '../corpus.ts';
import { fuzzing, say } from '../effort.ts';
import { blockDraft, materialize } from '../generators/block.ts';
import { missesOf } from '../oracle/coverage.ts';
import { Oracle } from '../oracle/recorder.ts';

const levels: readonly {
  readonly name: string;
  readonly keep: (account: PrestateAccount) => PrestateAccount | null;
}[] = [
  { name: 'nothing', keep: () => null },
  { name: 'code alone', keep: ({ code }) => (code === undefined ? null : { code }) },
  { name: 'accounts without storage', keep: ({ storage: _, ...account }) => account },
  { name: 'code and storage without balances', keep: ({ balance: _, nonce: __, ...account }) => account },
];

function reduced(prestate: Prestate, keep: (account: PrestateAccount) => PrestateAccount | null): Prestate {
  return Object.fromEntries(
    Object.entries(prestate).flatMap(([address, account]) => {
      const kept = keep(account);
      return kept === null ? [] : [[address, kept]];
    }),
  );
}

describe('on random blocks', () => {
  const { seed, numRuns } = fuzzing({ short: 30, long: 10_000 });

  test('derived sets hold what is observed, whatever is missing', async () => {
    const counts = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(blockDraft, async (draft) => {
        const { input, prestate } = await materialize(draft);
        const oracle = await Oracle.create(input, prestate);
        const recorded = [];
        for (const index of input.transactions.keys()) recorded.push(await oracle.run(index));
        for (const { name, keep } of levels) {
          const state = snapshotState(reduced(prestate, keep), { partial: true });
          const { transactions, missing } = analyzeBlock(input, { state });
          for (const one of transactions) {
            const label = `${name}: ${one.status}`;
            counts.set(label, (counts.get(label) ?? 0) + 1);
            const seen = recorded[one.index];
            if (seen !== undefined) expect([name, missesOf(input, one, seen)]).toEqual([name, []]);
          }
          if (transactions.some(({ status }) => status === 'unbounded')) expect(missing).not.toEqual([]);
        }
      }),
      { seed, numRuns },
    );
    say(`less state: seed ${seed}, ${numRuns} blocks, ${[...counts].map((one) => one.join(' ')).join(', ')}`);
  }, 600_000);
});
