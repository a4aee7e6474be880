import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { analyzeBlock } from '../../src/analysis/block.ts';
import type { BlockAnalysis } from '../../src/analysis/result.ts';
import { createExecutor, type ExecuteOptions, type Executor } from '../../src/executor/executor.ts';
import type { Execution } from '../../src/executor/outcome.ts';
import type { BlockInput, Hex } from '../../src/input/block.ts';
import { diffToJson } from '../../src/state/diff.ts';
import { accountKey } from '../../src/state/key.ts';
import type { StateSource } from '../../src/state/source.ts';
import {
  address,
  arbitraryTransactions,
  blockOf,
  CALLER,
  COUNTER,
  FACTORY,
  FEE_RECIPIENT,
  HEADER,
  HISTORIAN,
  MAPPING,
  MORTAL,
  PAYER,
  POINTER,
  preState,
  SENDERS,
  WATCHER,
  WORKER_URL,
  word,
} from './small-blocks.ts';

const [A, B, C, D] = SENDERS;
const NOBODY: Hex = `0x${'0'.repeat(40)}`;
let executor: Executor;

beforeAll(async () => {
  executor = await createExecutor({ workers: 3, workerUrl: WORKER_URL });
});
afterAll(() => executor.close());

async function execute(input: BlockInput, options: Partial<ExecuteOptions> = {}): Promise<Execution> {
  const outcome = await executor.executeBlock(input, {
    state: preState(),
    mode: 'parallel',
    verify: true,
    ...options,
  });
  return outcome.execution;
}

/** Everything of an execution that may not depend on how it was done. */
function comparable(execution: Execution): string {
  const { gasUsed, receiptsRoot, receipts, stateDiff, escapes, skipped } = execution;
  return JSON.stringify(
    { gasUsed, receiptsRoot, receipts, stateDiff: diffToJson(stateDiff), escapes, skipped },
    (_key, value: unknown) => {
      if (typeof value === 'bigint') return `${value}`;
      return ArrayBuffer.isView(value) ? Buffer.from(value as Uint8Array).toString('hex') : value;
    },
  );
}

