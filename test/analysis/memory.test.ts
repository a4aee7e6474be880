/** Byte strings against the naive model: an array of bytes, each known or not, and what lies behind the end. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CellSet, unionCells } from '../../src/analysis/cells.ts';
import { LabelTable, loadString, SymbolicBytes } from '../../src/analysis/memory.ts';
import {
  cellsOf,
  knownBits,
  knownValue,
  rangeWord,
  unknownBits,
  unknownWord,
  type Word,
} from '../../src/analysis/word.ts';
import { fuzzing } from '../effort.ts';
import { cellSet, holds, MAX, member } from '../generators/word.ts';

const options = fuzzing({ short: 100, long: 5_000 });

const SIZE = 200;

interface NaiveByte {
  /** Known bits, and a mask of those that are not. */
  readonly value: number;
  readonly unknown: number;
  readonly cells: CellSet;
}

const ZERO: NaiveByte = { value: 0, unknown: 0, cells: [] };

function byteOf(word: Word, index: number): NaiveByte {
  const shift = BigInt(8 * (31 - index));
  return {
    value: Number((knownBits(word) >> shift) & 0xffn),
    unknown: Number((unknownBits(word) >> shift) & 0xffn),
    cells: cellsOf(word),
  };
}

/** What both are, or less. */
function joined(a: NaiveByte, b: NaiveByte, control: CellSet): NaiveByte {
  if (a.value === b.value && a.unknown === b.unknown) return { ...a, cells: unionCells(a.cells, b.cells) };
  const unknown = a.unknown | b.unknown | (a.value ^ b.value);
  return { value: a.value & ~unknown, unknown, cells: unionCells(unionCells(a.cells, b.cells), control) };
}

class Naive {
  bytes: NaiveByte[];

  constructor(bytes: readonly NaiveByte[] = Array.from({ length: 2 * SIZE }, () => ZERO)) {
    this.bytes = [...bytes];
  }

  slice(offset: number, length: number): NaiveByte[] {
    return this.bytes.slice(offset, offset + length);
  }

  put(offset: number, bytes: readonly NaiveByte[]): void {
    for (const [i, byte] of bytes.entries())
      if (offset + i < this.bytes.length) this.bytes[offset + i] = byte;
  }
}

type Step =
  | { readonly kind: 'word' | 'byte'; readonly at: number; readonly word: Word }
  | { readonly kind: 'copy'; readonly from: number; readonly to: number; readonly length: number }
  | { readonly kind: 'forget'; readonly at: number; readonly length: number; readonly cells: CellSet }
  | { readonly kind: 'forgetFrom'; readonly at: number; readonly cells: CellSet }
  | { readonly kind: 'fork' | 'suffix'; readonly at: number }
  | { readonly kind: 'take'; readonly from: number; readonly to: number; readonly length: number };

const place = fc.nat(SIZE);
const size = fc.nat(70);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('word' as const, 'byte' as const),
      at: place,
      word: member.map(({ word }) => word),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('copy' as const), from: place, to: place, length: size }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('forget' as const), at: place, length: size, cells: cellSet }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('forgetFrom' as const), at: place, cells: cellSet }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('fork' as const), at: place }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('take' as const), from: place, to: place, length: size }),
  },
);

interface Pair {
  readonly bytes: SymbolicBytes;
  readonly naive: Naive;
}

const UNKNOWN = (cells: CellSet): NaiveByte => ({ value: 0, unknown: 0xff, cells });

