import { RLP } from '@ethereumjs/rlp';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeRlp, type RlpItem } from '../../src/input/rlp.ts';
import { hex, rlpItem, shortItem } from './rlp-item.ts';

function encode(value: RlpItem): Uint8Array {
  return RLP.encode(value as Parameters<typeof RLP.encode>[0]);
}

describe('decodeRlp', () => {
  test('takes back what @ethereumjs/rlp wrote', () => {
    fc.assert(
      fc.property(rlpItem, (value) => {
        expect(hex(decodeRlp(encode(value)))).toEqual(hex(value));
      }),
    );
  });

  test('takes only what is canonical', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 12 }), mutated), (bytes) => {
        let decoded: RlpItem;
        try {
          decoded = decodeRlp(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-rlp' });
          return;
        }
        expect(encode(decoded)).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});

const mutated = fc.tuple(shortItem, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([value, at, byte]) => {
  const bytes = encode(value);
  bytes[at % bytes.length] = byte;
  return bytes;
});
