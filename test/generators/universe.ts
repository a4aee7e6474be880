/** The few accounts and slots that random programs speak of, so that they meet. */
import { privateToAddress } from '@ethereumjs/util';
import type { Address } from '../../src/input/block.ts';
import { hexOf } from '../oracle/state.ts';

function numbered(kind: string, index: number): Address {
  return `0x${kind}${index.toString(16).padStart(40 - kind.length, '0')}`;
}

/** Contracts with random code. */
export const CONTRACTS: readonly Address[] = [1, 2, 3, 4].map((index) => numbered('c0de', index));

/** Keys of the accounts that send transactions and sign authorisations. */
export const KEYS: readonly Uint8Array[] = [1, 2, 3, 4].map((index) => new Uint8Array(32).fill(index));

export const SENDERS: readonly Address[] = KEYS.map((key) => hexOf(privateToAddress(key)));

/** Not there before the block. */
export const ABSENT: readonly Address[] = [1, 2].map((index) => numbered('ab5e', index));

/** There, with a balance and nothing else. */
export const HOLDER: Address = numbered('f00d', 1);

/** Fee recipient, unless it is one of the others. */
export const MINER: Address = numbered('feed', 1);

/** Precompiles that need nothing loaded, and one address that is none. */
export const PRECOMPILES: readonly Address[] = [1, 2, 3, 4, 5, 6, 9, 0x20].map((index) =>
  numbered('00', index),
);

/** Everything that a program may name. */
export const ADDRESSES: readonly Address[] = [
  ...CONTRACTS,
  ...CONTRACTS,
  ...SENDERS,
  ...ABSENT,
  HOLDER,
  MINER,
  ...PRECOMPILES,
];

/** Base slots of values, mappings and arrays. */
export const SLOTS = 5n;
