/** Keccak-256 in WebAssembly against the one that everything else uses. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { arena } from '../../../src/analysis/concrete/arena.ts';
import { toBigint } from '../../../src/analysis/concrete/limbs.ts';
import { bytesToBigint } from '../../../src/input/hex.ts';
import { keccak256 } from '../../../src/input/keccak.ts';

const from = arena.take(2000);
const to = arena.take(32);

function hashOf(bytes: Uint8Array): bigint {
  arena.bytes.set(bytes, from);
  arena.hash(from, bytes.length, to);
  expect(arena.bytes.slice(from, from + bytes.length)).toEqual(bytes);
  return toBigint(arena.limbs, to >> 2);
}

test('of any length', () => {
  for (let length = 0; length <= 300; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => 7 * i + length);
    expect(hashOf(bytes)).toBe(bytesToBigint(keccak256(bytes)));
  }
});

test('of any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      expect(hashOf(bytes)).toBe(bytesToBigint(keccak256(bytes)));
    }),
    { numRuns: 500 },
  );
});

test('of 64 bytes, again and again, and of some that are nearly the same', () => {
  const sparse = fc.array(fc.tuple(fc.nat(63), fc.constantFrom(1, 2, 128)), { maxLength: 3 });
  fc.assert(
    fc.property(sparse, (changes) => {
      const bytes = new Uint8Array(64);
      for (const [at, value] of changes) bytes[at] = value;
      const expected = bytesToBigint(keccak256(bytes));
      expect([hashOf(bytes), hashOf(bytes)]).toEqual([expected, expected]);
    }),
    { numRuns: 3000 },
  );
});
