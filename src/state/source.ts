/** Where pre-state comes from, as the pure stages see it: synchronous look-ups in which not knowing is an answer. */
import type { Address, BlockInput, Hex } from '../input/block.ts';
import type { StateKey } from './key.ts';

/** An account without its storage. The code array of one account is always the same object. */
export interface AccountState {
  readonly balance: bigint;
  readonly nonce: bigint;
  readonly code: Uint8Array;
}

/**
 * State at one point between two transactions. Answers never change, except that `load` may turn
 * `undefined` into a value.
 */
export interface StateSource {
  /** `null`: the account is known not to exist; `undefined`: not known. */
  account(address: Address): AccountState | null | undefined;
  /** The code of an account of which nothing else is known; `undefined`: not known either. Absent: as `account`. */
  readonly code?: (address: Address) => Uint8Array | undefined;
  /** The slot's value; `undefined`: not known. */
  storage(address: Address, slot: bigint): bigint | undefined;
  /**
   * Whether the account has a slot that is not zero: a contract cannot be created over one, even if it has
   * neither code nor nonce (EIP-7610). Absent: such accounts are taken to have no storage.
   */
  readonly hasStorage?: (address: Address) => boolean;
  /**
   * The hash of an earlier block; `undefined`: not known yet, and `load` fetches it by its `blockHashKey`. Absent:
   * only the hashes of the input are known.
   */
  readonly blockHash?: (number: bigint) => Hex | undefined;
  /** Fetches keys that were `undefined`, in one batch. Absent when there is nowhere to fetch from. */
  readonly load?: (keys: readonly StateKey[]) => Promise<void>;
  /** Keys that the transactions of a block are likely to need, as the source itself sees it. A hint. */
  readonly foresee?: (input: BlockInput) => Promise<readonly StateKey[]>;
}
