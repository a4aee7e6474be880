/** A block's changes put into a trie: its root is the block's state root, by whoever else computes one. */
import { Caches, MerkleStateManager, SimpleStateManager } from '@ethereumjs/statemanager';
import { bigIntToBytes, createAccount, createAddressFromString, hexToBytes } from '@ethereumjs/util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { generateSyntheticBlock, syntheticKinds } from '../../examples/synthetic-block/generate.ts';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import type { BlockInput } from '../../src/input/block.ts';
import { readInput } from '../../src/input/read.ts';
import type { StateDiff } from '../../src/state/diff.ts';
import { slotHex } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { applyDiff, stateManagerState } from '../../src/state/state-manager.ts';
import type { Prestate } from '../corpus.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { fuzzing } from '../effort.ts';
import { blockDraft, materialize } from '../generators/block.ts';
import { Oracle } from '../oracle/recorder.ts';
import { hexOf } from '../oracle/state.ts';
import { stateRootOf } from '../oracle/state-root.ts';
import { stateTests } from '../oracle/state-tests.ts';

let executor: Executor;
beforeAll(async () => {
  executor = await createExecutor({ workers: 1, engine: 'tuned' });
});
afterAll(() => executor.close());

async function managerOf(prestate: Prestate, manager = new MerkleStateManager({ caches: new Caches() })) {
  await manager.checkpoint();
  for (const [text, { nonce = 0, balance = '0x0', code = '0x', storage = {} }] of Object.entries(prestate)) {
    const address = createAddressFromString(text);
    await manager.putAccount(address, createAccount({ nonce: BigInt(nonce), balance: BigInt(balance) }));
    if (code !== '0x') await manager.putCode(address, hexToBytes(code as `0x${string}`));
    for (const [slot, value] of Object.entries(storage)) {
      if (BigInt(value) === 0n) continue;
      await manager.putStorage(address, hexToBytes(slotHex(BigInt(slot))), bigIntToBytes(BigInt(value)));
    }
  }
  await manager.commit();
  await manager.flush();
  return manager;
}

async function changesOf(input: BlockInput, prestate: Prestate): Promise<StateDiff> {
  return (await executor.executeBlock(input, { state: snapshotState(prestate) })).execution.stateDiff;
}

async function rootAfter(prestate: Prestate, diff: StateDiff, manager?: MerkleStateManager): Promise<string> {
  const changed = await managerOf(prestate, manager);
  await applyDiff(changed, diff);
  return hexOf(await changed.getStateRoot());
}

describe('the state root', () => {
  test.each(syntheticKinds)('of a block of %s is the one in its header', async (kind) => {
    const { block, prestate } = await generateSyntheticBlock({ kind, transactions: 12 });
    const input = readInput(block, { chain: 'mainnet' });
    const diff = await changesOf(input, prestate);
    expect(input.block?.stateRoot).toMatch(/^0x/);
    expect(await rootAfter(prestate, diff)).toBe(input.block?.stateRoot);
    expect(await rootAfter(prestate, diff, new MerkleStateManager())).toBe(input.block?.stateRoot);
  });

  test('of random blocks is that of the EVM as it is published', async () => {
    await fc.assert(
      fc.asyncProperty(blockDraft, async (draft) => {
        const { input, prestate } = await materialize(draft);
        const oracle = await Oracle.create(input, prestate);
        for (const index of input.transactions.keys()) await oracle.run(index);
        const diff = await changesOf(input, prestate);
        expect(await rootAfter(prestate, diff)).toBe(await stateRootOf(oracle.state.dump()));
      }),
      fuzzing({ short: 60, long: 5000 }),
    );
  }, 3_600_000);
});

test('a state manager with the changes is the pre-state of the next block', async () => {
  const { block, prestate } = await generateSyntheticBlock({ kind: 'one-slot', transactions: 6 });
  const input = readInput(block, { chain: 'mainnet' });
  const manager = await managerOf(prestate);
  const { execution } = await executor.executeBlock(input, { state: stateManagerState(manager) });
  await applyDiff(manager, execution.stateDiff);
  expect(hexOf(await manager.getStateRoot())).toBe(input.block?.stateRoot);
  // Its transactions were in that block, so their nonces are used up.
  await expect(executor.executeBlock(input, { state: stateManagerState(manager) })).rejects.toMatchObject({
    reason: 'nonce-too-low',
  });
});

test('what a state manager refuses leaves it as it was', async () => {
  class FullManager extends SimpleStateManager {
    override async putStorage(): Promise<void> {
      throw new Error('disk full');
    }
  }
  const manager = new FullManager();
  const address = `0x${'12'.repeat(20)}` as const;
  const diff: StateDiff = new Map([[address, { balance: 5n, storage: new Map([[1n, 2n]]) }]]);
  await expect(applyDiff(manager, diff)).rejects.toThrow('disk full');
  expect(await manager.getAccount(createAddressFromString(address))).toBeUndefined();
});

describeCorpus('official state tests', () => {
  test('have the state root that they say', async () => {
    const problems: string[] = [];
    let count = 0;
    for await (const { name, input, prestate, expectException, stateRoot } of stateTests({ every: 60 })) {
      if (input === null || expectException !== null) continue;
      count++;
      const root = await rootAfter(prestate, await changesOf(input, prestate));
      if (root !== stateRoot) problems.push(name);
    }
    expect(problems).toEqual([]);
    expect(count).toBeGreaterThan(100);
  }, 3_600_000);
});
