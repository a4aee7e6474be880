/** What is kept of a node's answers from run to run. */
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Hex } from '../../../src/input/block.ts';
import { accountKey, blockHashKey, storageKey } from '../../../src/state/key.ts';
import { snapshotState } from '../../../src/state/prestate.ts';
import { DiskCache, userCacheFolder } from '../../../src/state/rpc/disk-cache.ts';
import { rpcState } from '../../../src/state/rpc/state.ts';
import { headerHash, type NodeOptions, startNode } from './node.ts';

const a = `0x${'aa'.repeat(20)}` as const;
const nobody = `0x${'cc'.repeat(20)}` as const;
const whole = snapshotState({ [a]: { balance: '0x5', nonce: 7, code: '0x6001', storage: { '0x1': '0x2' } } });
const keys = [accountKey(a, 'nonce'), accountKey(nobody, 'balance'), storageKey(a, 1n), blockHashKey(3n)];

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'pevm-analyze-cache-'));
});
afterEach(() => rm(cache, { recursive: true, force: true }));

/** Loads the keys, and says how many values the node was asked for. */
async function valuesAsked(options: NodeOptions = {}, block: bigint | Hex = 17n): Promise<number> {
  const node = await startNode(whole, options);
  const state = rpcState(node.url, block, { cache });
  try {
    await state.load(keys);
    expect(state.account(a)).toEqual({ balance: 5n, nonce: 7n, code: new Uint8Array([0x60, 1]) });
    expect([state.account(nobody), state.storage(a, 1n)]).toEqual([null, 2n]);
    expect(state.blockHash(3n)).toBe(headerHash(3n));
    const asked = node.calls.filter(({ method }) => /Code|StorageAt|TransactionCount/.test(method));
    return asked.length;
  } finally {
    await state.close();
    await node.close();
  }
}

async function files(): Promise<string[]> {
  const found = await readdir(cache, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

test('a second run asks for nothing of the same block, and for everything of another one', async () => {
  expect(await valuesAsked()).toBe(5);
  expect(await valuesAsked()).toBe(0);
  expect(await valuesAsked({ namesByHash: 'no' })).toBe(0);
  expect(await valuesAsked({}, 18n)).toBe(5);
  expect(await valuesAsked({ chainId: 5n })).toBe(5);
});

test('a block of the same number on another branch is another block', async () => {
  await valuesAsked();
  const hashOf = (number: bigint) => headerHash(number === 17n ? 999n : number);
  expect(await valuesAsked({ hashOf })).toBe(5);
});

test.each<[string, (content: Buffer) => Uint8Array]>([
  ['cut off', (content) => content.subarray(0, content.length - 1)],
  ['empty', () => new Uint8Array(0)],
  ['changed', (content) => Buffer.concat([content.subarray(0, 50), Buffer.from([1]), content.subarray(51)])],
])('an entry that is %s counts as not there', async (_name, spoil) => {
  await valuesAsked();
  for (const file of await files()) await writeFile(file, spoil(await readFile(file)));
  expect(await valuesAsked()).toBe(5);
  expect(await valuesAsked()).toBe(0);
});

test('code has to have the hash that it is kept under, and an entry the form that was written', async () => {
  await valuesAsked();
  const [code] = (await files()).filter((file) => file.includes(`${join(cache, 'code')}`));
  await new DiskCache(cache).write(`code/${code?.slice(-64)}`, new Uint8Array([1, 2, 3]));
  expect(await valuesAsked()).toBe(2);
  const [entry] = await readdir(join(cache, 'state'));
  for (const wrong of ['[]', '{"accounts":{},"slots":{"x":"0x1"},"blockHashes":{}}', 'no JSON']) {
    await new DiskCache(cache).write(`state/${entry}`, wrong);
    expect(await valuesAsked()).toBe(5);
  }
});

test('runs at the same time do not spoil it', async () => {
  await Promise.all([valuesAsked(), valuesAsked(), valuesAsked()]);
  expect(await valuesAsked()).toBe(0);
  expect((await files()).filter((file) => file.endsWith('.tmp'))).toEqual([]);
});

test.each<[string, NodeOptions]>([
  ['chain', { chainId: 31_337n }],
  ['client', { methods: { web3_clientVersion: () => 'anvil/v1.0.0' } }],
])('a node for development is known by its %s, and nothing is kept of it', async (_name, options) => {
  expect(await valuesAsked(options)).toBe(5);
  expect(await files()).toEqual([]);
  expect(await valuesAsked(options)).toBe(5);
});

test('a folder that cannot be written to does no harm', async () => {
  const folder = cache;
  const file = join(folder, 'file');
  await writeFile(file, '');
  cache = join(file, 'below');
  expect(await valuesAsked()).toBe(5);
  cache = folder;
});

describe('its size', () => {
  const noise = () => Buffer.from(Array.from({ length: 300 }, () => Math.floor(Math.random() * 256)));
  const nameOf = (letter: string): string => `code/${letter.repeat(64)}`;

  test('is bounded: what was used longest ago goes first', async () => {
    const small = new DiskCache(cache, 3 * 400);
    for (const [i, letter] of ['a', 'b', 'c', 'd'].entries()) {
      await small.write(nameOf(letter), noise());
      await utimes(join(cache, nameOf(letter)), i, i);
    }
    await small.read(nameOf('a'));
    await small.trim();
    const left = (await readdir(join(cache, 'code'))).map(([letter]) => letter).sort();
    expect(left).toEqual(['a', 'c', 'd']);
  });

  test('is that of its entries: what else lies in the folder is left alone', async () => {
    const others = ['letter.txt', 'state/notes', 'code/main.c', 'photos/1.jpg', `code/${'A'.repeat(64)}`];
    for (const other of others) {
      await mkdir(dirname(join(cache, other)), { recursive: true });
      await writeFile(join(cache, other), noise());
      await utimes(join(cache, other), 1, 1);
    }
    const small = new DiskCache(cache, 100);
    await small.write(nameOf('a'), noise());
    await small.write(`state/1-0x${'b'.repeat(64)}`, noise());
    await small.trim();
    const left = await readdir(cache, { recursive: true });
    expect(left.filter((name) => others.includes(name)).sort()).toEqual([...others].sort());
    expect(left).not.toContain(nameOf('a'));
    expect(left).not.toContain(`state/1-0x${'b'.repeat(64)}`);
  });
});

test('the folder is where XDG says', () => {
  expect(userCacheFolder({ XDG_CACHE_HOME: '/x' })).toBe(join('/x', 'pevm-analyze'));
  expect(userCacheFolder({ XDG_CACHE_HOME: 'relative' })).toMatch(/\.cache.pevm-analyze$/);
  expect(userCacheFolder({})).toMatch(/\.cache.pevm-analyze$/);
});
