import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import picocolors from 'picocolors';
import { cleanName } from '../../src/names/clean-text.ts';
import { createNames, type NameBook } from '../../src/names/names.ts';
import { columnsOf, WIDTH } from '../../src/report/text/layout.ts';
import { formatReport } from '../../src/report/text.ts';
import { storageKey } from '../../src/state/key.ts';
import { analysis, execution, graph, plan, token } from './hand-made.ts';

const findings = { analysis, graph, plan, execution: null };
const plain = picocolors.createColors(false);
const report = formatReport(findings, plain);

describe('the report', () => {
  test('fits its columns and ends in one line break', () => {
    expect(report.split('\n').filter((line) => columnsOf(line) > WIDTH)).toEqual([]);
    expect(report).toMatch(/[^\n]\n$/);
  });

  test('answers at a glance: how much in parallel, and what stops it', () => {
    const start = report.split('\n').slice(0, 8).join(' ').replace(/\s+/g, ' ');
    expect(start).toContain('At most 1.00× with any number of workers; 1.00× with the 2 planned here.');
    expect(start).toContain(
      'What stops more: 5 transactions in a row, with 100 % of the gas. 2 of 4 wait on 0xc0c0…c0c0 mapping 3 [8].',
    );
  });

  test('says so where nobody waits', () => {
    const free = { ...graph, edges: [], criticalPath: { transactions: [3], gas: graph.gas[3] ?? 0n } };
    const text = formatReport({ ...findings, graph: free }, plain).replace(/\s+/g, ' ');
    expect(text).toContain(
      'Nobody has to wait for another. What stops more: transaction #3 (new contract) alone has 20.0 % of the gas.',
    );
    expect(text).toContain('No transaction has to wait for another.');
    expect(text).not.toContain('Longest chain');
  });

  test('draws what 16 workers could not use over the edge', () => {
    const speedup = { '2': 2, '4': 4, '8': 8, '16': 16, bound: 151.7 };
    const text = formatReport({ ...findings, plan: { ...plan, speedup } }, plain);
    expect(text).toMatch(/2 workers +2\.00× {2}█████▌\n/);
    expect(text).toMatch(/16 workers +16\.00× {2}█{44}\n/);
    expect(text).toMatch(/no limit +151\.70× {2}█{44}▶\n/);
  });

  test('says why sets are not exact: how often, and of each transaction where, on what, and who writes it', () => {
    const text = report.replace(/\s+/g, ' ');
    expect(text).toContain('1 unknown-call-target calls an address that is not known');
    expect(text).toContain(
      '#2 deferred: the call target is read from a slot that an earlier transaction may write ' +
        '0xc0c0…c0c0 0x022c0d9f pc 17 · depends on 0xc0c0…c0c0 slot 0 written by #0, #1',
    );
    expect(text).toContain('depends on 0xc0c0…c0c0 slot 9 written by #0 and 1 more key');
    expect(text).toContain('#3 unbounded: takes more steps than the analysis allows 0xc0c0…c0c0 pc 5');
  });

  test('names what is missing from the state', () => {
    expect(report).not.toContain('Missing');
    const missing = Array.from({ length: 8 }, (_, i) => storageKey(token, BigInt(i)));
    const text = formatReport({ ...findings, analysis: { ...analysis, missing } }, plain);
    expect(text).toContain('Missing from the given state, 8 keys:\n          0xc0c0…c0c0 slot 0\n');
    expect(text).toContain('… 2 more keys');
  });

  test('decodes hot keys as far as known', () => {
    expect(report).toMatch(/0xc0c0…c0c0 mapping 3 \[8\] +4 +160,006 +6/);
    expect(report).toMatch(/0xfefe…fefe balance \(fee recipient\) +4/);
  });

  test('lists the longest chain: what each transaction calls, and on what the next one waits', () => {
    expect(report).toMatch(/ +5 transactions one after the other, 200,010 gas \(100 % of all\)\n/);
    expect(report).toMatch(/\n {2}#0 +0x0000…0001 {2}empty call → 0xc0c0…c0c0 +40,000\n/);
    expect(report).toMatch(
      /#0 .*\n +↓ 0xc0c0…c0c0 mapping 3 \[8\] \(each of the next 2\)\n {2}#1 .* bounded +40,001\n {2}#2/,
    );
    expect(report).toMatch(/#3 .*new contract +unbounded +40,003\n +↓ 0xc0c0…c0c0: all storage\n +#4/);
    expect(report).toMatch(/#2 .*deferred +40,002\n +↓ starts once that one is resolved\n +#3/);
  });

  test('uses the names that it is given', () => {
    const book: NameBook = {
      contract: (address) => (address === token ? 'Exämple 日本' : null),
      function: () => 'doIt(uint256)',
      variable: () => ({ variable: 'balances', text: `balances${' [0xc0c0…c0c0]'.repeat(4)}` }),
    };
    const text = formatReport({ ...findings, names: createNames(analysis, [book]) }, plain);
    expect(text).toMatch(
      /Exämple 日本 0xc0c0…c0c0 balances +4 +160,006 +6\n {6}\[0xc0c0…c0c0\] \[0xc0c0…c0c0\]/,
    );
    expect(text).toContain('empty call → Exämple 日本 0xc0c0…c0c0');
    expect(text.replace(/\s+/g, ' ')).toContain('Exämple 日本 0xc0c0…c0c0 doIt(uint256) pc 291');
    expect(text.split('\n').filter((line) => columnsOf(line) > WIDTH)).toEqual([]);
  });

  test('stays within its columns, and steers no terminal, whatever names and numbers there are', () => {
    const name = fc.string({ unit: 'binary', maxLength: 90 }).map(cleanName);
    fc.assert(
      fc.property(
        name,
        name,
        name,
        fc.bigInt({ min: 0n, max: 2n ** 70n }),
        (contract, call, variable, gas) => {
          const book: NameBook = {
            contract: () => contract,
            function: () => call,
            variable: () => (variable === null ? null : { variable, text: `${variable}[${variable}]` }),
          };
          const many = { ...graph, gas: graph.gas.map((own) => own + gas) };
          const names = createNames(analysis, [book]);
          const text = formatReport({ ...findings, graph: many, execution, names }, plain);
          expect(text.split('\n').filter((line) => columnsOf(line) > WIDTH)).toEqual([]);
          expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect(formatReport({ ...findings, graph: many, execution, names }, plain)).toBe(text);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('draws the lanes', () => {
    expect(report).toMatch(/ 0 █{44} +5 txs +100 % busy/);
    expect(report).toMatch(/ 1 +0 txs +0 % busy/);
  });

  test('colour adds nothing but colour', () => {
    const colored = formatReport(findings, picocolors.createColors(true));
    expect(colored).not.toBe(report);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what colour starts with
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(report);
  });
});

describe('the report of an execution', () => {
  const text = formatReport({ ...findings, execution }, plain);

  test('says what came out and whether it is right', () => {
    expect(text.startsWith(report)).toBe(true);
    expect(text).toMatch(/ran +in parallel on 2 workers\n/);
    expect(text).toMatch(/gas used +71,000 by 2 transactions, 1 of them failed\n/);
    expect(text).toMatch(/receipts +0x2{64}\n/);
    expect(text).toMatch(/header +nothing to compare with\n/);
    expect(text).toMatch(/sequential +✓ equal\n/);
    expect(text).toMatch(/escapes +0\n/);
    expect(text).toMatch(/left out +1 invalid transaction\n/);
    expect(text).toMatch(/total +12 ms\n/);
    expect(text.split('\n').filter((line) => columnsOf(line) > WIDTH)).toEqual([]);
  });

  test('does not hide what is wrong', () => {
    const wrong = formatReport(
      {
        ...findings,
        execution: {
          ...execution,
          mode: 'sequential',
          modeReason: 'there is one worker',
          escapes: [{ transaction: 3, key: `${token}:storage`, mode: 'write' }],
          verified: {
            sequential: true,
            header: false,
            accessList: false,
            mismatches: ['gas used: the header has 1, execution gave 2'],
          },
        },
      },
      plain,
    );
    expect(wrong).toMatch(/ran +sequentially\n +\(there is one worker\)\n/);
    expect(wrong).toMatch(/header +✗ differs/);
    expect(wrong).toMatch(/access list +✗ differs/);
    expect(wrong).toContain('gas used: the header has 1, execution gave 2');
    expect(wrong).toMatch(/escapes +1\n/);
    expect(wrong).toContain('escape: transaction 3, write of 0xc0c0…c0c0');
  });
});

test('of an empty block', () => {
  const empty = {
    analysis: { ...analysis, transactions: [], input: { ...analysis.input, transactions: [] } },
    graph: {
      ...graph,
      gas: [],
      edges: [],
      components: [],
      hotKeys: [],
      criticalPath: { transactions: [], gas: 0n },
    },
    plan: { ...plan, lanes: [[], []], makespan: 0n },
    execution: null,
  };
  const text = formatReport(empty, plain);
  expect(text).toContain('0 transactions');
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});