/** Takes the steps on both; forks are left behind, and must not change. */
function take(steps: readonly Step[], start: Pair, table: LabelTable): { end: Pair; forks: Pair[] } {
  let { bytes, naive } = start;
  const forks: Pair[] = [];
  for (const next of steps) {
    switch (next.kind) {
      case 'word':
        bytes.storeWord(next.at, next.word);
        naive.put(
          next.at,
          Array.from({ length: 32 }, (_, i) => byteOf(next.word, i)),
        );
        break;
      case 'byte':
        bytes.storeByte(next.at, next.word);
        naive.put(next.at, [byteOf(next.word, 31)]);
        break;
      case 'copy':
        bytes.copyFrom(bytes, next.from, next.to, next.length);
        naive.put(next.to, naive.slice(next.from, next.length));
        break;
      case 'forget':
        bytes.forget(next.at, next.length, next.cells);
        naive.put(
          next.at,
          Array.from({ length: next.length }, () => UNKNOWN(next.cells)),
        );
        break;
      case 'forgetFrom':
        bytes.forgetFrom(next.at, next.cells);
        naive.bytes = naive.bytes.map((byte, i) => (i < next.at ? byte : UNKNOWN(next.cells)));
        break;
      case 'fork': {
        const left = { bytes, naive };
        forks.push(left);
        bytes = bytes.fork();
        naive = new Naive(naive.bytes);
        break;
      }
      case 'take': {
        const piece = bytes.slice(next.from, next.length);
        const other = SymbolicBytes.empty(table);
        other.copyFrom(piece, 0, 3, next.length);
        bytes.copyFrom(other, 3, next.to, next.length);
        naive.put(next.to, naive.slice(next.from, next.length));
        break;
      }
      case 'suffix':
        break;
      default:
        next satisfies never;
    }
  }
  return { end: { bytes, naive }, forks };
}

function wordAt(naive: Naive, offset: number): { value: bigint; unknown: bigint } {
  let [value, unknown] = [0n, 0n];
  for (const byte of naive.slice(offset, 32)) {
    value = (value << 8n) | BigInt(byte.value);
    unknown = (unknown << 8n) | BigInt(byte.unknown);
  }
  return { value, unknown };
}

/** Everything that can be asked agrees with the model; where the model knows less about a word as a whole, it may. */
function compare({ bytes, naive }: Pair): void {
  for (let offset = 0; offset <= SIZE; offset += 7) {
    const word = bytes.loadWord(offset);
    const { value, unknown } = wordAt(naive, offset);
    // A word that is loaded as it was stored may know more, by its interval.
    expect(unknownBits(word) & ~unknown).toBe(0n);
    expect(knownBits(word) & ~unknown & MAX).toBe(value);
    if (unknown === 0n) expect(knownValue(word)).toBe(value);
    for (const length of [0, 1, 5, 33]) {
      const range = naive.slice(offset, length);
      const known = range.every((byte) => byte.unknown === 0);
      const read = bytes.read(offset, length);
      expect(read === null ? null : [...read]).toEqual(known ? range.map((byte) => byte.value) : null);
      const cells = range.reduce<CellSet>((all, byte) => unionCells(all, byte.cells), []);
      // What nothing is known of may have lost from whom; what is known has not.
      for (const cell of cells) expect(bytes.cells(offset, length)).toContain(cell);
      const piece = bytes.slice(offset, length);
      expect(piece.read(0, length) === null).toBe(!known);
      expect([...(piece.read(length, 40) ?? [1])].every((byte) => byte === 0)).toBe(true);
    }
    const rest = bytes.suffix(offset);
    const again = rest.loadWord(9);
    expect([knownBits(again), unknownBits(again)]).toEqual([
      knownBits(bytes.loadWord(offset + 9)),
      unknownBits(bytes.loadWord(offset + 9)),
    ]);
  }
  const first = naive.bytes.findIndex((byte) => byte.unknown !== 0);
  expect(bytes.firstUnknown(SIZE)).toBe(first === -1 || first > SIZE ? SIZE : first);
  const isPlain = naive.slice(0, SIZE).every((byte) => byte.unknown === 0 && byte.cells.length === 0);
  if (bytes.isPlain(SIZE)) expect(isPlain).toBe(true);
}

