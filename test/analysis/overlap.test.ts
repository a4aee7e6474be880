import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type {
  AccessMode,
  AccessSet,
  ArrayRegion,
  MappingRegion,
  Preimage,
  PreimageWord,
  Region,
  SlotOrigin,
} from '../../src/analysis/access.ts';
import { hashOf } from '../../src/analysis/known-hashes.ts';
import {
  accessCovers,
  describeRegion,
  firstConflict,
  modesConflict,
  preimagesUnify,
  regionMayContainKey,
  regionsMayOverlap,
} from '../../src/analysis/overlap.ts';
import type { Address } from '../../src/input/block.ts';
import { accountKey, type StateKey, storageKey } from '../../src/state/key.ts';

const A: Address = `0x${'aa'.repeat(20)}`;
const B: Address = `0x${'bb'.repeat(20)}`;
const MODES: readonly AccessMode[] = ['read', 'write', 'delta'];

const unknown: PreimageWord = { kind: 'unknown' };
const constant = (value: bigint): PreimageWord => ({ kind: 'constant', value });
const hash = (preimage: Preimage, offset = 0n): PreimageWord => ({ kind: 'hash', preimage, offset });
const words = (...list: PreimageWord[]): Preimage => ({ byteLength: 32 * list.length, words: list });
const cut = (byteLength: number, ...list: PreimageWord[]): Preimage => ({ byteLength, words: list });

function mapping(preimage: Preimage, first = 0n, last = first, mode: AccessMode = 'write'): MappingRegion {
  return { shape: 'mapping', address: A, field: 'storage', mode, preimage, first, last };
}

function array(first: bigint, last: bigint, origin: SlotOrigin | null = null): ArrayRegion {
  return { shape: 'array', address: A, field: 'storage', mode: 'write', first, last, origin };
}

function everything(
  field: 'balance' | 'nonce' | 'code' | 'storage' | 'any',
  mode: AccessMode = 'write',
): Region {
  return { shape: 'everything', address: null, field, mode };
}

function account(address: Address = A, mode: AccessMode = 'write'): Region {
  return { shape: 'account', address, field: 'storage', mode };
}

function set(
  keys: Record<StateKey, AccessMode>,
  regions: Region[] = [],
  origins: [StateKey, SlotOrigin][] = [],
): AccessSet {
  return { keys: new Map(Object.entries(keys)), regions, origins: new Map(origins) };
}

function concrete(preimage: Preimage): bigint {
  const value = hashOf(preimage);
  if (value === null) throw new Error('unknown bytes');
  return value;
}

test('modes conflict unless both are reads or both are deltas', () => {
  const commuting = MODES.flatMap((a) => MODES.filter((b) => !modesConflict(a, b)).map((b) => `${a} ${b}`));
  expect(commuting).toEqual(['read read', 'delta delta']);
});

