/** Nodes that answer late, wrongly, too often asked, or not at all: it works after all, or is one clear line. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { accountKey, storageKey } from '../../../src/state/key.ts';
import { snapshotState } from '../../../src/state/prestate.ts';
import type { RpcEvent, RpcOptions } from '../../../src/state/rpc/json-rpc.ts';
import { type RpcState, rpcState } from '../../../src/state/rpc/state.ts';
import { type Fault, type NodeOptions, type RpcCall, startNode, type TestNode } from './node.ts';

const a = `0x${'aa'.repeat(20)}` as const;
const whole = snapshotState({ [a]: { balance: '0x5', nonce: 7, code: '0x6001', storage: { '0x1': '0x2' } } });
const keys = [
  accountKey(a, 'nonce'),
  ...Array.from({ length: 20 }, (_, slot) => storageKey(a, BigInt(slot))),
];
/** A client that does not wait long between attempts. */
const hasty: RpcOptions = { retries: 2, backoffMs: 5 };

/** Only where there is no answer: elsewhere a slow machine is no fault. */
function timeoutFor(fault: Fault): RpcOptions {
  return fault === 'never' ? { timeoutMs: 400 } : {};
}

let closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of closing) await one.close();
  closing = [];
});

async function connected(
  options: NodeOptions,
  how: RpcOptions = {},
): Promise<{ node: TestNode; state: RpcState; events: RpcEvent[] }> {
  const node = await startNode(whole, options);
  const events: RpcEvent[] = [];
  const state = rpcState(node.url, 17n, { ...hasty, ...how, onEvent: (event) => events.push(event) });
  closing.push(state, node);
  return { node, state, events };
}

const isReading = (calls: readonly RpcCall[]) => calls.some(({ method }) => method === 'eth_getStorageAt');
const errors = (code: number, message: string) => (calls: readonly RpcCall[]) =>
  calls.map(({ id }) => ({ jsonrpc: '2.0', id, error: { code, message } }));

/** The fault for the first requests that read state, so many of them. */
function atFirst(times: number, fault: Fault): NodeOptions {
  let left = times;
  return { fault: (calls) => (isReading(calls) && left-- > 0 ? fault : undefined) };
}

describe('passes', () => {
  const cases: [string, Fault][] = [
    ['429', { status: 429, body: 'slow down' }],
    ['429 with Retry-After', { status: 429, headers: { 'retry-after': '1' }, body: '' }],
    ['500', { status: 500, body: 'oops' }],
    ['502', { status: 502, body: '<html>bad gateway</html>' }],
    ['503', { status: 503, body: '' }],
    ['503 until a date', { status: 503, headers: { 'retry-after': new Date(0).toUTCString() }, body: '' }],
    ['504', { status: 504, body: '' }],
    ['a connection that ends', 'reset'],
    ['an answer that is cut off', 'cut'],
    ['no answer', 'never'],
    ['a rate limit in JSON', { body: errors(-32005, 'limit exceeded') }],
    ['one for all calls', { body: () => ({ jsonrpc: '2.0', id: null, error: { code: 429, message: 'x' } }) }],
  ];
  test.each(cases)('%s', async (_name, fault) => {
    const { state, events } = await connected(atFirst(1, fault), timeoutFor(fault));
    await state.load(keys);
    expect([state.account(a)?.nonce, state.storage(a, 1n)]).toEqual([7n, 2n]);
    expect(events.filter(({ kind }) => kind === 'retry')).toHaveLength(1);
  });

  test('what Retry-After asks for is waited', async () => {
    const { state, events } = await connected(
      atFirst(1, { status: 429, headers: { 'retry-after': '1' }, body: '' }),
    );
    await state.load(keys);
    const waits = events.flatMap((event) => (event.kind === 'retry' ? [event.waitMs] : []));
    expect(waits).toEqual([1000]);
  });

  test('only calls that were put off are asked again', async () => {
    let isFirst = true;
    const { node, state } = await connected({
      methods: {
        eth_getTransactionCount: () => {
          if (!isFirst) return '0x7';
          isFirst = false;
          throw new Error('rate limit reached');
        },
      },
    });
    await state.load(keys);
    expect(state.account(a)?.nonce).toBe(7n);
    expect(node.requests.slice(2)).toEqual([23, 1]);
  });
});

