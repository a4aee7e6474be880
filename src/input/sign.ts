/** Signing with a secret key, as `evm t8n` does with the transactions of a test: deterministically (RFC 6979). */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import type { Signature } from './block.ts';
import { bytesToBigint } from './hex.ts';
import { signingHash, type UnsignedTransaction } from './serialization.ts';

/** Whether these bytes are a key: 32 of them, a number from 1 to below the order of the curve. */
export function isSecretKey(bytes: Uint8Array): boolean {
  return secp256k1.utils.isValidSecretKey(bytes);
}

/** The signature of a transaction, with a low `s`; of type 0 with its chain, if it has one (EIP-155). */
export function signTransaction(tx: UnsignedTransaction, secretKey: Uint8Array): Signature {
  const signature = secp256k1.sign(signingHash(tx), secretKey, { prehash: false, format: 'recovered' });
  const yParity = BigInt(signature[0] ?? 0);
  const v = tx.type !== 0 ? yParity : tx.chainId === null ? 27n + yParity : 35n + 2n * tx.chainId + yParity;
  return { v, r: bytesToBigint(signature.subarray(1, 33)), s: bytesToBigint(signature.subarray(33)) };
}
