/**
 * Real lists: the gas figures against executing the block up to the transaction, with each list, in a run of its
 * own. `PEVM_TEST=long`: all blocks that have lists; else the shorter ones.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createExecutor, type Executor } from '../../src/executor/executor.ts';
import type { AccessListEntry, BlockInput } from '../../src/input/block.ts';
import { readInput } from '../../src/input/read.ts';
import { lintBlock } from '../../src/lint/lint.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import type { StateSource } from '../../src/state/source.ts';
import { mainnetBlocks, readCorpusBlock } from '../corpus.ts';
import { describeCorpus } from '../corpus-suite.ts';
import { isLong, say } from '../effort.ts';

const LONGEST = isLong ? Number.POSITIVE_INFINITY : 130;

interface Block {
  readonly number: number;
  readonly input: BlockInput;
  readonly state: StateSource;
}

function load(number: number): Block {
  const { block, prestate, blockHashes } = readCorpusBlock(number);
  return { number, input: readInput(block, { blockHashes }), state: snapshotState(prestate) };
}

function hasLists({ input: { transactions } }: Block): boolean {
  return transactions.some(({ accessList }) => accessList !== null && accessList.length > 0);
}

describeCorpus('declared lists of corpus blocks', () => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await createExecutor({ workers: 1 });
  });
  afterAll(() => executor.close());

  /** Gas of a transaction with some list, at the end of the block up to it. */
  async function gasWith({ input, state }: Block, index: number, list: readonly AccessListEntry[]) {
    const transactions = input.transactions.slice(0, index + 1).map((one, place) => {
      if (place !== index) return one;
      if (one.type > 0) return { ...one, accessList: list };
      return list.length === 0 ? one : { ...one, type: 1 as const, chainId: 1n, accessList: list };
    });
    const { execution } = await executor.executeBlock({ ...input, transactions }, { state });
    return execution.receipts[index]?.gasUsed;
  }

  test('each figure is the difference between two runs', async () => {
    let lists = 0;
    let costly = 0;
    let saved = 0n;
    for (const number of mainnetBlocks()) {
      const block = load(number);
      if (!hasLists(block) || block.input.transactions.length > LONGEST) continue;
      const { transactions } = await lintBlock(block.input, { state: block.state });
      for (const { index, declared, best, gas } of transactions) {
        if (declared === null || declared.length === 0) continue;
        if (best === null || gas === null) throw new Error(`${number} #${index} was not measured`);
        expect([number, index, gas]).toEqual([
          number,
          index,
          {
            without: await gasWith(block, index, []),
            declared: await gasWith(block, index, declared),
            best: await gasWith(block, index, best),
          },
        ]);
        lists += 1;
        if (gas.best < gas.declared) costly += 1;
        saved += gas.declared - gas.best;
      }
    }
    expect(lists).toBeGreaterThan(0);
    say(
      `lint: ${lists} declared lists of real blocks measured as executed; ${costly} of them cost ${saved} gas more than the best`,
    );
  }, 1_200_000);
});
