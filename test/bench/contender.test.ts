import { expect, test } from '@jest/globals';
import type { BlockFiles } from '../../bench/blocks.ts';
import { alternate, type Contender, type Sample } from '../../bench/contender.ts';

const files: BlockFiles = {
  block: {
    number: '0x1',
    timestamp: '0x1',
    gasUsed: '0x0',
    gasLimit: '0x0',
    miner: '0x',
    receiptsRoot: '0x',
    mixHash: '0x',
    baseFeePerGas: '0x0',
    parentBeaconBlockRoot: '0x',
    transactions: [],
  },
  prestate: {},
  blockHashes: {},
};

/** Takes the next of the given times with each run. */
function contender(name: string, samples: readonly Sample[], log: string[]): Contender {
  const left = [...samples];
  const run = async () => {
    log.push(name);
    const sample = left.shift();
    if (sample === undefined) throw new Error(`${name} has no times left`);
    return sample;
  };
  return { name, prepare: async () => run };
}

test('contenders take turns in changing orders, and the first round does not count', async () => {
  const log: string[] = [];
  const results = await alternate(
    [
      contender(
        'a',
        [9, 1, 2, 3, 1, 2, 3, 2].map((total) => ({ total, execution: total / 2, workers: 2 })),
        log,
      ),
      contender(
        'b',
        [9, 4, 4, 8, 4, 4, 4, 4].map((total) => ({ total, workers: 1 })),
        log,
      ),
      { name: 'c', prepare: async () => null },
    ],
    files,
    7,
  );
  const rounds = [0, 2, 4, 6, 8, 10, 12, 14].map((from) => log.slice(from, from + 2).join(''));
  expect(new Set(rounds)).toEqual(new Set(['ab', 'ba']));
  const processor = expect.objectContaining({ least: expect.any(Number) });
  expect(results).toEqual({
    a: {
      processor,
      total: { least: 1, low: 1.5, median: 2, high: 2.5 },
      execution: { least: 0.5, low: 0.75, median: 1, high: 1.25 },
      workers: 2,
    },
    b: { processor, total: { least: 4, low: 4, median: 4, high: 4 }, workers: 1 },
  });
});
