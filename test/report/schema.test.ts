import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { buildDocument } from '../../src/report/document.ts';
import { documentJsonSchema, documentSchema } from '../../src/report/schema.ts';
import { analysis, execution, graph, plan } from './hand-made.ts';

const published: Record<string, unknown> = JSON.parse(
  readFileSync(new URL('../../schema/pevm-analyze-1.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(published);
const document = buildDocument({ analysis, graph, plan, execution });

describe('the published JSON Schema', () => {
  test('is up to date (npm run schema)', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(documentJsonSchema())));
  });

  test('accepts a document with every status and every kind of region', () => {
    validate(JSON.parse(JSON.stringify(document)));
    expect(validate.errors).toBeNull();
    expect(() => documentSchema.parse(document)).not.toThrow();
  });

  test('accepts one that was analysed only', () => {
    validate(buildDocument({ analysis, graph, plan, execution: null }));
    expect(validate.errors).toBeNull();
  });

  test.each<[string, (copy: typeof document) => void]>([
    ['a key in capitals', (copy) => copy.transactions[0]?.accesses.reads.push(`0x${'AB'.repeat(20)}:code`)],
    ['a narrow slot', (copy) => copy.transactions[0]?.accesses.reads.push(`0x${'ab'.repeat(20)}:0x01`)],
    ['a quantity with leading zeros', (copy) => Object.assign(copy.plan, { makespan: '0x01' })],
    ['a quantity as a number', (copy) => Object.assign(copy.plan, { makespan: 1 })],
    ['a field that is not of version 1', (copy) => Object.assign(copy, { more: true })],
    ['another version', (copy) => Object.assign(copy, { schema: 'pevm-analyze/2' })],
    ['no execution', (copy) => Reflect.deleteProperty(copy, 'execution')],
  ])('refuses %s', (_name, spoil) => {
    const copy = structuredClone(document);
    spoil(copy);
    expect(validate(copy)).toBe(false);
    expect(documentSchema.safeParse(copy).success).toBe(false);
  });
});