describe('batches', () => {
  const refusals: [string, (calls: readonly RpcCall[]) => Fault][] = [
    ['are refused as geth does', ([first]) => ({ body: () => [error(first, -32600, 'batch too large')] })],
    ['are refused as a whole', () => ({ body: () => error(undefined, -32600, 'batch limit exceeded') })],
    ['are answered with one answer', ([first]) => ({ body: () => ({ ...first, result: '0x1' }) })],
    ['are too large for the server', () => ({ status: 413, body: '' })],
    ['are a bad request', () => ({ status: 400, body: 'no' })],
    ['lose answers', (calls) => ({ body: () => [{ jsonrpc: '2.0', id: calls[0]?.id, result: '0x0' }] })],
  ];
  const error = (call: RpcCall | undefined, code: number, message: string) => ({
    jsonrpc: '2.0',
    id: call?.id ?? null,
    error: { code, message },
  });
  test.each(refusals)('that %s get smaller', async (_name, refusal) => {
    const most = 4;
    const { node, state } = await connected({
      fault: (calls) => (calls.length > most ? refusal(calls) : undefined),
    });
    await state.load(keys);
    expect([state.account(a)?.nonce, state.storage(a, 1n)]).toEqual([7n, 2n]);
    // They stay so.
    const before = node.requests.length;
    await state.load(Array.from({ length: 8 }, (_, slot) => storageKey(a, BigInt(slot + 100))));
    expect(Math.max(...node.requests.slice(before))).toBeLessThanOrEqual(most);
  });

  test('a node that knows none is asked one by one', async () => {
    const { node, state } = await connected({
      fault: (calls) => (calls.length > 1 ? { status: 405, body: '' } : undefined),
    });
    await state.load(keys);
    expect(state.storage(a, 1n)).toBe(2n);
    expect(node.requests.filter((calls) => calls === 1).length).toBeGreaterThanOrEqual(23);
  });

  test('are as small as is asked for', async () => {
    const { node, state } = await connected({}, { batchSize: 3, concurrency: 1 });
    await state.load(keys);
    expect(Math.max(...node.requests)).toBe(3);
  });
});

test('requests are as rare as is asked for, those in place of a refused one too', async () => {
  const { node, state } = await connected(
    { fault: (calls) => (calls.length > 1 ? { status: 405, body: '' } : undefined) },
    { requestsPerSecond: 10 },
  );
  const start = performance.now();
  await state.load(keys);
  const seconds = (performance.now() - start) / 1000;
  // Clocks and timers may be some milliseconds apart.
  expect(seconds).toBeGreaterThan(Math.floor((node.requests.length - 1) / 10) - 0.1);
});

test('a node that is found later is asked again', async () => {
  let isAway = true;
  const { state } = await connected({ fault: () => (isAway ? { status: 404, body: '' } : undefined) });
  await expect(state.load(keys)).rejects.toThrow(/404/);
  isAway = false;
  await state.load(keys);
  expect(state.storage(a, 1n)).toBe(2n);
});