describe('preimagesUnify', () => {
  const key5 = words(constant(5n), constant(3n));

  test.each<[string, Preimage, Preimage, boolean]>([
    ['equal constants', words(constant(1n)), words(constant(1n)), true],
    ['different constants', words(constant(1n)), words(constant(2n)), false],
    ['unknown with constant', words(unknown, constant(3n)), key5, true],
    ['unknown key, other base slot', words(unknown, constant(4n)), key5, false],
    ['Vyper and Solidity', words(constant(5n), unknown), words(unknown, constant(3n)), true],
    ['different lengths', words(unknown, unknown), words(unknown), false],
    ['lengths that differ in the last word', cut(40, unknown, unknown), words(unknown, unknown), false],
    ['hash with the same hash', words(hash(key5)), words(hash(words(constant(5n), constant(3n)))), true],
    ['hash with another offset', words(hash(key5, 1n)), words(hash(key5)), false],
    ['the same offset modulo 2^256', words(hash(key5, -1n)), words(hash(key5, 2n ** 256n - 1n)), true],
    [
      'hashes of preimages that do not unify',
      words(hash(key5)),
      words(hash(words(unknown, constant(4n)))),
      false,
    ],
    ['far offsets may join two hashes', words(hash(key5)), words(hash(words(constant(1n)), 2n ** 64n)), true],
    ['hash with a small constant', words(hash(words(unknown))), words(constant(2n ** 64n - 1n)), false],
    [
      'far offsets may end at a small constant',
      words(hash(words(unknown), 2n ** 255n)),
      words(constant(1n)),
      true,
    ],
    ['hash with a large constant', words(hash(words(unknown))), words(constant(2n ** 64n)), true],
    ['hash with its value', words(hash(key5, 2n)), words(constant(concrete(key5) + 2n)), true],
    ['hash with another value', words(hash(key5, 2n)), words(constant(concrete(key5) + 3n)), false],
    [
      'hash with a folded hash',
      words(hash(words(unknown))),
      words(constant(concrete(words(constant(7n))))),
      true,
    ],
    [
      'hash of 64 bytes with a folded hash of 32',
      words(hash(words(unknown, unknown))),
      words(constant(concrete(words(constant(7n))))),
      false,
    ],
    [
      'partial words alike',
      cut(33, unknown, constant(1n << 248n)),
      cut(33, unknown, constant(1n << 248n)),
      true,
    ],
    [
      'partial words that differ',
      cut(33, unknown, constant(1n << 248n)),
      cut(33, unknown, constant(0n)),
      false,
    ],
    ['cut hashes may be alike', cut(33, unknown, hash(key5)), cut(33, unknown, constant(0n)), true],
    ['nothing at all', cut(0), cut(0), true],
  ])('%s', (_name, a, b, expected) => {
    expect(preimagesUnify(a, b)).toBe(expected);
    expect(preimagesUnify(b, a)).toBe(expected);
  });
});

describe('regionMayContainKey', () => {
  const balances = words(unknown, constant(3n));
  const balanceOf5 = words(constant(5n), constant(3n));
  const slot = concrete(balanceOf5);
  const origin: SlotOrigin = { preimage: balanceOf5, offset: 0n };
  const folded = concrete(words(constant(1n)));

  test.each<[string, Region, StateKey, SlotOrigin | null, boolean]>([
    ['mapping, origin known', mapping(balances), storageKey(A, slot), origin, true],
    ['mapping, origin unknown', mapping(balances), storageKey(A, slot), null, true],
    ['mapping of another base', mapping(words(unknown, constant(4n))), storageKey(A, slot), origin, false],
    [
      'mapping of another base, origin unknown',
      mapping(words(unknown, constant(4n))),
      storageKey(A, slot),
      null,
      true,
    ],
    ['mapping of another account', mapping(balances), storageKey(B, slot), origin, false],
    ['mapping, small slot', mapping(balances), storageKey(A, 3n), null, false],
    ['mapping, offset outside', mapping(balances, 1n, 2n), storageKey(A, slot), origin, false],
    [
      'mapping, offset inside',
      mapping(balances, 1n, 2n),
      storageKey(A, slot + 2n),
      { ...origin, offset: 2n },
      true,
    ],
    ['mapping, folded hash of 32 bytes', mapping(balances), storageKey(A, folded), null, false],
    ['array data, folded hash', mapping(words(unknown), 0n, 9n), storageKey(A, folded + 9n), null, true],
    [
      'array data, folded hash, too far',
      mapping(words(unknown), 0n, 9n),
      storageKey(A, folded + 10n),
      null,
      false,
    ],
    ['mapping without unknown words', mapping(balanceOf5), storageKey(A, slot), null, true],
    ['mapping without unknown words, other slot', mapping(balanceOf5), storageKey(A, slot + 1n), null, false],
    ['mapping, other field', mapping(balances), accountKey(A, 'balance'), null, false],
    ['array', array(10n, 12n), storageKey(A, 12n), null, true],
    ['array, outside', array(10n, 12n), storageKey(A, 13n), null, false],
    ['array over the end', array(2n ** 256n - 1n, 2n ** 256n + 1n), storageKey(A, 1n), null, true],
    ['account', account(), storageKey(A, 13n), null, true],
    ['account, other field', account(), accountKey(A, 'code'), null, false],
    ['account, other account', account(), storageKey(B, 13n), null, false],
    ['every balance', everything('balance'), accountKey(A, 'balance'), null, true],
    ['every balance, other field', everything('balance'), accountKey(A, 'nonce'), null, false],
    ['all storage', everything('storage'), storageKey(A, 0n), null, true],
    ['everything', everything('any'), accountKey(A, 'nonce'), null, true],
  ])('%s', (_name, region, key, known, expected) => {
    expect(regionMayContainKey(region, key, known)).toBe(expected);
  });
});

