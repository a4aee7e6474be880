import { describe, expect, test } from '@jest/globals';
import { judgeRun } from '../../src/report/verdict.ts';
import { analysis, execution, graph, plan, token } from './hand-made.ts';

const analysed = { analysis, graph, plan, execution: null };
const clean = { ...execution, skipped: [], missingBlockHashes: [], faults: [] };
const asked = { isStrict: false, isVerified: false, hasState: true };

describe('the verdict on a run', () => {
  test('is silent where all is well', () => {
    expect(judgeRun({ ...analysed, execution: clean }, asked)).toEqual({ notes: [], failures: [] });
  });

  test('an unbounded transaction fails a strict run only', () => {
    expect(judgeRun(analysed, asked).failures).toEqual([]);
    expect(judgeRun(analysed, { ...asked, isStrict: true }).failures).toEqual(['1 unbounded transaction']);
  });

  test('notes what was not given', () => {
    expect(judgeRun(analysed, { ...asked, hasState: false }).notes).toEqual([
      'no pre-state given (--state, --rpc): what depends on code or state is not known',
    ]);
    const partial = { ...analysis, missing: [`${token}:balance`, `${token}:code`] };
    expect(judgeRun({ ...analysed, analysis: partial }, asked).notes).toEqual([
      `2 state keys missing, first ${token}:balance`,
    ]);
    const [first, ...others] = analysis.input.transactions.map((tx) => ({
      ...tx,
      assumed: ['nonce'] as const,
    }));
    const assumed = {
      ...analysis,
      input: { ...analysis.input, transactions: first ? [first, ...others] : [] },
    };
    expect(judgeRun({ ...analysed, analysis: assumed }, asked).notes).toEqual([
      '5 transactions without nonce: a stand-in is used',
    ]);
  });

  test('notes what execution left out, took as zero, or lost', () => {
    expect(judgeRun({ ...analysed, execution }, asked).notes).toEqual([
      'unknown block hashes taken as zero (--block-hashes): 17',
      'transaction 1 left out: nonce 0, the account has 1',
      '1 worker thread lost (hung): what it had was done again',
    ]);
  });

  test('an escape fails a strict run, and any run that trusts declared lists', () => {
    const escaped = { ...clean, escapes: [{ transaction: 3, key: `${token}:code`, mode: 'read' as const }] };
    const line = '1 escape: a defect of the analysis, please report it';
    const found = { ...analysed, execution: escaped };
    expect(judgeRun(found, asked)).toEqual({ notes: [line], failures: [] });
    expect(judgeRun(found, { ...asked, isStrict: true }).failures).toContain(line);
    const trusting = { ...analysis, options: { ...analysis.options, trustAccessLists: true } };
    expect(judgeRun({ ...found, analysis: trusting }, asked).failures).toEqual([
      '1 access outside the declared lists that were to be trusted',
    ]);
  });

  test('a mismatch fails a strict or verified run', () => {
    const mismatches = ['gas used: the header has 1, execution gave 2'];
    const differing = {
      ...clean,
      verified: { sequential: null, header: false, accessList: null, mismatches },
    };
    const found = { ...analysed, execution: differing };
    expect(judgeRun(found, asked)).toEqual({ notes: mismatches, failures: [] });
    expect(judgeRun(found, { ...asked, isVerified: true }).failures).toEqual(mismatches);
    expect(judgeRun(found, { ...asked, isStrict: true }).failures).toContain(mismatches[0]);
  });
});
