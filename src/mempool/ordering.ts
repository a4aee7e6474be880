/** A block's sequence out of a pool, as data: what was asked for, what is in it, and why the rest is not. */
import type { BlockAnalysis } from '../analysis/result.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { Transaction } from '../input/block.ts';
import type { Obstacle } from './obstacle.ts';

/**
 * What a sequence is chosen for. `fees`: value for each unit of gas, greedily. `parallel`: the same orders in least
 * time on so many lanes; orders that conflict keep their sequence by fees. `balanced`: value less a price for the
 * time that the block takes on so many lanes.
 */
export type Objective = 'fees' | 'parallel' | 'balanced';

/** What to order for. */
export interface OrderingOptions {
  /** Default: `fees`. */
  readonly objective?: Objective;
  /** What runs at the same time. Default: 4. */
  readonly lanes?: number;
  /** Default: that of the block. */
  readonly gasLimit?: bigint;
  /** Blobs that the block has room for. Default: those of the hardfork. */
  readonly blobLimit?: number;
  /** For `balanced`: wei that each unit of gas of the makespan costs. Default: what the chosen orders pay for each. */
  readonly weight?: bigint;
  /** Sequences or schedules that a search may try. Default: 2,000. */
  readonly steps?: number;
  /** Orders that may touch anything: after all others, or in no block. Default: `last`. */
  readonly open?: 'last' | 'leave-out';
}

/** Orders of a pool as the sequence of a block. */
export interface Ordering {
  readonly objective: Objective;
  readonly lanes: number;
  /** For `balanced`: wei that each unit of gas of the makespan costs; else `null`. */
  readonly weight: bigint | null;
  /** Ids of orders, in block order. */
  readonly orders: readonly string[];
  /** The same orders, one by one. */
  readonly placed: readonly PlacedOrder[];
  readonly transactions: readonly Transaction[];
  /** Gas that they are expected to use. */
  readonly gas: bigint;
  /** Tips for that gas, and payments that orders state, in wei. */
  readonly value: bigint;
  /** Who runs when on the lanes; it keeps all conflicts of the sequence. */
  readonly schedule: SequenceSchedule;
  /** Gas until the last lane of `schedule` is done. */
  readonly makespan: number;
  /** No schedule of these orders in which those that conflict stay in this sequence is shorter. */
  readonly bound: number;
  /** Whether no sequence is better by the objective, as far as gas and conflicts are known; else a search ended. */
  readonly isOptimal: boolean;
  /** Every other order of the pool, in the order of arrival. */
  readonly leftOut: readonly LeftOut[];
  /** Of `transactions` in block order: sets, gas and conflicts hold in this order. */
  readonly analysis: BlockAnalysis;
  /** Of `analysis`: by transaction. */
  readonly graph: ConflictGraph;
}

/** An order in the block. */
export interface PlacedOrder {
  readonly id: string;
  /** Place of its first transaction in the block. */
  readonly first: number;
  /** How many of its transactions are in the block, one right after the other. */
  readonly count: number;
  /** Numbers of its transactions that are left out, which it allows. */
  readonly dropped: readonly number[];
  /** Gas that it is expected to use. */
  readonly gas: bigint;
  /** Tips for that gas, and the payment that it states, in wei. */
  readonly value: bigint;
  /** What is not known before it runs, and would make a builder give it up. */
  readonly risks: readonly Risk[];
}

/** What may still become of an order. `may-fail`: a transaction that must not. `storage-root`: a condition on one. */
export interface Risk {
  readonly kind: 'may-fail' | 'storage-root';
  /** Number of the transaction in the order. */
  readonly transaction: number;
}

/** Transactions of a block on lanes. */
export interface SequenceSchedule {
  /**
   * How transactions are taken, in block order. `ready`: a free lane takes the first whose predecessors are done.
   * `in-turn`: a free lane takes the next one, and waits until its predecessors are done. `planned`: in neither way;
   * each lane runs its own list, and waits where it has to.
   */
  readonly rule: 'ready' | 'in-turn' | 'planned';
  /** Of each lane, what it runs; places in the block, in order of start. */
  readonly lanes: readonly (readonly number[])[];
  /** Of each transaction, in gas. */
  readonly start: readonly number[];
}

/** An order that is not in the block. */
export interface LeftOut {
  readonly id: string;
  readonly reason: LeftOutReason;
}

/** Why an order of the pool is not in the block. */
export type LeftOutReason =
  | { readonly kind: 'obstacle'; readonly obstacle: Obstacle }
  /** Its transaction's nonce is not the sender's next one at any place of the block. */
  | { readonly kind: 'nonce'; readonly transaction: number }
  /** Others, which pay more, take the room for its gas or its blobs. */
  | { readonly kind: 'no-room'; readonly of: 'gas' | 'blobs' }
  /** Its transaction would be invalid at any place, or is not known to be valid. */
  | { readonly kind: 'invalid'; readonly transaction: number; readonly code: InvalidCode }
  /** Its transaction fails for certain, and must not. */
  | { readonly kind: 'fails'; readonly transaction: number }
  /** Another order of the block may change a slot that its transaction demands a value of. */
  | { readonly kind: 'condition'; readonly transaction: number }
  /** It may touch anything, and such orders were not wanted. */
  | { readonly kind: 'open' }
  /** It is worth less than the time that it takes. */
  | { readonly kind: 'not-worth-its-time' };

/** The rule that a transaction would not keep: of its own fields, or of its sender's account. */
export type InvalidCode = 'fields' | 'gas-limit' | 'blob-fee' | 'sender-code' | 'funds';
