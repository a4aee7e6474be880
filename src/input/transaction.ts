/**
 * From drafts to transactions in two steps, as signatures may be recovered in between by others: hashes are made
 * and signatures are collected, whatever they are worth; then signers and rules are known, and everything given
 * twice has to agree.
 */
import type { Address, Authorization, Hex, Transaction } from './block.ts';
import { isHardforkFrom } from './chain.ts';
import type { Draft, DraftAuthorization } from './draft.ts';
import { bytesToHex } from './hex.ts';
import { member, unexpected } from './schema.ts';
import { authorizationHash, signingHash, transactionHashes } from './serialization.ts';
import { MAX_LOW_S } from './signature.ts';
import { type SignatureCollector, signerOf } from './signature-batch.ts';

/** What holds for all transactions of an input. */
export interface Rules {
  readonly chainId: bigint;
  readonly hardfork: string;
}

/** A transaction of which only the signers are not known yet. */
export interface PreparedTransaction {
  readonly draft: Draft;
  /** Own hash, and the number of the signature; `null` for an unsigned transaction. */
  readonly signed: { readonly hash: Hex; readonly number: number } | null;
  /** Numbers of signatures; `null` for a tuple whose signature is invalid whoever made it. */
  readonly authorities: readonly (number | null)[];
}

/** Makes the hashes of a draft, and adds its signatures to the others. */
export function prepareTransaction(draft: Draft, signatures: SignatureCollector): PreparedTransaction {
  const { fields, signature } = draft;
  const authorities = fields.authorizationList.map((tuple) => collectAuthority(tuple, signatures));
  if (signature === null) return { draft, signed: null, authorities };
  const { v, r, s } = signature;
  const { signing, own } = transactionHashes(fields, signature);
  const isOdd = fields.type === 0 ? (v < 35n ? v === 28n : v % 2n === 0n) : v === 1n;
  const number = signatures.add(signing, r, s, isOdd ? 1 : 0);
  return { draft, signed: { hash: bytesToHex(own), number }, authorities };
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
 * @throws InputError for another chain, for a signature that is invalid or another sender's, for a hash that is
 *   another transaction's, and for an unsigned transaction without a sender.
 */
export function completeTransaction(
  prepared: PreparedTransaction,
  rules: Rules,
  answers: readonly Uint8Array[],
): Transaction {
  const { draft, signed } = prepared;
  const { where, fields, signature, assumed, conditions } = draft;
  if (fields.chainId !== null && fields.chainId !== rules.chainId) {
    throw unexpected(member(where, 'chainId'), `chain ${rules.chainId}`, fields.chainId);
  }
  const chainId = fields.type === 0 ? fields.chainId : rules.chainId;
  const from = signed === null ? givenSender(draft) : signerOfDraft(draft, signed.number, rules, answers);
  const hash = signed === null ? unsignedHash(draft, chainId) : checkedHash(draft, signed.hash);
  const transaction = {
    type: fields.type,
    hash,
    from,
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
  if (assumed.length === 0 && conditions === undefined) return transaction;
  return {
    ...transaction,
    ...(assumed.length > 0 && { assumed }),
    ...(conditions !== undefined && { conditions }),
  };
}

function givenSender({ where, given }: Draft): Address {
  if (given.from !== null) return given.from;
  throw unexpected(member(where, 'from'), 'an address, as there is no signature', undefined);
}

function signerOfDraft(
  { where, signature, given }: Draft,
  number: number,
  { hardfork }: Rules,
  answers: readonly Uint8Array[],
): Address {
  if (signature !== null && signature.s > MAX_LOW_S && isHardforkFrom(hardfork, 'homestead')) {
    throw unexpected(member(where, 's'), 'at most half the order of the curve (EIP-2)', signature.s);
  }
  const signer = signerOf(number, answers);
  if (signer === null) throw unexpected(where, 'a signature that a key can make', 'one that none can');
  if (given.from !== null && given.from !== signer) {
    throw unexpected(member(where, 'from'), `${signer}, who signed`, given.from);
  }
  return signer;
}

/**
 * The hash of an unsigned transaction: the given one, or else that of its unsigned serialization, which two senders
 * may share.
 */
function unsignedHash({ fields, given }: Draft, chainId: bigint | null): Hex {
  return given.hash ?? bytesToHex(signingHash({ ...fields, chainId }));
}

function checkedHash({ where, given }: Draft, hash: Hex): Hex {
  if (given.hash === null || given.hash === hash) return hash;
  throw unexpected(member(where, 'hash'), `${hash}, the hash of the fields`, given.hash);
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
