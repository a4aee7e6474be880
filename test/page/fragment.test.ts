import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Change } from '../../src/graph/scenario.ts';
import { STATUSES } from '../../src/page/filter.ts';
import { fragmentOf, stateOf } from '../../src/page/fragment.ts';
import { initialState, type State } from '../../src/page/state.ts';
import { accountKey, storageKey } from '../../src/state/key.ts';
import { token } from '../report/hand-made.ts';

const COUNT = 40;
const OWN = 4;

const index = fc.nat(COUNT - 1);
const key = fc.constantFrom(accountKey(token, 'balance'), storageKey(token, 7n));
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('drop' as const), transaction: index }),
  fc.record({ kind: fc.constant('move' as const), transaction: index, to: index }),
  fc.record({ kind: fc.constant('commute' as const), key }),
);
const state: fc.Arbitrary<State> = fc.record({
  selected: fc.option(index),
  filter: fc.record({
    query: fc.string().filter((text) => text === '' || text.trim() !== ''),
    statuses: fc.subarray([...STATUSES]),
    component: fc.option(index),
    key: fc.option(fc.oneof(key, fc.constant('everything & more = all'))),
    critical: fc.constantFrom('all' as const, 'path' as const),
  }),
  changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  shown: fc.constantFrom('changed' as const, 'original' as const),
  workers: fc.integer({ min: 1, max: 256 }),
  theme: fc.constantFrom('system' as const, 'light' as const, 'dark' as const),
});

describe('the address of what is shown', () => {
  test('leads back to it', () => {
    fc.assert(
      fc.property(state, (one) => {
        expect(stateOf(fragmentOf(one, OWN), OWN, COUNT)).toEqual(one);
      }),
    );
  });

  test('is empty at first, and short for one transaction', () => {
    expect(fragmentOf(initialState(OWN), OWN)).toBe('');
    expect(stateOf('', OWN, COUNT)).toEqual(initialState(OWN));
    expect(fragmentOf({ ...initialState(OWN), selected: 12 }, OWN)).toBe('tx=12');
  });

  test.each([
    'tx=40',
    'tx=-1',
    'tx=1e1',
    'tx=',
    'component=99',
    'workers=0',
    'workers=1000',
    'workers=x',
    'theme=pink',
    'status=fine',
    'change=drop:40',
    'change=move:1',
    'change=move:1:40',
    'change=commute:x',
    'change=explode:1',
    'shown=nothing',
    'q=%E0%A4%A',
  ])('what is not there is left out: %s', (fragment) => {
    const { filter, ...rest } = stateOf(fragment, OWN, COUNT) ?? {};
    expect({ ...rest, filter: { ...filter, query: '' } }).toEqual(initialState(OWN));
  });

  test('a place on the page is no state', () => {
    expect(stateOf('transactions', OWN, COUNT)).toBeNull();
  });
});
