/** The primitives that the EVM takes from outside: fast hashing, key recovery, and KZG proofs. */
import type { CustomCrypto } from '@ethereumjs/common';
import { keccak256 } from '../input/keccak.ts';
import { recoverPublicKey } from '../input/signature.ts';
import { pointEvaluation } from './point-evaluation.ts';

/** Keccak-256; the result is a new array. */
export type Keccak = (message: Uint8Array) => Uint8Array;

/** What @ethereumjs calls instead of its own; `keccak` may record what it hashes. */
export function evmCrypto(keccak: Keccak = keccak256): CustomCrypto {
  return {
    keccak256: keccak,
    kzg: pointEvaluation,
    ecrecover: (hash, v, r, s) => {
      const signature = new Uint8Array(64);
      signature.set(r, 32 - r.length);
      signature.set(s, 64 - s.length);
      const publicKey = recoverPublicKey(hash, signature, v === 27n ? 0 : 1);
      if (publicKey === null) throw new Error('no public key fits the signature');
      return publicKey;
    },
  };
}
