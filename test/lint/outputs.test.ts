/** The JSON document, the best lists and the mended transactions. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { readInput } from '../../src/input/read.ts';
import { bestLists } from '../../src/lint/best-lists.ts';
import { buildLintDocument } from '../../src/lint/document.ts';
import { fixedTransactions } from '../../src/lint/fix.ts';
import { type LintResult, lintBlock } from '../../src/lint/lint.ts';
import { lintJsonSchema, lintSchema } from '../../src/lint/schema.ts';
import { snapshotState } from '../../src/state/prestate.ts';
import { OTHER } from '../analysis/scene.ts';
import { blockDraft, materialize } from '../generators/block.ts';
import { entry, lintScene, sceneInput } from './scene.ts';

const published: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../../schema/pevm-analyze-lint-1.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(published);

let result: LintResult;
beforeAll(async () => {
  result = await lintScene();
});

describe('the JSON document', () => {
  test('its published schema is up to date (npm run schema)', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(lintJsonSchema())));
  });

  test('is valid by it', () => {
    const document = buildLintDocument(result);
    validate(JSON.parse(JSON.stringify(document)));
    expect(validate.errors).toBeNull();
    expect(() => lintSchema.parse(document)).not.toThrow();
  });

  test('has the figures as measured', () => {
    const { transactions, findings } = buildLintDocument(result);
    const [first, second, third, fourth] = transactions;
    expect(Number(first?.gas?.declared) - Number(first?.gas?.without)).toBe(1900 + 2400 + 4300 - 200);
    expect(second?.gas?.best).toBe(second?.gas?.declared);
    expect(third).toMatchObject({ declared: null, best: [entry(OTHER, 3n)], entries: [] });
    expect(fourth).toMatchObject({ gas: null, best: null });
    expect(first?.entries.map(({ saves }) => saves)).toEqual([200, -2400, -4300]);
    expect(first?.entries[0]?.slots.map(({ saves }) => saves)).toEqual([100, -1900]);
    expect(
      findings.filter(({ severity }) => severity === 'warning').map(({ transaction }) => transaction),
    ).toEqual([0, 0, 0, 0]);
  });
});

test('best lists are as eth_createAccessList answers', () => {
  const [first, , , fourth] = bestLists(result);
  expect(first).toEqual({
    accessList: [entry(OTHER, 3n)],
    gasUsed: `0x${result.transactions[0]?.gas?.best.toString(16)}`,
  });
  expect(fourth).toBeNull();
});

describe('mended transactions', () => {
  test('are read again, unsigned, with the best lists', () => {
    const { transactions } = readInput(JSON.parse(JSON.stringify(fixedTransactions(result))), {
      hardfork: 'osaka',
    });
    expect(transactions.map(({ accessList }) => accessList)).toEqual([
      [entry(OTHER, 3n)],
      [entry(OTHER, 3n)],
      [entry(OTHER, 3n)],
      // Not run: as it was.
      [entry(OTHER, 3n)],
    ]);
    expect(transactions.map(({ signature, type }) => [signature, type])).toEqual([
      [null, 1],
      [null, 1],
      [null, 1],
      [null, 1],
    ]);
    expect(transactions.map(({ nonce, from, to, gasLimit }) => [nonce, from, to, gasLimit])).toEqual(
      sceneInput.transactions.map(({ nonce, from, to, gasLimit }) => [nonce, from, to, gasLimit]),
    );
  });

  test('of all types are read again as they were, but for list and signature', async () => {
    await fc.assert(
      fc.asyncProperty(blockDraft, async (draft) => {
        const { input, prestate } = await materialize(draft);
        const linted = await lintBlock(input, {
          state: snapshotState(prestate),
          budget: { gas: 1n, runs: 4 },
        });
        const fixed = fixedTransactions(linted);
        const { transactions } = readInput(JSON.parse(JSON.stringify(fixed)), {
          hardfork: input.hardfork,
          chain: input.chainId,
        });
        for (const [index, { hash, type, accessList, chainId, ...rest }] of transactions.entries()) {
          const {
            hash: _hash,
            type: old,
            accessList: list,
            chainId: _id,
            ...before
          } = input.transactions[index] as (typeof transactions)[number];
          const best = linted.transactions[index]?.best ?? list;
          expect(rest).toEqual({ ...before, signature: null });
          expect(accessList ?? []).toEqual(best ?? []);
          expect(type === old || (old === 0 && type === 1)).toBe(true);
        }
      }),
      { numRuns: 10 },
    );
  });
});
