/**
 * Official tests as the files of `evm t8n` (transactions, values of a block, accounts before it): read and
 * executed, they end in the state, the receipts and the gas that the tests say.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import type { BlockHeader, BlockInput, Transaction } from '../../src/input/block.ts';
import { bytesToHex } from '../../src/input/hex.ts';
import { readInput } from '../../src/input/read.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { Prestate } from '../corpus.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { blockchainTests } from '../oracle/blockchain-tests.ts';
import { stateAfter } from '../oracle/state-after.ts';
import { stateRootOf } from '../oracle/state-root.ts';
import { stateTests } from '../oracle/state-tests.ts';
import { WORKER_URL } from './small-blocks.ts';

/** One in so many. */
const EVERY = 8;
const STATE_EVERY = 12;
const GWEI = 1_000_000_000n;
const BEFORE_PARIS = ['chainstart', 'homestead', 'byzantium', 'istanbul', 'berlin', 'london'];

let executor: Executor;

beforeAll(async () => {
  executor = await createExecutor({ workers: 2, workerUrl: WORKER_URL });
});
afterAll(() => executor.close());

const hex = (value: bigint | number) => `0x${value.toString(16)}`;

function txOf(tx: Transaction) {
  const { type, signature } = tx;
  return {
    type: hex(type),
    to: tx.to,
    nonce: hex(tx.nonce),
    gas: hex(tx.gasLimit),
    value: hex(tx.value),
    input: bytesToHex(tx.data),
    ...(type < 2
      ? { gasPrice: hex(tx.maxFeePerGas) }
      : { maxFeePerGas: hex(tx.maxFeePerGas), maxPriorityFeePerGas: hex(tx.maxPriorityFeePerGas) }),
    ...(type > 0 && { chainId: hex(tx.chainId ?? 1n), accessList: tx.accessList }),
    ...(type === 3 && {
      maxFeePerBlobGas: hex(tx.maxFeePerBlobGas),
      blobVersionedHashes: tx.blobVersionedHashes,
    }),
    v: hex(signature?.v ?? 0n),
    r: hex(signature?.r ?? 0n),
    s: hex(signature?.s ?? 0n),
  };
}

function envOf(block: BlockHeader, { blockHashes }: BlockInput) {
  return {
    currentCoinbase: block.feeRecipient,
    currentNumber: hex(block.number),
    currentTimestamp: hex(block.timestamp),
    currentGasLimit: hex(block.gasLimit),
    currentDifficulty: hex(block.difficulty),
    currentRandom: hex(BigInt(block.prevRandao)),
    currentBaseFee: hex(block.baseFeePerGas ?? 0n),
    currentExcessBlobGas: hex(block.excessBlobGas ?? 0n),
    parentBeaconBlockRoot: block.parentBeaconBlockRoot,
    blockHashes: Object.fromEntries([...blockHashes].map(([number, hash]) => [String(number), hash])),
    withdrawals: block.withdrawals?.map(({ index, validatorIndex, address, amount }) => ({
      index: hex(index),
      validatorIndex: hex(validatorIndex),
      address,
      amount: hex(amount / GWEI),
    })),
  };
}

/** What a block comes to, through its files. */
async function transition(input: BlockInput, block: BlockHeader, alloc: Prestate) {
  const files = { env: envOf(block, input), txs: input.transactions.map(txOf), alloc };
  const read = readInput(files, { hardfork: input.hardfork, chain: 1 });
  expect(read.transactions).toEqual(input.transactions);
  const { execution } = await executor.executeBlock(read, { state: snapshotState(files), skipInvalid: true });
  return { execution, after: stateAfter(alloc, execution.stateDiff) };
}

describeCorpus('official tests as files of evm t8n', () => {
  test('blocks', async () => {
    let count = 0;
    for await (const { name, blocks, prestate } of blockchainTests(EVERY)) {
      let alloc = prestate;
      for (const input of blocks) {
        const { block } = input;
        if (block === null) continue;
        const { execution, after } = await transition(input, block, alloc);
        const { gasUsed, receiptsRoot, stateRoot } = block;
        const found = { name, gasUsed: execution.gasUsed, receiptsRoot: execution.receiptsRoot };
        expect({ ...found, stateRoot: await stateRootOf(after) }).toEqual({
          name,
          gasUsed,
          receiptsRoot,
          stateRoot,
        });
        alloc = after;
        count++;
      }
    }
    expect(count).toBeGreaterThan(5);
  }, 600_000);

  test('single transactions before Paris, without rewards', async () => {
    let count = 0;
    for await (const one of stateTests({ every: STATE_EVERY, forks: BEFORE_PARIS, quick: true })) {
      const { name, input, prestate, stateRoot, expectException } = one;
      if (input === null || input.block === null || expectException !== null) continue;
      const { after } = await transition(input, input.block, prestate);
      expect({ name, stateRoot: await stateRootOf(after) }).toEqual({ name, stateRoot });
      count++;
    }
    expect(count).toBeGreaterThan(10);
  }, 600_000);
});
