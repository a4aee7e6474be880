import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CURVE_ORDER, recoverAddress } from '../../src/input/signature.ts';
import {
  answerLength,
  FULL_BATCH,
  recoverBatch,
  SignatureCollector,
  signerOf,
} from '../../src/input/signature-batch.ts';
import { walletOf } from './signed.ts';

interface Signed {
  readonly hash: Uint8Array;
  readonly r: bigint;
  readonly s: bigint;
  readonly yParity: 0 | 1;
}

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const parity = fc.constantFrom(0 as const, 1 as const);
/** Hardly ever one that a key can make. */
const scalar = fc.oneof(
  fc.constantFrom(0n, 1n, 5n, CURVE_ORDER - 1n, CURVE_ORDER, CURVE_ORDER + 1n, 2n ** 256n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
);
const made = fc.tuple(hash, fc.integer({ min: 1, max: 9 })).map(([bytes, key]): Signed => {
  const { r, s, yParity } = walletOf(key).signingKey.sign(bytes);
  return { hash: bytes, r: BigInt(r), s: BigInt(s), yParity };
});
const signed = fc.oneof(made, fc.record({ hash, r: scalar, s: scalar, yParity: parity }));

describe('a batch', () => {
  test('has the signers that each signature has alone', () => {
    fc.assert(
      fc.property(fc.array(signed, { maxLength: 40 }), (signatures) => {
        const collector = new SignatureCollector();
        const batches: Uint8Array[] = [];
        const numbers = signatures.map(({ hash, r, s, yParity }) => {
          const number = collector.add(hash, r, s, yParity);
          batches.push(...collector.takeFull());
          return number;
        });
        batches.push(...collector.takeAll());
        const answers = batches.map(recoverBatch);
        expect(numbers.map((number) => signerOf(number, answers))).toEqual(
          signatures.map(({ hash, r, s, yParity }) => recoverAddress(hash, r, s, yParity)),
        );
        expect(answers.map(({ length }) => length)).toEqual(batches.map(answerLength));
        expect(batches.slice(0, -1).every(({ length }) => length === FULL_BATCH)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
