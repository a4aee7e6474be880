/** State over JSON-RPC, from a node of the local machine that does what it should; for others see `faults.test.ts`. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { analyzeBlock } from '../../../src/analysis/block.ts';
import { analyzeFetching } from '../../../src/executor/fetch-rounds.ts';
import { readInput } from '../../../src/input/read.ts';
import { accountKey, blockHashKey, storageKey } from '../../../src/state/key.ts';
import { snapshotState } from '../../../src/state/prestate.ts';
import type { RpcBlock } from '../../../src/state/rpc/block.ts';
import { type RpcState, rpcState } from '../../../src/state/rpc/state.ts';
import { headerHash, type NodeOptions, startNode, type TestNode } from './node.ts';

const a = `0x${'aa'.repeat(20)}` as const;
const nobody = `0x${'cc'.repeat(20)}` as const;
const whole = snapshotState({ [a]: { balance: '0x5', nonce: 7, code: '0x6001', storage: { '0x1': '0x2' } } });
const keys = [accountKey(a, 'nonce'), accountKey(nobody, 'balance'), storageKey(a, 1n), storageKey(a, 2n)];

let closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of closing) await one.close();
  closing = [];
});

async function connected(
  options: NodeOptions = {},
  block: RpcBlock = 17n,
  timeoutMs = 20_000,
): Promise<{ node: TestNode; state: RpcState }> {
  const node = await startNode(whole, options);
  const state = rpcState(node.url, block, { timeoutMs });
  closing.push(state, node);
  return { node, state };
}

/** What finding the block out takes: its header, and whether it may be named by its hash. */
const FIRST = [1, 1];

test('accounts and slots come in one batch, as they are after the block', async () => {
  const { node, state } = await connected();
  await state.load(keys);
  expect(state.account(a)).toEqual({ balance: 5n, nonce: 7n, code: new Uint8Array([0x60, 1]) });
  expect(state.account(nobody)).toBeNull();
  expect([state.storage(a, 1n), state.storage(a, 2n), state.storage(a, 3n)]).toEqual([2n, 0n, undefined]);
  expect(node.requests).toEqual([...FIRST, 8]);
  const read = node.calls.slice(2).map(({ block }) => block);
  expect(new Set(read.map((block) => JSON.stringify(block)))).toEqual(
    new Set([JSON.stringify({ blockHash: headerHash(17n) })]),
  );
});

test('batches have at most 100 calls', async () => {
  const { node, state } = await connected();
  await state.load(Array.from({ length: 1_050 }, (_, i) => storageKey(a, BigInt(i))));
  expect(node.requests).toHaveLength(FIRST.length + 11);
  expect(Math.max(...node.requests)).toBe(100);
  expect(state.storage(a, 1n)).toBe(2n);
});

test('the latest block stays the one that it was at first', async () => {
  const { node, state } = await connected({}, 'latest');
  await state.load([storageKey(a, 1n)]);
  await state.load([storageKey(a, 2n)]);
  const latest = { blockHash: headerHash(999n) };
  expect(node.calls.flatMap(({ method, block }) => (method === 'eth_getStorageAt' ? [block] : []))).toEqual([
    latest,
    latest,
  ]);
});

describe('a node that does not know EIP-1898', () => {
  test('is asked by number, and whether that is still the same block', async () => {
    const { node, state } = await connected({ namesByHash: 'no' });
    await state.load(keys);
    expect(state.storage(a, 1n)).toBe(2n);
    const read = node.calls.filter(({ method }) => method === 'eth_getStorageAt');
    expect(read.map(({ block }) => block)).toEqual(['0x11', '0x11']);
  });

  test('a reorganisation is an error', async () => {
    let asked = 0;
    const hashOf = (number: bigint) => headerHash(asked++ < 2 ? number : number + 1_000n);
    const { state } = await connected({ namesByHash: 'no', hashOf });
    await expect(state.load(keys)).rejects.toThrow(/block 17 was replaced while its state was read/);
  });
});

test('a block that the node does not have', async () => {
  const { state } = await connected({ hashOf: () => null });
  await expect(state.load(keys)).rejects.toThrow(/: has no block 17, whose state is asked for$/);
});

describe('hashes of earlier blocks', () => {
  test('are loaded like state', async () => {
    const { state } = await connected();
    expect(state.blockHash(3n)).toBeUndefined();
    await state.load([blockHashKey(3n), blockHashKey(4n)]);
    expect([state.blockHash(3n), state.blockHash(4n)]).toEqual([headerHash(3n), headerHash(4n)]);
  });

  test('of a chain that has changed are not believed', async () => {
    let asked = 0;
    const hashOf = (number: bigint) => headerHash(asked++ < 1 ? number : number + 1_000n);
    const { state } = await connected({ hashOf });
    await expect(state.load([blockHashKey(3n)])).rejects.toThrow(/block 17 was replaced/);
  });
});

test('the chain is the one of the node', async () => {
  const { state } = await connected({ chainId: 10n });
  expect(await state.chainId()).toBe(10n);
});

describe('the example block over a node', () => {
  const example = (name: string) =>
    JSON.parse(readFileSync(new URL(`../../../examples/mixed-block/${name}.json`, import.meta.url), 'utf8'));
  const input = readInput(example('block'));
  const prestate = snapshotState(example('prestate'));

  test.each([
    ['without hints', false, 5],
    ['with access lists of the node as hints', true, 3],
  ])('%s', async (_name, hasHints, most) => {
    const expected = analyzeBlock(input, { state: prestate });
    const lists = new Map(
      input.transactions.map((tx, i) => [
        `${tx.from}0x${Buffer.from(tx.data).toString('hex')}`,
        [...new Set((expected.transactions[i]?.inputs.answers ?? []).map(({ key }) => key))],
      ]),
    );
    const accessListOf = ({ from, data }: { from: string; data: string }) =>
      lists.get(`${from}${data}`) ?? [];
    const node = await startNode(prestate, hasHints ? { accessListOf } : {});
    const state = rpcState(node.url, 1n);
    closing.push(state, node);
    let loads = 0;
    const counted = {
      ...state,
      load: (keys: readonly string[]) => {
        loads++;
        return state.load(keys);
      },
    };
    const analysis = await analyzeFetching(input, { state: counted });
    expect(analysis.transactions).toEqual(expected.transactions);
    expect(loads).toBeLessThanOrEqual(most);
  });
});
