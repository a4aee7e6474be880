import { RLP } from '@ethereumjs/rlp';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RlpItem } from '../../src/input/rlp.ts';
import { RlpWriter } from '../../src/input/rlp-writer.ts';
import { hex, rlpItem } from './rlp-item.ts';

const writer = new RlpWriter();

/** Lists from their ends on. */
function write(item: RlpItem): void {
  if (item instanceof Uint8Array) {
    writer.bytes(item);
    return;
  }
  const end = writer.length;
  for (const child of [...item].reverse()) write(child);
  writer.list(end);
}

function written(run: () => void): string {
  writer.reset();
  run();
  return Buffer.from(writer.view()).toString('hex');
}

describe('RlpWriter', () => {
  test('agrees with @ethereumjs/rlp, whatever it wrote before', () => {
    fc.assert(
      fc.property(rlpItem, (item) => {
        expect(written(() => write(item))).toBe(hex(RLP.encode(item as Parameters<typeof RLP.encode>[0])));
      }),
    );
  });

  test('writes integers without leading zeros', () => {
    const edges = [0n, 1n, 0x7fn, 0x80n, 0xffn, 0x100n, 2n ** 32n, 2n ** 53n, 2n ** 256n - 1n].flatMap(
      (value) => [value, value > 0n ? value - 1n : value],
    );
    const integer = fc.oneof(
      fc.constantFrom(...edges),
      fc.integer({ min: 0, max: 256 }).chain((bits) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n })),
    );
    fc.assert(
      fc.property(integer, (value) => {
        expect(written(() => writer.integer(value))).toBe(hex(RLP.encode(value)));
      }),
      { numRuns: 500 },
    );
  });

  test('writes hex of either case as its bytes', () => {
    const text = `0x${'aBcDeF0123456789'.repeat(5)}`;
    expect(written(() => writer.hex(text))).toBe(
      hex(RLP.encode(Buffer.from(text.slice(2), 'hex') as Uint8Array)),
    );
  });

  test('forgets what was written since a position, and makes a string of the rest', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 70 }), (kept, dropped) => {
        const run = () => {
          writer.encoded(kept);
          const end = writer.length;
          writer.bytes(dropped);
          writer.rewind(end);
          writer.string(0);
        };
        expect(written(run)).toBe(hex(RLP.encode(kept)));
      }),
    );
  });

  test('shows what was written since a position', () => {
    expect(
      written(() => {
        writer.integer(7n);
        const end = writer.length;
        writer.integer(1n);
        expect(writer.view(end)).toEqual(Uint8Array.of(1));
        writer.raw(0xee);
        writer.encoded(Uint8Array.of(2, 3));
      }),
    ).toBe('0203ee0107');
  });
});
