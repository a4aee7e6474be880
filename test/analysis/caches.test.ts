/**
 * Caches (jump destinations and constants by code, hashes by preimage) change no result: derived for the first
 * time, again, after other blocks, or over copies of the same code, a block has the same analysis.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { analyzeBlock } from '../../src/analysis/block.ts';
import type { AnalysisOptions, TransactionAnalysis } from '../../src/analysis/result.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { fuzzing } from '../effort.ts';
import { blockDraft, materialize, type RandomBlock } from '../generators/block.ts';

const options = fuzzing({ short: 25, long: 2_000 });

const MODES: readonly Partial<AnalysisOptions>[] = [{}, { unordered: true }, { skipInvalid: true }];

test(`a result does not depend on what was derived before (seed ${options.seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(blockDraft, blockDraft, async (...drafts) => {
      const blocks = await Promise.all(drafts.map(materialize));
      for (const mode of MODES) {
        // Every snapshot has code arrays of its own: nothing is cached for them.
        const states = blocks.map(({ prestate }) => snapshotState(prestate));
        const derive = (index: number, state = states[index]): readonly TransactionAnalysis[] => {
          const { input } = blocks[index] as RandomBlock;
          return state === undefined ? [] : analyzeBlock(input, { state, ...mode }).transactions;
        };
        const first = [derive(0), derive(1)];
        expect([derive(1), derive(0)].reverse()).toEqual(first);
        expect(blocks.map(({ prestate }, index) => derive(index, snapshotState(prestate)))).toEqual(first);
      }
    }),
    options,
  );
}, 3_600_000);
