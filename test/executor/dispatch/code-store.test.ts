import { expect, test } from '@jest/globals';
import { CodeStore } from '../../../src/executor/dispatch/code-store.ts';

function code(length: number, differs = 0): Uint8Array {
  const bytes = new Uint8Array(length).fill(7);
  bytes[length >> 1] = differs;
  return bytes;
}

test('equal codes are one array with one number, others are not', () => {
  const store = new CodeStore();
  const first = code(1000);
  expect(store.numberOf(first)).toBe(1);
  expect(store.numberOf(code(1000))).toBe(1);
  expect(store.shared(code(1000))).toBe(first);
  // The same at both ends, and as long.
  expect(store.numberOf(code(1000, 1))).toBe(2);
  expect(store.numberOf(code(1001))).toBe(3);
  expect(store.code(2)).toEqual(code(1000, 1));
  expect(store.size).toBe(3);
});

test('codes that are shorter than what they are told apart by', () => {
  const store = new CodeStore();
  expect(store.numberOf(Uint8Array.of(1))).toBe(1);
  expect(store.numberOf(Uint8Array.of(2))).toBe(2);
  expect(store.numberOf(Uint8Array.of(1))).toBe(1);
});

test('no code has number 0', () => {
  const store = new CodeStore();
  const none = new Uint8Array(0);
  expect(store.numberOf(none)).toBe(0);
  expect(store.shared(none)).toBe(none);
  expect(() => store.code(0)).toThrow(RangeError);
});

test('starts anew once too much has come together, and only then', () => {
  const store = new CodeStore(1500);
  store.numberOf(code(1000));
  store.tidy();
  expect(store.epoch).toBe(0);
  store.numberOf(code(900));
  store.tidy();
  expect(store.epoch).toBe(1);
  expect(store.size).toBe(0);
  expect(store.numberOf(code(900))).toBe(1);
});
