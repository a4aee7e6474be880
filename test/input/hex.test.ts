import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesToBigint, bytesToHex, hexToBigint, hexToBytes, isHex } from '../../src/input/hex.ts';

const bytes = fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ minLength: 60, maxLength: 400 }));

/** Hex, and what is hardly hex: another character somewhere, some of which have a digit in their low byte. */
const nearlyHex = fc
  .tuple(bytes, fc.nat(), fc.constantFrom('0', 'F', 'g', ' ', 'x', 'é', '\u0130', '\ud83d', ''))
  .map(([value, at, character]) => {
    const text = bytesToHex(value);
    const place = at % (text.length + 1);
    return text.slice(0, place) + character + text.slice(place + 1);
  });

describe('hexToBytes', () => {
  test('is the inverse of bytesToHex, of either case', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(hexToBytes(bytesToHex(value))).toEqual(value);
        expect(hexToBytes(`0x${bytesToHex(value).slice(2).toUpperCase()}`)).toEqual(value);
      }),
    );
  });

  test('takes hex of even length and nothing else, of any length', () => {
    fc.assert(
      fc.property(nearlyHex, (text) => {
        expect(hexToBytes(text) !== null).toBe(isHex(text) && text.length % 2 === 0);
      }),
      { numRuns: 2000 },
    );
  });

  test('gives a buffer of its own', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(hexToBytes(bytesToHex(value))?.buffer.byteLength).toBe(value.length);
      }),
    );
  });
});

test('hexToBigint takes hex of at least one digit and nothing else', () => {
  const character = fc.constantFrom(
    ...'01789abcdefABCDEF',
    ...'xXgno_-+.',
    ' ',
    '\t',
    '\n',
    '\u00a0',
    '\ufeff',
    '\u0130',
  );
  const digits = fc.stringMatching(/^[0-9a-fA-F]{0,64}$/);
  const text = fc
    .tuple(
      fc.constantFrom('0x', '0x', '0X', '0b', '-0x', ''),
      digits,
      fc.option(character, { nil: '' }),
      digits,
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, (value) => {
      const expected = isHex(value) && value.length > 2 ? BigInt(value) : undefined;
      expect(hexToBigint(value)).toBe(expected);
    }),
    { numRuns: 3000 },
  );
  expect(hexToBigint('0x12 ')).toBeUndefined();
});

test('bytesToBigint is big-endian', () => {
  expect(bytesToBigint(Uint8Array.of())).toBe(0n);
  expect(bytesToBigint(Uint8Array.of(1, 0))).toBe(256n);
});
