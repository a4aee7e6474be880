/**
 * A transaction as it was given, with its fields checked one by one: from JSON or from bytes, before the
 * chain is known and before the signature is looked at.
 */
import type { Address, AssumedField, Authorization, Hex, Signature, TransactionConditions } from './block.ts';
import type { Where } from './schema.ts';
import type { UnsignedTransaction } from './serialization.ts';

/** `authority` is recovered later. */
export type DraftAuthorization = Omit<Authorization, 'authority'>;

export interface Draft {
  readonly where: Where;
  readonly fields: UnsignedTransaction;
  readonly signature: Signature | null;
  /** As given, to be compared with what is derived. */
  readonly given: { readonly from: Address | null; readonly hash: Hex | null };
  readonly assumed: readonly AssumedField[];
  /** Absent: none. */
  readonly conditions?: TransactionConditions;
}

/** `null` for the `v` of a legacy signature that names no chain (before EIP-155). */
export function chainIdOfV(v: bigint): bigint | null {
  return v < 35n ? null : (v - 35n) / 2n;
}

/** Whether a legacy signature's `v` is one: 27 or 28, or with a chain id from 35 on (EIP-155). */
export function isLegacyV(v: bigint): boolean {
  return v === 27n || v === 28n || v >= 35n;
}
