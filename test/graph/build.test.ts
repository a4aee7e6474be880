import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AccessMode, Region } from '../../src/analysis/access.ts';
import { modesConflict } from '../../src/analysis/overlap.ts';
import { buildConflictGraph } from '../../src/graph/build.ts';
import type { ConflictGraph } from '../../src/graph/conflict-graph.ts';
import { accountKey, storageKey } from '../../src/state/key.ts';
import {
  closure,
  components,
  conflicts,
  heaviestChain,
  reasonsToWait,
  reduction,
  relationOf,
} from './naive.ts';
import { A, analysisOf, B, type Draft, randomAnalysis } from './random-block.ts';

const key = storageKey(A, 1n);
const unbounded: Draft = {
  regions: [{ shape: 'everything', address: null, field: 'any', mode: 'write' }],
};

function pairsOf(graph: ConflictGraph): [number, number][] {
  return graph.edges.map(({ from, to }) => [from, to]);
}

/** Edges among transactions that each touch one key, as `from>to`. */
function edgesOf(modes: readonly AccessMode[]): string {
  const graph = buildConflictGraph(analysisOf(modes.map((mode) => ({ keys: { [key]: mode } }))));
  return pairsOf(graph)
    .map(([from, to]) => `${from}>${to}`)
    .join(' ');
}

describe('edges of one key', () => {
  test.each<[string, AccessMode[], string]>([
    ['reads commute', ['read', 'read', 'read'], ''],
    ['deltas commute', ['delta', 'delta', 'delta'], ''],
    ['writes follow each other', ['write', 'write', 'write'], '0>1 1>2'],
    ['reads wait for the last write only', ['write', 'write', 'read', 'read'], '0>1 1>2 1>3'],
    ['a write waits for all reads since', ['write', 'read', 'read', 'write'], '0>1 0>2 1>3 2>3'],
    ['a read waits for all deltas since', ['delta', 'delta', 'read', 'delta'], '0>2 1>2 2>3'],
    ['deltas wait for the last write', ['write', 'delta', 'delta', 'write'], '0>1 0>2 1>3 2>3'],
    ['deltas wait for the reads before the group', ['read', 'delta', 'read', 'delta'], '0>1 1>2 2>3'],
  ])('%s', (_name, modes, expected) => {
    expect(edgesOf(modes)).toBe(expected);
  });
});

test('an empty block', () => {
  expect(buildConflictGraph(analysisOf([]))).toEqual({
    gas: [],
    predecessors: [],
    successors: [],
    edges: [],
    components: [],
    componentOf: [],
    criticalPath: { transactions: [], gas: 0n },
    resolutions: [],
    hotKeys: [],
  });
});

test('an edge names the keys and regions of the conflict', () => {
  const balance = accountKey(B, 'balance');
  const account: Region = { shape: 'account', address: A, field: 'storage', mode: 'write' };
  const graph = buildConflictGraph(
    analysisOf([
      { keys: { [key]: 'write', [balance]: 'write' } },
      { keys: { [key]: 'read', [balance]: 'read' } },
      { regions: [account] },
      { regions: [account] },
    ]),
  );
  expect(graph.edges).toEqual([
    { from: 0, to: 1, keys: [key, balance] },
    { from: 1, to: 2, keys: [`${A}: all storage`] },
    { from: 2, to: 3, keys: [`${A}: all storage`] },
  ]);
});

test('one region read and written by one transaction counts as written', () => {
  const account = (mode: AccessMode): Region => ({ shape: 'account', address: A, field: 'storage', mode });
  const graph = buildConflictGraph(
    analysisOf([
      { regions: [account('read'), account('write')] },
      { regions: [account('read')] },
      { regions: [account('read')], keys: { [accountKey(A, 'code')]: 'read' } },
    ]),
  );
  expect(pairsOf(graph)).toEqual([
    [0, 1],
    [0, 2],
  ]);
  expect(graph.hotKeys).toEqual([]);
});

