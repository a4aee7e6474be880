/** From drafts to transactions: signers are recovered, hashes made, and both compared with what was given. */
import type { Address, Authorization, Transaction } from './block.ts';
import { isHardforkFrom } from './chain.ts';
import type { Draft, DraftAuthorization } from './draft.ts';
import { bytesToHex } from './hex.ts';
import { keccak256 } from './keccak.ts';
import { member, unexpected } from './schema.ts';
import {
  authorizationPayload,
  signedPayload,
  signingPayload,
  type UnsignedTransaction,
} from './serialization.ts';
import { MAX_LOW_S, recoverAddress } from './signature.ts';

/**
 * Completes a draft for its chain.
 *
 * An unsigned transaction's `hash` is the given one, or else the hash of its unsigned serialization, which
 * two senders may share.
 *
 * @throws InputError for a signature that is invalid or another sender's, for a hash that is another
 *   transaction's, and for another chain.
 */
export function completeTransaction(
  draft: Draft,
  rules: { readonly chainId: bigint; readonly hardfork: string },
): Transaction {
  const { where, signature, given, assumed } = draft;
  const { chainId } = draft.fields;
  if (chainId !== null && chainId !== rules.chainId) {
    throw unexpected(member(where, 'chainId'), `chain ${rules.chainId}`, chainId);
  }
  const fields: UnsignedTransaction = {
    ...draft.fields,
    chainId: draft.fields.type === 0 ? chainId : rules.chainId,
    authorizationList: draft.fields.authorizationList.map(completeAuthorization),
  };
  const payload = keccak256(signingPayload(fields));
  if (signature === null) {
    if (given.from === null) {
      throw unexpected(member(where, 'from'), 'an address, as there is no signature', undefined);
    }
    const hash = given.hash ?? bytesToHex(payload);
    const unsigned = { ...fields, hash, from: given.from, signature };
    return assumed.length === 0 ? unsigned : { ...unsigned, assumed };
  }
  const from = signerOf(draft, payload, rules.hardfork);
  if (given.from !== null && given.from !== from) {
    throw unexpected(member(where, 'from'), `${from}, who signed`, given.from);
  }
  const hash = bytesToHex(keccak256(signedPayload(fields, signature)));
  if (given.hash !== null && given.hash !== hash) {
    throw unexpected(member(where, 'hash'), `${hash}, the hash of the fields`, given.hash);
  }
  return { ...fields, hash, from, signature };
}

function signerOf(draft: Draft, hash: Uint8Array, hardfork: string): Address {
  const { where, fields, signature } = draft;
  const { v, r, s } = signature ?? { v: 0n, r: 0n, s: 0n };
  if (s > MAX_LOW_S && isHardforkFrom(hardfork, 'homestead')) {
    throw unexpected(member(where, 's'), 'at most half the order of the curve (EIP-2)', s);
  }
  const isOdd = fields.type === 0 ? (v < 35n ? v === 28n : v % 2n === 0n) : v === 1n;
  const signer = recoverAddress(hash, r, s, isOdd ? 1 : 0);
  if (signer === null) throw unexpected(where, 'a signature that a key can make', 'one that none can');
  return signer;
}

/** EIP-7702: a tuple whose signature is invalid is skipped, the transaction stays valid. */
function completeAuthorization(tuple: DraftAuthorization): Authorization {
  const { yParity, r, s } = tuple;
  const isValid = yParity <= 1n && s <= MAX_LOW_S;
  const hash = keccak256(authorizationPayload(tuple));
  return { ...tuple, authority: isValid ? recoverAddress(hash, r, s, yParity === 1n ? 1 : 0) : null };
}
