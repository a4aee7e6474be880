/** Hashes of earlier blocks that are not known at first: they are loaded like state, whoever meets them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import { analyzeFetching } from '../../src/executor/fetch-rounds.ts';
import type { BlockInput, Hex } from '../../src/input/block.ts';
import { slowSource } from '../state/slow-source.ts';
import { blockOf, COUNTER, HEADER, HISTORIAN, preState, SENDERS, WORKER_URL, word } from './small-blocks.ts';

const [A, B, C, D] = SENDERS;
const hashOf = (number: bigint): Hex => `0x${number.toString(16).padStart(64, 'e')}`;
const numbers = [1n, 2n, 255n, 256n, 257n, 0n].map((back) => HEADER.number - back);
const whole = preState();
const cancun = {
  excessBlobGas: 0n,
  blobGasUsed: 0n,
  parentBeaconBlockRoot: HEADER.parentHash,
  withdrawals: [],
};
const input: BlockInput = blockOf(
  [
    ...numbers.map((number, i) => ({ from: [A, B, C][i % 3] ?? A, to: HISTORIAN, data: word(number) })),
    { from: D, to: COUNTER },
  ],
  { header: cancun, hardfork: 'cancun' },
);
const reachable = numbers.slice(1, 4);
const told: BlockInput = {
  ...input,
  blockHashes: new Map([
    ...input.blockHashes,
    ...reachable.map((number) => [number, hashOf(number)] as const),
  ]),
};

let executor: Executor;
beforeAll(async () => {
  executor = await createExecutor({ workers: 2, cores: 2, workerUrl: WORKER_URL });
});
afterAll(() => executor.close());

test('the analysis asks for exactly those that it needs', async () => {
  const source = slowSource(whole, hashOf);
  const analysis = await analyzeFetching(input, { state: source });
  expect([...source.known.blockHashes.keys()].sort()).toEqual([...reachable].sort());
  expect(analysis.missing).toEqual([]);
  expect(new Set(analysis.transactions.map(({ status }) => status))).toEqual(new Set(['exact']));
});

test.each(['sequential', 'parallel'] as const)(
  'execution is that with all hashes given: %s',
  async (mode) => {
    const expected = await executor.executeBlock(told, { state: whole, mode: 'sequential' });
    const state = slowSource(whole, hashOf);
    const { execution } = await executor.executeBlock(input, { state, mode, verify: true });
    expect(execution.stateDiff).toEqual(expected.execution.stateDiff);
    expect(execution.receipts).toEqual(expected.execution.receipts);
    expect([execution.missingBlockHashes, execution.escapes]).toEqual([[], []]);
  },
);

test('by a given access list nothing is derived, and they are loaded as execution meets them', async () => {
  const expected = await executor.executeBlock(told, { state: whole, mode: 'sequential' });
  const { blockAccessList } = expected.execution;
  const state = slowSource(whole, hashOf);
  const { execution } = await executor.executeBlock(input, { state, mode: 'parallel', blockAccessList });
  expect(execution.stateDiff).toEqual(expected.execution.stateDiff);
  expect([...state.known.blockHashes.keys()].sort()).toEqual([...reachable].sort());
});

test('a source that has none leaves them at zero, and the result names them', async () => {
  const { execution } = await executor.executeBlock(input, { state: slowSource(whole) });
  expect(execution.missingBlockHashes).toEqual([...reachable].sort());
});
