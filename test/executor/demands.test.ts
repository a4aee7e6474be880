/** What bundles and conditions demand, against what a block does; it is executed all the same. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createExecutor, type ExecuteOptions, type Executor } from '../../src/executor/executor.ts';
import type { Execution } from '../../src/executor/outcome.ts';
import type {
  Address,
  BlockInput,
  Bundle,
  BundleMember,
  InclusionBounds,
  TransactionConditions,
} from '../../src/input/block.ts';
import { slotHex } from '../../src/state/key.ts';
import { address, blockOf, COUNTER, HEADER, MORTAL, preState, SENDERS, WORKER_URL } from './small-blocks.ts';

const [A, B, C, D] = SENDERS;
const NO_BOUNDS: InclusionBounds = { minBlock: null, maxBlock: null, minTimestamp: null, maxTimestamp: null };
const MORTAL_CODE = preState().accounts.get(MORTAL)?.code ?? new Uint8Array(0);
const FULL = address(0xf1);
const state = preState([[FULL, { balance: 1n, nonce: 1n, code: MORTAL_CODE, storage: new Map([[1n, 5n]]) }]]);
let executor: Executor;

beforeAll(async () => {
  executor = await createExecutor({ workers: 2, workerUrl: WORKER_URL });
});
afterAll(() => executor.close());

async function unmetOf(
  input: BlockInput,
  options: Partial<ExecuteOptions> = {},
): Promise<Execution['unmet']> {
  const runs = ['sequential', 'parallel'] as const;
  const found = [];
  for (const mode of runs) {
    const { execution } = await executor.executeBlock(input, { state, verify: true, ...options, mode });
    expect(execution.escapes).toEqual([]);
    expect(execution.verified.sequential).toBe(true);
    found.push(execution.unmet);
  }
  expect(found[1]).toEqual(found[0]);
  return found[0] ?? [];
}

function known(contract: Address, slot: bigint, value: bigint): TransactionConditions {
  const slots = new Map([[slot, value]]);
  return { bounds: NO_BOUNDS, knownAccounts: [{ kind: 'slots', address: contract, slots }] };
}

test('known slots are compared right before their transaction', async () => {
  const input = blockOf([
    { from: B, to: A, conditions: known(COUNTER, 0n, 0n) },
    { from: A, to: COUNTER },
    { from: C, to: A, conditions: known(COUNTER, 0n, 0n) },
    { from: D, to: COUNTER, conditions: known(COUNTER, 0n, 1n) },
    { from: B, to: FULL, conditions: known(FULL, 1n, 5n) },
    { from: C, to: A, conditions: known(FULL, 1n, 5n) },
    { from: D, to: A, conditions: known(FULL, 1n, 0n) },
  ]);
  expect(await unmetOf(input)).toEqual([
    {
      of: 'transaction',
      index: 2,
      code: 'known-slot',
      message: `${COUNTER}:${slotHex(0n)} is 0x1, not 0x0`,
    },
    { of: 'transaction', index: 5, code: 'known-slot', message: `${FULL}:${slotHex(1n)} is 0x0, not 0x5` },
  ]);
});

test('a storage root stops no worker, and is not looked at', async () => {
  const root = { kind: 'storage-root', address: COUNTER, storageRoot: slotHex(1n) } as const;
  const conditions = { bounds: NO_BOUNDS, knownAccounts: [root] };
  const input = blockOf([
    { from: A, to: COUNTER },
    { from: B, to: A, conditions },
    { from: C, to: COUNTER },
  ]);
  expect(await unmetOf(input)).toEqual([]);
});

test('bounds are compared with the header, each included', async () => {
  const { number, timestamp } = HEADER;
  const at = (bounds: Partial<InclusionBounds>): TransactionConditions => ({
    bounds: { ...NO_BOUNDS, ...bounds },
    knownAccounts: [],
  });
  const input = blockOf([
    { from: A, conditions: at({ minBlock: number, maxBlock: number, minTimestamp: timestamp }) },
    { from: B, conditions: at({ minBlock: number + 1n }) },
    { from: C, conditions: at({ minTimestamp: 1n, maxTimestamp: timestamp - 1n }) },
    { from: D, conditions: at({ maxBlock: number - 1n }) },
  ]);
  expect(await unmetOf(input)).toEqual([
    {
      of: 'transaction',
      index: 1,
      code: 'block-number',
      message: 'for block from 15000001 on, not 15000000',
    },
    {
      of: 'transaction',
      index: 2,
      code: 'timestamp',
      message: 'for the time 1 to 1655999999, not 1656000000',
    },
    { of: 'transaction', index: 3, code: 'block-number', message: 'for block up to 14999999, not 15000000' },
  ]);
});

test('a bundle wants all its members, and none of them failed, unless it says otherwise', async () => {
  const fails = { from: A, to: COUNTER, gasLimit: 22_000n };
  const bundle = (members: readonly BundleMember[], bounds = NO_BOUNDS): Bundle => ({
    kind: 'eth_sendBundle',
    members,
    bounds,
    replacementId: null,
    stateBlock: null,
  });
  const member = (index: number, allowed: Partial<BundleMember> = {}): BundleMember => ({
    index,
    canRevert: false,
    canDrop: false,
    ...allowed,
  });
  const input = blockOf([
    { from: B, to: COUNTER },
    fails,
    fails,
    { from: C, nonce: 9n },
    { from: D, nonce: 9n },
  ]);
  const bundles = [
    bundle([member(0), member(1)]),
    bundle([member(2, { canRevert: true })], { ...NO_BOUNDS, maxBlock: 1n }),
    bundle([member(3), member(4, { canDrop: true })]),
  ];
  expect(await unmetOf({ ...input, bundles }, { skipInvalid: true })).toEqual([
    { of: 'bundle', index: 0, code: 'failed-member', message: 'its transaction 1 failed' },
    { of: 'bundle', index: 1, code: 'block-number', message: 'for block up to 1, not 15000000' },
    { of: 'bundle', index: 2, code: 'missing-member', message: 'its transaction 3 was left out' },
  ]);
});
