/** What a transaction brings along before any code runs, the same for every way of deriving its sets. */
import type { Address, Authorization, Transaction } from '../input/block.ts';
import { hexToBytes } from '../input/hex.ts';
import { intrinsicGas } from '../input/intrinsic-gas.ts';
import { binary } from './arithmetic.ts';
import { type BlockRules, effectiveGasPrice } from './rules.ts';
import type { Word } from './word.ts';

/** Gas limits above this are no numbers any more. */
const LARGEST_METERED_GAS = 2 ** 50;

/** EIP-4844: gas per blob. */
const BLOB_GAS = 131_072n;

const MAX_UINT64 = (1n << 64n) - 1n;

/** Gas that is left for code; `null` where it is too much to be counted. */
export function startingGas(block: BlockRules, tx: Transaction): number | null {
  // Where the conversion rounds, it is far too much.
  const left = Number(tx.gasLimit) - intrinsicGas(tx, block.intrinsic).intrinsic;
  return left > LARGEST_METERED_GAS ? null : Math.max(0, left);
}

/** What is left of the sender's balance when gas and blobs are paid; validity is decided elsewhere. */
export function fundsLeft({ upFront: block }: BlockRules, tx: Transaction, balance: Word): Word {
  const upFront = binary('mul', tx.gasLimit, effectiveGasPrice(tx, block.block));
  const blobs = BigInt(tx.blobVersionedHashes.length) * BLOB_GAS;
  const rest = binary('sub', balance, upFront);
  return blobs === 0n ? rest : binary('sub', rest, binary('mul', blobs, block.blobBaseFee));
}

/** Accounts that are warm from the start (EIP-2929, EIP-3651), but for precompiles and the access list. */
export function warmAccounts({ rules, block }: BlockRules, { from, to }: Transaction): Address[] {
  const accounts = to === null ? [from] : [from, to];
  if (rules.warmsFeeRecipient && block !== null) accounts.push(block.feeRecipient);
  return accounts;
}

/** An EIP-7702 tuple that may hold, as far as the tuple itself says. */
export interface ApplicableAuthorization {
  readonly authority: Address;
  readonly nonce: bigint;
  /** The code that the authority gets. */
  readonly code: Uint8Array;
}

/** The tuples of a transaction that are not skipped whatever the state is. */
export function* applicableAuthorizations(
  { rules, chainId }: BlockRules,
  tx: Transaction,
): Iterable<ApplicableAuthorization> {
  if (!rules.hasDelegation) return;
  for (const tuple of tx.authorizationList) {
    const { authority, nonce } = tuple;
    if (authority === null || nonce >= MAX_UINT64) continue;
    if (tuple.chainId === 0n || tuple.chainId === chainId)
      yield { authority, nonce, code: designator(tuple) };
  }
}

/** The zero address clears the delegation. */
function designator({ address }: Authorization): Uint8Array {
  return (BigInt(address) === 0n ? null : hexToBytes(`0xef0100${address.slice(2)}`)) ?? new Uint8Array(0);
}
