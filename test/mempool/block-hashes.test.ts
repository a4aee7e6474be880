/** Hashes of earlier blocks that a pool was not given. */
import { expect, test } from '@jest/globals';
import type { BlockHeader, Hex } from '../../src/input/block.ts';
import { createMempoolIndex } from '../../src/mempool/mempool-index.ts';
import { transactionOrder } from '../../src/mempool/order.ts';
import { blockHashKey, storageKey } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { contract, inputOf, prestateOf, SENDER, TARGET, transaction } from '../analysis/scene.ts';
import { OP, push } from '../generators/assembler.ts';

const HASH: Hex = `0x${'5a'.repeat(32)}`;

/** A pool with one order that stores at the slot that is the hash of some block before. */
function poolThatLooks(back: bigint, hashes: (block: BlockHeader) => ReadonlyMap<bigint, Hex>) {
  const storing = contract([...push(1n), ...push(back), OP.number, OP.sub, OP.blockHash, OP.sstore]);
  const transactions = [transaction({ from: SENDER, to: TARGET })];
  const scene = { hardfork: 'cancun', prestate: { [TARGET]: storing }, transactions };
  const input = inputOf(scene);
  const block = input.block as BlockHeader;
  const { hardfork, chainId } = input;
  const state = snapshotState(prestateOf(scene));
  const pool = createMempoolIndex({ state, block, hardfork, chainId, blockHashes: hashes(block) });
  const order = transactionOrder(input.transactions[0] as (typeof transactions)[number]);
  pool.add(order);
  return { pool, block, order, analysis: pool.analysesOf(order.id)?.[0] };
}

test("the parent's is known", () => {
  const { block, analysis } = poolThatLooks(1n, () => new Map());
  expect(analysis?.status).toBe('exact');
  expect(analysis?.accesses.keys.get(storageKey(TARGET, BigInt(block.parentHash)))).toBe('write');
});

test('one that was given is known', () => {
  const { analysis } = poolThatLooks(2n, ({ number }) => new Map([[number - 2n, HASH]]));
  expect(analysis?.status).toBe('exact');
  expect(analysis?.accesses.keys.get(storageKey(TARGET, BigInt(HASH)))).toBe('write');
});

test('any other one may be anything, and is named as missing', () => {
  const { pool, block, analysis } = poolThatLooks(2n, () => new Map());
  expect(analysis?.status).toBe('bounded');
  expect(analysis?.accesses.regions).toEqual([expect.objectContaining({ address: TARGET, mode: 'write' })]);
  expect(pool.missing).toContain(blockHashKey(block.number - 2n));
});

test('what is missing is so under the next head, until the order leaves', () => {
  const { pool, block, order } = poolThatLooks(2n, () => new Map());
  const { missing } = pool;
  pool.moveTo({ ...pool.head, block: { ...block, timestamp: block.timestamp + 12n } }, new Map());
  expect(pool.missing).toEqual(missing);
  pool.remove(order.id);
  expect(pool.missing).toEqual([]);
});
