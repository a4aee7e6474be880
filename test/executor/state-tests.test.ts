/** Official state tests through the transaction runner: post-state root and logs of each, as they say themselves. */
import { RLP } from '@ethereumjs/rlp';
import { expect, test } from '@jest/globals';
import { BlockLimits, BlockRun, closeBlock, openBlock } from '../../src/executor/block-run.ts';
import { type RunResult, TransactionRunner } from '../../src/executor/transaction-runner.ts';
import type { Address, BlockInput } from '../../src/input/block.ts';
import { bytesToHex } from '../../src/input/hex.ts';
import { keccak256 } from '../../src/input/keccak.ts';
import { existsAfter, type StateDiff } from '../../src/state/diff.ts';
import { slotHex } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { Prestate, PrestateAccount } from '../corpus.ts';
import { describeCorpus } from '../corpus-suite.ts';
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
  const root = await stateRootOf(after(prestate, closeBlock(block, run.current)));
  if (root !== stateRoot) return 'another state root';
  const logs = result.logs.map(([address, topics, data]) => [address, [...topics], data]);
  return bytesToHex(keccak256(RLP.encode(logs))) === logsHash ? null : 'other logs';
}

function after(prestate: Prestate, diff: StateDiff): Prestate {
  const state: Record<string, PrestateAccount> = {};
  for (const address of new Set([...Object.keys(prestate), ...diff.keys()]) as Set<Address>) {
    const change = diff.get(address) ?? { storage: new Map<bigint, bigint>() };
    if (!existsAfter(change)) continue;
    const old = change.destroyed === true ? undefined : prestate[address];
    const slots = new Map(
      Object.entries(old?.storage ?? {}).map(([slot, value]) => [BigInt(slot), BigInt(value)]),
    );
    for (const [slot, value] of change.storage) slots.set(slot, value);
    const storage: Record<string, string> = {};
    for (const [slot, value] of slots) if (value !== 0n) storage[slotHex(slot)] = slotHex(value);
    state[address] = {
      balance: `0x${(change.balance ?? BigInt(old?.balance ?? 0)).toString(16)}`,
      // Some come close to 2^64, which a number does not hold; the root takes either.
      nonce: (change.nonce === undefined ? (old?.nonce ?? 0) : String(change.nonce)) as number,
      code: change.code === undefined ? (old?.code ?? '0x') : bytesToHex(change.code),
      storage,
    };
  }
  return state;
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
