/** What keeps an order out of a block, as far as is known before anything runs. */
import type { Address, BlockHeader, InclusionBounds, TransactionConditions } from '../input/block.ts';
import type { StateSource } from '../state/source.ts';
import type { Order } from './order.ts';

/** Why an order cannot be in the block. */
export type Obstacle =
  /** The block is before the first, or after the last, that it may be in. */
  | { readonly kind: 'early' | 'late' }
  /** A transaction's nonce has been used. */
  | { readonly kind: 'nonce-used'; readonly transaction: number }
  /** Transactions before it are not in the pool. */
  | { readonly kind: 'nonce-gap'; readonly transaction: number; readonly missing: bigint }
  /** The base fee is above what it pays. */
  | { readonly kind: 'fee-too-low'; readonly transaction: number }
  /** A slot that it demands a value of has another one before the block. */
  | { readonly kind: 'condition'; readonly transaction: number; readonly address: Address };

/**
 * The first obstacle.
 *
 * @param isPending - Whether the pool has a transaction of a sender with a nonce.
 */
export function obstacleOf(
  { transactions, bounds, canDrop }: Order,
  block: BlockHeader,
  state: StateSource,
  isPending: (sender: Address, nonce: bigint) => boolean,
): Obstacle | null {
  const time = outOfBounds(bounds, block);
  if (time !== null) return { kind: time };
  const baseFee = block.baseFeePerGas ?? 0n;
  for (const [at, { from, nonce, maxFeePerGas, conditions }] of transactions.entries()) {
    if (canDrop.has(at)) continue;
    const current = state.account(from)?.nonce ?? 0n;
    if (nonce < current) return { kind: 'nonce-used', transaction: at };
    const own = transactions.filter((tx) => tx.from === from).map((tx) => tx.nonce);
    for (let missing = nonce - 1n; missing >= current; missing--) {
      if (!own.includes(missing) && !isPending(from, missing)) {
        return { kind: 'nonce-gap', transaction: at, missing };
      }
    }
    if (maxFeePerGas < baseFee) return { kind: 'fee-too-low', transaction: at };
    const unmet = conditions === undefined ? null : unmetAccount(conditions, state);
    if (unmet !== null) return { kind: 'condition', transaction: at, address: unmet };
  }
  return null;
}

/** Whether a block is before or after those that bounds allow. */
function outOfBounds(bounds: InclusionBounds, block: BlockHeader): 'early' | 'late' | null {
  const { minBlock, maxBlock, minTimestamp, maxTimestamp } = bounds;
  if (maxBlock !== null && block.number > maxBlock) return 'late';
  if (maxTimestamp !== null && block.timestamp > maxTimestamp) return 'late';
  if (minBlock !== null && block.number < minBlock) return 'early';
  if (minTimestamp !== null && block.timestamp < minTimestamp) return 'early';
  return null;
}

/** An account of which a slot is known to be other than demanded. A storage root is not known here. */
function unmetAccount({ knownAccounts }: TransactionConditions, state: StateSource): Address | null {
  for (const known of knownAccounts) {
    if (known.kind !== 'slots') continue;
    for (const [slot, value] of known.slots) {
      const now = state.storage(known.address, slot);
      if (now !== undefined && now !== value) return known.address;
    }
  }
  return null;
}
