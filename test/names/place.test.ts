import { describe, expect, test } from '@jest/globals';
import type { Preimage, PreimageWord } from '../../src/analysis/access.ts';
import { constantPreimage, hashOf, knownOrigin } from '../../src/analysis/known-hashes.ts';
import { type PlaceContext, placeOfOrigin, placeOfSlot } from '../../src/names/place.ts';
import { placeText } from '../../src/names/place-text.ts';

const holder = 0xdac17f958d2ee523a2206206994597c13d831ec7n;
const spender = 0x7a250d5630b4cf539739df2c5dacb4c659f2488dn;
const solidity: PlaceContext = { order: 'solidity', originOf: knownOrigin };
const vyper: PlaceContext = { order: 'vyper', originOf: knownOrigin };

function constant(value: bigint): PreimageWord {
  return { kind: 'constant', value };
}

function hashed(...words: PreimageWord[]): Preimage {
  return { byteLength: 32 * words.length, words };
}

function nested(preimage: Preimage, offset = 0n): PreimageWord {
  return { kind: 'hash', preimage, offset };
}

function text(preimage: Preimage, offset = 0n, context = solidity): string {
  return placeText(placeOfOrigin({ preimage, offset }, context));
}

function name(text: string): Preimage {
  return constantPreimage(new TextEncoder().encode(text));
}

describe('the place of a hashed slot', () => {
  test('in mappings', () => {
    expect(text(hashed(constant(holder), constant(2n)))).toBe('mapping 2 [0xdac1…1ec7]');
    expect(text(hashed(constant(holder), constant(2n)), 3n)).toBe('mapping 2 [0xdac1…1ec7] +3');
    const allowances = hashed(constant(spender), nested(hashed(constant(holder), constant(5n))));
    expect(text(allowances)).toBe('mapping 5 [0xdac1…1ec7] [0x7a25…488d]');
    expect(text(hashed({ kind: 'unknown' }, constant(2n)))).toBe('mapping 2 [?]');
  });

  test("in Vyper's order", () => {
    expect(text(hashed(constant(3n), constant(7n)))).toBe('mapping 7 [3]');
    expect(text(hashed(constant(3n), constant(7n)), 0n, vyper)).toBe('mapping 3 [7]');
    // Whatever the order is, an address is no slot; but what may be a hash can be one that nobody knows.
    expect(text(hashed(constant(3n), constant(holder)))).toBe('mapping 3 [0xdac1…1ec7]');
    expect(text(hashed(constant(3n), constant(holder << 96n)))).toBe('hash of 3, 0xdac1…0000');
    const inner = hashed(constant(3n), constant(holder));
    expect(text(hashed(nested(inner), constant(7n)), 0n, vyper)).toBe('mapping 3 [0xdac1…1ec7] [7]');
  });

  test('in arrays, in mappings of arrays, and in mappings within structs', () => {
    expect(text(hashed(constant(4n)), 9n)).toBe('array 4 [9]');
    const list = hashed(nested(hashed(constant(holder), constant(2n))));
    expect(text(list, 1n)).toBe('mapping 2 [0xdac1…1ec7] [1]');
    const struct = hashed(constant(holder), constant(2n));
    expect(text(hashed(constant(6n), nested(struct, 1n)))).toBe('mapping 2 [0xdac1…1ec7] +1 [6]');
  });

  test('in mappings by string', () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('alice'), ...new Array(31).fill(0), 8]);
    expect(text(constantPreimage(bytes))).toBe('mapping 8 ["alice"]');
    bytes[0] = 1;
    expect(text(constantPreimage(bytes))).toBe('mapping 8 [0x016c696365]');
  });

  test('behind names', () => {
    const implementation = name('eip1967.proxy.implementation');
    expect(text(implementation, -1n)).toBe('eip1967.proxy.implementation');
    expect(text(name('diamond.standard.diamond.storage'), 2n)).toBe('diamond.standard.diamond.storage +2');
    const id = hashOf(name('openzeppelin.storage.ERC20')) ?? 0n;
    const base = (hashOf(hashed(constant(id - 1n))) ?? 0n) & ~0xffn;
    const balances = hashed(constant(holder), constant(base));
    expect(text(balances)).toBe('openzeppelin.storage.ERC20 [0xdac1…1ec7]');
    const supply = placeOfSlot(base + 2n, solidity);
    expect(supply && placeText(supply)).toBe('openzeppelin.storage.ERC20 +2');
  });

  test('of something else is said as it is', () => {
    expect(text(hashed(constant((holder << 96n) | 0x87a211a2n)))).toBe('hash of 0xdac1…11a2');
    expect(placeOfSlot(1n << 255n, solidity)).toBeNull();
    expect(placeOfSlot(8n, solidity)).toEqual({ root: { kind: 'slot', slot: 8n }, steps: [] });
  });

  test('of a hostile nesting comes to an end', () => {
    let deep = hashed(constant(1n), constant(2n));
    for (let i = 0; i < 100; i++) deep = hashed(constant(1n), nested(deep));
    expect(text(deep).length).toBeLessThan(200);
  });
});
