import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import type { LintResult } from '../../src/lint/lint.ts';
import { RULES } from '../../src/lint/rules.ts';
import { buildSarif } from '../../src/lint/sarif.ts';
import { lintScene, sceneInput } from './scene.ts';

/** Draft 4, with nothing in it that later drafts read otherwise but its own name and its id. */
const { $schema, id, ...published } = JSON.parse(
  readFileSync(new URL('./sarif/sarif-2.1.0-rtm.5.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv({
  strict: false,
  // One of its patterns is none by the stricter syntax.
  unicodeRegExp: false,
  allErrors: true,
  formats: {
    uri: (text: string) => URL.canParse(text),
    'uri-reference': (text: string) => URL.canParse(text, 'file:///'),
    'date-time': true,
  },
}).compile(published);

/** The transactions as somebody may have written them down, an entry a line. */
const TEXT = JSON.stringify(
  sceneInput.transactions.map(({ type, from, to, nonce, accessList }) => ({
    type: `0x${type}`,
    from,
    to,
    nonce: `0x${nonce}`,
    ...(accessList !== null && { accessList }),
  })),
  null,
  1,
);

interface ParsedResult {
  readonly ruleId: string;
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly region: { readonly startLine: number; readonly startColumn: number };
      };
    },
  ];
}

let result: LintResult;
beforeAll(async () => {
  result = await lintScene();
});

describe('SARIF', () => {
  test('is valid by its published schema, with and without a file', () => {
    expect([$schema, id]).toEqual([
      'http://json-schema.org/draft-04/schema#',
      expect.stringContaining('sarif-2.1.0'),
    ]);
    for (const source of [
      {},
      { path: 'txs.json', text: TEXT, version: '1.2.3' },
      { path: '/tmp/a b.json.gz' },
    ]) {
      validate(JSON.parse(JSON.stringify(buildSarif(result, source))));
      expect(validate.errors).toBeNull();
    }
  });

  test('the schema refuses what is not SARIF', () => {
    const log = JSON.parse(JSON.stringify(buildSarif(result)));
    log.runs[0].results[0].level = 'severe';
    expect(validate(log)).toBe(false);
  });

  test('has all rules, and a result for each finding that points to its rule', () => {
    const [run] = JSON.parse(JSON.stringify(buildSarif(result))).runs;
    const { rules } = run.tool.driver;
    expect(rules.map(({ id: rule }: { id: string }) => rule)).toEqual(Object.keys(RULES));
    expect(run.results).toHaveLength(result.findings.length);
    for (const [place, { ruleId, ruleIndex, level, message }] of run.results.entries()) {
      const finding = result.findings[place];
      expect([ruleId, rules[ruleIndex].id, level, message.text]).toEqual([
        finding?.rule,
        finding?.rule,
        finding?.severity,
        finding?.message,
      ]);
    }
  });

  test('regions are those of the entry, the slot or the transaction', () => {
    const [run] = JSON.parse(JSON.stringify(buildSarif(result, { path: './dir/txs.json', text: TEXT }))).runs;
    const lines = TEXT.split('\n');
    const starts = (run.results as ParsedResult[]).map(({ ruleId, locations }) => {
      const { startLine, startColumn } = locations[0].physicalLocation.region;
      return [ruleId, lines[startLine - 1]?.slice(startColumn - 1).slice(0, 10)];
    });
    expect(starts).toContainEqual(['duplicate-slot', '"0x0000000']);
    expect(starts).toContainEqual(['unused-address', '{']);
    const unused = run.results.find(({ ruleId }: { ruleId: string }) => ruleId === 'unused-address');
    const { startLine } = unused.locations[0].physicalLocation.region;
    expect(lines[startLine]).toContain('0xab5e');
    expect(unused.locations[0].physicalLocation.artifactLocation).toEqual({ uri: 'dir/txs.json', index: 0 });
  });

  test('fingerprints tell findings apart, and do not depend on where they stand', () => {
    const prints = (source = {}): unknown[] =>
      JSON.parse(JSON.stringify(buildSarif(result, source))).runs[0].results.map(
        ({ partialFingerprints }: { partialFingerprints: unknown }) => JSON.stringify(partialFingerprints),
      );
    expect(new Set(prints()).size).toBe(result.findings.length);
    expect(prints({ path: 'other.json', text: TEXT })).toEqual(prints());
    const moved = result.findings.map((one) => ({
      ...one,
      entry: one.entry === null ? null : one.entry + 1,
    }));
    const { runs } = buildSarif({ ...result, findings: moved });
    const [run] = JSON.parse(JSON.stringify(runs));
    expect(
      run.results.map((one: { partialFingerprints: unknown }) => JSON.stringify(one.partialFingerprints)),
    ).toEqual(prints());
  });
});
