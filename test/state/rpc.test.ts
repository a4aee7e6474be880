/** State over JSON-RPC, from a node of the local machine. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { analyzeBlock } from '../../src/analysis/block.ts';
import { analyzeFetching } from '../../src/executor/fetch-rounds.ts';
import { readInput } from '../../src/input/read.ts';
import { accountKey, storageKey } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { type RpcBlock, type RpcState, rpcState } from '../../src/state/rpc.ts';
import { type NodeOptions, startNode, type TestNode } from './node.ts';

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

test('accounts and slots come in one batch, as they are after the block', async () => {
  const { node, state } = await connected();
  await state.load(keys);
  expect(state.account(a)).toEqual({ balance: 5n, nonce: 7n, code: new Uint8Array([0x60, 1]) });
  expect(state.account(nobody)).toBeNull();
  expect([state.storage(a, 1n), state.storage(a, 2n), state.storage(a, 3n)]).toEqual([2n, 0n, undefined]);
  expect(node.requests).toEqual([8]);
  expect(new Set(node.calls.map(({ block }) => block))).toEqual(new Set(['0x11']));
});

test('batches have at most 100 calls', async () => {
  const { node, state } = await connected();
  await state.load(Array.from({ length: 1_050 }, (_, i) => storageKey(a, BigInt(i))));
  expect(node.requests).toHaveLength(11);
  expect(Math.max(...node.requests)).toBe(100);
  expect(state.storage(a, 1n)).toBe(2n);
});

test('a hash is named as EIP-1898 has it; the latest block stays the one that it was at first', async () => {
  const hash = `0x${'ab'.repeat(32)}` as const;
  const byHash = await connected({}, hash);
  await byHash.state.load([storageKey(a, 1n)]);
  expect(byHash.node.calls).toEqual([{ method: 'eth_getStorageAt', block: { blockHash: hash } }]);
  const latest = await connected({}, 'latest');
  await latest.state.load([storageKey(a, 1n)]);
  await latest.state.load([storageKey(a, 2n)]);
  expect(latest.node.calls.map(({ method, block }) => [method, block])).toEqual([
    ['eth_blockNumber', undefined],
    ['eth_getStorageAt', '0x3e7'],
    ['eth_getStorageAt', '0x3e7'],
  ]);
});

test('the chain is the one of the node', async () => {
  const { state } = await connected({ chainId: 10n });
  expect(await state.chainId()).toBe(10n);
});

describe('what goes wrong is one line that names the host, and not the path', () => {
  const cases: [string, NodeOptions, RegExp][] = [
    [
      'an error of the node',
      {
        instead: (method) =>
          method === 'eth_getBalance'
            ? {
                status: 200,
                body: JSON.stringify([
                  { jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'missing trie node' } },
                ]),
              }
            : undefined,
      },
      /missing trie node|missing response/,
    ],
    ['an error of the server', { instead: () => ({ status: 503, body: 'away' }) }, /503/],
    ['no JSON', { instead: () => ({ status: 200, body: '<html>' }) }, /: eth_\w+: .+/],
    ['nonsense', { instead: () => ({ status: 200, body: '[]' }) }, /: eth_\w+: .+/],
    ['no answer', { instead: () => null }, /timeout/i],
  ];
  test.each(cases)('%s', async (_name, options, message) => {
    const { state } = await connected(options, 17n, 300);
    const failed: unknown = await state.load(keys).then(
      () => 'loaded',
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ code: 'rpc-failed' });
    const text = String((failed as Error).message);
    expect(text).toMatch(/^127\.0\.0\.1:\d+: [^\n]+$/);
    expect(text).toMatch(message);
    expect(text).not.toContain('secret');
    expect(state.account(a)).toBeUndefined();
  });

  test('no node', async () => {
    const { node, state } = await connected();
    await node.close();
    await expect(state.load(keys)).rejects.toThrow(/^127\.0\.0\.1:\d+: eth_\w+: [^\n]*ECONNREFUSED[^\n]*$/);
  });

  test('a wrong kind of answer', async () => {
    const wrong = {
      ...whole,
      account: () => ({ balance: 5n, nonce: 7n, code: new Uint8Array(0) }),
      storage: () => 2n ** 300n,
    };
    const node = await startNode(wrong);
    const state = rpcState(node.url, 1n);
    closing.push(state, node);
    await expect(state.load([storageKey(a, 1n)])).rejects.toThrow(/expected a quantity in hex, got "0x/);
  });
});

describe('the example block over a node', () => {
  const example = (name: string) =>
    JSON.parse(readFileSync(new URL(`../../examples/mixed-block/${name}.json`, import.meta.url), 'utf8'));
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
