/** Blocks with deferred transactions on their way through execution. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { analyzeBlock } from '../../src/analysis/block.ts';
import { createExecutor, type ExecuteOptions, type Executor } from '../../src/executor/executor.ts';
import type { Outcome } from '../../src/executor/outcome.ts';
import type { BlockInput } from '../../src/input/block.ts';
import { storageKey } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { BOXES, blockOfCalls, DEFERRAL_PRESTATE, LEDGERS, RELAYS, SHELF } from '../generators/deferral.ts';
import { SENDERS } from '../generators/universe.ts';
import { WORKER_URL } from './small-blocks.ts';

const [BOX, OTHER_BOX] = BOXES;
const [RELAY, OTHER_RELAY] = RELAYS;
const balanceOf = (sender: number) => BigInt(SENDERS[sender] ?? 0);
const state = snapshotState(DEFERRAL_PRESTATE);
let executor: Executor;

beforeAll(async () => {
  executor = await createExecutor({ workers: 2, workerUrl: WORKER_URL });
});
afterAll(() => executor.close());

async function execute(input: BlockInput, options: Partial<ExecuteOptions> = {}): Promise<Outcome> {
  const outcome = await executor.executeBlock(input, { state, mode: 'parallel', verify: true, ...options });
  expect(outcome.execution.verified.mismatches).toEqual([]);
  return outcome;
}

/** Each relay or ledger goes by what its box holds; only execution knows what that is, once it has been set. */
const chain = blockOfCalls([
  { sender: 0, to: SHELF, data: [1n] },
  { sender: 3, to: SHELF, data: [2n] },
  { sender: 1, to: BOX, data: [BigInt(OTHER_BOX), balanceOf(0)] },
  { sender: 2, to: RELAY, data: [BigInt(SHELF), balanceOf(3)] },
  { sender: 1, to: OTHER_RELAY, data: [5n, 0n] },
  { sender: 0, to: LEDGERS[0], data: [] },
  { sender: 2, to: SHELF, data: [6n] },
]);

describe('a chain of deferred transactions', () => {
  test.each(['parallel', 'sequential'] as const)('%s', async (mode) => {
    const resolved = new Set<number>();
    const end = executor.on('resolved', ({ transaction }) => resolved.add(transaction));
    const { analysis, graph, plan, execution } = await execute(chain, { mode });
    end();
    expect(resolved).toEqual(new Set([3, 4, 5]));
    expect(execution.escapes).toEqual([]);
    const { transactions } = analysis;
    expect(transactions.map(({ status }) => status === 'deferred')).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(transactions.map(({ resolveAfter }) => resolveAfter)).toEqual([[], [], [], [2], [3], [2], []]);
    expect(transactions.map(({ heldBy }) => heldBy)).toEqual([[], [], [], [], [3], [3, 4], [3, 4]]);
    expect(transactions.flatMap(({ accesses, pending }) => [...accesses.regions, ...pending])).toEqual([]);
    expect(transactions[4]?.accesses.keys.get(storageKey(SHELF, 5n))).toBe('write');
    expect(graph.resolutions).toEqual([
      { transaction: 3, after: [2] },
      { transaction: 4, after: [2, 3] },
      { transaction: 5, after: [2, 3] },
    ]);
    // The last one meets none of them, and waits for the last resolve step: for 3 and, through it, for 2.
    expect(graph.predecessors[6]).toEqual([3]);
    const planned = plan.lanes.flat();
    const task = (index: number) => planned.find(({ transaction }) => transaction === index);
    expect(task(4)?.resolved).toBe(task(3)?.end);
    expect(task(6)?.resolved).toBeNull();
  });
});

test('an escape among them is reported, and the result is right nevertheless', async () => {
  const first = analyzeBlock(chain, { state });
  // The analysis has overlooked that the third sets the box.
  const transactions = first.transactions.map((one) => {
    if (one.index !== 2) return one;
    const keys = new Map(one.accesses.keys);
    keys.delete(storageKey(BOX, 0n));
    return { ...one, accesses: { ...one.accesses, keys } };
  });
  for (const mode of ['parallel', 'sequential'] as const) {
    const { execution } = await execute(chain, { mode, analysis: { ...first, transactions } });
    expect(execution.escapes).toContainEqual({ transaction: 2, key: storageKey(BOX, 0n), mode: 'write' });
  }
});

test('invalid ones that are left out have left nothing', async () => {
  const poor = { ...chain.transactions[2], gasLimit: 10n ** 12n };
  const transactions = chain.transactions.map((one, index) => (index === 2 ? { ...one, ...poor } : one));
  for (const mode of ['parallel', 'sequential'] as const) {
    const { execution } = await execute({ ...chain, transactions }, { mode, skipInvalid: true });
    expect(execution.skipped.map(({ index }) => index)).toEqual([2, 4]);
    expect(execution.escapes).toEqual([]);
  }
});
