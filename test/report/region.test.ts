import { describe, expect, test } from '@jest/globals';
import type { Preimage, PreimageWord } from '../../src/analysis/access.ts';
import { arrayBaseSlot, mappingPlace } from '../../src/report/region.ts';

const known = (value: bigint): PreimageWord => ({ kind: 'constant', value });
const unknown: PreimageWord = { kind: 'unknown' };
const hashed = (preimage: Preimage, offset = 0n): PreimageWord => ({ kind: 'hash', preimage, offset });
const words = (...all: PreimageWord[]): Preimage => ({ byteLength: 32 * all.length, words: all });
const owner = BigInt(`0x${'ab'.repeat(20)}`);

describe('the place of a hashed slot', () => {
  test('Solidity hashes key, then slot', () => {
    expect(mappingPlace(words(known(owner), known(3n)))).toEqual({ baseSlot: 3n, keys: [owner] });
    expect(mappingPlace(words(unknown, known(3n)))).toEqual({ baseSlot: 3n, keys: [null] });
  });

  test('Vyper hashes slot, then key', () => {
    expect(mappingPlace(words(known(3n), known(owner)))).toEqual({ baseSlot: 3n, keys: [owner] });
    expect(mappingPlace(words(known(3n), unknown))).toEqual({ baseSlot: 3n, keys: [null] });
  });

  test('nested mappings, outermost key first', () => {
    const outer = words(known(1n), known(7n));
    expect(mappingPlace(words(known(owner), hashed(outer)))).toEqual({ baseSlot: 7n, keys: [1n, owner] });
  });

  test('a mapping inside a struct or an array has no base slot of its own', () => {
    expect(mappingPlace(words(known(owner), hashed(words(known(1n)), 4n)))).toEqual({
      baseSlot: null,
      keys: [owner],
    });
  });

  test('the length of a dynamic array', () => {
    expect(arrayBaseSlot({ preimage: words(known(5n)), offset: 12n })).toBe(5n);
  });
});
