import { expect, test } from '@jest/globals';
import type { EngineKind } from '../../src/executor/engine-kind.ts';
import { reasonAgainstWorkers } from '../../src/executor/worthwhile.ts';
import type { ConflictGraph } from '../../src/graph/conflict-graph.ts';
import type { Plan } from '../../src/graph/plan.ts';

function reason(
  workers: number,
  count: number,
  gas: bigint,
  makespan: bigint,
  engine: EngineKind = 'stock',
): string | null {
  const graph: ConflictGraph = {
    gas: Array.from({ length: count }, () => gas),
    predecessors: [],
    successors: [],
    edges: [],
    components: [],
    componentOf: [],
    criticalPath: { transactions: [], gas: 0n },
    resolutions: [],
    hotKeys: [],
  };
  const speedup = { '2': 1, '4': 1, '8': 1, '16': 1, bound: 1 };
  const plan: Plan = { workers, granularity: 'transaction', lanes: [], makespan, speedup };
  return reasonAgainstWorkers(workers, plan, graph, engine);
}

test.each([
  ['many heavy transactions that halve', 2, 300, 100_000n, 15_000_000n, null],
  ['one worker', 1, 300, 100_000n, 30_000_000n, 'there is one worker'],
  ['no transactions', 2, 0, 0n, 0n, 'it is empty'],
  ['one long chain', 2, 300, 100_000n, 29_000_000n, 'its transactions have to wait for each other'],
  [
    'plain transfers',
    2,
    300,
    21_000n,
    3_150_000n,
    'its transactions take no longer than sending them to workers',
  ],
  ['a handful', 2, 3, 50_000n, 75_000n, 'its transactions take no longer than sending them to workers'],
])('%s', (_name, workers, count, gas, makespan, expected) => {
  expect(reason(workers, count, gas, makespan)).toBe(expected);
});

test('a faster engine leaves less to be shared', () => {
  const block = [2, 300, 100_000n, 15_000_000n] as const;
  expect(reason(...block, 'stock')).toBeNull();
  expect(reason(...block, 'tuned')).not.toBeNull();
  expect(reason(2, 100, 1_000_000n, 50_000_000n, 'tuned')).toBeNull();
});
