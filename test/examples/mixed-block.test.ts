import { readFileSync } from 'node:fs';
import { type Block, createBlockFromRPC, type JSONRPCBlock } from '@ethereumjs/block';
import { bytesToHex } from '@ethereumjs/util';
import { createVM, type RunBlockResult, runBlock } from '@ethereumjs/vm';
import { describe, expect, test } from '@jest/globals';
import type { Example } from '../../examples/generator/block.ts';
import { createExampleCommon, RecordingStateManager } from '../../examples/generator/chain.ts';
import { loadPrestate } from '../../examples/generator/prestate.ts';
import { formatExample, generateMixedBlock } from '../../examples/mixed-block/generate.ts';

const committed = await generateMixedBlock();

/** Reads the block as a client does; @ethereumjs checks every field of its header against its own run. */
async function replay({ block, prestate }: Example): Promise<{ read: Block; result: RunBlockResult }> {
  const common = createExampleCommon();
  const state = new RecordingStateManager(common);
  await loadPrestate(state, prestate);
  const vm = await createVM({ common, stateManager: state });
  const read = createBlockFromRPC(block as unknown as JSONRPCBlock, [], { common });
  return { read, result: await runBlock(vm, { block: read, skipHeaderValidation: true }) };
}

function failedKinds({ kinds }: Example, { receipts }: RunBlockResult): string[] {
  return kinds
    .filter((_, i) => {
      const receipt = receipts[i];
      return receipt === undefined || !('status' in receipt) || receipt.status !== 1;
    })
    .sort();
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const meantToFail = ['fails-balance', 'fails-out-of-gas', 'fails-slippage', 'fails-withdrawal'];

describe('the committed files', () => {
  test.each(['block', 'prestate'] as const)('%s.json is what the generator writes', (name) => {
    const file = readFileSync(new URL(`../../examples/mixed-block/${name}.json`, import.meta.url), 'utf8');
    expect(file === formatExample(committed[name])).toBe(true);
  });

  test('are a block that @ethereumjs accepts, and the whole state before it', async () => {
    const { read, result } = await replay(committed);
    expect(bytesToHex(read.hash())).toBe(committed.block.hash);
    expect(read.transactions.map((tx) => bytesToHex(tx.hash()))).toEqual(
      committed.block.transactions.map(({ hash }) => hash),
    );
    expect(read.transactions.map((tx) => tx.getSenderAddress().toString())).toEqual(
      committed.block.transactions.map(({ from }) => from),
    );
    expect(failedKinds(committed, result)).toEqual(meantToFail);
    const outOfGas = result.results[committed.kinds.indexOf('fails-out-of-gas')];
    expect(outOfGas?.execResult.exceptionError?.error).toBe('out of gas');
    expect(read.header.gasLimit).toBe(36_000_000n);
  });

  test('have every type of transaction', () => {
    expect(countBy(committed.block.transactions.map(({ type }) => String(type)))).toEqual({
      '0x0': 31,
      '0x1': 2,
      '0x2': 203,
      '0x3': 1,
      '0x4': 3,
    });
  });

  test('have everyday transactions and one of each rarity', () => {
    expect(countBy(committed.kinds)).toEqual({
      'access-list-right': 1,
      'access-list-type-2': 1,
      'access-list-wrong': 1,
      'add-liquidity': 2,
      airdrop: 10,
      approval: 6,
      'batch-after-set-code': 1,
      blobs: 1,
      'clone-creation': 1,
      'cloned-transfer': 4,
      creation: 1,
      'delegated-batch': 1,
      'delegation-end': 1,
      'exchange-deposit': 10,
      'fails-balance': 1,
      'fails-out-of-gas': 1,
      'fails-slippage': 1,
      'fails-withdrawal': 1,
      'first-liquidity': 1,
      'hot-swap': 40,
      'liquidity-removal': 1,
      'new-clone-transfer': 1,
      'new-pair-swap': 1,
      'pair-creation': 1,
      permit: 1,
      'permitted-transfer': 1,
      'proxied-transfer': 13,
      'set-code': 1,
      'set-code-and-batch': 1,
      swap: 14,
      'swap-twice': 6,
      'token-transfer': 29,
      transfer: 48,
      'transfer-after-upgrade': 2,
      'transfer-before-upgrade': 1,
      'transfer-from': 4,
      upgrade: 1,
      'weth-deposit': 13,
      'weth-transfer': 8,
      'weth-withdrawal': 7,
    });
  });
});

describe('other options', () => {
  const hot = new Set(['hot-swap', 'airdrop', 'exchange-deposit']);
  test.each([
    { seed: 2, transactions: 26, contention: 0.5, hotCount: 0 },
    { seed: 3, transactions: 80, contention: 0, hotCount: 0 },
    { seed: 4, transactions: 80, contention: 1, hotCount: 54 },
  ])('$transactions transactions at contention $contention', async ({ hotCount, ...options }) => {
    const example = await generateMixedBlock(options);
    const { result } = await replay(example);
    expect(example.kinds).toHaveLength(options.transactions);
    expect(failedKinds(example, result)).toEqual(meantToFail);
    expect(example.kinds.filter((kind) => hot.has(kind))).toHaveLength(hotCount);
  });

  test('fewer transactions than rarities are refused', async () => {
    await expect(generateMixedBlock({ transactions: 10 })).rejects.toThrow('or more');
  });

  test.each([{ seed: 0.5 }, { transactions: Number.NaN }, { contention: 1.1 }])(
    '%j is refused',
    async (options) => {
      await expect(generateMixedBlock(options)).rejects.toThrow(RangeError);
    },
  );
});
