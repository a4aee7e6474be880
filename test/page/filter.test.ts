import { describe, expect, test } from '@jest/globals';
import { type Filter, isFiltering, matching, NO_FILTER, SearchText } from '../../src/page/filter.ts';
import { sortedRows } from '../../src/page/rows.ts';
import { accountKey } from '../../src/state/key.ts';
import { account, analysis, token } from '../report/hand-made.ts';
import { findingsOf, originalOf, pageBlock } from './blocks.ts';

const block = pageBlock(findingsOf(analysis));
const outcome = originalOf(block);
const search = new SearchText(block);

function found(part: Partial<Filter>): number[] {
  const passes = matching(block, search, outcome, { ...NO_FILTER, ...part });
  return [...passes.keys()].filter((index) => passes[index] === 1);
}

describe('the filter', () => {
  test.each<[string, Partial<Filter>, number[]]>([
    ['nothing asked for', {}, [0, 1, 2, 3, 4]],
    ['a number', { query: '#3' }, [3]],
    ['a number that the block does not have', { query: '#30' }, []],
    ['part of a hash', { query: `${'0'.repeat(20)}4` }, [3, 2].sort().filter((index) => index === 3)],
    ['the sender', { query: account(1) }, [1]],
    ['in capitals', { query: account(1).toUpperCase().replace('0X', '0x') }, [1]],
    ['a key', { query: accountKey(account(2), 'balance') }, [2]],
    ['a status', { query: 'deferred' }, [2]],
    ['the code of a reason', { query: 'unknown-branch' }, [1]],
    ['two words: both', { query: `${token} nonce` }, [0, 1, 2, 4]],
    ['words that none has', { query: 'deferred unknown-branch' }, []],
    ['some statuses', { statuses: ['exact', 'unbounded'] }, [0, 3, 4]],
    ['a key by itself', { key: accountKey(account(0), 'nonce') }, [0]],
    ['a region', { key: `${token}: all storage` }, [1]],
    ['a key that nobody accesses', { key: accountKey(token, 'nonce') }, []],
    ['parts together', { statuses: ['exact'], query: accountKey(account(4), 'nonce') }, [4]],
  ])('%s', (_name, part, expected) => {
    expect(found(part)).toEqual(expected);
  });

  test('component and critical path are those of the graph that is shown', () => {
    const { components, criticalPath } = outcome.graph;
    for (const { id, transactions } of components) expect(found({ component: id })).toEqual(transactions);
    expect(found({ component: components.length })).toEqual([]);
    expect(found({ critical: 'path' })).toEqual(criticalPath.transactions);
  });

  test('says whether it leaves anything out', () => {
    expect(isFiltering(NO_FILTER)).toBe(false);
    expect(isFiltering({ ...NO_FILTER, query: '  ' })).toBe(false);
    expect(isFiltering({ ...NO_FILTER, query: 'x' })).toBe(true);
    expect(isFiltering({ ...NO_FILTER, component: 0 })).toBe(true);
  });
});

describe('rows of the table', () => {
  const all = new Uint8Array(5).fill(1);

  test('sorted by numbers and by text, equal ones in block order', () => {
    expect(sortedRows(block, outcome, all, { column: 'gas', direction: 'descending' })).toEqual([
      4, 3, 2, 1, 0,
    ]);
    expect(sortedRows(block, outcome, all, { column: 'status', direction: 'ascending' })).toEqual([
      0, 4, 1, 2, 3,
    ]);
    expect(sortedRows(block, outcome, all, { column: 'status', direction: 'descending' })).toEqual([
      3, 2, 1, 0, 4,
    ]);
    expect(sortedRows(block, outcome, all, { column: 'to', direction: 'ascending' })[0]).toBe(3);
  });

  test('only those that pass', () => {
    const some = Uint8Array.of(0, 1, 0, 1, 0);
    expect(sortedRows(block, outcome, some, { column: 'index', direction: 'descending' })).toEqual([3, 1]);
  });
});
