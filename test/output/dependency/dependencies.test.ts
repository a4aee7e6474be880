/** The example of PIP-16, the encodings in the tests of bnb-chain/op-geth, and fees that cannot wait. */
import { describe, expect, test } from '@jest/globals';
import type { AccessMode } from '../../../src/analysis/access.ts';
import {
  encodeTxDag,
  renderTxDag,
  renderTxDagRlp,
  type TxDag,
  txDag,
} from '../../../src/output/dependency/bnb.ts';
import { renderTxDependency, txDependency } from '../../../src/output/dependency/bor.ts';
import { accountKey } from '../../../src/state/key.ts';
import { feeRecipient } from '../../report/hand-made.ts';
import { handMade, shaped } from '../findings.ts';

const example = shaped(6, [
  { from: 0, to: 2 },
  { from: 1, to: 3 },
  { from: 2, to: 3 },
  { from: 4, to: 5 },
]);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The same transactions in a block, each touching the fee recipient's balance so. */
function withFees(modes: readonly (AccessMode | null)[]) {
  const { analysis } = example;
  const fees = accountKey(feeRecipient, 'balance');
  const transactions = analysis.transactions.map((one, index) => {
    const mode = modes[index] ?? null;
    const keys = new Map(one.accesses.keys);
    if (mode !== null) keys.set(fees, mode);
    return { ...one, accesses: { ...one.accesses, keys } };
  });
  const { block } = handMade.analysis.input;
  return { ...example, analysis: { ...analysis, transactions, input: { ...analysis.input, block } } };
}

describe("bor's TxDependency", () => {
  test('of the example of PIP-16', () => {
    const expected = [[], [], [0], [1, 2], [], [4]];
    expect(txDependency(example)).toEqual(expected);
    expect(JSON.parse(renderTxDependency(example))).toEqual(expected);
  });

  test('does not count fees', () => {
    expect(txDependency(withFees(['delta', 'delta', 'delta', 'delta', 'delta', 'delta']))).toEqual(
      txDependency(example),
    );
  });

  test('is none when a transaction may see the fees of others', () => {
    expect(txDependency(withFees([null, null, 'read']))).toBeNull();
    expect(renderTxDependency(withFees(['delta', 'write']))).toBe('null\n');
    expect(txDependency(handMade)).toBeNull();
  });

  test('the first one sees no fees', () => {
    expect(txDependency(withFees(['write', 'delta']))).toEqual(txDependency(example));
  });

  test('of nothing', () => {
    expect(JSON.parse(renderTxDependency(shaped(0, [])))).toEqual([]);
  });
});

describe("BNB Chain's TxDAG", () => {
  const plain = (...lists: number[][]): TxDag => ({
    Type: 1,
    TxDeps: lists.map((TxIndexes) => ({ TxIndexes })),
  });

  test.each<[string, TxDag, string]>([
    ['empty', { Type: 0 }, '00c0'],
    [
      'ten transactions',
      plain([], [], [], [0], [0], [1, 2], [2, 5], [6], [], [8]),
      '01dddcc1c0c1c0c1c0c2c180c2c180c3c20102c3c20205c2c106c1c0c2c108',
    ],
    [
      'two of them with flags',
      {
        Type: 1,
        TxDeps: [
          ...[[], [], [], [0], [0], [1, 2], [2, 5], [6], [], [8]].map((TxIndexes) => ({ TxIndexes })),
          { TxIndexes: [], Flags: 1 },
          { TxIndexes: [], Flags: 1 },
        ],
      },
      '01e3e2c1c0c1c0c1c0c2c180c2c180c3c20102c3c20205c2c106c1c0c2c108c2c001c2c001',
    ],
  ])('is encoded as the implementation does it: %s', (_name, dag, expected) => {
    expect(hex(encodeTxDag(dag))).toBe(expected);
  });

  test('of the same example', () => {
    expect(txDag(example)).toEqual(plain([], [], [0], [1, 2], [], [4]));
    expect(JSON.parse(renderTxDag(example))).toEqual(txDag(example));
    expect(hex(renderTxDagRlp(example))).toBe(hex(encodeTxDag(txDag(example))));
  });

  test('is empty when a transaction may see the fees of others', () => {
    expect(txDag(withFees([null, 'read']))).toEqual({ Type: 0 });
    expect(JSON.parse(renderTxDag(handMade))).toEqual({ Type: 0 });
  });

  test('names the others where that is shorter', () => {
    const edges = [0, 1, 2, 4].map((from) => ({ from, to: 6 }));
    const { TxDeps } = { TxDeps: [], ...txDag(shaped(7, edges)) };
    expect(TxDeps[6]).toEqual({ TxIndexes: [3, 5], Flags: 1 });
    expect(TxDeps.slice(0, 6).filter((dep) => 'Flags' in dep)).toEqual([]);
  });
});
