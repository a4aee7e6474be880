/** Random RLP items, nested and of all lengths at which the encoding changes. */
import fc from 'fast-check';
import type { RlpItem } from '../../src/input/rlp.ts';

/** Short ones. */
export const shortItem: fc.Arbitrary<RlpItem> = fc.letrec<{ item: RlpItem }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.uint8Array({ maxLength: 80 }),
    fc.array(tie('item'), { maxLength: 5 }),
  ),
})).item;

const bytesWithLength = fc
  .constantFrom(0, 1, 2, 55, 56, 57, 255, 256, 257, 65_535, 65_536)
  .chain((length) => fc.integer({ min: 0, max: 255 }).map((byte) => new Uint8Array(length).fill(byte)));

export const rlpItem: fc.Arbitrary<RlpItem> = fc.oneof(
  shortItem,
  bytesWithLength,
  fc.array(bytesWithLength, { maxLength: 3 }),
);

type Text = string | Text[];

/** Long arrays of numbers take long to compare. */
export function hex(value: RlpItem): Text {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value.map(hex);
}