describe('byte strings', () => {
  test(`are what was written, at any alignment (seed ${options.seed})`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const table = new LabelTable();
        const { end, forks } = take(steps, { bytes: SymbolicBytes.empty(table), naive: new Naive() }, table);
        for (const pair of [end, ...forks]) compare(pair);
      }),
      options,
    );
  });

  test(`joined are what both sides may be (seed ${options.seed})`, () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 6 }),
        fc.array(step, { maxLength: 6 }),
        fc.array(step, { maxLength: 6 }),
        (before, left, right) => {
          const table = new LabelTable();
          const { end } = take(before, { bytes: SymbolicBytes.empty(table), naive: new Naive() }, table);
          const sides = [left, right].map((steps) =>
            take(steps, { bytes: end.bytes.fork(), naive: new Naive(end.naive.bytes) }, table),
          );
          const [a, b] = sides.map((side) => side.end) as [Pair, Pair];
          const both = SymbolicBytes.join(a.bytes, b.bytes, [9]);
          for (let offset = 0; offset <= SIZE + 60; offset += 5) {
            const word = both.loadWord(offset);
            for (const side of [a, b]) {
              const { value, unknown } = wordAt(side.naive, offset);
              // Every member of the side's word is one of the joined word's: by bits, the extremes stand for all.
              const certain = MAX & ~unknownBits(word);
              expect(unknown & certain).toBe(0n);
              expect(value & certain).toBe(knownBits(word));
              expect(
                holds(side.bytes.loadWord(offset), value | unknown) && !holds(word, value | unknown),
              ).toBe(false);
            }
            const model = a.naive
              .slice(offset, 32)
              .map((byte, i) => joined(byte, b.naive.bytes[offset + i] as NaiveByte, [9]));
            const known = model.every((byte) => byte.unknown === 0);
            if (known) {
              for (const cell of model.flatMap((byte) => byte.cells))
                expect(both.cells(offset, 32)).toContain(cell);
            }
          }
          for (const side of sides) for (const pair of [side.end, ...side.forks]) compare(pair);
          expect(SymbolicBytes.join(a.bytes, a.bytes, [9])).toBe(a.bytes);
          expect(a.bytes.equals(a.bytes.fork(), SIZE)).toBe(true);
        },
      ),
      options,
    );
  });

  test(`joined hold the bytes of either side as they may really be (seed ${options.seed})`, () => {
    // Words whose bits say the same, but whose intervals differ, at few places so that they overlap.
    const write = fc.record({
      at: fc.oneof(fc.nat(70), fc.constantFrom(0, 5, 20, 32, 37)),
      min: fc.nat(0x7fff),
      max: fc.integer({ min: 0x8000, max: 0xffff }),
      chance: fc.nat(0xffff),
      isKnown: fc.nat(4).map((value) => value === 0),
      length: fc.constantFrom(0, 0, 0, 20, 40),
    });
    type Write = typeof write extends fc.Arbitrary<infer T> ? T : never;
    const put = (memory: SymbolicBytes, concrete: Uint8Array, writes: readonly Write[]): void => {
      for (const { at, min, max, chance, isKnown, length } of writes) {
        const value = BigInt(min + (chance % (max - min + 1)));
        memory.storeWord(at, isKnown ? value : rangeWord(BigInt(min), BigInt(max), [1]));
        concrete.set(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'), at);
        memory.copyFrom(memory, at, at + 33, length);
        concrete.copyWithin(at + 33, at, at + length);
      }
    };
    fc.assert(
      fc.property(
        fc.array(write, { maxLength: 3 }),
        fc.array(write, { maxLength: 3 }),
        fc.array(write, { maxLength: 3 }),
        (before, left, right) => {
          const start = SymbolicBytes.empty(new LabelTable());
          const bytes = new Uint8Array(SIZE);
          put(start, bytes, before);
          const sides = [left, right].map((writes) => {
            const side = { memory: start.fork(), bytes: bytes.slice() };
            put(side.memory, side.bytes, writes);
            return side;
          });
          const [a, b] = sides.map(({ memory }) => memory) as [SymbolicBytes, SymbolicBytes];
          const joins = [SymbolicBytes.join(a, b, [9]), SymbolicBytes.join(b, a, [9])];
          const wrong: number[] = [];
          for (let offset = 0; offset + 32 <= SIZE; offset++) {
            for (const side of sides) {
              const hex = Buffer.from(side.bytes.subarray(offset, offset + 32)).toString('hex');
              if (!joins.every((both) => holds(both.loadWord(offset), BigInt(`0x${hex}`))))
                wrong.push(offset);
            }
          }
          expect(wrong).toEqual([]);
        },
      ),
      options,
    );
  });

  test('joined forget a word across two chunks of which only one side knows the bounds', () => {
    const a = SymbolicBytes.empty(new LabelTable());
    const b = a.fork();
    a.storeWord(5, rangeWord(0x7000n, 0x8fffn, []));
    b.storeWord(5, rangeWord(0n, 0xffffn, []));
    for (const both of [SymbolicBytes.join(a, b, []), SymbolicBytes.join(b, a, [])]) {
      expect(holds(both.loadWord(5), 1n)).toBe(true);
    }
  });

  test('a word comes back as the same object, also when it was copied', () => {
    const table = new LabelTable();
    const memory = SymbolicBytes.empty(table);
    const word = unknownWord([1]);
    memory.storeWord(5, word);
    memory.copyFrom(memory, 0, 70, 60);
    expect(memory.loadWord(5)).toBe(word);
    expect(memory.loadWord(75)).toBe(word);
  });

  test('large memories that differ in little', () => {
    const table = new LabelTable();
    const a = SymbolicBytes.empty(table);
    a.storeWord(100_000, 7n);
    const b = a.fork();
    b.storeWord(50_001, unknownWord([3]));
    a.storeByte(80_000, 5n);
    const both = SymbolicBytes.join(a, b, [1]);
    expect(knownValue(both.loadWord(100_000))).toBe(7n);
    expect(knownValue(both.loadWord(50_001))).toBe(null);
    expect(both.read(80_000, 1)).toBe(null);
    expect(both.read(49_000, 1_001)).not.toBe(null);
  });
});

