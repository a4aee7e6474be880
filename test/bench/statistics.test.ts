import { expect, test } from '@jest/globals';
import { geometricMean, median, relativeSpread, spreadOf } from '../../bench/statistics.ts';

test('median and quartiles lie between values, in proportion', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ least: 1, low: 2, median: 3, high: 4 });
  expect(spreadOf([7])).toEqual({ least: 7, low: 7, median: 7, high: 7 });
  expect(median([])).toBe(0);
});

test('the relative spread is half the distance of the quartiles', () => {
  expect(relativeSpread({ median: 10, low: 9, high: 12 })).toBeCloseTo(0.15);
  expect(relativeSpread({ median: 0, low: 0, high: 0 })).toBe(0);
});

test('the geometric mean of a speed-up and its inverse is 1', () => {
  expect(geometricMean([4, 0.25])).toBeCloseTo(1);
  expect(geometricMean([2, 8])).toBeCloseTo(4);
  expect(geometricMean([])).toBe(1);
});
