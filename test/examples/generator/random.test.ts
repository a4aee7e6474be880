import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRandom } from '../../../examples/generator/random.ts';

describe('createRandom', () => {
  test('the same seed gives the same numbers, another seed others', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, () => createRandom(seed).below(1_000_000));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  test('its numbers are those of Mulberry32', () => {
    const random = createRandom(1);
    expect([random.below(2 ** 32), random.below(2 ** 32)]).toEqual([2693262067, 11749833]);
  });

  test('amounts stay between their ends', () => {
    const amount = fc.bigInt({ min: 0n, max: 2n ** 128n });
    fc.assert(
      fc.property(fc.integer(), amount, amount, (seed, least, more) => {
        const drawn = createRandom(seed).amount(least, least + more);
        expect(drawn >= least && drawn <= least + more).toBe(true);
      }),
    );
  });

  test('pickWeighted follows the weights', () => {
    const random = createRandom(1);
    const picked = Array.from({ length: 1_000 }, () =>
      random.pickWeighted([
        [3, 'often'],
        [1, 'rarely'],
        [0, 'never'],
      ]),
    );
    expect(picked.filter((name) => name === 'often').length).toBeGreaterThan(700);
    expect(picked.filter((name) => name === 'rarely').length).toBeGreaterThan(200);
    expect(picked).not.toContain('never');
  });

  test('pick refuses an empty list', () => {
    expect(() => createRandom(1).pick([])).toThrow(RangeError);
  });

  test('interleave keeps everything, and the order inside each group', () => {
    const groups = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 8 });
    fc.assert(
      fc.property(fc.integer(), groups, (seed, sizes) => {
        const numbered = sizes.map((size, group) =>
          Array.from({ length: size }, (_, member) => ({ group, member })),
        );
        const mixed = createRandom(seed).interleave(numbered);
        for (const [group, members] of numbered.entries()) {
          expect(mixed.filter((item) => item.group === group)).toEqual(members);
        }
        expect(mixed).toHaveLength(numbered.flat().length);
      }),
    );
  });
});
