import { describe, expect, test } from '@jest/globals';
import { reasonAgainstPlan, reasonBeforehand, type Threads } from '../../src/executor/worthwhile.ts';
import type { ConflictGraph } from '../../src/graph/conflict-graph.ts';
import type { Plan } from '../../src/graph/plan.ts';
import type { Address } from '../../src/input/block.ts';
import { blockOf, COUNTER, preState, SENDERS } from './small-blocks.ts';

const TWO_OF_MANY: Threads = { workers: 2, cores: 8, engine: 'stock' };
const FEW = 'its transactions take no longer than sending them to workers';

function reason(count: number, gas: bigint, makespan: bigint, threads: Partial<Threads> = {}): string | null {
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
  return reasonAgainstPlan(plan, graph, { ...TWO_OF_MANY, ...threads });
}

describe('by the plan', () => {
  test.each([
    ['many heavy transactions that halve', 300, 100_000n, 15_000_000n, {}, null],
    ['no gas', 2, 0n, 0n, {}, 'it takes no gas'],
    ['one long chain', 300, 100_000n, 29_000_000n, {}, 'its transactions have to wait for each other'],
    ['one core', 300, 100_000n, 15_000_000n, { cores: 1 }, FEW],
    ['simple calls', 300, 25_000n, 3_750_000n, {}, null],
    ['simple calls by a faster engine', 300, 25_000n, 3_750_000n, { engine: 'tuned' }, FEW],
    ['heavy calls by a faster engine', 100, 1_000_000n, 50_000_000n, { engine: 'tuned' }, null],
  ] as const)('%s', (_name, count, gas, makespan, threads, expected) => {
    expect(reason(count, gas, makespan, threads)).toBe(expected);
  });
});

describe('before the analysis', () => {
  const [A, B] = SENDERS;
  const call = { from: A, to: COUNTER };
  const transfer = { from: A, to: B };
  const many = (one: { readonly from: Address; readonly to: Address }) => blockOf(Array(100).fill(one));

  test.each([
    ['parallel', 'one worker', many(call), { workers: 1 }, null],
    ['sequential', 'many workers', many(call), { workers: 8 }, 'asked for'],
    ['auto', 'one worker', many(call), { workers: 1 }, 'there is one worker'],
    ['auto', 'no transaction', blockOf([]), {}, 'it is empty'],
    ['auto', 'one transaction', blockOf([call]), {}, 'it has one transaction'],
    ['auto', 'calls', many(call), {}, null],
    ['auto', 'calls on one core', many(call), { cores: 1 }, FEW],
    ['auto', 'calls by a faster engine', many(call), { engine: 'tuned' }, null],
    ['auto', 'calls by a faster engine on two cores', many(call), { engine: 'tuned', cores: 2 }, FEW],
    ['auto', 'transfers', many(transfer), {}, null],
    ['auto', 'transfers by a faster engine', many(transfer), { engine: 'tuned', workers: 8 }, FEW],
  ] as const)('%s, %s', (mode, _name, input, threads, expected) => {
    const prospect = { mode, input, state: preState(), sets: 'derived' } as const;
    expect(reasonBeforehand(prospect, { ...TWO_OF_MANY, ...threads })).toBe(expected);
  });

  test('sets that are there already make workers worth more', () => {
    const prospect = { mode: 'auto', input: many(call), state: preState() } as const;
    const threads: Threads = { workers: 2, cores: 2, engine: 'tuned' };
    expect(reasonBeforehand({ ...prospect, sets: 'derived' }, threads)).toBe(FEW);
    expect(reasonBeforehand({ ...prospect, sets: 'given' }, threads)).toBeNull();
  });
});
