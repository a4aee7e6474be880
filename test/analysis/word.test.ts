/** The laws of the lattice of words. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Preimage } from '../../src/analysis/access.ts';
import {
  boundedWord,
  cellsOf,
  joinWords,
  knownBits,
  knownValue,
  leqWords,
  maskAbove,
  maxOf,
  mayEqual,
  minOf,
  rangeWord,
  type SymbolicWord,
  sameKnowledge,
  unknownBits,
  unknownWord,
  type Word,
  withCells,
} from '../../src/analysis/word.ts';
import { fuzzing } from '../effort.ts';
import { cellSet, holds, MAX, type Member, member, number } from '../generators/word.ts';

const options = fuzzing({ short: 2_000, long: 100_000 });

/** Bits and interval agree with each other, and the word is written in its shortest form. */
function isTidy(word: Word): boolean {
  if (typeof word === 'bigint') return word >= 0n && word <= MAX;
  const { value, unknown, min, max, cells } = word;
  if ((value & unknown) !== 0n || min > max || min < value || max > (value | unknown)) return false;
  if (unknown === 0n) return min === value && max === value && cells.length > 0;
  return min < max;
}

const hash = (key: bigint): SymbolicWord => {
  const preimage: Preimage = {
    byteLength: 64,
    words: [{ kind: 'unknown' }, { kind: 'constant', value: key }],
  };
  return { ...unknownWord([1]), hash: { preimage, first: 0n, last: 0n } };
};

const anyWord = fc.oneof(
  { weight: 9, arbitrary: member.map(({ word }) => word) },
  fc.constantFrom(hash(1n), hash(2n)),
);

function property(name: string, run: () => void): void {
  test(`${name} (seed ${options.seed})`, run);
}

describe('words', () => {
  property('stand for what they are made around', () => {
    fc.assert(
      fc.property(member, ({ word, members }) => {
        expect(isTidy(word)).toBe(true);
        for (const value of members) expect(holds(word, value)).toBe(true);
      }),
      options,
    );
  });

  property('bits and interval sharpen each other, and lose nothing', () => {
    fc.assert(
      fc.property(number, number, number, number, (value, unknown, min, max) => {
        const bits = value & ~unknown & MAX;
        const word = boundedWord(value, unknown, min, max, [3]);
        expect(isTidy(word)).toBe(true);
        for (const candidate of [
          min,
          max,
          bits,
          bits | unknown,
          (min & unknown) | bits,
          (max & unknown) | bits,
        ]) {
          const isMember = candidate >= min && candidate <= max && (candidate & ~unknown & MAX) === bits;
          if (isMember) expect(holds(word, candidate)).toBe(true);
        }
      }),
      options,
    );
  });

  test('a mask above a number', () => {
    expect([0n, 1n, 2n, 3n, 4n, 255n, 256n, MAX].map(maskAbove)).toEqual([
      0n,
      1n,
      3n,
      3n,
      7n,
      255n,
      511n,
      MAX,
    ]);
  });

  property('more cells are the same knowledge', () => {
    fc.assert(
      fc.property(anyWord, cellSet, (word, cells) => {
        const more = withCells(word, cells);
        expect(sameKnowledge(word, more)).toBe(true);
        for (const cell of [...cells, ...cellsOf(word)]) expect(cellsOf(more)).toContain(cell);
      }),
      options,
    );
  });
});

describe('order', () => {
  property('is reflexive, and antisymmetric up to cells', () => {
    fc.assert(
      fc.property(anyWord, anyWord, (a, b) => {
        expect(leqWords(a, a)).toBe(true);
        if (leqWords(a, b) && leqWords(b, a)) expect(sameKnowledge(a, b)).toBe(true);
      }),
      options,
    );
  });

  property('is transitive', () => {
    fc.assert(
      fc.property(anyWord, anyWord, anyWord, (a, b, c) => {
        const upper = joinWords(a, b, []);
        const top = joinWords(upper, c, []);
        expect(leqWords(a, upper) && leqWords(upper, top) && leqWords(a, top)).toBe(true);
        if (leqWords(a, b) && leqWords(b, c)) expect(leqWords(a, c)).toBe(true);
      }),
      options,
    );
  });

  property('is that of the numbers that they stand for', () => {
    fc.assert(
      fc.property(member, anyWord, ({ word, members }, other) => {
        if (leqWords(word, other)) for (const value of members) expect(holds(other, value)).toBe(true);
      }),
      options,
    );
  });
});

describe('join', () => {
  property('is an upper bound of both, with all of their cells', () => {
    fc.assert(
      fc.property(member, member, cellSet, (a, b, control) => {
        const joined = joinWords(a.word, b.word, control);
        expect(isTidy(joined)).toBe(true);
        expect(leqWords(a.word, joined) && leqWords(b.word, joined)).toBe(true);
        for (const value of [...a.members, ...b.members]) expect(holds(joined, value)).toBe(true);
        if (a.word !== b.word) {
          for (const cell of [...cellsOf(a.word), ...cellsOf(b.word)])
            expect(cellsOf(joined)).toContain(cell);
        }
      }),
      options,
    );
  });

  property('depends on what decided between two values', () => {
    fc.assert(
      fc.property(member, member, (a, b) => {
        const [x, y] = [knownValue(a.word), knownValue(b.word)];
        if (x === null || y === null || x === y) return;
        expect(cellsOf(joinWords(a.word, b.word, [77]))).toContain(77);
      }),
      options,
    );
  });

  property('is idempotent, commutative, and associative up to what the interval says of the bits', () => {
    fc.assert(
      fc.property(anyWord, anyWord, anyWord, (a, b, c) => {
        expect(joinWords(a, a, [5])).toBe(a);
        expect(sameKnowledge(joinWords(a, b, []), joinWords(b, a, []))).toBe(true);
        const left = joinWords(joinWords(a, b, []), c, []);
        const right = joinWords(a, joinWords(b, c, []), []);
        expect(minOf(left)).toBe(minOf(right));
        expect(maxOf(left)).toBe(maxOf(right));
        expect(unknownBits(left)).toBe(unknownBits(right));
        expect(knownBits(left)).toBe(knownBits(right));
      }),
      options,
    );
  });

  test('keeps a hash only where both are the same one', () => {
    expect(joinWords(hash(1n), hash(1n), [])).toMatchObject({ hash: { first: 0n } });
    expect(joinWords(hash(1n), hash(2n), [])).toMatchObject({ hash: null });
    expect(joinWords(hash(1n), 0n, [])).toMatchObject({ hash: null, min: 0n, max: MAX });
  });
});

describe('equality', () => {
  property('is possible where a number is in both', () => {
    fc.assert(
      fc.property(member, member, (a: Member, b: Member) => {
        const isShared = a.members.some((value) => holds(b.word, value));
        if (isShared) expect(mayEqual(a.word, b.word)).toBe(true);
      }),
      options,
    );
  });

  test('is excluded by bits or by interval', () => {
    expect(mayEqual(rangeWord(0n, 4n, []), rangeWord(5n, 9n, []))).toBe(false);
    expect(mayEqual(boundedWord(1n, MAX ^ 1n, 0n, MAX, []), boundedWord(0n, MAX ^ 1n, 0n, MAX, []))).toBe(
      false,
    );
    expect(mayEqual(unknownWord([1]), unknownWord([1]))).toBe(true);
  });
});