describe('regionsMayOverlap', () => {
  const one = words(constant(1n));
  const slot1 = concrete(one);
  const balances = words(unknown, constant(3n));

  test.each<[string, Region, Region, boolean]>([
    ['one mapping', mapping(balances), mapping(balances), true],
    ['two mappings', mapping(balances), mapping(words(unknown, constant(4n))), false],
    ['one mapping, other struct members', mapping(balances, 0n, 1n), mapping(balances, 2n, 3n), false],
    ['Vyper and Solidity mapping', mapping(balances), mapping(words(constant(9n), unknown)), true],
    ['mapping and array of small slots', mapping(balances), array(0n, 2n ** 64n - 1n), false],
    ['mapping and array of large slots', mapping(balances), array(2n ** 128n, 2n ** 128n + 1n), true],
    ['mapping and array that starts small', mapping(balances), array(0n, 2n ** 64n), true],
    [
      'mapping and array of known origin',
      mapping(balances),
      array(slot1, slot1 + 5n, { preimage: one, offset: 0n }),
      false,
    ],
    ['mapping and array of a folded hash', mapping(balances), array(slot1, slot1 + 5n), false],
    ['array data twice', mapping(words(unknown), 5n, 7n), array(slot1, slot1 + 5n), true],
    ['array data twice, apart', mapping(words(unknown), 6n, 7n), array(slot1, slot1 + 5n), false],
    [
      'a mapping without unknown words',
      mapping(words(constant(5n), constant(3n))),
      array(2n ** 128n, 2n ** 129n),
      false,
    ],
    ['arrays', array(1n, 5n), array(5n, 9n), true],
    ['arrays apart', array(1n, 4n), array(5n, 9n), false],
    ['account and mapping', account(), mapping(balances), true],
    ['account and array', account(), array(0n, 1n), true],
    ['accounts', account(A), account(B), false],
    ['all storage and mapping', everything('storage'), mapping(balances), true],
    ['all balances and mapping', everything('balance'), mapping(balances), false],
    ['everything and all balances', everything('any'), everything('balance'), true],
    ['everything and account', everything('any'), account(), true],
  ])('%s', (_name, a, b, expected) => {
    expect(regionsMayOverlap(a, b)).toBe(expected);
    expect(regionsMayOverlap(b, a)).toBe(expected);
  });
});

describe('accessCovers', () => {
  test.each<[AccessMode, AccessMode, boolean]>([
    ['read', 'read', true],
    ['read', 'write', false],
    ['read', 'delta', false],
    ['write', 'read', true],
    ['write', 'write', true],
    ['write', 'delta', true],
    ['delta', 'read', false],
    ['delta', 'write', false],
    ['delta', 'delta', true],
  ])('derived %s, observed %s: %s', (derived, observed, expected) => {
    const key = storageKey(A, 1n);
    expect(accessCovers(set({ [key]: derived }), key, observed)).toBe(expected);
    expect(accessCovers(set({}, [{ ...account(), mode: derived } as Region]), key, observed)).toBe(expected);
  });

  test('a region may be stronger than the key', () => {
    const key = storageKey(A, 1n);
    expect(accessCovers(set({ [key]: 'read' }, [account()]), key, 'write')).toBe(true);
  });

  test('the origin decides for mappings', () => {
    const preimage = words(constant(5n), constant(3n));
    const key = storageKey(A, concrete(preimage));
    const other = mapping(words(unknown, constant(4n)));
    expect(accessCovers(set({}, [other]), key, 'write')).toBe(true);
    expect(accessCovers(set({}, [other]), key, 'write', { preimage, offset: 0n })).toBe(false);
    expect(accessCovers(set({}, [other], [[key, { preimage, offset: 0n }]]), key, 'write')).toBe(false);
  });
});

