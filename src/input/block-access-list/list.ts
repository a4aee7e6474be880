/**
 * A block access list (EIP-7928): what a block touched, and what it left in each key that it changed, by step.
 * The steps of a block of n transactions are 0 for what comes before the first one, 1 to n for these, and n + 1
 * for what comes after the last one.
 *
 * Canonical order: accounts by address, slots by number, changes by step; each at most once.
 */
import type { Address } from '../block.ts';

/** A value that a step left behind: a balance, a nonce, or what is in a slot. */
export interface ValueChange {
  /** The step. */
  readonly index: number;
  /** After the step; before it, it was another one. */
  readonly value: bigint;
}

/** The code of an account after one step of the block. */
export interface CodeChange {
  readonly index: number;
  readonly code: Uint8Array;
}

/** What was written to one slot, step by step. */
export interface SlotChanges {
  readonly slot: bigint;
  /** At least one. */
  readonly changes: readonly ValueChange[];
}

/** An account that was accessed; with nothing in its lists if that was all. */
export interface AccountChanges {
  readonly address: Address;
  readonly storageChanges: readonly SlotChanges[];
  /** Slots that were read, or written, and never changed. */
  readonly storageReads: readonly bigint[];
  readonly balanceChanges: readonly ValueChange[];
  readonly nonceChanges: readonly ValueChange[];
  readonly codeChanges: readonly CodeChange[];
}

/** EIP-7928's list of one block: accounts in ascending order of their address. */
export type BlockAccessList = readonly AccountChanges[];
