/** The tables of `docs/precision.md`: what is counted, and where it is put. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Reason } from '../../src/analysis/reason.ts';
import type { Status } from '../../src/analysis/result.ts';
import { OTHER, TARGET } from '../analysis/scene.ts';

interface Analysis {
  readonly index: number;
  readonly status: Status;
  readonly reasons: readonly Reason[];
}

interface Causes {
  readonly CauseTally: new () => {
    readonly silent: number;
    add(block: number, analyses: readonly Analysis[]): void;
    toMarkdown(): string;
  };
  withTables(document: string, tables: string): string;
}

const script: string = '../../bench/causes.js';
const { CauseTally, withTables } = (await import(script)) as Causes;

function reason(code: Reason['code'], pc: number, address = TARGET): Reason {
  return { code, message: '', at: { address, selector: null, pc }, dependsOn: [], writtenBy: new Map() };
}

test('a transaction counts under its first reason, and is named in all of them', () => {
  const tally = new CauseTally();
  tally.add(7, [
    { index: 0, status: 'exact', reasons: [] },
    { index: 1, status: 'unbounded', reasons: [reason('fork-limit', 3), reason('unknown-slot', 4)] },
    { index: 2, status: 'bounded', reasons: [reason('unknown-slot', 4), reason('unknown-slot', 5)] },
  ]);
  tally.add(8, [{ index: 0, status: 'deferred', reasons: [reason('unknown-slot', 4, OTHER)] }]);
  const table = tally.toMarkdown();
  expect(table).toContain(
    '4 transactions: exact 1 (25.00 %), bounded 1 (25.00 %), deferred 1 (25.00 %), unbounded 1 (25.00 %).',
  );
  expect(table).toContain('| unknown-slot | 2 | 50.00 % | bounded 1, deferred 1 | 3 | 7/2 |');
  expect(table).toContain('| fork-limit | 1 | 25.00 % | unbounded 1 | 1 | 7/1 |');
  expect(table).toContain(`| unknown-slot | \`${OTHER}\` | – | 4 | 1 | 8/0 |`);
  expect(tally.silent).toBe(0);
});

test('one that is not exact and gives no reason is counted apart', () => {
  const tally = new CauseTally();
  tally.add(7, [{ index: 0, status: 'bounded', reasons: [] }]);
  expect(tally.silent).toBe(1);
});

test('the document keeps its text, and takes new tables', () => {
  const document = readFileSync('docs/precision.md', 'utf8');
  const once = withTables(document, '| a |');
  expect(withTables(once, '| b |')).toBe(withTables(document, '| b |'));
  expect(once).toContain('npm run accuracy -- --causes --write');
  expect(() => withTables('no marks', '')).toThrow(/marks/);
});
