/**
 * What is known of the state that a transaction will find: for each cell its value, what bounds it, or that
 * it is missing. The only window of the analysis on pre-state and on earlier transactions.
 */
import type { Address } from '../input/block.ts';
import type { StateKey } from '../state/key.ts';
import type { SlotOrigin } from './access.ts';
import type { Word } from './word.ts';

export type Fact =
  /** This is what execution will read: no earlier transaction changes it, or what they leave is known. */
  | { readonly kind: 'stable'; readonly value: bigint }
  /** An earlier transaction may have changed it, within these bounds (the word carries no cells). */
  | { readonly kind: 'unstable'; readonly bounds: Word }
  /** The state source does not know it. */
  | { readonly kind: 'missing' };

export type CodeFact =
  | { readonly kind: 'stable'; readonly code: Uint8Array }
  /** An earlier transaction may have changed it, to one of these (at least two), or to any code. */
  | { readonly kind: 'unstable'; readonly codes: readonly Uint8Array[] | null }
  | { readonly kind: 'missing' };

export interface Knowledge {
  /**
   * @param origin - How the slot came about, where that is known: keeps it apart from regions.
   * @param key - The key in question, here and below, where the caller has it.
   */
  storage(address: Address, slot: bigint, origin: SlotOrigin | null, key?: StateKey): Fact;
  balance(address: Address, key?: StateKey): Fact;
  nonce(address: Address, key?: StateKey): Fact;
  code(address: Address, key?: StateKey): CodeFact;
  /**
   * Whether the account is there before the transaction, for the rules before EIP-161; `null` when an earlier
   * transaction may have made or destroyed it, or it is missing.
   */
  exists(address: Address): boolean | null;
  /** Whether an account without code and nonce has storage all the same (EIP-7610); no transaction changes that. */
  hasStorage(address: Address): boolean;
  /** Whether the account had a balance, or a nonce above zero, before the block: what who does not read them sees. */
  hadBefore(address: Address, field: 'balance' | 'nonce'): boolean;
}
