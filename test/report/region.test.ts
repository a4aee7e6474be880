import { describe, expect, test } from '@jest/globals';
import type { Preimage, PreimageWord } from '../../src/analysis/access.ts';
import { mappingPlace, placeText, regionText } from '../../src/report/region.ts';

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
    expect(placeText({ preimage: words(known(owner), hashed(outer)), offset: 2n })).toBe(
      'mapping 7 [1][0xabab…abab] +2',
    );
  });

  test('a mapping inside a struct or an array has no base slot of its own', () => {
    expect(mappingPlace(words(known(owner), hashed(words(known(1n)), 4n)))).toEqual({
      baseSlot: null,
      keys: [owner],
    });
  });

  test('an element of a dynamic array', () => {
    expect(placeText({ preimage: words(known(5n)), offset: 12n })).toBe('array 5 [12]');
  });

  test('what has no known layout', () => {
    expect(placeText({ preimage: { byteLength: 37, words: [unknown, unknown] }, offset: 0n })).toBeNull();
  });
});

test('regions in words', () => {
  const address = `0x${'11'.repeat(20)}` as const;
  const field = 'storage' as const;
  const mode = 'read' as const;
  expect([
    regionText({
      shape: 'mapping',
      address,
      field,
      mode,
      preimage: words(unknown, known(2n)),
      first: 0n,
      last: 0n,
    }),
    regionText({
      shape: 'mapping',
      address,
      field,
      mode,
      preimage: words(unknown, unknown),
      first: 0n,
      last: 0n,
    }),
    regionText({ shape: 'array', address, field, mode, first: 4n, last: 9n, origin: null }),
    regionText({ shape: 'account', address, field, mode }),
    regionText({ shape: 'everything', address: null, field: 'any', mode }),
    regionText({ shape: 'everything', address: null, field: 'balance', mode }),
  ]).toEqual([
    'mapping 2 [?]',
    'a mapping [?]',
    'slots 4 to 9',
    'all storage',
    'all state',
    'the balance of every account',
  ]);
});
