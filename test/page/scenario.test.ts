import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AccessMode } from '../../src/analysis/access.ts';
import type { BlockAnalysis } from '../../src/analysis/result.ts';
import { buildConflictGraph } from '../../src/graph/build.ts';
import { findConflicts } from '../../src/graph/conflicts.ts';
import { graphOf } from '../../src/graph/graph-of.ts';
import { type Change, conflictsWith, orderWith } from '../../src/graph/scenario.ts';
import { randomAnalysis } from '../graph/random-block.ts';
import { analysis } from '../report/hand-made.ts';
import { exampleFindings, findingsOf, originalOf, pageBlock, withTransactions } from './blocks.ts';

/** The block's analysis with the transactions of `order` only, in that order. */
function rearranged(base: BlockAnalysis, order: readonly number[]): BlockAnalysis {
  const places = (list: readonly number[]) =>
    list
      .map((transaction) => order.indexOf(transaction))
      .filter((place) => place !== -1)
      .sort((a, b) => a - b);
  return {
    ...base,
    transactions: order.flatMap((transaction, index) => {
      const found = base.transactions[transaction];
      if (found === undefined) return [];
      const { resolveAfter, heldBy } = found;
      return [{ ...found, index, resolveAfter: places(resolveAfter), heldBy: places(heldBy) }];
    }),
  };
}

/** The block's analysis with writes of a key as deltas. */
function commuting(base: BlockAnalysis, key: string): BlockAnalysis {
  return {
    ...base,
    transactions: base.transactions.map((found) => {
      const keys = new Map<string, AccessMode>(found.accesses.keys);
      if (keys.get(key) === 'write') keys.set(key, 'delta');
      return { ...found, accesses: { ...found.accesses, keys } };
    }),
  };
}

const changes = (count: number): fc.Arbitrary<Change[]> =>
  count === 0
    ? fc.constant([])
    : fc.array(
        fc.oneof(
          fc.record({ kind: fc.constant('drop' as const), transaction: fc.nat(count - 1) }),
          fc.record({
            kind: fc.constant('move' as const),
            transaction: fc.nat(count - 1),
            to: fc.nat(count - 1),
          }),
        ),
        { maxLength: 5 },
      );

const arranged = randomAnalysis.chain((base) =>
  changes(base.transactions.length).map((made) => ({ base, made })),
);

describe('what if', () => {
  test('graph and plan of an unchanged block are those of the library', () => {
    const findings = exampleFindings();
    const { graph, plan } = originalOf(pageBlock(findings));
    expect(graph).toEqual(findings.graph);
    expect(plan).toEqual(findings.plan);
  });

  test('so are those of random blocks, with regions and deferred transactions', () => {
    fc.assert(
      fc.property(randomAnalysis.map(withTransactions), (base) => {
        const findings = findingsOf(base);
        const { graph, plan } = originalOf(pageBlock(findings));
        expect(graph).toEqual(findings.graph);
        expect(plan).toEqual(findings.plan);
      }),
    );
  });

  test('drops and moves give the graph of the rearranged block', () => {
    fc.assert(
      fc.property(arranged, ({ base, made }) => {
        const order = orderWith(made, base.transactions.length);
        const graph = graphOf(conflictsWith(findConflicts(base), made, order));
        expect(graph).toEqual(buildConflictGraph(rearranged(base, order)));
      }),
    );
  });

  test('a key that commutes gives the graph of the block in which it is only added to', () => {
    fc.assert(
      fc.property(randomAnalysis, fc.nat(), (base, which) => {
        const conflicts = findConflicts(base);
        const key = conflicts.keys[which % Math.max(1, conflicts.keys.length)];
        if (key === undefined) return;
        const made: Change[] = [{ kind: 'commute', key }];
        const order = orderWith(made, base.transactions.length);
        expect(graphOf(conflictsWith(conflicts, made, order))).toEqual(
          buildConflictGraph(commuting(base, key)),
        );
      }),
    );
  });

  test('positions count the dropped ones too, and moves follow each other', () => {
    expect(orderWith([], 3)).toEqual([0, 1, 2]);
    expect(orderWith([{ kind: 'drop', transaction: 1 }], 3)).toEqual([0, 2]);
    expect(orderWith([{ kind: 'move', transaction: 3, to: 0 }], 4)).toEqual([3, 0, 1, 2]);
    expect(orderWith([{ kind: 'move', transaction: 0, to: 3 }], 4)).toEqual([1, 2, 3, 0]);
    const both: Change[] = [
      { kind: 'drop', transaction: 0 },
      { kind: 'move', transaction: 2, to: 1 },
      { kind: 'move', transaction: 3, to: 1 },
    ];
    expect(orderWith(both, 4)).toEqual([3, 2, 1]);
  });

  test('who waits for one that was dropped does not', () => {
    const made: Change[] = [{ kind: 'drop', transaction: 2 }];
    const order = orderWith(made, 5);
    const { waits } = conflictsWith(findConflicts(analysis), made, order);
    expect(waits).toEqual([0, 1, 2, 3].map((index) => ({ index, resolveAfter: [], heldBy: [] })));
  });
});
