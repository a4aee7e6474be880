/** The conflict graph of a block: which transaction has to wait for which, and what follows from that. */
import type { StateKey } from '../state/key.ts';

/** A set of transactions that touch nothing of any other component. */
export interface Component {
  readonly id: number;
  /** Ascending. */
  readonly transactions: readonly number[];
  readonly gas: bigint;
}

/** A key on which transactions wait for each other. */
export interface HotKey {
  readonly key: StateKey;
  /** How many transactions touch it. */
  readonly transactions: number;
  /** Gas of those transactions. */
  readonly gas: bigint;
  /** Pairs of those transactions that conflict on it. */
  readonly conflicts: number;
}

/** Two transactions in conflict, the earlier one first. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  /** Keys (or the text of regions) on which the two conflict, at most a few. */
  readonly keys: readonly string[];
}

/** The resolve step of a deferred transaction. */
export interface Resolution {
  readonly transaction: number;
  /** The transactions that have to finish before it: those that it waits for, and those that its holders do. */
  readonly after: readonly number[];
}

/** Which transactions have to run after which, and how long that takes; indices are those of the block. */
export interface ConflictGraph {
  /** Gas of each transaction, in block order. */
  readonly gas: readonly bigint[];
  /**
   * Direct predecessors of each transaction, ascending. A conflict always means a path, and so does a wait for a
   * resolve step. What a deferred one conflicts with by its pending regions shows when it is resolved.
   */
  readonly predecessors: readonly (readonly number[])[];
  readonly successors: readonly (readonly number[])[];
  readonly edges: readonly Edge[];
  /** By lowest transaction. */
  readonly components: readonly Component[];
  /** Id of each transaction's component. */
  readonly componentOf: readonly number[];
  readonly criticalPath: { readonly transactions: readonly number[]; readonly gas: bigint };
  /** Ascending by transaction. */
  readonly resolutions: readonly Resolution[];
  /** Most gas first. */
  readonly hotKeys: readonly HotKey[];
}
