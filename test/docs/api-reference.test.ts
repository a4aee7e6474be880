import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { apiReference } from '../../docs/api-reference.ts';

const reference = apiReference();

test('the reference of the library is up to date (npm run docs)', () => {
  expect(readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')).toBe(reference);
});

test('every public name says what it is', () => {
  const entries = reference.split('\n### ').slice(1);
  const wordless = entries.filter((entry) => /^\S+\n\n```/.test(entry)).map((entry) => entry.split('\n')[0]);
  expect(entries.length).toBeGreaterThan(100);
  expect(wordless).toEqual([]);
});
