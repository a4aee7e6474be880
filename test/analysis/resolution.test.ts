/** Deferred transactions: what they wait for, whom they hold, and what they are resolved to. */
import { describe, expect, test } from '@jest/globals';
import { analyzeBlock, isOpen } from '../../src/analysis/block.ts';
import { BlockResolution, type SettledState } from '../../src/analysis/resolution.ts';
import type { BlockAnalysis, TransactionAnalysis } from '../../src/analysis/result.ts';
import type { BlockInput } from '../../src/input/block.ts';
import { storageKey } from '../../src/state/key.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import {
  BOXES,
  blockOfCalls,
  type CallDraft,
  DEFERRAL_PRESTATE,
  LEDGERS,
  RELAYS,
  SHELF,
} from '../generators/deferral.ts';
import { SENDERS } from '../generators/universe.ts';
import { missesOf } from '../oracle/coverage.ts';
import { Oracle } from '../oracle/recorder.ts';
import { runResolving } from '../oracle/resolve.ts';

const [BOX, OTHER_BOX] = BOXES;
const [RELAY, OTHER_RELAY] = RELAYS;
const balanceOf = (sender: number) => BigInt(SENDERS[sender] ?? 0);
const calls = (...drafts: [sender: number, to: CallDraft['to'], ...data: bigint[]][]): BlockInput =>
  blockOfCalls(drafts.map(([sender, to, ...data]) => ({ sender, to, data })));
const start = () => snapshotState(DEFERRAL_PRESTATE);
const analysisOf = (input: BlockInput, options = {}): BlockAnalysis =>
  analyzeBlock(input, { state: start(), ...options });
const statuses = ({ transactions }: BlockAnalysis) => transactions.map(({ status }) => status);
const at = ({ transactions }: BlockAnalysis, index: number) => transactions[index] as TransactionAnalysis;

/** What only these transactions have left: by running no others. */
async function settledBy(input: BlockInput, ...transactions: number[]): Promise<SettledState> {
  const oracle = await Oracle.create(input, DEFERRAL_PRESTATE);
  for (const index of transactions) await oracle.run(index);
  return { transactions: new Set(transactions), state: snapshotState(oracle.state.dump()) };
}

async function missesOfAll(input: BlockInput, resolved: BlockAnalysis): Promise<unknown[]> {
  const oracle = await Oracle.create(input, DEFERRAL_PRESTATE);
  const misses: unknown[] = [];
  for (const one of resolved.transactions) misses.push(...missesOf(input, one, await oracle.run(one.index)));
  return misses;
}

