import { expect, test } from '@jest/globals';
import { reasonAgainstVersions } from '../../../src/executor/tuned/versions.ts';

test('the installed packages are those that the tuned form was proved on', () => {
  expect(reasonAgainstVersions()).toBeNull();
});

test('any other version of one of them is a reason against it, and named', () => {
  const other = (name: string): string => (name === '@ethereumjs/evm' ? '10.1.4' : '10.1.3');
  expect(reasonAgainstVersions(other)).toBe(
    'it was proved equal to version 10.1.3 of @ethereumjs, but @ethereumjs/evm is 10.1.4',
  );
});
