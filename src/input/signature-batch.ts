/**
 * Signatures in packed form: many in one byte array, to be recovered in one go, on this thread or on another.
 * A record is the hash that was signed, r, s, and the parity of y: 32, 32, 32 bytes and 1. The answer is a record
 * for each: 1 and the signer's address, or zeros.
 */
import type { Address } from './block.ts';
import { bytesToHex } from './hex.ts';
import { keccak256 } from './keccak.ts';
import { recoverPublicKey, writeWord } from './signature.ts';

/** Records in a batch, but for the last one: about a millisecond's work, many times what a message costs. */
const BATCH_SIZE = 16;
const HASH_BYTES = 32;
const SIGNATURE_BYTES = 64;
const RECORD_BYTES = HASH_BYTES + SIGNATURE_BYTES + 1;
const SIGNER_BYTES = 1 + 20;

/** Bytes of a batch that is full. */
export const FULL_BATCH = BATCH_SIZE * RECORD_BYTES;

/** Packs signatures into batches. */
export class SignatureCollector {
  #full: Uint8Array[] = [];
  #batch = new Uint8Array(FULL_BATCH);
  #inBatch = 0;
  #before = 0;

  /**
   * Adds a signature.
   *
   * @param r - Of at most 256 bits, as `s`; either may be one that no key can make.
   * @returns Its number among all that were added, from 0.
   */
  add(hash: Uint8Array, r: bigint, s: bigint, yParity: 0 | 1): number {
    const at = this.#inBatch * RECORD_BYTES;
    this.#batch.set(hash, at);
    writeWord(r, this.#batch, at + HASH_BYTES);
    writeWord(s, this.#batch, at + HASH_BYTES + 32);
    this.#batch[at + RECORD_BYTES - 1] = yParity;
    const number = this.#before + this.#inBatch++;
    if (this.#inBatch === BATCH_SIZE) this.#finish(this.#batch);
    return number;
  }

  /** Hands over the batches that are full. */
  takeFull(): readonly Uint8Array[] {
    return this.#full.splice(0);
  }

  /** Hands over all that is left. */
  takeAll(): readonly Uint8Array[] {
    if (this.#inBatch > 0) this.#finish(this.#batch.slice(0, this.#inBatch * RECORD_BYTES));
    return this.takeFull();
  }

  #finish(batch: Uint8Array): void {
    this.#before += this.#inBatch;
    this.#inBatch = 0;
    this.#full.push(batch);
    this.#batch = new Uint8Array(FULL_BATCH);
  }
}

/** Recovers the signers of a batch. */
export function recoverBatch(records: Uint8Array): Uint8Array {
  const count = records.length / RECORD_BYTES;
  const signers = new Uint8Array(count * SIGNER_BYTES);
  for (let index = 0; index < count; index++) {
    const record = records.subarray(index * RECORD_BYTES, (index + 1) * RECORD_BYTES);
    const signature = record.subarray(HASH_BYTES, HASH_BYTES + SIGNATURE_BYTES);
    const yParity = record[RECORD_BYTES - 1] === 1 ? 1 : 0;
    const publicKey = recoverPublicKey(record.subarray(0, HASH_BYTES), signature, yParity);
    if (publicKey === null) continue;
    signers[index * SIGNER_BYTES] = 1;
    signers.set(keccak256(publicKey).subarray(12), index * SIGNER_BYTES + 1);
  }
  return signers;
}

/** Bytes of the answer to a batch. */
export function answerLength(records: Uint8Array): number {
  return (records.length / RECORD_BYTES) * SIGNER_BYTES;
}

/** The signer of a signature by its number, out of the answers to all batches; `null` where no key made it. */
export function signerOf(number: number, answers: readonly Uint8Array[]): Address | null {
  const at = (number % BATCH_SIZE) * SIGNER_BYTES;
  const signers = answers[Math.floor(number / BATCH_SIZE)];
  return signers?.[at] === 1 ? bytesToHex(signers.subarray(at + 1, at + SIGNER_BYTES)) : null;
}