describe('parallel execution', () => {
  test('equals the sequential one on random blocks, whatever the granularity', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryTransactions,
        fc.constantFrom('grayGlacier', 'homestead', 'spuriousDragon', 'cancun'),
        async (transactions, hardfork) => {
          const input = blockOf(transactions, { hardfork });
          const byTransaction = await execute(input);
          expect(byTransaction.verified.mismatches).toEqual([]);
          expect(byTransaction.mode).toBe('parallel');
          expect(byTransaction.escapes).toEqual([]);
          const byComponent = await execute(input, { granularity: 'component' });
          const sequential = await execute(input, { mode: 'sequential' });
          expect(comparable(byComponent)).toBe(comparable(sequential));
          expect(comparable(byTransaction)).toBe(comparable(sequential));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('adds up what transactions only add to', async () => {
    const input = blockOf([
      { from: A, to: address(0xe1), value: 3n },
      { from: A, to: address(0xe1), value: 4n },
      { from: B, to: address(0xe1), value: 5n },
      { from: C, to: PAYER, value: 6n, data: word(address(0xe1)) },
    ]);
    const { stateDiff, gasUsed } = await execute(input);
    expect(stateDiff.get(address(0xe1))).toEqual({ balance: 18n, storage: new Map() });
    expect(stateDiff.get(FEE_RECIPIENT)?.balance).toBe(gasUsed * (100n - 7n));
    expect(stateDiff.get(A)?.nonce).toBe(7n);
  });

  test('orders what depends on each other', async () => {
    const input = blockOf(
      SENDERS.flatMap((from) => [
        { from, to: COUNTER },
        { from, to: MAPPING },
      ]),
    );
    const { stateDiff, receipts } = await execute(input);
    expect(stateDiff.get(COUNTER)?.storage).toEqual(new Map([[0n, 4n]]));
    expect(stateDiff.get(MAPPING)?.storage.size).toBe(4);
    expect(receipts.map(({ status }) => status)).toEqual(Array(8).fill(1));
  });

  test('shows a destroyed account as gone to those that come later', async () => {
    const input = blockOf([
      { from: A, to: MORTAL },
      { from: B, to: MORTAL, value: 2n },
      { from: C, to: WATCHER, data: word(MORTAL) },
    ]);
    const { stateDiff } = await execute(input);
    expect(stateDiff.get(MORTAL)).toEqual({ destroyed: true, balance: 2n, storage: new Map() });
    expect(stateDiff.get(WATCHER)?.storage).toEqual(new Map([[1n, 2n]]));
  });

  test('resolves a call whose target an earlier transaction writes', async () => {
    const input = blockOf([
      { from: A, to: POINTER, data: word(MAPPING) },
      { from: B, to: CALLER },
      { from: C, to: COUNTER },
      { from: D, to: COUNTER },
    ]);
    const { stateDiff, escapes, verified } = await execute(input);
    expect(verified.mismatches).toEqual([]);
    expect(escapes).toEqual([]);
    expect(stateDiff.get(MAPPING)?.storage.size).toBe(1);
    expect(stateDiff.get(COUNTER)?.storage).toEqual(new Map([[0n, 2n]]));
  });

  test('gives a created contract the address that its creator has at its turn', async () => {
    const input = blockOf([
      { from: A, to: COUNTER },
      { from: A, to: null },
      { from: B, to: FACTORY },
      { from: A, to: null },
    ]);
    const { receipts, verified } = await execute(input);
    expect(verified.sequential).toBe(true);
    const created = receipts.map(({ contractAddress }) => contractAddress);
    expect(created[0]).toBeNull();
    expect(created[1]).toMatch(/^0x[0-9a-f]{40}$/);
    expect(created[3]).not.toBe(created[1]);
  });

  test('reports block hashes that it does not know, and takes them as zero', async () => {
    const input = blockOf([
      { from: A, to: HISTORIAN, data: word(HEADER.number - 1n) },
      { from: B, to: HISTORIAN, data: word(HEADER.number - 3n) },
      { from: C, to: HISTORIAN, data: word(HEADER.number - 300n) },
    ]);
    const { missingBlockHashes, stateDiff } = await execute(input);
    expect(missingBlockHashes).toEqual([HEADER.number - 3n]);
    expect(stateDiff.get(HISTORIAN)).toBeUndefined();
  });
});

describe('the header', () => {
  test('is compared when it says what the block came to', async () => {
    const input = blockOf([{ from: A }, { from: B }]);
    const first = await execute(input);
    expect(first.verified.header).toBeNull();
    const { gasUsed, receiptsRoot } = first;
    const right = await execute({ ...input, block: { ...HEADER, gasUsed, receiptsRoot } });
    expect(right.verified.header).toBe(true);
    const wrong = await execute({ ...input, block: { ...HEADER, gasUsed: gasUsed + 1n, receiptsRoot } });
    expect(wrong.verified).toMatchObject({ sequential: true, header: false });
    expect(wrong.verified.mismatches).toEqual([
      `gas used: the header has ${gasUsed + 1n}, execution gave ${gasUsed}`,
    ]);
  });
});

describe('a block around its transactions', () => {
  test('pays withdrawals after the last one', async () => {
    const withdrawals = [{ index: 0n, validatorIndex: 0n, address: address(0xe1), amount: 5n }];
    const input = blockOf([{ from: A, to: address(0xe1), value: 1n }], {
      header: { withdrawals },
      hardfork: 'shanghai',
    });
    expect((await execute(input)).stateDiff.get(address(0xe1))?.balance).toBe(6n);
  });

  test('may be missing', async () => {
    const input = { ...blockOf([{ from: A, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n }]), block: null };
    const { gasUsed, verified } = await execute(input);
    expect(gasUsed).toBeGreaterThan(21_000n);
    expect(verified).toMatchObject({ sequential: true, header: null });
  });

  test.each(['parallel', 'sequential'] as const)(
    'may be missing where fees are paid: the zero address gets them (%s)',
    async (mode) => {
      const input = { ...blockOf([{ from: A }, { from: B }, { from: A, to: C, value: 1n }]), block: null };
      const state = preState();
      const unaware = analyzeBlock(input, { state });
      const { analysis, execution } = await executor.executeBlock(input, {
        state,
        mode,
        verify: true,
        analysis: unaware,
      });
      expect(execution.escapes).toEqual([]);
      expect(execution.verified.sequential).toBe(true);
      expect(execution.stateDiff.get(NOBODY)?.balance).toBeGreaterThan(0n);
      expect(analysis.input).toBe(input);
      expect(analysis.transactions[0]?.accesses.keys.get(accountKey(NOBODY, 'balance'))).toBe('delta');
    },
  );

  test('may be empty', async () => {
    const { gasUsed, receipts, stateDiff } = await execute(blockOf([]));
    expect([gasUsed, receipts, stateDiff.size]).toEqual([0n, [], 0]);
  });
});

describe('an escape', () => {
  /** An analysis that has overlooked what transaction 1 writes. */
  function blind(input: BlockInput): BlockAnalysis {
    const analysis = analyzeBlock(input, { state: preState() });
    const transactions = analysis.transactions.map((one) => {
      if (one.index !== 1) return one;
      const keys = new Map([...one.accesses.keys].filter(([key]) => !key.startsWith(`${COUNTER}:0x`)));
      return { ...one, accesses: { ...one.accesses, keys } };
    });
    return { ...analysis, transactions };
  }

  test('is reported, and the result is right nevertheless', async () => {
    const input = blockOf([{ from: A }, { from: B }, { from: C }, { from: D }, { from: A, to: MAPPING }]);
    const key = `${COUNTER}:0x${'0'.repeat(64)}`;
    for (const mode of ['parallel', 'sequential'] as const) {
      const { escapes, stateDiff, verified } = await execute(input, { analysis: blind(input), mode });
      expect(escapes).toEqual([{ transaction: 1, key, mode: 'write' }]);
      expect(verified.sequential).toBe(true);
      expect(stateDiff.get(COUNTER)?.storage).toEqual(new Map([[0n, 4n]]));
    }
  });
});

describe('an invalid transaction', () => {
  const poor = address(0xbad);

  test('makes the block invalid; the first one in block order is named', async () => {
    const input = blockOf([{ from: A }, { from: B, nonce: 9n }, { from: poor, nonce: 0n }, { from: C }]);
    for (const mode of ['parallel', 'sequential'] as const) {
      await expect(execute(input, { mode })).rejects.toMatchObject({
        code: 'invalid-block',
        transaction: 1,
        reason: 'nonce-too-high',
      });
    }
  });

  test.each([
    ['insufficient-funds', { from: poor, nonce: 0n }],
    ['nonce-too-low', { from: B, nonce: 4n }],
    ['intrinsic-gas-too-low', { from: B, gasLimit: 20_000n }],
    ['gas-limit-too-high', { from: B, gasLimit: 30_000_001n }],
    ['fee-cap-too-low', { from: B, maxFeePerGas: 6n }],
    ['wrong-chain', { from: B, chainId: 5n }],
    ['unsupported-type', { from: B, type: 3 as const }],
    ['priority-fee-too-high', { from: B, type: 2 as const, maxPriorityFeePerGas: 101n }],
    ['sender-has-code', { from: COUNTER, nonce: 1n }],
  ])('%s', async (reason, fields) => {
    await expect(execute(blockOf([{ from: A }, fields]))).rejects.toMatchObject({ transaction: 1, reason });
  });

  test('is one whose gas limit the earlier ones leave no room for', async () => {
    const input = blockOf([{ from: A }, { from: B }, { from: C }], { header: { gasLimit: 240_000n } });
    const { gasUsed } = await execute(blockOf([{ from: A }]));
    expect(gasUsed).toBeGreaterThan(40_000n);
    await expect(execute(input)).rejects.toMatchObject({ transaction: 1, reason: 'block-gas-exceeded' });
  });

  test('can be left out', async () => {
    const input = blockOf([{ from: A }, { from: poor, nonce: 0n }, { from: C, nonce: 7n }, { from: D }]);
    for (const mode of ['parallel', 'sequential'] as const) {
      const { skipped, receipts, stateDiff, verified } = await execute(input, { mode, skipInvalid: true });
      expect(skipped.map(({ index, reason }) => [index, reason])).toEqual([
        [1, 'insufficient-funds'],
        [2, 'nonce-too-high'],
      ]);
      expect(receipts.map(({ transaction }) => transaction)).toEqual([0, 3]);
      expect(stateDiff.get(COUNTER)?.storage).toEqual(new Map([[0n, 2n]]));
      expect(verified.sequential).toBe(true);
    }
  });
});

describe('state that has to be fetched', () => {
  test('is loaded when it is needed', async () => {
    const full = preState();
    const known = new Set<string>();
    const state: StateSource = {
      account: (key) => (known.has(key) ? full.account(key) : undefined),
      storage: (key, slot) => (known.has(`${key} ${slot}`) ? full.storage(key, slot) : undefined),
      load: async (keys) => {
        for (const key of keys) {
          known.add(key.slice(0, 42));
          if (key.length > 60) known.add(`${key.slice(0, 42)} ${BigInt(key.slice(43))}`);
        }
      },
    };
    const input = blockOf([
      { from: A },
      { from: B, to: MAPPING },
      { from: C, to: PAYER, value: 1n, data: word(D) },
    ]);
    const fetched = await execute(input, { state });
    expect(comparable(fetched)).toBe(comparable(await execute(input)));
  });

  test('and cannot be is an error that names it', async () => {
    const state: StateSource = { account: () => undefined, storage: () => undefined };
    await expect(execute(blockOf([{ from: A }]), { state })).rejects.toMatchObject({ code: 'missing-state' });
  });
});

test('the workers are left alone where they promise nothing', async () => {
  const chain = blockOf([{ from: A }, { from: B }, { from: C }]);
  const { mode, modeReason, workers } = await execute(chain, { mode: 'auto' });
  expect([mode, workers]).toEqual(['sequential', 1]);
  expect(modeReason).not.toBeNull();
});
