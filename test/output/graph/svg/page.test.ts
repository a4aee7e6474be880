import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fittingText, packRows, textWidth } from '../../../../src/output/graph/svg/page.ts';

const size = fc.record({ width: fc.integer({ min: 1, max: 90 }), height: fc.integer({ min: 1, max: 90 }) });

test('blocks in rows stay in the page, apart from each other', () => {
  fc.assert(
    fc.property(fc.array(size, { maxLength: 30 }), fc.integer({ min: 90, max: 400 }), (sizes, width) => {
      const packing = packRows(sizes, width, 5);
      const placed = sizes.map((one, at) => ({ ...one, ...(packing.corners[at] ?? { left: -1, top: -1 }) }));
      const isInside = ({ left, top, ...own }: (typeof placed)[number]): boolean =>
        left >= 0 && top >= 0 && left + own.width <= packing.width && top + own.height <= packing.height;
      expect(placed.filter((one) => !isInside(one))).toEqual([]);
      expect(packing.width).toBeLessThanOrEqual(width);
      const covers = (a: (typeof placed)[number], b: (typeof placed)[number]): boolean =>
        a.left < b.left + b.width &&
        b.left < a.left + a.width &&
        a.top < b.top + b.height &&
        b.top < a.top + a.height;
      expect(placed.filter((one, at) => placed.slice(at + 1).some((other) => covers(one, other)))).toEqual(
        [],
      );
    }),
  );
});

describe('a text that has to fit', () => {
  test('is whole where it does', () => {
    expect(fittingText('ether transfer', 8, 74)).toBe('ether transfer');
    expect(fittingText('', 8, 0)).toBe('');
  });

  test('is cut where it does not, between characters', () => {
    expect(fittingText('swapExactTokensForTokens', 8, 74)).toMatch(/^swapExact.*…$/);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 10, max: 100 }), (text, width) => {
        const fitting = fittingText(text, 8, width);
        expect(textWidth(fitting, 8)).toBeLessThanOrEqual(width);
        expect(fitting === text || text.startsWith(fitting.slice(0, -1))).toBe(true);
      }),
    );
  });
});
