/**
 * From drafts to transactions in two steps, as signatures may be recovered in between by others: hashes are made
 * and signatures are collected; then signers are known, and everything given twice has to agree.
 */
import type { Address, Authorization, Hex, Transaction } from './block.ts';
import { isHardforkFrom } from './chain.ts';
import type { Draft, DraftAuthorization } from './draft.ts';
import { bytesToHex } from './hex.ts';
import { member, unexpected } from './schema.ts';
import { authorizationHash, signingHash, transactionHashes } from './serialization.ts';
import { MAX_LOW_S } from './signature.ts';
import { type SignatureCollector, signerOf } from './signature-batch.ts';

/** A transaction of which only the signers are not known yet. */
export interface PreparedTransaction {
  readonly draft: Draft;
  readonly chainId: bigint | null;
  /**
   * Of an unsigned transaction the given one, or else the hash of its unsigned serialization, which two senders
   * may share.
   */
  readonly hash: Hex;
  /** The sender of an unsigned transaction, or the number of its signature. */
  readonly sender: Address | number;
  /** Numbers of signatures; `null` for a tuple whose signature is invalid whoever made it. */
  readonly authorities: readonly (number | null)[];
}

/**
 * Prepares a draft for its chain.
 *
 * @throws InputError for another chain, for an unsigned transaction without a sender, and for an `s` that is too
 *   high.
 */
export function prepareTransaction(
  draft: Draft,
  rules: { readonly chainId: bigint; readonly hardfork: string },
  signatures: SignatureCollector,
): PreparedTransaction {
  const { where, signature, given } = draft;
  const { type } = draft.fields;
  if (draft.fields.chainId !== null && draft.fields.chainId !== rules.chainId) {
    throw unexpected(member(where, 'chainId'), `chain ${rules.chainId}`, draft.fields.chainId);
  }
  const chainId = type === 0 ? draft.fields.chainId : rules.chainId;
  const fields = chainId === draft.fields.chainId ? draft.fields : { ...draft.fields, chainId };
  const authorities = fields.authorizationList.map((tuple) => collectAuthority(tuple, signatures));
  if (signature === null) {
    if (given.from === null) {
      throw unexpected(member(where, 'from'), 'an address, as there is no signature', undefined);
    }
    const hash = given.hash ?? bytesToHex(signingHash(fields));
    return { draft, chainId, hash, sender: given.from, authorities };
  }
  const { v, r, s } = signature;
  if (s > MAX_LOW_S && isHardforkFrom(rules.hardfork, 'homestead')) {
    throw unexpected(member(where, 's'), 'at most half the order of the curve (EIP-2)', s);
  }
  const { signing, own } = transactionHashes(fields, signature);
  const isOdd = type === 0 ? (v < 35n ? v === 28n : v % 2n === 0n) : v === 1n;
  const sender = signatures.add(signing, r, s, isOdd ? 1 : 0);
  return { draft, chainId, hash: bytesToHex(own), sender, authorities };
}

/** EIP-7702: a tuple whose signature is invalid is skipped, the transaction stays valid. */
function collectAuthority(tuple: DraftAuthorization, signatures: SignatureCollector): number | null {
  const { yParity, r, s } = tuple;
  if (yParity > 1n || s > MAX_LOW_S) return null;
  return signatures.add(authorizationHash(tuple), r, s, yParity === 1n ? 1 : 0);
}

/**
 * Completes a transaction.
 *
 * @param answers - To all batches of signatures, in order.
 * @throws InputError for a signature that is invalid or another sender's, and for a hash that is another
 *   transaction's.
 */
export function completeTransaction(
  prepared: PreparedTransaction,
  answers: readonly Uint8Array[],
): Transaction {
  const { draft, chainId, hash, sender } = prepared;
  const { fields, signature, assumed } = draft;
  const transaction = {
    type: fields.type,
    hash,
    from: typeof sender === 'number' ? checkedSigner(prepared, signerOf(sender, answers)) : sender,
    to: fields.to,
    nonce: fields.nonce,
    gasLimit: fields.gasLimit,
    value: fields.value,
    data: fields.data,
    maxFeePerGas: fields.maxFeePerGas,
    maxPriorityFeePerGas: fields.maxPriorityFeePerGas,
    accessList: fields.accessList,
    maxFeePerBlobGas: fields.maxFeePerBlobGas,
    blobVersionedHashes: fields.blobVersionedHashes,
    authorizationList: authorizationsOf(prepared, answers),
    chainId,
    signature,
  };
  return assumed.length === 0 ? transaction : { ...transaction, assumed };
}

function checkedSigner({ draft, hash }: PreparedTransaction, signer: Address | null): Address {
  const { where, given } = draft;
  if (signer === null) throw unexpected(where, 'a signature that a key can make', 'one that none can');
  if (given.from !== null && given.from !== signer) {
    throw unexpected(member(where, 'from'), `${signer}, who signed`, given.from);
  }
  if (given.hash !== null && given.hash !== hash) {
    throw unexpected(member(where, 'hash'), `${hash}, the hash of the fields`, given.hash);
  }
  return signer;
}

function authorizationsOf(
  { draft, authorities }: PreparedTransaction,
  answers: readonly Uint8Array[],
): readonly Authorization[] {
  return draft.fields.authorizationList.map((tuple, index) => {
    const number = authorities[index] ?? null;
    return { ...tuple, authority: number === null ? null : signerOf(number, answers) };
  });
}
