import { RLP } from '@ethereumjs/rlp';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeRlp, encodeRlp, integerItem, type RlpItem } from '../../src/input/rlp.ts';

const item: fc.Arbitrary<RlpItem> = fc.letrec<{ item: RlpItem }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.uint8Array({ maxLength: 80 }),
    fc.array(tie('item'), { maxLength: 5 }),
  ),
})).item;

const bytesWithLength = fc
  .constantFrom(0, 1, 2, 55, 56, 57, 255, 256, 257, 65_535, 65_536)
  .chain((length) => fc.integer({ min: 0, max: 255 }).map((byte) => new Uint8Array(length).fill(byte)));

type Text = string | Text[];

/** Long arrays of numbers take long to compare. */
function hex(value: RlpItem): Text {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value.map(hex);
}

describe('encodeRlp', () => {
  test('agrees with @ethereumjs/rlp, and decodeRlp takes it back', () => {
    fc.assert(
      fc.property(fc.oneof(item, bytesWithLength, fc.array(bytesWithLength, { maxLength: 3 })), (value) => {
        const encoded = encodeRlp(value);
        expect(hex(encoded)).toBe(hex(RLP.encode(value as Parameters<typeof RLP.encode>[0])));
        expect(hex(decodeRlp(encoded))).toEqual(hex(value));
      }),
    );
  });

  test('puts a prefix before it', () => {
    expect(encodeRlp([Uint8Array.of(1)], [2, 3])).toEqual(Uint8Array.of(2, 3, 0xc1, 1));
  });
});

describe('decodeRlp', () => {
  test('takes only what it would have written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 12 }), mutated), (bytes) => {
        let decoded: RlpItem;
        try {
          decoded = decodeRlp(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-rlp' });
          return;
        }
        expect(encodeRlp(decoded)).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});

const mutated = fc.tuple(item, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([value, at, byte]) => {
  const bytes = encodeRlp(value);
  bytes[at % bytes.length] = byte;
  return bytes;
});

test('integerItem has no leading zero', () => {
  const cases = [0n, 1n, 0x7fn, 0x80n, 0xffn, 0x100n, 2n ** 256n - 1n];
  expect(cases.map((value) => Buffer.from(integerItem(value)).toString('hex'))).toEqual([
    '',
    '01',
    '7f',
    '80',
    'ff',
    '0100',
    'f'.repeat(64),
  ]);
});