describe('is one line that names the host, and nothing secret', () => {
  const one = (result: unknown) => ({
    body: (calls: readonly RpcCall[]) => calls.map(({ id }) => ({ jsonrpc: '2.0', id, result })),
  });
  const cases: [string, Fault, RegExp][] = [
    ['429, always', { status: 429, body: '' }, /: eth_\w+: HTTP 429 Too Many Requests, 3 times$/],
    [
      '429 for an hour',
      { status: 429, headers: { 'retry-after': '3600' }, body: '' },
      /HTTP 429 Too Many Requests; it asks to wait 3600 s$/,
    ],
    [
      '401 with a reason',
      { status: 401, body: () => ({ error: 'key /secret-key expired' }) },
      /HTTP 401 key \/?\*\*\* expired$/,
    ],
    ['404', { status: 404, body: 'nothing here' }, /HTTP 404 Not Found$/],
    ['500, always', { status: 500, body: '' }, /HTTP 500 Internal Server Error, 3 times$/],
    [
      'a page',
      { body: '<html>\n<body>Welcome</body>' },
      /expected JSON, got "<html>\\n<body>Welcome<\/body>"$/,
    ],
    ['half an answer', { body: '[{"jsonrpc":"2.0","id":1,"resu' }, /expected JSON, got "/],
    ['nothing', { body: '' }, /expected JSON, got ""$/],
    ['a reset, always', 'reset', /: eth_\w+: [^\n]+, 3 times$/],
    ['an answer cut off, always', 'cut', /: eth_\w+: [^\n]+, 3 times$/],
    ['no answer', 'never', /no answer within 0\.4 s \(timeout\), 3 times$/],
    ['null for a quantity', one(null), /expected a quantity in hex, got null$/],
    ['decimals for a quantity', one(17), /expected a quantity in hex, got 17$/],
    ['too long a quantity', one(`0x1${'0'.repeat(64)}`), /expected a quantity in hex, got "0x1000[^\n]*"$/],
    ['an unknown method', { body: errors(-32601, 'method not found') }, /method not found \(code -32601\)$/],
    [
      'pruned state',
      { body: errors(-32000, 'missing trie node\nab') },
      /missing trie node ab \(code -32000\)$/,
    ],
    [
      'a quota',
      { body: errors(-32005, 'daily request count exceeded') },
      /daily request count exceeded \(code -32005\), 3 times$/,
    ],
    [
      'another id',
      { body: () => ({ jsonrpc: '2.0', id: 12345, result: '0x1' }) },
      /expected the answer with id \d+, got 12345$/,
    ],
    [
      'something deep',
      { body: `{"id":1,"error":${'['.repeat(50_000)}${']'.repeat(50_000)}}` },
      /: something very deep$/,
    ],
    [
      'a key that is cut off',
      { status: 401, body: () => ({ error: `${'x'.repeat(185)} /secret-key` }) },
      /HTTP 401 x+ \/?\*+…?$/,
    ],
    ['something else', { body: () => 17 }, /expected a JSON-RPC answer, got 17$/],
  ];
  test.each(cases)('%s', async (_name, fault, message) => {
    const { state } = await connected(
      { fault: (calls) => (isReading(calls) ? fault : undefined) },
      timeoutFor(fault),
    );
    const start = performance.now();
    const failed: unknown = await state.load(keys).then(
      () => 'loaded',
      (error: unknown) => error,
    );
    expect(failed).toMatchObject({ code: 'rpc-failed' });
    const text = String((failed as Error).message);
    expect(text).toMatch(/^127\.0\.0\.1:\d+: eth_\w+: [^\n]+$/);
    expect(text).toMatch(message);
    expect(text).not.toContain('sec');
    expect(state.account(a)).toBeUndefined();
    // Three times the timeout, and then some.
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  test('code that is none', async () => {
    const { state } = await connected({ methods: { eth_getCode: () => '0x123' } });
    await expect(state.load(keys)).rejects.toThrow(/: eth_getCode: expected code in hex, got "0x123"$/);
  });

  test('a nonce that is too large', async () => {
    const { state } = await connected({ methods: { eth_getTransactionCount: () => `0x1${'0'.repeat(16)}` } });
    await expect(state.load(keys)).rejects.toThrow(
      /expected a quantity in hex, of at most 64 bits, got "0x1/,
    );
  });

  test('no node', async () => {
    const { node, state } = await connected({});
    await node.close();
    await expect(state.load(keys)).rejects.toThrow(/^127\.0\.0\.1:\d+: eth_\w+: [^\n]*ECONNREFUSED[^\n]*$/);
  });

  test('no such host', async () => {
    const state = rpcState('http://user:hidden-word@no-such-host.invalid/secret-key', 1n, hasty);
    closing.push(state);
    const failed = await state.load(keys).catch((error: Error) => error.message);
    expect(failed).toMatch(/^no-such-host\.invalid: eth_\w+: [^\n]*(ENOTFOUND|EAI_AGAIN)[^\n]*$/);
    expect(failed).not.toMatch(/hidden|secret/);
  });

  test('no TLS where TLS is expected', async () => {
    const { node } = await connected({});
    const state = rpcState(node.url.replace('http:', 'https:'), 1n, hasty);
    closing.push(state);
    await expect(state.load(keys)).rejects.toThrow(/^127\.0\.0\.1:\d+: eth_\w+: [^\n]+$/);
  });
});

test('closing gives up what is under way', async () => {
  const { state } = await connected({ fault: () => 'never' }, { timeoutMs: 60_000 });
  const loading = state.load(keys);
  state.close();
  await expect(loading).rejects.toThrow(/the connection was closed/);
});

test('user and password go into a header, and not into the address', async () => {
  const { node } = await connected({});
  const url = node.url.replace('http://', 'http://somebody:hidden-word@');
  const state = rpcState(url, 17n, hasty);
  closing.push(state);
  await state.load(keys);
  expect(state.storage(a, 1n)).toBe(2n);
  const expected = `Basic ${Buffer.from('somebody:hidden-word').toString('base64')}`;
  expect(new Set(node.authorizations)).toEqual(new Set([expected]));
});
