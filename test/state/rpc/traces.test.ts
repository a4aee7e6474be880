/** The pre-state out of a node's traces: the same analysis in fewer requests, and no trust where there is no ground. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, expect, test } from '@jest/globals';
import { analyzeBlock } from '../../../src/analysis/block.ts';
import { analyzeFetching } from '../../../src/executor/fetch-rounds.ts';
import type { BlockInput } from '../../../src/input/block.ts';
import { readInput } from '../../../src/input/read.ts';
import { parseKey } from '../../../src/state/key.ts';
import { snapshotState } from '../../../src/state/prestate.ts';
import { type RpcState, rpcState } from '../../../src/state/rpc/state.ts';
import { startNode, type TestNode } from './node.ts';
import { type BlockTraces, traceBlock } from './prestate-tracer.ts';

const example = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../examples/mixed-block/${name}.json`, import.meta.url), 'utf8'));
const whole: BlockInput = readInput(example('block'));
const input: BlockInput = { ...whole, transactions: whole.transactions.slice(0, 25) };
const prestate = snapshotState(example('prestate'));
const parent = input.block?.parentHash ?? '0x';

let traces: BlockTraces;
beforeAll(async () => {
  traces = await traceBlock(input, prestate);
});

let closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of closing) await one.close();
  closing = [];
});

type Tracing = (options: { readonly tracerConfig?: { readonly diffMode?: boolean } }) => unknown;

async function fetched(
  tracing: Tracing | null,
): Promise<{ node: TestNode; state: RpcState; values: number }> {
  const method = (params: readonly unknown[]) => tracing?.(params[1] as object);
  const node = await startNode(prestate, {
    ...(tracing !== null && { methods: { debug_traceBlockByHash: method } }),
  });
  const state = rpcState(node.url, parent);
  closing.push(state, node);
  const analysis = await analyzeFetching(input, { state });
  expect(analysis.transactions).toEqual(analyzeBlock(input, { state: prestate }).transactions);
  const isValue = ({ method: name }: { readonly method: string }) =>
    name !== 'eth_getCode' && /^eth_get(Code|Balance|TransactionCount|StorageAt)$/.test(name);
  return { node, state, values: node.calls.filter(isValue).length };
}

const honest: Tracing = ({ tracerConfig }) => (tracerConfig?.diffMode === true ? traces.diff : traces.plain);

test('what the traces say need not be asked for', async () => {
  const without = await fetched(null);
  const { node, values, state } = await fetched(honest);
  expect(values).toBeLessThan(without.values / 2);
  expect(node.requests.length).toBeLessThan(without.node.requests.length);
  // Everything that is known is what it was before the block.
  for (const [address, account] of state.known.accounts) {
    const { balance = 0n, nonce = 0n, code = new Uint8Array(0) } = prestate.account(address) ?? {};
    const isNone = balance + nonce === 0n && code.length === 0;
    expect([address, account]).toMatchObject([address, isNone ? null : { balance, nonce, code }]);
  }
  for (const [key, value] of state.known.slots) {
    const { address, slot } = parseKey(key);
    expect([key, value]).toEqual([key, prestate.storage(address, slot ?? 0n)]);
  }
});

test('accounts that the block makes are there in later traces, and did not exist before it', async () => {
  const made = traces.diff.flatMap((entry) => {
    const { pre, post } = (entry as { result: { pre: object; post: object } }).result;
    return Object.keys(post).filter((address) => !Object.hasOwn(pre, address));
  });
  expect(made.length).toBeGreaterThan(2);
  const { state } = await fetched(honest);
  const known = made.filter((address) => state.known.accounts.get(address as `0x${string}`) === null);
  expect(known.length).toBeGreaterThan(0);
});

test('without diff mode they are hints, and the values are asked for', async () => {
  const { values, state } = await fetched(() => traces.plain);
  expect(values).toBeGreaterThan(state.known.slots.size);
});

test.each<[string, Tracing]>([
  ['an error', () => undefined],
  ['nothing', () => null],
  ['too few of them', () => traces.plain.slice(1)],
  ['something else', ({ tracerConfig }) => (tracerConfig === undefined ? traces.plain.map(() => 17) : 'x')],
])('%s instead of traces does no harm', async (_name, tracing) => {
  await fetched(tracing);
});
