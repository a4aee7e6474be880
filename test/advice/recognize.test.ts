/** Each pattern from made-up changes, and what is near it but is not it. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Change } from '../../src/advice/changes.ts';
import { isPoolState, isTrade } from '../../src/advice/pool-state.ts';
import { recognize, type SlotContext } from '../../src/advice/recognize.ts';
import type { StoragePlace } from '../../src/names/place.ts';
import { HEADER } from '../executor/small-blocks.ts';

const ENTRY: StoragePlace = { root: { kind: 'slot', slot: 3n }, steps: [{ kind: 'key', key: 7n }] };
const SLOT: StoragePlace = { root: { kind: 'slot', slot: 3n }, steps: [] };
const TIME = HEADER.timestamp;

function changes(
  values: readonly (readonly [bigint, bigint])[],
  rest: Partial<Pick<Change, 'amounts' | 'elementSizes'>> = {},
): Change[] {
  return values.map(([before, after], transaction) => ({
    transaction,
    before,
    after,
    amounts: new Set<bigint>(),
    elementSizes: new Set<bigint>(),
    ...rest,
  }));
}

function patternOf(list: readonly Change[], context: Partial<SlotContext> = {}): string {
  return recognize(list, { block: HEADER, place: SLOT, ...context }).pattern;
}

function reserves(a: bigint, b: bigint, time = TIME): bigint {
  return (BigInt.asUintN(32, time) << 224n) | (b << 112n) | a;
}

function price(tick: number, rest = 1n): bigint {
  const root = BigInt(Math.round(1.0001 ** (tick / 2) * 2 ** 48)) << 48n;
  return (rest << 184n) | (BigInt.asUintN(24, BigInt(tick)) << 160n) | root;
}

describe('values that tell a pattern', () => {
  test.each<[string, Change[], Partial<SlotContext>]>([
    [
      'counter',
      changes([
        [1n, 2n],
        [2n, 3n],
        [5n, 6n],
      ]),
      {},
    ],
    [
      'counter',
      changes([
        [30n, 20n],
        [20n, 10n],
      ]),
      {},
    ],
    [
      'entry-counter',
      changes([
        [1n, 2n],
        [2n, 3n],
      ]),
      { place: ENTRY },
    ],
    [
      'flags',
      changes([
        [0n, 4n],
        [4n, 5n],
        [5n, 5n + (1n << 200n)],
      ]),
      { place: ENTRY },
    ],
    [
      'credited-entry',
      changes(
        [
          [0n, 100n],
          [100n, 200n],
        ],
        { amounts: new Set([100n]) },
      ),
      { place: ENTRY },
    ],
    [
      'array-push',
      changes(
        [
          [1n, 2n],
          [2n, 3n],
        ],
        { elementSizes: new Set([2n]) },
      ),
      {},
    ],
    [
      'total',
      changes(
        [
          [10n, 17n],
          [17n, 12n],
        ],
        { amounts: new Set([7n, 5n]) },
      ),
      {},
    ],
    [
      'accumulator',
      changes(
        [
          [10n, 17n],
          [17n, 19n],
        ],
        { amounts: new Set([7n]) },
      ),
      {},
    ],
    [
      'rewritten',
      changes([
        [10n, 17n],
        [17n, 1n],
      ]),
      {},
    ],
    ['rewritten', changes([[10n, 17n]]), {}],
    [
      'credited-entry',
      changes([
        [10n, 17n],
        [17n, 19n],
      ]),
      { place: ENTRY },
    ],
    [
      'hot-entry',
      changes([
        [10n, 17n],
        [17n, 3n],
      ]),
      { place: ENTRY },
    ],
    [
      'lock',
      changes([
        [1n, 1n],
        [1n, 1n],
      ]),
      {},
    ],
    [
      'hot-entry',
      changes([
        [0n, 0n],
        [0n, 0n],
      ]),
      { place: ENTRY },
    ],
    [
      'clock',
      changes([
        [1n, TIME],
        [TIME, TIME],
        [2n, TIME],
      ]),
      {},
    ],
    [
      'rewritten',
      changes([
        [9n, TIME],
        [TIME, 3n],
        [3n, TIME],
      ]),
      { block: null },
    ],
    [
      'pool',
      changes([
        [reserves(5n, 9n, 1n), reserves(7n, 6n)],
        [reserves(7n, 6n), reserves(6n, 8n)],
      ]),
      {},
    ],
    [
      'pool',
      changes([
        [price(100), price(-70)],
        [price(-70), price(31)],
      ]),
      {},
    ],
    [
      'pool',
      changes([
        [(9n << 128n) | 5n, (8n << 128n) | 7n],
        [(8n << 128n) | 7n, (9n << 128n) | 2n],
      ]),
      {},
    ],
  ])('%s', (expected, list, context) => {
    expect(patternOf(list, context)).toBe(expected);
  });

  test('the step of a counter', () => {
    const list = changes([
      [30n, 20n],
      [20n, 10n],
    ]);
    expect(recognize(list, { block: null, place: null }).step).toBe(-10n);
  });

  test('what one change does not share is not said', () => {
    expect(
      patternOf(
        changes([
          [1n, 2n],
          [2n, 3n],
          [3n, 5n],
        ]),
      ),
    ).toBe('accumulator');
    const list = changes(
      [
        [1n, 2n],
        [2n, 3n],
      ],
      { elementSizes: new Set([2n]) },
    );
    const other = { ...(list[1] as Change), elementSizes: new Set([3n]) };
    expect(patternOf([list[0] as Change, other])).toBe('counter');
  });
});

test('random values are no state of a pool', () => {
  const word = fc.bigInt(0n, (1n << 256n) - 1n);
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word), { minLength: 12, maxLength: 12 }), (values) => {
      expect(isPoolState(changes(values), HEADER)).toBe(false);
    }),
  );
});

test('a trade moves two slots against each other, in each transaction', () => {
  const up = changes([
    [1n, 2n],
    [5n, 9n],
  ]);
  const down = changes([
    [9n, 8n],
    [8n, 1n],
  ]);
  expect(isTrade(up, down)).toBe(true);
  expect(isTrade(up, up)).toBe(false);
  expect(
    isTrade(
      up,
      changes([
        [9n, 8n],
        [8n, 10n],
      ]),
    ),
  ).toBe(false);
  expect(isTrade(up, down.slice(1))).toBe(false);
});