describe('a call target that is not known', () => {
  // The box is set to what only execution knows, since the balance of sender 0 is not known by then.
  const input = calls(
    [0, SHELF, 1n],
    [1, BOX, BigInt(SHELF), balanceOf(0)],
    [2, RELAY, 7n, 0n],
    [3, SHELF, 8n],
    [3, SHELF, 7n],
  );

  test('holds all later ones until those that may have set it are done', async () => {
    const first = analysisOf(input);
    expect(statuses(first)).toEqual(['exact', 'exact', 'deferred', 'exact', 'exact']);
    expect(at(first, 2)).toMatchObject({ resolveAfter: [1], waitsFor: [storageKey(BOX, 0n)], heldBy: [] });
    expect(at(first, 2).pending).toEqual([
      { shape: 'everything', address: null, field: 'any', mode: 'write' },
    ]);
    expect(at(first, 3).heldBy).toEqual([2]);

    const resolution = new BlockResolution(first, start());
    expect(resolution.steps).toEqual([{ transaction: 2, after: [1] }]);
    expect([0, 1, 2, 3, 4].map((index) => resolution.isResolved(index))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    // The first one, whose fee decides what the box holds, is before the second.
    resolution.take({ transaction: 2, after: [1] }, await settledBy(input, 0, 1));
    expect(resolution.steps).toEqual([]);
    expect(resolution.isResolved(4)).toBe(true);
    const { analysis } = resolution;
    expect(at(analysis, 2)).toMatchObject({ status: 'deferred', pending: [], resolveAfter: [1] });
    expect(at(analysis, 2).accesses.regions).toEqual([]);
    expect(at(analysis, 2).accesses.keys.get(storageKey(SHELF, 7n))).toBe('write');
    expect(at(analysis, 4).heldBy).toEqual([2]);
    expect(await missesOfAll(input, analysis)).toEqual([]);
  });

  test('derives again only those that were told something else', async () => {
    const setting = calls(
      [0, SHELF, 1n],
      [1, BOX, BigInt(OTHER_BOX), balanceOf(0)],
      // Sets the other box, which nobody could expect.
      [2, RELAY, 5n, balanceOf(1)],
      [3, SHELF, 8n],
      [3, LEDGERS[1]],
    );
    const { first, analysis } = await runResolving(analysisOf(setting), DEFERRAL_PRESTATE);
    // Whom it pays fees to changes nothing for the others.
    expect(at(analysis, 3).inputs).toBe(at(first, 3).inputs);
    expect(at(analysis, 4).inputs).not.toBe(at(first, 4).inputs);
    expect(at(analysis, 4).accesses.keys).not.toEqual(at(first, 4).accesses.keys);
    expect(await missesOfAll(setting, analysis)).toEqual([]);
  });
});

test('deferred behind a deferred one', async () => {
  const input = calls(
    [0, SHELF, 1n],
    [3, SHELF, 2n],
    [1, BOX, BigInt(OTHER_BOX), balanceOf(0)],
    // Sets the other box, to what depends on the balance of sender 3.
    [2, RELAY, BigInt(SHELF), balanceOf(3)],
    // Taken to call what the other box held before the block.
    [1, OTHER_RELAY, 5n, 0n],
    [2, SHELF, 6n],
  );
  const first = analysisOf(input);
  expect(statuses(first)).toEqual(['exact', 'exact', 'exact', 'deferred', 'exact', 'exact']);
  const resolution = new BlockResolution(first, start());
  expect(resolution.steps).toEqual([{ transaction: 3, after: [2] }]);
  resolution.take({ transaction: 3, after: [2] }, await settledBy(input, 0, 2));
  // Only what transaction 1 left is missing.
  expect(resolution.steps).toEqual([{ transaction: 4, after: [2, 3] }]);
  expect([3, 4, 5].map((index) => resolution.isResolved(index))).toEqual([true, false, false]);
  expect(at(resolution.analysis, 4)).toMatchObject({ status: 'deferred', resolveAfter: [3] });
  resolution.take({ transaction: 4, after: [2, 3] }, await settledBy(input, 0, 1, 2, 3));
  const { analysis } = resolution;
  expect(at(analysis, 4).accesses.keys.get(storageKey(SHELF, 5n))).toBe('write');
  expect(at(analysis, 5).heldBy).toEqual([3, 4]);
  expect(await missesOfAll(input, analysis)).toEqual([]);
});

describe('a slot that is not known', () => {
  const input = calls(
    [0, SHELF, 1n],
    [1, BOX, 3n, balanceOf(0)],
    [2, LEDGERS[0]],
    [3, SHELF, 8n],
    [0, LEDGERS[1]],
    [1, LEDGERS[0]],
  );

  test('holds those that may meet it, and no others', async () => {
    const first = analysisOf(input);
    expect(statuses(first)).toEqual(['exact', 'exact', 'deferred', 'exact', 'exact', 'deferred']);
    expect(at(first, 2).pending).toMatchObject([
      { shape: 'mapping', address: LEDGERS[0] },
      { shape: 'mapping', address: LEDGERS[0] },
    ]);
    expect(first.transactions.map(({ heldBy }) => heldBy)).toEqual([[], [], [], [], [], [2]]);
    const resolution = new BlockResolution(first, start());
    expect([2, 3, 4, 5].map((index) => resolution.isResolved(index))).toEqual([false, true, true, false]);
    const settled = await settledBy(input, 0, 1);
    for (const step of resolution.steps) resolution.take(step, settled);
    const { analysis } = resolution;
    for (const index of [2, 5]) {
      expect(at(analysis, index)).toMatchObject({ status: 'deferred', resolveAfter: [1], pending: [] });
      expect(at(analysis, index).accesses.regions).toEqual([]);
    }
    expect(await missesOfAll(input, analysis)).toEqual([]);
  });

  test('is no reason to wait in a mempool', () => {
    const { transactions } = analysisOf(input, { unordered: true });
    expect(transactions.map(({ pending, resolveAfter }) => [pending, resolveAfter])).toEqual(
      transactions.map(() => [[], []]),
    );
  });
});

describe('one without anything to wait for', () => {
  const input = calls([0, SHELF, 1n], [1, SHELF, 2n], [2, RELAY, 7n, 0n], [3, SHELF, 8n]);

  test('is resolved when all before it are done', async () => {
    const first = analysisOf(input);
    const everything = { shape: 'everything', address: null, field: 'any', mode: 'write' } as const;
    const transactions = first.transactions.map((one) =>
      one.index === 2
        ? { ...one, status: 'unbounded' as const, accesses: { ...one.accesses, regions: [everything] } }
        : one,
    );
    const resolution = new BlockResolution({ ...first, transactions }, start());
    expect(resolution.steps).toEqual([{ transaction: 2, after: [0, 1] }]);
    resolution.take({ transaction: 2, after: [0, 1] }, await settledBy(input, 0, 1));
    expect(resolution.steps).toEqual([]);
    const { analysis } = resolution;
    expect(at(analysis, 2)).toMatchObject({ status: 'unbounded', resolveAfter: [0, 1] });
    expect(at(analysis, 2).accesses.regions).toEqual([]);
    expect(await missesOfAll(input, analysis)).toEqual([]);
  });

  test('that may still touch anything then holds the others until it is done', async () => {
    const { [SHELF]: _unknown, ...known } = DEFERRAL_PRESTATE;
    const partial = snapshotState(known, { partial: true });
    const first = analyzeBlock(input, { state: partial });
    expect(at(first, 2)).toMatchObject({ status: 'unbounded', pending: [] });
    const resolution = new BlockResolution(first, partial);
    // The first two call what is not known, too.
    for (const index of [0, 1, 2, 3]) {
      const earlier = [...Array(index).keys()];
      expect(resolution.steps).toEqual([{ transaction: index, after: [...earlier, index] }]);
      expect([index, index + 1].map((one) => resolution.isResolved(one))).toEqual([true, false]);
      resolution.take(
        { transaction: index, after: [...earlier, index] },
        { transactions: new Set([...earlier, index]), state: partial },
      );
    }
    expect(resolution.steps).toEqual([]);
    expect(resolution.analysis.transactions.every(isOpen)).toBe(true);
  });
});
