import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cleanName } from '../../src/names/clean-text.ts';

describe('a clean name', () => {
  test.each([
    ['USDT', 'USDT'],
    ['  Tether \t\n USD ', 'Tether USD'],
    ['₮ 日本円 é 🚀', '₮ 日本円 é 🚀'],
    ['a\u001b[31mred\u001b[0m', 'a[31mred[0m'],
    ['a\u009b31mb', 'a31mb'],
    ['\u0007\u0000', null],
    ['', null],
    ['usd\u202Etdsu\u2066\u200F', 'usdtdsu'],
    ['a\u200Bb\uFEFFc\u2028d\u00ADe', 'abc de'],
    ['x\uD800y', 'xy'],
    ['z\u0300\u0301\u0302\u0303\u0304', 'z\u0300\u0301'],
  ])('of %j is %j', (text, name) => {
    expect(cleanName(text)).toBe(name);
  });

  test('is cut with a mark, between characters as people count them', () => {
    expect(cleanName('a'.repeat(48))).toBe('a'.repeat(48));
    expect(cleanName('a'.repeat(49))).toBe(`${'a'.repeat(47)}…`);
    expect(cleanName('👩‍🚀'.repeat(60))).not.toMatch(/\u200D/);
    expect(cleanName('x'.repeat(10_000_000))?.length).toBe(48);
  });

  test('of any text has nothing that steers a terminal, and is its own clean name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const name = cleanName(text);
        if (name === null) return;
        expect(name).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(cleanName(name)).toBe(name);
      }),
    );
  });
});