describe('firstConflict', () => {
  const key = storageKey(A, 1n);
  const region = mapping(words(unknown, constant(3n)));

  test('names the key, or the region', () => {
    expect(firstConflict(set({ [key]: 'write' }), set({ [key]: 'read' }))).toBe(key);
    expect(firstConflict(set({ [key]: 'read' }), set({}, [account()]))).toBe(key);
    expect(firstConflict(set({}, [account()]), set({ [key]: 'read' }))).toBe(key);
    expect(firstConflict(set({}, [account()]), set({}, [region]))).toBe(`${A}: all storage`);
  });

  test('null when all accesses commute', () => {
    expect(firstConflict(set({ [key]: 'read' }), set({ [key]: 'read' }))).toBeNull();
    expect(firstConflict(set({ [key]: 'delta' }), set({ [key]: 'delta' }))).toBeNull();
    expect(firstConflict(set({ [key]: 'write' }), set({}, [region]))).toBeNull();
    expect(
      firstConflict(set({}, [account(A, 'read')]), set({ [key]: 'read' }, [account(A, 'read')])),
    ).toBeNull();
  });
});

describe('describeRegion', () => {
  const balances = words(unknown, constant(3n));

  test.each<[Region, string]>([
    [mapping(balances), `${A}: mapping at slot 3, key unknown`],
    [mapping(balances, 0n, 2n), `${A}: mapping at slot 3, key unknown, offsets 0 to 2`],
    [mapping(words(constant(3n), unknown), 1n), `${A}: Vyper mapping at slot 3, key unknown, offset 1`],
    [
      mapping(words(unknown, hash(words(constant(2n ** 64n), constant(1n))))),
      `${A}: mapping at (mapping at slot 1, key 0x10000000000000000), key unknown`,
    ],
    [mapping(words(constant(6n)), 0n, 9n), `${A}: data of slot 6, offsets 0 to 9`],
    [mapping(words(hash(balances, 1n))), `${A}: data of (mapping at slot 3, key unknown, offset 1)`],
    [mapping(cut(33, unknown, unknown)), `${A}: hash of 33 bytes (unknown, unknown)`],
    [array(1n, 2n ** 64n), `${A}: slots 1 to 0x10000000000000000`],
    [account(), `${A}: all storage`],
    [everything('balance'), 'balance of every account'],
    [everything('any'), 'everything'],
  ])('%#', (region, expected) => {
    expect(describeRegion(region)).toBe(expected);
  });
});

/**
 * The concrete model: preimages of known bytes, and everything that is true to say of them. `blur` forgets
 * words, and swaps a nested hash with its value; the result must always allow for what it was made from.
 */
