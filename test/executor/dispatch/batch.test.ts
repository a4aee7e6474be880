import { describe, expect, test } from '@jest/globals';
import { Reader, Writer } from '../../../src/executor/dispatch/batch.ts';

test('what is written in an order is read in it', () => {
  const writer = new Writer();
  writer.push(7, 8n, 'text', true, null);
  writer.pushBytes(Uint8Array.of(1, 2, 3));
  writer.pushBytes(new Uint8Array(0));
  writer.pushBytes(Uint8Array.of(4));
  const reader = new Reader(writer.values, writer.bytes());
  expect([reader.number(), reader.bigint(), reader.text(), reader.boolean(), reader.any()]).toEqual([
    7,
    8n,
    'text',
    true,
    null,
  ]);
  expect([...reader.bytes()]).toEqual([1, 2, 3]);
  expect([...reader.bytes()]).toEqual([]);
  expect(reader.isAtEnd).toBe(false);
  expect([...reader.bytes()]).toEqual([4]);
  expect(reader.isAtEnd).toBe(true);
});

describe('what is not as expected is refused', () => {
  test.each([
    ['a number', (reader: Reader) => reader.number(), [-1, 1.5, '1', 1n, undefined]],
    ['an amount', (reader: Reader) => reader.bigint(), [-1n, 1, '1', undefined]],
    ['text', (reader: Reader) => reader.text(), [1, null, undefined]],
    ['a boolean', (reader: Reader) => reader.boolean(), [0, 'true', undefined]],
    ['bytes', (reader: Reader) => reader.bytes(), [3, 'x', undefined]],
  ] as const)('%s', (_name, read, wrong) => {
    for (const value of wrong) {
      expect(() => read(new Reader([value], new Uint8Array(2)))).toThrow(/something else than/);
    }
  });
});
