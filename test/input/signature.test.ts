import { describe, expect, test } from '@jest/globals';
import { SigningKey } from 'ethers';
import fc from 'fast-check';
import {
  CURVE_ORDER,
  recoverAddress,
  recoverByNative,
  recoverByScript,
  recoverPublicKey,
} from '../../src/input/signature.ts';
import { walletOf } from './signed.ts';

const word = fc.uint8Array({ minLength: 32, maxLength: 32 });
const parity = fc.constantFrom(0 as const, 1 as const);

/** Values of r and s on the edges of their range, beside any. */
const scalar = fc.oneof(
  word,
  fc.bigInt({ min: 0n, max: 12n }).map(bytes),
  fc.bigInt({ min: -3n, max: 3n }).map((offset) => bytes(CURVE_ORDER + offset)),
  fc.bigInt({ min: -3n, max: 3n }).map((offset) => bytes(CURVE_ORDER / 2n + offset)),
  fc.constant(bytes(2n ** 256n - 1n)),
);

function bytes(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}

function toBigint(value: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(value).toString('hex')}`);
}

describe('recovery', () => {
  test('finds the signer', () => {
    fc.assert(
      fc.property(word, fc.integer({ min: 1, max: 254 }), (hash, key) => {
        const wallet = walletOf(key);
        const { r, s, yParity } = wallet.signingKey.sign(hash);
        expect(recoverAddress(hash, BigInt(r), BigInt(s), yParity)).toBe(wallet.address.toLowerCase());
      }),
      { numRuns: 30 },
    );
  });

  test('without the native package finds the same, and fails for the same', () => {
    if (recoverByNative === null) {
      process.stdout.write('secp256k1 is not there: nothing to compare with\n');
      expect(recoverPublicKey).toBe(recoverByScript);
      return;
    }
    const native = recoverByNative;
    expect(recoverPublicKey).toBe(native);
    fc.assert(
      fc.property(word, scalar, scalar, parity, (hash, r, s, yParity) => {
        const signature = Uint8Array.from([...r, ...s]);
        expect(recoverByScript(hash, signature, yParity)).toEqual(native(hash, signature, yParity));
      }),
      { numRuns: 200 },
    );
  });

  test('agrees with ethers on what cannot be recovered', () => {
    fc.assert(
      fc.property(word, scalar, parity, (hash, r, yParity) => {
        const s = bytes(7n);
        const address = recoverAddress(hash, toBigint(r), toBigint(s), yParity);
        let expected: string | null = null;
        try {
          const signature = { r: hex(r), s: hex(s), v: 27 + yParity };
          expected = SigningKey.recoverPublicKey(hash, signature);
        } catch {}
        expect(address === null).toBe(expected === null);
      }),
      { numRuns: 50 },
    );
  });
});

function hex(value: Uint8Array): string {
  return `0x${Buffer.from(value).toString('hex')}`;
}