describe('preimages', () => {
  test('are words with holes, at any alignment (pitfalls 13, 14)', () => {
    const table = new LabelTable();
    const memory = SymbolicBytes.empty(table);
    memory.storeWord(3, unknownWord([1]));
    memory.storeWord(35, 9n);
    memory.storeByte(67, 0xabn);
    const none = () => null;
    expect(memory.preimage(3, 64, none)).toEqual({
      byteLength: 64,
      words: [{ kind: 'unknown' }, { kind: 'constant', value: 9n }],
    });
    expect(memory.preimage(35, 33, none)).toEqual({
      byteLength: 33,
      words: [
        { kind: 'constant', value: 9n },
        { kind: 'constant', value: 0xabn << 248n },
      ],
    });
    expect(memory.preimage(34, 32, none)).toEqual({ byteLength: 32, words: [{ kind: 'unknown' }] });
  });

  test('nest no deeper than can be written out', () => {
    const table = new LabelTable();
    let preimage = SymbolicBytes.empty(table).preimage(0, 64, () => null);
    const sizeOf = (of: typeof preimage): number =>
      of.words.reduce((sum, word) => sum + 1 + (word.kind === 'hash' ? sizeOf(word.preimage) : 0), 0);
    for (let i = 0; i < 200; i++) {
      const inner = preimage;
      preimage = SymbolicBytes.empty(table).preimage(0, 64, () => ({
        kind: 'hash',
        preimage: inner,
        offset: 0n,
      }));
      expect(sizeOf(preimage)).toBeLessThan(100);
    }
  });
});

describe('strings with an end', () => {
  test('are zero beyond it (pitfall 32)', () => {
    const table = new LabelTable();
    const text = { bytes: SymbolicBytes.known(table, Uint8Array.of(1, 2, 3)), length: 3n };
    expect(loadString(text, 0n)).toBe(0x010203n << 232n);
    expect(loadString(text, 2n)).toBe(3n << 248n);
    expect(loadString(text, 3n)).toBe(0n);
    expect(loadString(text, MAX)).toBe(0n);
  });

  test('are unknown where the end may lie', () => {
    const table = new LabelTable();
    const bytes = SymbolicBytes.known(table, new Uint8Array(96).fill(1));
    const length = { ...unknownWord([1]), min: 40n, max: 90n };
    expect(knownValue(loadString({ bytes, length }, 8n))).not.toBe(null);
    for (const offset of [9n, 60n, 91n, 1n << 40n]) {
      const word = loadString({ bytes, length }, offset);
      expect(holds(word, 0n)).toBe(true);
    }
  });
});
