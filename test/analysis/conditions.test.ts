import { describe, expect, test } from '@jest/globals';
import { analyzeBlock } from '../../src/analysis/block.ts';
import type { BlockAnalysis } from '../../src/analysis/result.ts';
import { buildConflictGraph } from '../../src/graph/build.ts';
import type { KnownAccount, Transaction, TransactionConditions } from '../../src/input/block.ts';
import { storageKey } from '../../src/state/key.ts';
import { Snapshot } from '../../src/state/snapshot.ts';
import { address, blockOf, COUNTER, MAPPING, preState, SENDERS } from '../executor/small-blocks.ts';

const [A, B] = SENDERS;
const NO_BOUNDS = { minBlock: null, maxBlock: null, minTimestamp: null, maxTimestamp: null };
const COUNT = storageKey(COUNTER, 0n);

const call = { from: A, to: COUNTER };

function transfer(...knownAccounts: readonly KnownAccount[]) {
  const conditions: TransactionConditions = { bounds: NO_BOUNDS, knownAccounts };
  return { from: B, to: address(0xe1), value: 1n, conditions };
}

const knownCount: KnownAccount = { kind: 'slots', address: COUNTER, slots: new Map([[0n, 0n]]) };
const knownRoot: KnownAccount = {
  kind: 'storage-root',
  address: COUNTER,
  storageRoot: `0x${'ab'.repeat(32)}`,
};

function analysisOf(
  transactions: readonly (Partial<Transaction> & Pick<Transaction, 'from'>)[],
  unordered = false,
): BlockAnalysis {
  return analyzeBlock(blockOf(transactions), { state: preState(), unordered });
}

function edgesOf(analysis: BlockAnalysis): readonly (readonly [number, number])[] {
  return buildConflictGraph(analysis).edges.map(({ from, to }) => [from, to]);
}

describe('slots that conditions name', () => {
  test.each([false, true])('are read, so whoever writes them conflicts (unordered: %j)', (unordered) => {
    const after = analysisOf([call, transfer(knownCount)], unordered);
    expect(after.transactions[1]?.accesses.keys.get(COUNT)).toBe('read');
    expect(edgesOf(after)).toEqual([[0, 1]]);
    expect(edgesOf(analysisOf([transfer(knownCount), call], unordered))).toEqual([[0, 1]]);
    expect(edgesOf(analysisOf([transfer(), call], unordered))).toEqual([]);
    expect(edgesOf(analysisOf([transfer(knownCount), { ...transfer(knownCount), from: A }]))).toEqual([]);
  });

  test('change neither the status nor the access list, and no other access', () => {
    const [plain] = analysisOf([transfer()]).transactions;
    const [conditional] = analysisOf([transfer(knownCount)]).transactions;
    expect(conditional?.status).toBe('exact');
    expect(conditional?.derivedAccessList).toEqual(plain?.derivedAccessList);
    expect([...(conditional?.accesses.keys ?? [])].filter(([key]) => key !== COUNT)).toEqual([
      ...(plain?.accesses.keys ?? []),
    ]);
  });

  test('that the transaction writes stay written', () => {
    const [found] = analysisOf([
      { ...call, ...{ conditions: transfer(knownCount).conditions } },
    ]).transactions;
    expect(found?.accesses.keys.get(COUNT)).toBe('write');
  });

  test('that the state lacks are missing', () => {
    const { accounts, absent, storageOnly, codeOnly } = preState();
    const state = new Snapshot({ accounts, absent, storageOnly, codeOnly, partial: true });
    const input = blockOf([transfer(knownCount)]);
    expect(analyzeBlock(input, { state }).missing).toContain(COUNT);
  });

  test('meet regions of others', () => {
    const slots = new Map([[2n ** 255n, 0n]]);
    const { accounts, absent, storageOnly, codeOnly } = preState();
    const unknownCode = new Map([...accounts].filter(([one]) => one !== MAPPING));
    const state = new Snapshot({ accounts: unknownCode, absent, storageOnly, codeOnly, partial: true });
    const input = blockOf([{ from: A, to: MAPPING }, transfer({ kind: 'slots', address: COUNTER, slots })]);
    expect(edgesOf(analyzeBlock(input, { state }))).toEqual([[0, 1]]);
  });
});

describe('a storage root', () => {
  test('is a read of the whole storage, which is no exact set', () => {
    const analysis = analysisOf([call, transfer(knownRoot)]);
    const [, found] = analysis.transactions;
    expect(found).toMatchObject({ status: 'bounded', reasons: [{ code: 'known-storage-root' }] });
    expect(found?.accesses.regions).toEqual([
      { shape: 'account', address: COUNTER, field: 'storage', mode: 'read' },
    ]);
    expect(edgesOf(analysis)).toEqual([[0, 1]]);
    expect(edgesOf(analysisOf([transfer(knownRoot), call]))).toEqual([[0, 1]]);
    expect(edgesOf(analysisOf([transfer(knownRoot), { from: A, to: MAPPING }]))).toEqual([]);
  });
});
