import { describe, expect, test } from '@jest/globals';
import type { Times } from '../../bench/contender.ts';
import { executionTables, type MeasuredBlock, meansOf, slowerBlocks } from '../../bench/execution-tables.ts';

function times(total: number, execution = total, workers = 1): Times {
  const flat = (median: number) => ({ least: median, low: median, median, high: median });
  return { total: flat(total), execution: flat(execution), workers };
}

/** In ms: runBlock, then this executor with all given, with one worker, with many. */
function block(
  name: string,
  [peer, given, one, many]: readonly [number, number, number, number],
): MeasuredBlock {
  const own = (engine: string) => ({
    [`${engine} given`]: times(given, engine === 'stock' ? 4 * given : given),
    [`${engine} one`]: times(one),
    [`${engine} many`]: times(many, many, 2),
  });
  return {
    name,
    origin: 'mainnet',
    transactions: 150,
    gas: 1e6,
    bound: 8,
    boundOnWorkers: 2,
    results: { runBlock: times(peer), ...own('tuned'), ...own('stock') },
  };
}

const blocks = [block('1', [100, 10, 20, 10]), block('2', [400, 10, 20, 40])];

describe('means', () => {
  const mean = (title: string) => meansOf(blocks).find((one) => one.title === title);

  test('are geometric, and name the least', () => {
    expect(mean('tuned, one worker, against `runBlock`')).toMatchObject({
      blocks: 2,
      geometricMean: expect.closeTo(10),
      least: { value: 5, block: '1' },
    });
    expect(mean('tuned, N workers against one')).toMatchObject({
      geometricMean: expect.closeTo(1),
      least: { value: 0.5, block: '2' },
    });
    expect(mean('execution alone, tuned against stock')?.geometricMean).toBeCloseTo(4);
  });

  test('the share of the bound is the gain over execution without analysis, of what the plan promises', () => {
    expect(mean('share of the bound on N workers, tuned')).toMatchObject({
      geometricMean: expect.closeTo(Math.sqrt(0.5 * 0.125)),
      least: { value: 0.125, block: '2' },
    });
  });

  test('leave out who was not there', () => {
    expect(mean('… against EDR')).toBeUndefined();
  });
});

test('blocks that workers make slower are named, and not those that ran on one thread all the same', () => {
  const alone = { ...block('3', [100, 10, 10, 11]) };
  const results = { ...alone.results, 'tuned many': times(11) };
  expect(slowerBlocks([{ ...alone, results }], 'tuned', 'one')).toEqual([]);
  expect(slowerBlocks([{ ...alone, results }], 'tuned', 'given')).toEqual(['3']);
  expect(slowerBlocks(blocks, 'tuned', 'one')).toEqual(['2']);
  expect(slowerBlocks(blocks, 'tuned', 'given')).toEqual(['2']);
  const text = executionTables(blocks, 2);
  expect(text).toContain('- tuned, N workers slower than one worker: 2\n');
  expect(text).toMatch(/^\| 1 +\| 150 \| +1\.0 \| +100 ±0% \|/m);
});
