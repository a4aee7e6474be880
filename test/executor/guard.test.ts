import { describe, expect, test } from '@jest/globals';
import type { AccessMode, AccessSet, Region, SlotOrigin } from '../../src/analysis/access.ts';
import { findEscapes, needsOrigins } from '../../src/executor/guard.ts';
import type { Ran } from '../../src/executor/transaction-runner.ts';
import { accountKey, storageKey } from '../../src/state/key.ts';
import { address } from './small-blocks.ts';

const X = address(1);
const Y = address(2);

function derived(keys: Record<string, AccessMode>, regions: readonly Region[] = []): AccessSet {
  return { keys: new Map(Object.entries(keys)), regions, origins: new Map() };
}

function ran(
  keys: Record<string, AccessMode>,
  fields: { readonly storages?: Ran['observed']['storages']; readonly origins?: Ran['origins'] } = {},
): Ran {
  return {
    status: 'ran',
    index: 7,
    isSuccess: true,
    gasUsed: 0n,
    logs: [],
    bloom: new Uint8Array(256),
    contractAddress: null,
    diff: [],
    observed: {
      keys: new Map(Object.entries(keys)),
      storages: fields.storages ?? [],
      touched: [],
      unreached: [],
    },
    origins: fields.origins ?? new Map(),
    missingBlockHashes: [],
  };
}

const balance = accountKey(X, 'balance');

describe('modes', () => {
  test.each([
    ['read', 'read', true],
    ['write', 'read', true],
    ['write', 'delta', true],
    ['delta', 'delta', true],
    ['delta', 'read', false],
    ['delta', 'write', false],
    ['read', 'delta', false],
    ['read', 'write', false],
  ] as const)('derived %s, observed %s: covered %s', (expected, observed, covered) => {
    const escapes = findEscapes(derived({ [balance]: expected }), ran({ [balance]: observed }));
    expect(escapes).toEqual(covered ? [] : [{ transaction: 7, key: balance, mode: observed }]);
  });

  test('a key that was not derived at all is an escape', () => {
    expect(findEscapes(derived({}), ran({ [balance]: 'read' }))).toHaveLength(1);
  });
});

describe('whole storages', () => {
  const region: Region = { shape: 'account', address: X, field: 'storage', mode: 'write' };

  test('need a region of all storage', () => {
    expect(findEscapes(derived({}, [region]), ran({}, { storages: [X] }))).toEqual([]);
    expect(findEscapes(derived({}, [region]), ran({}, { storages: [Y] }))).toEqual([
      { transaction: 7, key: `${Y}:storage`, mode: 'write' },
    ]);
    expect(findEscapes(derived({}, [{ ...region, mode: 'read' }]), ran({}, { storages: [X] }))).toHaveLength(
      1,
    );
  });

  test('are covered by everything', () => {
    const everything: Region = { shape: 'everything', address: null, field: 'any', mode: 'write' };
    expect(findEscapes(derived({}, [everything]), ran({ [balance]: 'write' }, { storages: [X] }))).toEqual(
      [],
    );
  });
});

describe('slots of a mapping', () => {
  /** Entries of the mapping at a slot, whatever their key. */
  function mapping(base: bigint): Region {
    const words = [{ kind: 'unknown' as const }, { kind: 'constant' as const, value: base }];
    return {
      shape: 'mapping',
      address: X,
      field: 'storage',
      mode: 'write',
      preimage: { byteLength: 64, words },
      first: 0n,
      last: 0n,
    };
  }
  const slot = storageKey(X, 2n ** 255n + 12345n);
  const origin: SlotOrigin = {
    preimage: {
      byteLength: 64,
      words: [
        { kind: 'constant', value: 99n },
        { kind: 'constant', value: 3n },
      ],
    },
    offset: 0n,
  };

  test('are compared by what was hashed', () => {
    const observed = ran({ [slot]: 'write' }, { origins: new Map([[slot, origin]]) });
    expect(findEscapes(derived({}, [mapping(3n)]), observed)).toEqual([]);
    expect(findEscapes(derived({}, [mapping(4n)]), observed)).toHaveLength(1);
    expect(needsOrigins(derived({}, [mapping(3n)]))).toBe(true);
    expect(needsOrigins(derived({ [balance]: 'read' }))).toBe(false);
  });
});
