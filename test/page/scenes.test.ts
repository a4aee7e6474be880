import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { graphScene } from '../../src/page/graph-scene.ts';
import type { Scene } from '../../src/page/scene.ts';
import { graphStep, timelineStep } from '../../src/page/steps.ts';
import { timelineScene } from '../../src/page/timeline-scene.ts';
import { analysisOf, type Draft, randomAnalysis } from '../graph/random-block.ts';
import { exampleFindings, findingsOf, originalOf, pageBlock, withTransactions } from './blocks.ts';

const example = originalOf(pageBlock(exampleFindings()));

function outcomeOfDrafts(drafts: readonly Draft[]) {
  return originalOf(pageBlock(findingsOf(withTransactions(analysisOf(drafts)))));
}

/** Bars of one row that have room in common. */
function overlaps({ bars }: Scene): unknown[] {
  const found: unknown[] = [];
  const sorted = [...bars].sort((a, b) => a.row - b.row || a.x - b.x || a.width - b.width);
  for (const [index, bar] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next !== undefined && next.row === bar.row && next.x < bar.x + bar.width - 1e-6)
      found.push([bar, next]);
  }
  return found;
}

function checkScene(scene: Scene, transactions: number): void {
  expect(overlaps(scene)).toEqual([]);
  expect(scene.bars.map(({ transaction }) => transaction).sort((a, b) => a - b)).toEqual(
    Array.from({ length: transactions }, (_, index) => index),
  );
  for (const { x, width, row } of scene.bars) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x + width).toBeLessThanOrEqual(scene.width * (1 + 1e-9));
    expect(row).toBeLessThan(scene.rows);
  }
}

describe('the graph as bars', () => {
  test('every transaction once, none over another, whoever waits right of whom it waits for', () => {
    fc.assert(
      fc.property(randomAnalysis, (base) => {
        const outcome = originalOf(pageBlock(findingsOf(withTransactions(base))));
        const scene = graphScene(outcome);
        checkScene(scene, base.transactions.length);
        for (const { from, to } of scene.links) {
          const [before, after] = [scene.bars[from], scene.bars[to]];
          expect(after?.x).toBeGreaterThanOrEqual((before?.x ?? 0) + (before?.width ?? 0) - 1e-6);
        }
      }),
    );
  });

  test('the example block', () => {
    checkScene(graphScene(example), 240);
    checkScene(timelineScene(example), 240);
  });

  test('hundreds that wait for the same one take as many rows as they fill, not one each', () => {
    const many: Draft[] = Array.from({ length: 300 }, () => ({ keys: { k: 'read' }, gas: 10n }));
    const chain: Draft[] = Array.from({ length: 10 }, () => ({ keys: { c: 'write' }, gas: 100n }));
    const scene = graphScene(
      outcomeOfDrafts([{ keys: { k: 'write', c: 'write' }, gas: 10n }, ...many, ...chain]),
    );
    checkScene(scene, 311);
    expect(scene.rows).toBeLessThan(10);
    expect(scene.links.filter(({ isQuiet }) => !isQuiet).length).toBeLessThan(20);
    expect(scene.links).toHaveLength(310);
  });

  test('an empty block, and one of a single transaction', () => {
    expect(graphScene(outcomeOfDrafts([]))).toMatchObject({ bars: [], rows: 0 });
    expect(graphScene(outcomeOfDrafts([{ gas: 7n }])).bars).toEqual([
      { transaction: 0, x: 0, width: 7, row: 1 },
    ]);
  });
});

describe('arrow keys', () => {
  const written: Draft = { keys: { k: 'write' }, gas: 10n };
  const outcome = outcomeOfDrafts([
    written,
    { gas: 5n },
    written,
    { keys: { k: 'read' }, gas: 1n },
    { keys: { k: 'read' }, gas: 9n },
  ]);

  test('in the graph: along the longest chain, or through the block', () => {
    expect(graphStep(outcome, null, 'right')).toBe(0);
    expect(graphStep(outcome, 0, 'right')).toBe(2);
    expect(graphStep(outcome, 2, 'right')).toBe(4);
    expect(graphStep(outcome, 4, 'left')).toBe(2);
    expect(graphStep(outcome, 4, 'right')).toBeNull();
    expect(graphStep(outcome, 2, 'up')).toBe(1);
    expect(graphStep(outcome, 2, 'down')).toBe(3);
    expect(graphStep(outcome, 0, 'up')).toBeNull();
  });

  test('in the timeline: along a lane, or to the one beside it', () => {
    const scene = timelineScene(outcome);
    const rowOf = (transaction: number) => scene.bars.find((bar) => bar.transaction === transaction)?.row;
    expect(timelineStep(scene, null, 'right')).toBe(scene.bars[0]?.transaction);
    const next = timelineStep(scene, 0, 'right');
    expect(rowOf(next ?? -1)).toBe(rowOf(0));
    expect(timelineStep(scene, next, 'left')).toBe(0);
    expect(rowOf(timelineStep(scene, 0, 'down') ?? -1)).toBe((rowOf(0) ?? 0) + 1);
    expect(timelineStep(scene, 0, 'up')).toBeNull();
  });
});