describe('soundness on concrete preimages', () => {
  const { concretePreimage } = fc.letrec<{ concretePreimage: Preimage; word: PreimageWord }>((tie) => ({
    word: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.bigInt(0n, 3n).map(constant),
      fc.record({
        kind: fc.constant('hash' as const),
        preimage: tie('concretePreimage'),
        offset: fc.bigInt(-1n, 2n),
      }),
    ),
    concretePreimage: fc
      .tuple(
        fc.array(tie('word'), { minLength: 1, maxLength: 2, depthIdentifier: 'preimage' }),
        fc.constantFrom(0, 0, 0, 31),
      )
      .map(([list, missing]) => {
        const byteLength = list.length * 32 - missing;
        return { byteLength, words: list };
      }),
  }));

  function blur(preimage: Preimage, choose: () => number): Preimage {
    return {
      byteLength: preimage.byteLength,
      words: preimage.words.map((word) => {
        const choice = choose();
        if (choice === 0) return unknown;
        if (word.kind !== 'hash') return word;
        if (choice === 1) return constant(BigInt.asUintN(256, concrete(word.preimage) + word.offset));
        return hash(
          blur(word.preimage, choose),
          choice === 2 ? word.offset : BigInt.asUintN(256, word.offset),
        );
      }),
    };
  }

  const choices = fc.infiniteStream(fc.nat({ max: 4 }));
  const offset = fc.bigInt(-3n, 3n);
  const extent = fc.bigInt(0n, 3n);

  function chooser(stream: Stream<number>): () => number {
    const iterator = stream[Symbol.iterator]();
    return () => iterator.next().value ?? 0;
  }
  type Stream<T> = Iterable<T> & { [Symbol.iterator](): Iterator<T> };

  /** Regions that hold `keccak256(preimage) + offset`. */
  function regionsHolding(
    preimage: Preimage,
    i: bigint,
    low: bigint,
    high: bigint,
    choose: () => number,
  ): Region[] {
    const slot = BigInt.asUintN(256, concrete(preimage) + i);
    return [
      mapping(blur(preimage, choose), i - low, i + high),
      mapping(preimage, i - low, i + high),
      array(slot - low, slot + high),
      array(slot - low, slot + high, { preimage, offset: i - low }),
      array(slot - low, slot + high, { preimage: blur(preimage, choose), offset: i - low }),
      account(),
      everything('storage'),
      everything('any'),
    ];
  }

  test('two views of the same bytes unify', () => {
    fc.assert(
      fc.property(concretePreimage, choices, (preimage, stream) => {
        const choose = chooser(stream);
        expect(preimagesUnify(blur(preimage, choose), blur(preimage, choose))).toBe(true);
      }),
    );
  });

  test('known bytes unify only with the same hash', () => {
    fc.assert(
      fc.property(concretePreimage, concretePreimage, (a, b) => {
        if (a.byteLength % 32 !== 0 || hasCut(a) || hasCut(b)) return;
        expect(preimagesUnify(a, b)).toBe(concrete(a) === concrete(b));
      }),
    );
    function hasCut(preimage: Preimage): boolean {
      return (
        preimage.byteLength % 32 !== 0 ||
        preimage.words.some((word) => word.kind === 'hash' && hasCut(word.preimage))
      );
    }
  });

  test('a region may contain what it was made from', () => {
    fc.assert(
      fc.property(concretePreimage, offset, extent, extent, choices, (preimage, i, low, high, stream) => {
        const choose = chooser(stream);
        const key = storageKey(A, BigInt.asUintN(256, concrete(preimage) + i));
        const origins = [
          undefined,
          null,
          { preimage, offset: i },
          { preimage: blur(preimage, choose), offset: i },
        ];
        for (const region of regionsHolding(preimage, i, low, high, choose)) {
          for (const origin of origins) {
            expect([describeRegion(region), regionMayContainKey(region, key, origin)]).toEqual([
              describeRegion(region),
              true,
            ]);
          }
        }
      }),
    );
  });

  test('regions that share a slot overlap', () => {
    fc.assert(
      fc.property(
        concretePreimage,
        offset,
        fc.tuple(extent, extent, extent, extent),
        choices,
        (preimage, i, [low, high, low2, high2], stream) => {
          const choose = chooser(stream);
          for (const a of regionsHolding(preimage, i, low, high, choose)) {
            for (const b of regionsHolding(preimage, i, low2, high2, choose)) {
              expect([describeRegion(a), describeRegion(b), regionsMayOverlap(a, b)]).toEqual([
                describeRegion(a),
                describeRegion(b),
                true,
              ]);
            }
          }
        },
      ),
    );
  });
});
