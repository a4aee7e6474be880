/** What the analysis says of a transaction and of a block: plain data, read by every later stage. */
import type { AccessListEntry, Address, BlockInput } from '../input/block.ts';
import type { StateKey } from '../state/key.ts';
import type { AccessSet, Region } from './access.ts';
import type { Inputs } from './inputs.ts';
import type { Reason } from './reason.ts';
import type { Effects } from './write-index.ts';

/**
 * How tight the derived sets are; they are sound in every case. `exact`: they hold for every execution, with no
 * region but the storage of accounts that the transaction makes or destroys, and no fork whose sides differ.
 * `bounded`: a region, or a branch that may not be taken. `deferred`: not bounded yet, because of what earlier
 * transactions of the block may write; derived again once they have run. `unbounded`: conflicts with everything.
 * `recorded`: not derived, but taken from a recording of one execution, and sound for no other.
 */
export type Status = 'exact' | 'bounded' | 'deferred' | 'unbounded' | 'recorded';

/** How a transaction ends, where everything that it does is known. */
export interface ForeseenReceipt {
  readonly isSuccess: boolean;
  /** As the receipt will say: with refunds. */
  readonly gasUsed: bigint;
  /** What the fee recipient gets for that gas, in wei. */
  readonly tip: bigint;
  /** What it pays to accounts of which it takes nothing and whose balance it does not look at, in wei. */
  readonly credits: ReadonlyMap<Address, bigint>;
  /** What its sender has left, in wei; `null`: that depends on what is not known. */
  readonly sender: { readonly address: Address; readonly balance: bigint } | null;
}

/** What was derived for one transaction. */
export interface TransactionAnalysis {
  readonly index: number;
  readonly status: Status;
  /** The most important ones; empty exactly where the sets are exact. */
  readonly reasons: readonly Reason[];
  readonly accesses: AccessSet;
  /** The sets hold for every state that agrees with the pre-state on these keys. */
  readonly assumptions: ReadonlySet<StateKey>;
  /** All that was asked of the state before it, with the answers: everything else here is a function of these. */
  readonly inputs: Inputs;
  /** Of one that may touch anything: what was asked of the state alone, to see what it is likely to touch. */
  readonly scouted?: Inputs;
  readonly effects: Effects;
  /** Accounts whose balance or nonce code may write: no escrow and no known nonces for them as senders. */
  readonly debits: ReadonlySet<Address>;
  readonly nonceWrites: ReadonlySet<Address>;
  /** Gas that the transaction is expected to use; a scheduling weight, not a bound. */
  readonly gasEstimate: bigint;
  /** It uses no more than this, before refunds. Absent: the gas limit, or the receipt says it. */
  readonly mostGas?: bigint;
  /** Holds whenever the sets do. Absent: something that it does is not known. */
  readonly receipt?: ForeseenReceipt;
  /** Keys that earlier transactions may write and because of which it is deferred. */
  readonly waitsFor: readonly StateKey[];
  /** The transactions after which it is, or was, derived again: those that may write what it waits for. Ascending. */
  readonly resolveAfter: readonly number[];
  /**
   * Deferred only: those regions of its accesses that hold what it will turn out to touch. They conflict with
   * nothing yet: later transactions that they may concern have this one in `heldBy`. Empty once resolved.
   */
  readonly pending: readonly Region[];
  /** Earlier transactions that have to be resolved before this one starts. Ascending. */
  readonly heldBy: readonly number[];
  /** The EIP-2930 list that covers the derived keys. Made when it is first looked at, or copied. */
  readonly derivedAccessList: readonly AccessListEntry[];
}

/** The sets of all transactions of a block. */
export interface BlockAnalysis {
  readonly input: BlockInput;
  /** One for each transaction, in block order. */
  readonly transactions: readonly TransactionAnalysis[];
  /** Keys that the state source did not know and that the result would be better with. */
  readonly missing: readonly StateKey[];
  readonly options: AnalysisOptions;
}

/** What changes the meaning of the sets; the same for all transactions of a block. */
export interface AnalysisOptions {
  /** A mempool: sets hold in any order. Default: false, the block's order is the meaning. */
  readonly unordered: boolean;
  /** Declared EIP-2930 lists are binding: they narrow the derived sets. Default: false. */
  readonly trustAccessLists: boolean;
  /** Invalid transactions are left out instead of making the block invalid. Default: false. */
  readonly skipInvalid: boolean;
}
