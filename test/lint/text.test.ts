import { beforeAll, expect, test } from '@jest/globals';
import picocolors from 'picocolors';
import { type LintResult, lintBlock } from '../../src/lint/lint.ts';
import { formatLint } from '../../src/lint/text.ts';
import { judgeLint } from '../../src/lint/verdict.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { lintScene, sceneInput } from './scene.ts';

const plain = picocolors.createColors(false);

let result: LintResult;
beforeAll(async () => {
  result = await lintScene();
});

test('lists that cost gas come first, each finding with what it saves', () => {
  expect(formatLint(result, plain)).toMatchInlineSnapshot(`
"Block 1,000 · chain 1 · osaka
4 transactions, 3 declared access lists, 1 of them costs 8,600 gas more than the
best

Declared access lists
  #0 uses 34,127 gas with its list, 25,727 without; 25,527 with the best
    list-costs-gas saves 8,400
      With its list the transaction uses 34,127 gas, without any 25,727 gas.
    duplicate-slot saves 1,900
      Slot 3 of 0xc0de…0002 is listed already: it costs 1,900 gas again.
    already-warm saves 2,400
      0xc0de…0001 is the receiver and warm anyway: its entry costs 2,400 gas and
      saves none.
    unused-address saves 4,300
      0xab5e…0001 and its slot are not used, whatever the transaction does here:
      it costs 4,300 gas and saves none.
  #3 not run
    not-measured
      It cannot be run here: its nonce is 9, its sender's 3.
  #1 uses 25,527 gas with its list, 25,727 without; no better one found

Without a list
  1 transaction would save 200 gas with the best lists.
    #2 0xc0de…0001 empty call: 200 gas by 1 account and 1 slot
"
`);
});

test('no line is longer than 80 columns, and colours add nothing else', () => {
  const text = formatLint(result, plain);
  expect(text.split('\n').filter((line) => [...line].length > 80)).toEqual([]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
  expect(formatLint(result, picocolors.createColors(true)).replace(/\u001b\[\d+m/g, '')).toBe(text);
});

test('strict fails by lists that cost gas, and by nothing else', async () => {
  const strict = { isStrict: true, hasState: true };
  expect(judgeLint(result, strict)).toEqual({
    notes: ['1 of 4 transactions could not be run'],
    failures: ['1 declared access list costs more than needed'],
  });
  expect(judgeLint(result, { ...strict, isStrict: false }).failures).toEqual([]);
  const blank = await lintBlock(sceneInput, { state: snapshotState({}, { partial: true }) });
  expect(judgeLint(blank, { isStrict: false, hasState: false }).notes).toEqual([
    'no pre-state given (--state, --rpc): nothing is measured, only what holds for every run is said',
  ]);
});
