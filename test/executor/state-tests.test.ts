/** Official state tests through the transaction runner: post-state root and logs of each, as they say themselves. */
import { RLP } from '@ethereumjs/rlp';
import { expect, test } from '@jest/globals';
import { closeBlock } from '../../src/executor/block-end.ts';
import { BlockLimits, BlockRun, openBlock } from '../../src/executor/block-run.ts';
import { type RunResult, TransactionRunner } from '../../src/executor/transaction-runner.ts';
import type { BlockInput } from '../../src/input/block.ts';
import { bytesToHex } from '../../src/input/hex.ts';
import { keccak256 } from '../../src/input/keccak.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { stateAfter } from '../oracle/state-after.ts';
import { stateRootOf } from '../oracle/state-root.ts';
import { type StateTest, stateTests } from '../oracle/state-tests.ts';

/** One in so many; `STATE_TESTS=1` takes all, in about two minutes. */
const EVERY = Number(process.env.STATE_TESTS ?? 25);

const runners = new Map<string, TransactionRunner>();

async function runnerOf(input: BlockInput): Promise<TransactionRunner> {
  let runner = runners.get(input.hardfork);
  if (runner === undefined) {
    runner = await TransactionRunner.create(input, 'tuned');
    runners.set(input.hardfork, runner);
  }
  runner.setBlock(input);
  return runner;
}

/** What is wrong with a test's outcome, or `null`. */
async function problemOf({
  input,
  prestate,
  expectException,
  stateRoot,
  logsHash,
}: StateTest): Promise<string | null> {
  if (input === null) return expectException === null ? 'it could not be read' : null;
  const runner = await runnerOf(input);
  const block = openBlock({ ...input, block: input.block }, snapshotState(prestate));
  const run = new BlockRun(block, runner);
  const misfit = new BlockLimits(input, runner.blobLimits).check(0);
  const result: RunResult = misfit ?? (await run.run(0, run.current, undefined));
  if (result.status === 'invalid') {
    return expectException === null ? `it is invalid: ${result.reason}: ${result.detail}` : null;
  }
  if (expectException !== null) return `it ran, but expects ${expectException}`;
  run.commit(result, null);
  const root = await stateRootOf(stateAfter(prestate, (await closeBlock(block, run)).stateDiff));
  if (root !== stateRoot) return 'another state root';
  const logs = result.logs.map(([address, topics, data]) => [address, [...topics], data]);
  return bytesToHex(keccak256(RLP.encode(logs))) === logsHash ? null : 'other logs';
}

describeCorpus('official state tests', () => {
  test('end in the state that they say', async () => {
    const problems: string[] = [];
    let count = 0;
    for await (const one of stateTests({ every: EVERY })) {
      count++;
      const problem = await problemOf(one).catch((error: unknown) => String(error));
      if (problem !== null) problems.push(`${one.name}: ${problem}`);
    }
    expect(problems).toEqual([]);
    expect(count).toBeGreaterThan(100);
  }, 3_600_000);
});
