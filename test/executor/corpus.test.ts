/** Real blocks: sequential and parallel execution against the header, observed accesses against the recorded ones. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BlockLimits, BlockRun, finishInOrder, openBlock } from '../../src/executor/block-run.ts';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import { type Ran, TransactionRunner } from '../../src/executor/transaction-runner.ts';
import type { BlockInput } from '../../src/input/block.ts';
import { readInput } from '../../src/input/read.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { mainnetBlocks, type RecordedAccesses, readCorpusBlock } from '../corpus.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { WORKER_URL } from './small-blocks.ts';

function load(number: number) {
  const { block, prestate, accesses, blockHashes } = readCorpusBlock(number);
  const input = readInput(block, { blockHashes });
  return { input, state: snapshotState(prestate), accesses };
}

describeCorpus('corpus blocks', () => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await createExecutor({ workers: 2, workerUrl: WORKER_URL });
  });
  afterAll(() => executor.close());

  test.each(mainnetBlocks())(
    '%d: parallel equals sequential equals header, without an escape',
    async (number) => {
      const { input, state } = load(number);
      const { execution } = await executor.executeBlock(input, { state, verify: true, mode: 'parallel' });
      expect(execution.verified).toEqual({
        sequential: true,
        header: true,
        accessList: null,
        mismatches: [],
      });
      expect(execution.escapes).toEqual([]);
      expect(execution.missingBlockHashes).toEqual([]);
    },
  );

  test('what is observed is what was recorded, but for differences of principle', async () => {
    const counts: Record<string, number> = {};
    for (const number of [
      116525, 1150000, 2462997, 7279999, 11743952, 12243999, 14029313, 18988207, 19929064,
    ]) {
      const { input, state, accesses } = load(number);
      const results = await runAll(input, state);
      for (const [index, recorded] of accesses.entries()) {
        const ran = results[index];
        if (ran === undefined) throw new Error(`transaction ${index} did not run`);
        expect(ran.gasUsed).toBe(BigInt(recorded.gasUsed));
        for (const difference of differences(ran, recorded, input)) {
          counts[difference] = (counts[difference] ?? 0) + 1;
        }
      }
    }
    expect(counts).toEqual({
      // Before EIP-161 a call without value makes an empty account exist.
      'balance: delta, recorded none': 1,
      // SELFDESTRUCT with nothing to give was recorded as a credit.
      'balance: none, recorded delta': 7,
      // An instruction that ends in "out of gas" was recorded as done.
      'storage: read, recorded write': 3,
      'code: none, recorded read': 1,
      // A call that cannot pay reads its balance to find out.
      'balance: read, recorded none': 2,
    });
  });
});

async function runAll(input: BlockInput, state: Parameters<typeof openBlock>[1]): Promise<Ran[]> {
  const runner = await TransactionRunner.create(input, 'tuned');
  runner.setBlock(input);
  const run = new BlockRun(openBlock(input, state), runner);
  const limits = new BlockLimits(input, runner.blobLimits);
  await finishInOrder(run, limits, null, { skipInvalid: false });
  return run.results.filter((result): result is Ran => result?.status === 'ran');
}

/** Keys of which the two say different things, as texts without the account. */
function differences(ran: Ran, { from, reads, writes, adds }: RecordedAccesses, input: BlockInput): string[] {
  const observed = new Map<string, string>(ran.observed.keys);
  // The recorder knew no escrow, took EIP-3607 for granted, and left the fee recipient out.
  observed.set(`${from}:balance`, 'write');
  observed.set(`${from}:nonce`, 'write');
  const recorded = new Map<string, string>();
  for (const key of reads) recorded.set(key, 'read');
  for (const key of adds) recorded.set(key, recorded.has(key) ? 'write' : 'delta');
  for (const key of writes) recorded.set(key, 'write');
  if (!recorded.has(`${from}:code`)) observed.delete(`${from}:code`);
  const fee = `${input.block?.feeRecipient}:balance`;
  if (observed.get(fee) === 'delta' && !recorded.has(fee)) observed.delete(fee);
  const found: string[] = [];
  for (const key of new Set([...observed.keys(), ...recorded.keys()])) {
    const [got = 'none', expected = 'none'] = [observed.get(key), recorded.get(key)];
    const field = key.length > 60 ? 'storage' : key.slice(43);
    if (got !== expected) found.push(`${field}: ${got}, recorded ${expected}`);
  }
  return found;
}
