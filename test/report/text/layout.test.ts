import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  amount,
  bar,
  clipped,
  columnsOf,
  counted,
  fitted,
  grouped,
  percent,
  timeline,
  times,
  WIDTH,
  wrapped,
} from '../../../src/report/text/layout.ts';

test('numbers', () => {
  expect([0n, 999n, 1_000n, 12_345_678n].map(grouped)).toEqual(['0', '999', '1,000', '12,345,678']);
  expect([counted(0, 'edge'), counted(1, 'edge'), counted(2_000, 'edge')]).toEqual([
    '0 edges',
    '1 edge',
    '2,000 edges',
  ]);
  expect(times(3.976)).toBe('3.98×');
});

test('an amount keeps to its columns', () => {
  expect([amount(1_234, 8), amount(1_234_567n, 10), amount(2n ** 70n, 12), amount(999_999, 7)]).toEqual([
    '   1,234',
    ' 1,234,567',
    '    1.18e+21',
    '1.00e+6',
  ]);
});

test('a percentage is never nothing or all by rounding alone', () => {
  expect([
    percent(0, 7),
    percent(1, 8),
    percent(7, 7),
    percent(1, 100_000),
    percent(99_999, 100_000),
  ]).toEqual(['0 %', '12.5 %', '100 %', '<0.1 %', '>99.9 %']);
  expect(percent(0n, 0n)).toBe('0 %');
});

describe('a bar', () => {
  test('is as long as its share, to an eighth of a column', () => {
    expect([bar(0, 4), bar(0.5, 4), bar(1, 4), bar(1 / 32, 4), bar(2, 4)]).toEqual([
      '',
      '██',
      '████',
      '▏',
      '████',
    ]);
  });
});

describe('a timeline', () => {
  test('shows how busy each stretch is', () => {
    const spans = [
      { start: 0n, end: 10n },
      { start: 15n, end: 20n },
      { start: 21n, end: 22n },
    ];
    expect(timeline(spans, 40n, 4)).toBe('█▒░ ');
  });

  test('of nothing is empty', () => {
    expect(timeline([], 0n, 3)).toBe('   ');
  });
});

test('wrapped text stays within the width and loses no word', () => {
  const words = fc.array(fc.stringMatching(/^[a-z0-9…]{1,30}$/), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(words, fc.constantFrom('', '  ', '          '), (all, indent) => {
      const lines = wrapped(all.join(' '), indent);
      expect(lines.every((line) => [...line].length <= WIDTH && line.startsWith(indent))).toBe(true);
      expect(lines.flatMap((line) => line.slice(indent.length).split(' '))).toEqual(all);
    }),
  );
});

test('wide characters take two columns, combining ones none', () => {
  expect([columnsOf('日本'), columnsOf('é'), columnsOf('e\u0301'), columnsOf('🚀')]).toEqual([4, 1, 1, 2]);
  expect([clipped('日本円', 6), clipped('日本円', 5), clipped('日本円', 4)]).toEqual([
    '日本円',
    '日本…',
    '日…',
  ]);
  expect([fitted('日本円', 4), fitted('ab', 4)]).toEqual(['日… ', 'ab  ']);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.nat(40), (text, columns) => {
      expect(columnsOf(fitted(text, columns + 1))).toBe(columns + 1);
    }),
  );
});

test('what is cut says so', () => {
  expect([clipped('abcdef', 6), clipped('abcdefg', 6)]).toEqual(['abcdef', 'abcde…']);
});