describe('unbounded transactions', () => {
  test('are barriers, with few edges', () => {
    const own = Array.from(
      { length: 50 },
      (_, index): Draft => ({ keys: { [storageKey(B, BigInt(index))]: 'write' } }),
    );
    const graph = buildConflictGraph(analysisOf([...own, unbounded, ...own, unbounded, unbounded, ...own]));
    expect(graph.edges.length).toBe(50 + 50 + 50 + 1 + 50);
    expect(graph.criticalPath.transactions).toEqual([0, 50, 51, 101, 102, 103]);
  });

  test('a chain of them is a chain', () => {
    const graph = buildConflictGraph(analysisOf(Array.from({ length: 100 }, () => unbounded)));
    expect(graph.edges.length).toBe(99);
  });
});

describe('waits for deferred transactions', () => {
  test('what is held waits for what the deferred one waits for, not for itself', () => {
    const graph = buildConflictGraph(analysisOf([{}, {}, { resolveAfter: [0, 1] }, { heldBy: [2] }]));
    expect(graph.edges).toEqual([
      { from: 0, to: 2, keys: [] },
      { from: 1, to: 2, keys: [] },
      { from: 0, to: 3, keys: [] },
      { from: 1, to: 3, keys: [] },
    ]);
  });

  test('a pending region makes no edges, and a transaction that it concerns is held', () => {
    const pending: Region[] = [{ shape: 'account', address: A, field: 'storage', mode: 'write' }];
    const slot = { keys: { [key]: 'write' } } as const;
    const graph = buildConflictGraph(
      analysisOf([
        {},
        { resolveAfter: [0], regions: pending, pending },
        { ...slot, heldBy: [1] },
        { keys: { [storageKey(B, 1n)]: 'write' } },
        slot,
      ]),
    );
    expect(pairsOf(graph)).toEqual([
      [0, 1],
      [0, 2],
      [2, 4],
    ]);
  });
});

test('a block of more transactions than bits are kept for', () => {
  const count = 16_400;
  const graph = buildConflictGraph(
    analysisOf(Array.from({ length: count }, () => ({ keys: { [key]: 'write' } }))),
  );
  expect(graph.edges.length).toBe(count - 1);
  expect(graph.components.length).toBe(1);
  expect(graph.criticalPath.gas).toBe(BigInt(count));
});

describe('hot keys', () => {
  test('most gas first, with the number of conflicting pairs', () => {
    const other = storageKey(A, 2n);
    const graph = buildConflictGraph(
      analysisOf([
        { gas: 10n, keys: { [key]: 'write', [other]: 'read' } },
        { gas: 20n, keys: { [key]: 'read', [other]: 'read' } },
        { gas: 30n, keys: { [key]: 'read', [other]: 'delta' } },
        { gas: 40n, keys: { [other]: 'delta' } },
      ]),
    );
    expect(graph.hotKeys).toEqual([
      { key: other, transactions: 4, gas: 100n, conflicts: 4 },
      { key, transactions: 3, gas: 60n, conflicts: 2 },
    ]);
  });

  test('at most 50', () => {
    const keys = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [storageKey(A, BigInt(index)), 'write' as const]),
    );
    const { hotKeys } = buildConflictGraph(analysisOf([{ keys }, { keys }]));
    expect(hotKeys.map((hot) => hot.key)).toEqual(Object.keys(keys).slice(0, 50));
  });
});

