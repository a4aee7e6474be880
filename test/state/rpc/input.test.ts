/** What a node has for an input: its blocks, what it would make next, and a block's access list. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { BlockInput } from '../../../src/input/block.ts';
import { snapshotState } from '../../../src/state/prestate.ts';
import { accessListOverNode, inputOverNode } from '../../../src/state/rpc/input.ts';
import { JsonRpcNode } from '../../../src/state/rpc/json-rpc.ts';
import { mainnetBlock } from '../../input/block-json.ts';
import { headerHash, type NodeOptions, startNode } from './node.ts';

const a = `0x${'aa'.repeat(20)}`;
const b = `0x${'bb'.repeat(20)}`;
const tx = (from: string, nonce: string) => ({
  from,
  to: b,
  nonce,
  gas: '0x5208',
  gasPrice: '0x1',
  value: '0x1',
});
const whole = {
  ...mainnetBlock('cancun'),
  withdrawals: [],
  parentHash: headerHash(999n),
  transactions: [tx(a, '0x0')],
};

let closing: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of closing) await one.close();
  closing = [];
});

async function connected(options: NodeOptions): Promise<JsonRpcNode> {
  const node = await startNode(snapshotState({}), { chainId: 31_337n, ...options });
  const connection = new JsonRpcNode(node.url, { retries: 0, timeoutMs: 20_000 });
  closing.push(connection, node);
  return connection;
}

/** A node whose pending block this is. */
function pending(block: object | null, pool?: unknown): NodeOptions {
  const latest = { number: '0x3e7', hash: headerHash(999n), parentHash: headerHash(998n) };
  return {
    methods: {
      eth_getBlockByNumber: ([name]) => (name === 'pending' ? block : latest),
      ...(pool !== undefined && { txpool_content: () => pool }),
    },
  };
}

describe('pending', () => {
  test('the whole block, where the node says what it will be', async () => {
    const { input } = await inputOverNode(await connected(pending(whole)), undefined, 'pending', {});
    expect(input.block?.number).toBe(BigInt(whole.number));
    expect([input.transactions.length, input.chainId]).toEqual([1, 31_337n]);
  });

  test('its number is that after its parent, where it is left open', async () => {
    const open = { ...whole, number: null, hash: null };
    const { input } = await inputOverNode(await connected(pending(open)), undefined, 'pending', {});
    expect([input.block?.number, input.block?.hash]).toEqual([1_000n, null]);
  });

  test.each(['miner', 'mixHash'])('without its %s only the transactions', async (field) => {
    const open = { ...whole, number: null, hash: null, [field]: null };
    const { input } = await inputOverNode(await connected(pending(open)), undefined, 'pending', {});
    expect([input.block, input.transactions.length]).toEqual([null, 1]);
  });

  test('what waits in the pool, each sender in the order of nonces', async () => {
    const pool = {
      pending: { [a]: { 10: tx(a, '0xa'), 9: tx(a, '0x9') }, [b]: { 0: tx(b, '0x0') } },
      queued: {},
    };
    const node = await connected(pending({ ...whole, transactions: [] }, pool));
    const { input } = await inputOverNode(node, undefined, 'pending', {});
    expect(input.transactions.map(({ from, nonce }) => [from, nonce])).toEqual([
      [a, 9n],
      [a, 10n],
      [b, 0n],
    ]);
  });

  test.each<[string, NodeOptions]>([
    ['no pending block', pending(null)],
    ['an empty one, and no pool', pending({ ...whole, transactions: [] })],
    ['an empty pool', pending(null, { pending: {}, queued: {} })],
  ])('%s is one line', async (_name, options) => {
    const node = await connected(options);
    await expect(inputOverNode(node, undefined, 'pending', {})).rejects.toThrow(
      /^--block: expected a node with pending transactions that it shows [^\n]+, got none$/,
    );
  });
});

test('a node of another chain than that of the transactions', async () => {
  const named = { value: [{ ...tx(a, '0x0'), chainId: '0x5' }], source: 'x' };
  await expect(inputOverNode(await connected({}), named, undefined, {})).rejects.toThrow(
    /^--rpc: expected a node of chain 5, got one of chain 31337$/,
  );
});

describe('the access list of a block', () => {
  const list = [
    {
      address: a,
      storageChanges: [],
      storageReads: [],
      balanceChanges: [],
      nonceChanges: [],
      codeChanges: [],
    },
  ];
  const hash = headerHash(17n);
  const listed = (blockAccessListHash: string | null) =>
    ({ block: { hash, blockAccessListHash } }) as unknown as BlockInput;

  test.each(['eth_getBlockAccessList', 'eth_getBlockAccessListByBlockHash'])('by %s', async (method) => {
    const answer = ([block]: readonly unknown[]) => (block === hash ? list : null);
    const node = await connected({ methods: { [method]: answer } });
    expect(await accessListOverNode(node, listed(hash))).toMatchObject([{ address: a }]);
    expect(await accessListOverNode(node, listed(null))).toBeUndefined();
  });

  test.each([[undefined], [null], [17], [[{ address: 'x' }]]])(
    'answered with %j there is none',
    async (answer) => {
      const node = await connected({ methods: { eth_getBlockAccessList: () => answer } });
      expect(await accessListOverNode(node, listed(hash))).toBeUndefined();
    },
  );
});
