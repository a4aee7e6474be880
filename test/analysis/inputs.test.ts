/** Whether what a derivation was told still holds. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Drift, driftOf, RecordedKnowledge } from '../../src/analysis/inputs.ts';
import type { CodeFact, Fact, Knowledge } from '../../src/analysis/knowledge.ts';
import { knownValue, rangeWord, type Word } from '../../src/analysis/word.ts';
import type { Address } from '../../src/input/block.ts';

const A: Address = `0x${'aa'.repeat(20)}`;
const MISSING: Fact = { kind: 'missing' };

/** Answers everything with these. */
function knowing(fact: Fact, code: CodeFact = { kind: 'missing' }, exists: boolean | null = null): Knowledge {
  return {
    storage: () => fact,
    balance: () => fact,
    nonce: () => fact,
    code: () => code,
    exists: () => exists,
    hasStorage: () => false,
    hadBefore: () => false,
  };
}

type Question = (knowledge: Knowledge) => unknown;

function drift(then: Knowledge, now: Knowledge, ...questions: Question[]): Drift {
  const recorded = new RecordedKnowledge(then);
  for (const ask of questions) ask(recorded);
  return driftOf(recorded.inputs, now);
}

const slot: Question = (knowledge) => knowledge.storage(A, 1n, null);
const balance: Question = (knowledge) => knowledge.balance(A);
const nonce: Question = (knowledge) => knowledge.nonce(A);

function factOf(min: bigint, max: bigint): Fact {
  const bounds: Word = rangeWord(min, max, []);
  const value = knownValue(bounds);
  return value === null ? { kind: 'unstable', bounds } : { kind: 'stable', value };
}

const interval = fc
  .tuple(fc.bigInt(0n, 40n), fc.bigInt(0n, 40n))
  .map(([a, b]): [bigint, bigint] => (a < b ? [a, b] : [b, a]));

describe('drift', () => {
  test('other, unless all that may be now might have been then', () => {
    fc.assert(
      fc.property(interval, interval, fc.constantFrom(slot, balance, nonce), (then, now, question) => {
        const found = drift(knowing(factOf(...then)), knowing(factOf(...now)), question);
        const isWithin = now[0] >= then[0] && now[1] <= then[1];
        if (!isWithin) expect(found).toBe('other');
        else expect(found === 'same').toBe(then[0] === now[0] && then[1] === now[1]);
      }),
    );
  });

  test('what was missing may be anything', () => {
    const known = factOf(3n, 3n);
    expect(drift(knowing(MISSING), knowing(MISSING), slot)).toBe('same');
    expect(drift(knowing(MISSING), knowing(known), slot)).toBe('more');
    expect(drift(knowing(known), knowing(MISSING), slot)).toBe('other');
  });

  test('code counts by its bytes', () => {
    const code = (...bytes: number[]) => knowing(MISSING, { kind: 'stable', code: new Uint8Array(bytes) });
    const question: Question = (knowledge) => knowledge.code(A);
    expect(drift(code(1, 2), code(1, 2), question)).toBe('same');
    expect(drift(code(1, 2), code(1, 3), question)).toBe('other');
    expect(drift(code(1, 2), knowing(MISSING), question)).toBe('other');
    expect(drift(knowing(MISSING), code(1), question)).toBe('more');
  });

  test('so does existence', () => {
    const exists = (answer: boolean | null) => knowing(MISSING, { kind: 'missing' }, answer);
    const question: Question = (knowledge) => knowledge.exists(A);
    expect(drift(exists(true), exists(true), question)).toBe('same');
    expect(drift(exists(true), exists(false), question)).toBe('other');
    expect(drift(exists(true), exists(null), question)).toBe('other');
    expect(drift(exists(null), exists(true), question)).toBe('more');
  });

  test('one other answer outweighs all others', () => {
    const then = { ...knowing(factOf(0n, 9n)), balance: () => factOf(1n, 1n) };
    const now = { ...knowing(factOf(0n, 9n)), balance: () => factOf(2n, 2n) };
    expect(drift(then, now, slot, nonce)).toBe('same');
    expect(drift(then, now, slot, balance, nonce)).toBe('other');
  });
});
