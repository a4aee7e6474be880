/** Abstract words, each with some of the numbers that it stands for. */
import fc from 'fast-check';
import type { CellSet } from '../../src/analysis/cells.ts';
import {
  boundedWord,
  knownBits,
  knownWord,
  maxOf,
  minOf,
  unknownBits,
  type Word,
} from '../../src/analysis/word.ts';

export const MAX = (1n << 256n) - 1n;

export interface Member {
  readonly word: Word;
  /** Numbers that the word stands for; at least one. */
  readonly members: readonly bigint[];
}

const CORNERS = [
  0n,
  1n,
  2n,
  3n,
  7n,
  8n,
  15n,
  16n,
  30n,
  31n,
  32n,
  33n,
  127n,
  128n,
  255n,
  256n,
  257n,
  0xffffn,
  (1n << 64n) - 1n,
  1n << 64n,
  (1n << 128n) - 1n,
  1n << 128n,
  (1n << 160n) - 1n,
  (1n << 255n) - 1n,
  1n << 255n,
  (1n << 255n) + 1n,
  MAX - 255n,
  MAX - 1n,
  MAX,
];

/** Numbers at the corners, near them, of every size, and with few bits set. */
export const number: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...CORNERS) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...CORNERS), fc.bigInt(-4n, 4n))
      .map(([corner, by]) => BigInt.asUintN(256, corner + by)),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(255), fc.bigInt(0n, MAX)).map(([bits, value]) => value >> BigInt(bits)),
  },
  { weight: 1, arbitrary: fc.nat(255).map((bit) => 1n << BigInt(bit)) },
  { weight: 1, arbitrary: fc.nat(255).map((bit) => MAX ^ (1n << BigInt(bit))) },
);

export const cellSet: fc.Arbitrary<CellSet> = fc
  .uniqueArray(fc.nat(9), { maxLength: 3 })
  .map((cells) => cells.sort((a, b) => a - b));

/** Whether the word stands for the number, by its bits and by its interval. */
export function holds(word: Word, value: bigint): boolean {
  if (value < minOf(word) || value > maxOf(word)) return false;
  return (value & MAX & ~unknownBits(word)) === knownBits(word);
}

/** A word made around some numbers: bits and interval that all of them fit, and maybe more. */
export const member: fc.Arbitrary<Member> = fc.oneof(
  { weight: 1, arbitrary: number.map((value): Member => ({ word: value, members: [value] })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(number, cellSet)
      .map(([value, cells]): Member => ({ word: knownWord(value, cells), members: [value] })),
  },
  {
    weight: 6,
    arbitrary: fc
      .record({
        first: number,
        mask: fc.oneof(
          number,
          number.map((value) => MAX ^ value),
        ),
        others: fc.array(fc.oneof(number, fc.bigInt(0n, MAX)), { minLength: 2, maxLength: 5 }),
        slack: fc.tuple(number, number),
        kind: fc.constantFrom('bits', 'interval', 'both'),
        cells: cellSet,
      })
      .map(({ first, mask, others, slack: [below, above], kind, cells }): Member => {
        const known = kind === 'interval' ? 0n : MAX ^ mask;
        const members = [first, ...others.map((other) => (other & ~known & MAX) | (first & known))];
        const least = members.reduce((a, b) => (a < b ? a : b));
        const most = members.reduce((a, b) => (a > b ? a : b));
        const min = kind === 'bits' || below > least ? 0n : least - below;
        const max = kind === 'bits' || most + above > MAX ? MAX : most + above;
        return { word: boundedWord(first & known, MAX ^ known, min, max, cells), members };
      }),
  },
);
