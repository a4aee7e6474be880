/**
 * Recovery of signers from secp256k1 signatures: by libsecp256k1 where the optional native package
 * `secp256k1` loads, else in pure JavaScript, about 25 times slower with the same results (measured).
 */
import { createRequire } from 'node:module';
import { ecrecover } from '@ethereumjs/util';
import type { Address } from './block.ts';
import { bytesToHex, decodeDigits } from './hex.ts';
import { keccak256 } from './keccak.ts';

/** Order of the group (SEC 2, 2.4.1). */
export const CURVE_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** Largest `s` of a transaction since Homestead (EIP-2), and of an authorisation (EIP-7702). */
export const MAX_LOW_S = CURVE_ORDER / 2n;

/**
 * Recovers a public key: 64 bytes, x and y.
 *
 * @param signature - 64 bytes, r and s; both may be anything.
 * @returns `null` where there is no such key.
 */
export type RecoverPublicKey = (hash: Uint8Array, signature: Uint8Array, yParity: 0 | 1) => Uint8Array | null;

/** The part of the native package that is used here. */
interface NativeSecp256k1 {
  ecdsaRecover(signature: Uint8Array, id: number, hash: Uint8Array, compressed: boolean): Uint8Array;
}

/** By libsecp256k1; `null` where the optional package, or a build of it for this machine, is missing. */
export const recoverByNative: RecoverPublicKey | null = loadNative();

/** In pure JavaScript. */
export const recoverByScript: RecoverPublicKey = (hash, signature, yParity) => {
  try {
    return ecrecover(hash, yParity === 0 ? 27n : 28n, signature.subarray(0, 32), signature.subarray(32));
  } catch {
    return null;
  }
};

/** The faster one of the two. */
export const recoverPublicKey: RecoverPublicKey = recoverByNative ?? recoverByScript;

function loadNative(): RecoverPublicKey | null {
  let native: NativeSecp256k1;
  try {
    // Not the package's main file: that falls back, in silence, to a JavaScript slower than ours.
    native = createRequire(import.meta.url)('secp256k1/bindings.js') as NativeSecp256k1;
  } catch {
    return null;
  }
  return (hash, signature, yParity) => {
    try {
      return native.ecdsaRecover(signature, yParity, hash, false).subarray(1);
    } catch {
      return null;
    }
  };
}

/** Writes a number of at most 256 bits as 32 bytes. */
export function writeWord(value: bigint, into: Uint8Array, at: number): void {
  decodeDigits(`0x${value.toString(16).padStart(64, '0')}`, into, at);
}

/**
 * The address whose key made the signature.
 *
 * @returns `null` where no key can have: r or s zero or too large, or r not on the curve.
 */
export function recoverAddress(hash: Uint8Array, r: bigint, s: bigint, yParity: 0 | 1): Address | null {
  if (r <= 0n || r >= CURVE_ORDER || s <= 0n || s >= CURVE_ORDER) return null;
  const signature = new Uint8Array(64);
  writeWord(r, signature, 0);
  writeWord(s, signature, 32);
  const publicKey = recoverPublicKey(hash, signature, yParity);
  return publicKey === null ? null : bytesToHex(keccak256(publicKey).subarray(12));
}
