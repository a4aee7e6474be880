import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CellTable, unionCells } from '../../src/analysis/cells.ts';
import { accountKey, storageKey } from '../../src/state/key.ts';
import { fuzzing } from '../effort.ts';
import { cellSet } from '../generators/word.ts';
import { OTHER, TARGET } from './scene.ts';

describe('cell sets', () => {
  test('their union is ascending and without repeats, and an operand where it is one', () => {
    fc.assert(
      fc.property(cellSet, cellSet, (a, b) => {
        const union = unionCells(a, b);
        expect(union).toEqual([...new Set([...a, ...b])].sort((x, y) => x - y));
        if (union.length === a.length) expect(union).toBe(a);
      }),
      fuzzing({ short: 500, long: 10_000 }),
    );
  });
});

describe('cell table', () => {
  test('numbers keys in the order in which they are met', () => {
    const cells = new CellTable();
    const first = cells.storage(TARGET, 5n);
    expect([
      cells.account(TARGET, 'balance'),
      cells.account(OTHER, 'balance'),
      cells.storage(OTHER, 5n),
    ]).toEqual([1, 2, 3]);
    expect(cells.storage(TARGET, 5n)).toBe(first);
    expect(cells.size).toBe(4);
    expect([0, 1].map((cell) => cells.key(cell))).toEqual([
      storageKey(TARGET, 5n),
      accountKey(TARGET, 'balance'),
    ]);
    expect(cells.info(3)).toEqual({ address: OTHER, field: 'storage', slot: 5n });
    expect([...cells.slotsOf(TARGET)]).toEqual([[5n, 0]]);
  });
});
