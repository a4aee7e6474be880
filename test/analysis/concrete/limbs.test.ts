/** Words of limbs against the same operations on `bigint`. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { concrete } from '../../../src/analysis/arithmetic.ts';
import * as limbs from '../../../src/analysis/concrete/limbs.ts';
import { MAX, number } from '../../generators/word.ts';

const { WORD } = limbs;

/** Words on a stack, the last one on top; beside them words that nothing may touch. */
function stackOf(...words: bigint[]): { stack: Int32Array; top: number } {
  const stack = new Int32Array(WORD * (words.length + 2)).fill(0x5a5a5a5a);
  for (const [index, word] of words.entries()) limbs.setBigint(stack, WORD * (index + 1), word);
  return { stack, top: WORD * words.length };
}

function isUntouched(stack: Int32Array): boolean {
  return [...stack.subarray(0, WORD), ...stack.subarray(stack.length - WORD)].every((x) => x === 0x5a5a5a5a);
}

/** Small numbers and powers of two too: they have ways of their own. */
const word = fc.oneof(
  { weight: 4, arbitrary: number },
  { weight: 1, arbitrary: fc.bigInt(0n, 1n << 22n) },
  { weight: 1, arbitrary: fc.nat(255).map((bit) => 1n << BigInt(bit)) },
  { weight: 2, arbitrary: fc.bigInt(0n, MAX) },
);

const runs = { numRuns: 3_000 };

test('signextend', () => {
  fc.assert(
    fc.property(fc.oneof(word, fc.bigInt(0n, 40n)), word, (size, value) => {
      const { stack, top } = stackOf(value, size);
      limbs.signExtend(stack, top, top - WORD);
      expect(limbs.toBigint(stack, top - WORD)).toBe(concrete.signextend(size, value));
      expect(isUntouched(stack)).toBe(true);
    }),
    runs,
  );
});

test('comparisons', () => {
  fc.assert(
    fc.property(word, word, fc.boolean(), (a, other, isSame) => {
      const b = isSame ? a : other;
      const { stack, top } = stackOf(b, a);
      expect(limbs.sameWords(stack, top, stack, top - WORD)).toBe(a === b);
      expect(limbs.isZeroWord(stack, top)).toBe(a === 0n);
    }),
    runs,
  );
});

test.each(['addmod', 'mulmod'] as const)('%s', (operation) => {
  fc.assert(
    fc.property(word, word, word, (a, b, n) => {
      const { stack, top } = stackOf(n, b, a);
      limbs.modular(operation, stack, top, top - WORD, top - 2 * WORD);
      const full = operation === 'addmod' ? a + b : a * b;
      expect(limbs.toBigint(stack, top - 2 * WORD)).toBe(n === 0n ? 0n : full % n);
      expect(isUntouched(stack)).toBe(true);
    }),
    runs,
  );
});

describe('other forms', () => {
  test('bytes, numbers and lengths', () => {
    fc.assert(
      fc.property(word, fc.nat(40), (value, offset) => {
        const { stack, top } = stackOf(value);
        const bytes = new Uint8Array(80).fill(0xff);
        const view = new DataView(bytes.buffer);
        limbs.storeBytes(stack, top, view, offset);
        const hex = value.toString(16).padStart(64, '0');
        expect(Buffer.from(bytes.subarray(offset, offset + 32)).toString('hex')).toBe(hex);
        const back = new Int32Array(WORD);
        limbs.loadBytes(back, 0, view, offset);
        expect(limbs.toBigint(back, 0)).toBe(value);
        limbs.setFromBytes(back, 0, bytes.subarray(0, offset + 32), offset, 32);
        expect(limbs.toBigint(back, 0)).toBe(value);
        expect(limbs.toNumber(stack, top)).toBe(value < 2n ** 53n ? Number(value) : Number.POSITIVE_INFINITY);
        const digits = value === 0n ? 0 : value.toString(16).length;
        expect(limbs.byteLength(stack, top)).toBe(Math.ceil(digits / 2));
        limbs.leadingZeros(stack, top);
        const bits = value === 0n ? 0 : value.toString(2).length;
        expect(limbs.toBigint(stack, top)).toBe(BigInt(256 - bits));
      }),
      runs,
    );
  });

  test('what lies beyond the end of the bytes is zero', () => {
    const back = new Int32Array(WORD);
    limbs.setFromBytes(back, 0, new Uint8Array([1, 2, 3]), 1, 32);
    expect(limbs.toBigint(back, 0)).toBe(0x0203n << 240n);
    limbs.setFromBytes(back, 0, new Uint8Array([1, 2, 3]), 2, 2);
    expect(limbs.toBigint(back, 0)).toBe(0x0300n);
  });

  test('whole numbers below 2^53', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const back = new Int32Array(WORD).fill(-1);
        limbs.setNumber(back, 0, value);
        expect(limbs.toBigint(back, 0)).toBe(BigInt(value));
      }),
      runs,
    );
  });
});
