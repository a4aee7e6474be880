/** What an executor tells while it works, as plain data. */
import type { Hex } from '../input/block.ts';
import type { Fault } from './fault.ts';
import type { Escape } from './guard.ts';
import type { Execution } from './outcome.ts';

/** Which block an event is about. */
export interface BlockReference {
  /** Counts the blocks that an executor has begun, from 1. */
  readonly sequence: number;
  /** `null` for transactions without a block. */
  readonly number: bigint | null;
  readonly hash: Hex | null;
  readonly transactions: number;
}

/**
 * A transaction's result is final. In the order in which they become so, which is not the block's and differs from
 * run to run. After an escape, those that run again are told again.
 */
export interface TransactionEvent {
  readonly block: BlockReference;
  readonly transaction: number;
  /** `invalid`: it may not be in the block here. */
  readonly status: 'succeeded' | 'failed' | 'invalid';
  readonly gasUsed: bigint;
  /** Transactions of the block that are done, this one included. */
  readonly done: number;
}

/** A deferred transaction was derived again: what it may touch is known, and it starts after its predecessors. */
export interface ResolvedEvent {
  readonly block: BlockReference;
  readonly transaction: number;
}

/** A block is done. */
export interface BlockEvent extends Pick<Execution, 'gasUsed' | 'mode' | 'modeReason' | 'timings'> {
  readonly block: BlockReference;
  readonly escapes: readonly Escape[];
}

/** A worker thread was lost. */
export interface FaultEvent extends Fault {
  /** The block that was being executed; `null` between blocks. */
  readonly block: BlockReference | null;
}

/** What can be listened to. */
export interface ExecutorEvents {
  readonly transaction: TransactionEvent;
  readonly resolved: ResolvedEvent;
  readonly block: BlockEvent;
  readonly fault: FaultEvent;
}
