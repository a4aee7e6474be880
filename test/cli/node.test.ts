/** The command line over nodes that fail: one line on standard error, exit code 2, and an end. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { snapshotState } from '../../src/state/prestate.ts';
import { runCli } from '../live/command-line.ts';
import { type Fault, type NodeOptions, type RpcCall, startNode } from '../state/rpc/node.ts';

const example = (name: string) =>
  fileURLToPath(new URL(`../../examples/mixed-block/${name}.json`, import.meta.url));
const hasty = ['--rpc-timeout', '0.5', '--rpc-retries', '1'];

async function over(options: NodeOptions, args: readonly string[]) {
  const prestate = JSON.parse(await readFile(example('prestate'), 'utf8'));
  const node = await startNode(snapshotState(prestate), options);
  try {
    return await runCli([...args, '--rpc', node.url, ...hasty]);
  } finally {
    await node.close();
  }
}

const atState = (fault: Fault): NodeOptions => ({
  fault: (calls: readonly RpcCall[]) =>
    calls.some(({ method }) => method === 'eth_getStorageAt') ? fault : undefined,
});
const always = (fault: Fault): NodeOptions => ({ fault: () => fault });

test.each<[string, NodeOptions, RegExp]>([
  ['never answers', always('never'), /no answer within 0\.5 s \(timeout\), 2 times/],
  ['answers the first questions only', atState('never'), /no answer within 0\.5 s/],
  ['is too busy', always({ status: 429, body: '' }), /HTTP 429 Too Many Requests, 2 times/],
  ['is something else', always({ body: '<html>hello</html>' }), /expected JSON, got "<html>hello/],
  [
    'answers wrongly',
    atState({ body: (calls) => calls.map(({ id }) => ({ id, result: 5 })) }),
    /expected .*, got 5/,
  ],
  ['hangs up', always('reset'), /, 2 times$/m],
])('a node that %s', async (_name, options, message) => {
  const { code, stdout, stderr } = await over(options, ['execute', example('block')]);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^pevm-analyze: 127\.0\.0\.1:\d+: eth_\w+: [^\n]+\n$/);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain('secret');
});

test('one that recovers: the result is there', async () => {
  let left = 1;
  const fault = () =>
    left-- > 0 ? ({ status: 429, headers: { 'retry-after': '1' }, body: '' } as const) : undefined;
  const { code, stderr } = await over({ fault }, ['analyze', example('block'), '--quiet']);
  expect([code, stderr]).toEqual([0, '']);
});

test('a snapshot of one that fails leaves no file', async () => {
  const out = await mkdtemp(join(tmpdir(), 'pevm-analyze-'));
  try {
    const failing = always({ status: 500, body: '' });
    const { code, stdout, stderr } = await over(failing, ['snapshot', '--out', out]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^pevm-analyze: [^\n]+HTTP 500 Internal Server Error, 2 times\n$/);
    expect(await readdir(out)).toEqual([]);
  } finally {
    await rm(out, { recursive: true });
  }
});

test.each<[string[], RegExp]>([
  [['--rpc-timeout', '0'], /expected seconds, above 0 and at most 3600/],
  [['--rpc-batch', '0'], /expected a whole number from 1 to 10000/],
])('%j is refused', async (args, message) => {
  const { code, stderr } = await runCli(['block.json', ...args]);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});

test('what a node said is kept from run to run, unless that is not wanted', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'pevm-analyze-'));
  const prestate = JSON.parse(await readFile(example('prestate'), 'utf8'));
  const node = await startNode(snapshotState(prestate));
  const reads = async (...args: string[]) => {
    const before = node.calls.length;
    const { code } = await runCli([
      'analyze',
      example('block'),
      '--rpc',
      node.url,
      '--cache',
      cache,
      ...args,
    ]);
    expect(code).toBe(0);
    return node.calls.slice(before).filter(({ method }) => method === 'eth_getStorageAt').length;
  };
  try {
    expect(await reads()).toBeGreaterThan(100);
    expect(await reads()).toBe(0);
    expect(await reads('--no-cache')).toBeGreaterThan(100);
  } finally {
    await node.close();
    await rm(cache, { recursive: true });
  }
});
