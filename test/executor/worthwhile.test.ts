import { describe, expect, test } from '@jest/globals';
import type { EngineKind } from '../../src/executor/engine-kind.ts';
import { reasonAgainstPlan, reasonBeforehand } from '../../src/executor/worthwhile.ts';
import type { ConflictGraph } from '../../src/graph/conflict-graph.ts';
import type { Plan } from '../../src/graph/plan.ts';
import { blockOf, SENDERS } from './small-blocks.ts';

function reason(count: number, gas: bigint, makespan: bigint, engine: EngineKind = 'stock'): string | null {
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
  const plan: Plan = { workers: 2, granularity: 'transaction', lanes: [], makespan, speedup };
  return reasonAgainstPlan(plan, graph, engine);
}

test.each([
  ['many heavy transactions that halve', 300, 100_000n, 15_000_000n, null],
  ['no gas', 2, 0n, 0n, 'it takes no gas'],
  ['one long chain', 300, 100_000n, 29_000_000n, 'its transactions have to wait for each other'],
])('%s', (_name, count, gas, makespan, expected) => {
  expect(reason(count, gas, makespan)).toBe(expected);
});

test('a faster engine leaves less to be shared', () => {
  const simple = [300, 25_000n, 3_750_000n] as const;
  expect(reason(...simple, 'stock')).toBeNull();
  expect(reason(...simple, 'tuned')).toBe('its transactions take no longer than sending them to workers');
  expect(reason(100, 1_000_000n, 50_000_000n, 'tuned')).toBeNull();
});

describe('before the analysis', () => {
  const [A] = SENDERS;
  const several = blockOf([{ from: A }, { from: A, nonce: 6n }]);

  test.each([
    ['parallel', 1, several, null],
    ['sequential', 8, several, 'asked for'],
    ['auto', 1, several, 'there is one worker'],
    ['auto', 2, blockOf([]), 'it is empty'],
    ['auto', 2, blockOf([{ from: A }]), 'it has one transaction'],
    ['auto', 2, several, null],
  ] as const)('%s with %d workers', (mode, workers, input, expected) => {
    expect(reasonBeforehand(mode, workers, input)).toBe(expected);
  });
});
