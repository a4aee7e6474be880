import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AccessMode, AccessSet, Region } from '../../src/analysis/access.ts';
import { firstConflict } from '../../src/analysis/overlap.ts';
import type { BlockAnalysis } from '../../src/analysis/result.ts';
import { findDependencies } from '../../src/graph/dependencies.ts';
import { accountKey, storageKey } from '../../src/state/key.ts';
import { type Relation, reduction, relationOf } from './naive.ts';
import { A, analysisOf, randomAnalysis } from './random-block.ts';

function withModes(
  accesses: AccessSet,
  origins: AccessSet['origins'],
  to: (mode: AccessMode) => AccessMode | null,
): AccessSet {
  const keys = new Map<string, AccessMode>();
  for (const [key, mode] of accesses.keys) {
    const other = to(mode);
    if (other !== null) keys.set(key, other);
  }
  const regions = accesses.regions.flatMap((region): Region[] => {
    const mode = to(region.mode);
    return mode === null ? [] : [{ ...region, mode }];
  });
  return { keys, regions, origins };
}

/** Over all pairs: whether the later one may touch what the earlier one may change. */
function readsAfterWrites({ transactions }: BlockAnalysis): Relation {
  const origins = new Map(transactions.flatMap(({ accesses }) => [...accesses.origins]));
  return transactions.map((a) => {
    const written = withModes(a.accesses, origins, (mode) => (mode === 'read' ? null : 'write'));
    return transactions.map((b) => {
      const touched = withModes(b.accesses, origins, () => 'read');
      return a.index < b.index && firstConflict(written, touched) !== null;
    });
  });
}

test('are exactly the pairs of a read after a write that no others imply', () => {
  fc.assert(
    fc.property(randomAnalysis, (analysis) => {
      const found = findDependencies(analysis.transactions);
      const pairs = found.flatMap((list, to) => list.map((from): [number, number] => [from, to]));
      const relation = relationOf(found.length, pairs);
      expect(reduction(relation)).toEqual(reduction(readsAfterWrites(analysis)));
      expect(pairs.length).toBe(reduction(relation).length);
      for (const list of found) expect(list).toEqual([...list].sort((a, b) => a - b));
    }),
    { numRuns: 300 },
  );
});

describe('of two transactions on one key', () => {
  const key = storageKey(A, 1n);
  const second = (first: AccessMode, then: AccessMode) =>
    findDependencies(analysisOf([{ keys: { [key]: first } }, { keys: { [key]: then } }]).transactions)[1];

  test.each<[AccessMode, AccessMode, number[]]>([
    ['write', 'read', [0]],
    ['write', 'write', [0]],
    ['delta', 'delta', [0]],
    ['read', 'write', []],
    ['read', 'read', []],
  ])('%s, then %s', (first, then, expected) => {
    expect(second(first, then)).toEqual(expected);
  });
});

test('what a deferred transaction may turn out to touch counts', () => {
  const region: Region = { shape: 'account', address: A, field: 'storage', mode: 'write' };
  const { transactions } = analysisOf([
    { keys: { [accountKey(A, 'nonce')]: 'delta' } },
    { regions: [region], pending: [region], resolveAfter: [0] },
    { keys: { [storageKey(A, 7n)]: 'read' } },
  ]);
  expect(findDependencies(transactions)).toEqual([[], [], [1]]);
});
