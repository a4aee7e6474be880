import { describe, expect, test } from '@jest/globals';
import { openBlock } from '../../../src/executor/block-run.ts';
import { BatchRunner } from '../../../src/executor/dispatch/batch-runner.ts';
import { blockBroadcast } from '../../../src/executor/dispatch/block-broadcast.ts';
import type { Ran } from '../../../src/executor/transaction-runner.ts';
import { TransactionRunner } from '../../../src/executor/transaction-runner.ts';
import { batchesOf, type OneTransaction } from '../batches.ts';
import {
  address,
  blockOf,
  COUNTER,
  FACTORY,
  MAPPING,
  MORTAL,
  PAYER,
  preState,
  SENDERS,
  WATCHER,
  word,
} from '../small-blocks.ts';

const [A, B, C, D] = SENDERS;
const state = preState();
const CONTEXT = { advance: () => {}, isCancelled: () => false };

async function started(input: ReturnType<typeof blockOf>, before = state) {
  const reference = await TransactionRunner.create(input, 'tuned');
  reference.setBlock(input);
  const runner = new BatchRunner('tuned');
  await runner.setBlock(blockBroadcast(openBlock(input, before), reference.precompiles));
  return { runner, reference };
}

/** As it comes over to another thread and back. */
async function answered(runner: BatchRunner, { batch, accept }: OneTransaction) {
  return accept(structuredClone(await runner.run(structuredClone(batch), CONTEXT)));
}

function plain({ observed, ...ran }: Ran) {
  const { keys, storages, touched, unreached } = observed;
  return {
    ...ran,
    logs: ran.logs.map(([address, topics, data]) => [
      [...address],
      topics.map((topic) => [...topic]),
      [...data],
    ]),
    observed: {
      keys: [...keys].sort(([a], [b]) => (a < b ? -1 : 1)),
      storages: [...storages].sort(),
      touched: [...touched].sort(),
      unreached: [...unreached].sort(),
    },
  };
}

describe('a batch gives what a run here gives', () => {
  const RECEIVER = `0x${'77'.repeat(20)}` as const;
  const SHA256 = `0x${'2'.padStart(40, '0')}` as const;
  test.each([
    ['a call that writes a slot', { from: A, to: COUNTER }],
    ['a mapping', { from: A, to: MAPPING }],
    ['a transfer to nobody', { from: A, to: RECEIVER, value: 5n }],
    ['value passed on', { from: A, to: PAYER, value: 5n, data: word(RECEIVER) }],
    ['a contract that goes', { from: A, to: MORTAL }],
    ['a contract that comes', { from: A, to: FACTORY }],
    ['a balance that is read', { from: A, to: WATCHER, data: word(B) }],
    ['a precompile', { from: A, to: SHA256 }],
    ['one without funds', { from: A, value: 2n ** 200n }],
    ['one with another nonce', { from: A, nonce: 9n }],
    ['creation by a transaction', { from: A, to: null, data: Buffer.from('600160005560206000f3', 'hex') }],
  ] as const)('%s', async (_name, fields) => {
    const input = blockOf([fields]);
    const { runner, reference } = await started(input);
    const [one] = await batchesOf(input, state);
    if (one === undefined) throw new Error('no batch');
    const { results, stop } = await answered(runner, one);
    expect(stop).toBeNull();
    const expected = await reference.run(0, state);
    const [result] = results;
    expect(results).toHaveLength(1);
    if (expected.status === 'ran' && result?.status === 'ran') {
      // What is cleared without ever having been is not told.
      const diff = expected.diff.filter(
        ({ isClearedIfEmpty, address }) => !isClearedIfEmpty || state.account(address),
      );
      expect(plain(result)).toEqual(plain({ ...expected, diff }));
    } else expect(result).toEqual(expected);
  });
});

describe('a batch that does not come to its end', () => {
  const input = blockOf([
    { from: A, to: COUNTER },
    { from: B, to: MAPPING },
    { from: C, to: MAPPING },
    { from: D, to: COUNTER },
  ]);

  /** The first of them without the records of its task. */
  function crippled({ batch, accept }: OneTransaction): OneTransaction {
    return { accept, batch: { ...batch, codes: [] } };
  }

  test('says where and why, and those of its round are refused', async () => {
    const { runner } = await started(input);
    const [first, second, third] = await batchesOf(input, state);
    if (first === undefined || second === undefined || third === undefined) throw new Error('no batches');
    expect(await answered(runner, crippled(first))).toMatchObject({
      results: [],
      stop: { transaction: 0, code: 'not-here' },
    });
    expect(await answered(runner, second)).toMatchObject({
      results: [],
      stop: { transaction: 1, code: 'refused' },
    });
    const later = { ...third, batch: { ...third.batch, round: third.batch.round + 1 } };
    expect(await answered(runner, later)).toMatchObject({
      results: [{ status: 'ran', index: 2 }],
      stop: null,
    });
  });

  test('after it has written a part of a result leaves nothing of that', async () => {
    const IDENTITY = address(4);
    const empty = { balance: 0n, nonce: 0n, code: new Uint8Array(0), storage: new Map<bigint, bigint>() };
    // Calling a precompile that is an empty account clears that, which is not among the derived keys (EIP-161).
    const before = preState([[IDENTITY, empty]]);
    const calls = blockOf([{ from: A, to: PAYER, data: word(IDENTITY) }]);
    const { runner } = await started(calls, before);
    const [one] = await batchesOf(calls, before);
    if (one === undefined) throw new Error('no batch');
    const { values, bytes, stop } = await runner.run(one.batch, CONTEXT);
    expect([values, bytes.length, stop?.code]).toEqual([[], 0, 'outside-of-sets']);
    expect(one.accept({ values, bytes, stop })).toEqual({ results: [], stop, timing: null });
  });

  test('because nobody wants it any more runs nothing', async () => {
    const { runner } = await started(input);
    const [first] = await batchesOf(input, state);
    if (first === undefined) throw new Error('no batch');
    const { values } = await runner.run(first.batch, { advance: () => {}, isCancelled: () => true });
    expect(values).toEqual([]);
  });
});