describe('random blocks', () => {
  const runs = { numRuns: 300 };

  test('a path stands for a chain of conflicts or waits, and for nothing else', () => {
    fc.assert(
      fc.property(randomAnalysis, (analysis) => {
        const graph = buildConflictGraph(analysis);
        const naive = reasonsToWait(analysis);
        expect(closure(relationOf(graph.gas.length, pairsOf(graph)))).toEqual(closure(naive));
      }),
      runs,
    );
  });

  test('edges run forwards, none is implied by others, and all lists agree', () => {
    fc.assert(
      fc.property(randomAnalysis, (analysis) => {
        const graph = buildConflictGraph(analysis);
        const pairs = pairsOf(graph);
        const byTarget = reduction(reasonsToWait(analysis)).sort(([a, b], [c, d]) => b - d || a - c);
        expect(pairs).toEqual(byTarget);
        for (const index of graph.gas.keys()) {
          expect(graph.predecessors[index]).toEqual(
            pairs.filter(([, to]) => to === index).map(([from]) => from),
          );
          expect(graph.successors[index]).toEqual(
            pairs.filter(([from]) => from === index).map(([, to]) => to),
          );
        }
      }),
      runs,
    );
  });

  test('an edge names keys exactly if the two conflict', () => {
    fc.assert(
      fc.property(randomAnalysis, (analysis) => {
        const naive = conflicts(analysis);
        for (const { from, to, keys } of buildConflictGraph(analysis).edges) {
          expect(keys.length > 0).toBe(naive[from]?.[to]);
          expect(keys.length).toBeLessThanOrEqual(4);
          expect(new Set(keys).size).toBe(keys.length);
        }
      }),
      runs,
    );
  });

  test('components are those of the conflicts and waits', () => {
    fc.assert(
      fc.property(randomAnalysis, (analysis) => {
        const graph = buildConflictGraph(analysis);
        expect(graph.components.map(({ transactions }) => transactions)).toEqual(
          components(reasonsToWait(analysis)),
        );
        for (const [position, { id, transactions, gas }] of graph.components.entries()) {
          expect(id).toBe(position);
          expect(gas).toBe(transactions.reduce((sum, index) => sum + (graph.gas[index] as bigint), 0n));
          for (const index of transactions) expect(graph.componentOf[index]).toBe(id);
        }
      }),
      runs,
    );
  });

  test('the critical path is a heaviest chain', () => {
    fc.assert(
      fc.property(randomAnalysis, (analysis) => {
        const { gas, predecessors, criticalPath } = buildConflictGraph(analysis);
        expect(criticalPath.gas).toBe(heaviestChain(gas, reasonsToWait(analysis)));
        expect(criticalPath.transactions.reduce((sum, index) => sum + (gas[index] as bigint), 0n)).toBe(
          criticalPath.gas,
        );
        for (const [at, index] of criticalPath.transactions.entries()) {
          if (at > 0) expect(predecessors[index]).toContain(criticalPath.transactions[at - 1]);
        }
      }),
      runs,
    );
  });

  test('hot keys count what enumeration counts', () => {
    fc.assert(
      fc.property(randomAnalysis, (analysis) => {
        const { hotKeys } = buildConflictGraph(analysis);
        const all = new Set(analysis.transactions.flatMap(({ accesses }) => [...accesses.keys.keys()]));
        const naive = [...all].flatMap((of) => {
          const touching = analysis.transactions.flatMap(({ accesses, gasEstimate }) => {
            const mode = accesses.keys.get(of);
            return mode === undefined ? [] : [{ mode, gasEstimate }];
          });
          let count = 0;
          for (const [index, a] of touching.entries()) {
            for (const b of touching.slice(index + 1)) if (modesConflict(a.mode, b.mode)) count++;
          }
          const gas = touching.reduce((sum, { gasEstimate }) => sum + gasEstimate, 0n);
          return count === 0 ? [] : [{ key: of, transactions: touching.length, gas, conflicts: count }];
        });
        expect(hotKeys).toEqual(expect.arrayContaining(naive));
        expect(hotKeys.length).toBe(naive.length);
        for (const [index, { gas }] of hotKeys.entries()) {
          if (index > 0) expect(hotKeys[index - 1]?.gas).toBeGreaterThanOrEqual(gas);
        }
      }),
      runs,
    );
  });
});
