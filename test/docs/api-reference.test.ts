import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { apiReference } from '../../docs/api-reference.ts';

test('the reference of the library is up to date (npm run docs)', () => {
  const published = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
  expect(published).toBe(apiReference());
});
