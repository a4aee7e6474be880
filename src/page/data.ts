/**
 * What a page is made of, as JSON inside of it: the run's conflicts as numbers, from which the page makes graph
 * and plan by the library's own functions, and what people want to read about transactions. The same as the JSON
 * document in half of its bytes, since each key is written once.
 */
import type { Granularity } from '../graph/plan.ts';

/** How tight the sets of a transaction are; see `Status` of the analysis. */
export type PageStatus = 'exact' | 'bounded' | 'deferred' | 'unbounded' | 'recorded';

export interface PageReason {
  readonly code: string;
  /** What the code says of any transaction. */
  readonly sentence: string;
  readonly message: string;
  readonly address: string;
  /** Name of the function, or its selector; `null`: none, or not known. */
  readonly function: string | null;
  readonly pc: number;
  readonly dependsOn: readonly string[];
  /** By key: the transactions that may write it. */
  readonly writtenBy: Readonly<Record<string, readonly number[]>>;
}

export interface PageTransaction {
  readonly hash: string;
  readonly from: string;
  /** `null`: creates a contract. */
  readonly to: string | null;
  /** What it asks of the account that it is sent to, in a word or two. */
  readonly call: string;
  readonly gasLimit: number;
  readonly gasEstimate: number;
  readonly status: PageStatus;
  readonly reasons: readonly PageReason[];
  /** Deferred only: the regions that hold what it will turn out to touch. */
  readonly pending: readonly string[];
  readonly resolveAfter: readonly number[];
  readonly heldBy: readonly number[];
  /** Entries (addresses and slots) of the declared and the derived access list; `null` where there is none. */
  readonly declaredEntries: number | null;
  readonly derivedEntries: number | null;
  /** `null`: not executed, or left out. */
  readonly receipt: { readonly success: boolean | null; readonly gasUsed: number } | null;
}

/** The accesses of all transactions; see `Conflicts`. */
export interface PageAccesses {
  readonly keys: readonly string[];
  readonly regionTexts: readonly string[];
  /** By location, in words: a region; a key without its account, and empty where that is its field. */
  readonly names: readonly string[];
  readonly rowStart: readonly number[];
  readonly locations: readonly number[];
  /** By row, one digit each. */
  readonly modes: string;
  /** Different lists of regions that a location may meet, and which of them each location has; -1: none. */
  readonly meetings: readonly (readonly number[])[];
  readonly meetingOf: readonly number[];
}

/** What ran where when, in microseconds since the execution began. */
export interface PageMeasured {
  readonly lanes: readonly string[];
  readonly runs: readonly {
    readonly transaction: number;
    /** Index into `lanes`. */
    readonly lane: number;
    readonly start: number;
    readonly end: number;
  }[];
}

export interface PageExecution {
  readonly gasUsed: number;
  readonly mode: 'parallel' | 'sequential';
  readonly modeReason: string | null;
  readonly workers: number;
  readonly escapes: number;
  readonly sequential: boolean | null;
  readonly header: boolean | null;
  readonly totalMs: number;
  /** `null`: not recorded. */
  readonly measured: PageMeasured | null;
}

export interface PageData {
  readonly format: 'pevm-analyze-page/1';
  /** `null`: transactions without a block. */
  readonly block: {
    readonly number: string;
    readonly hash: string | null;
    readonly hardfork: string;
    readonly chainId: string;
    readonly feeRecipient: string;
    /** Seconds since 1970. */
    readonly timestamp: number;
  } | null;
  /** The sets hold in any order. */
  readonly isUnordered: boolean;
  /** In block order. */
  readonly transactions: readonly PageTransaction[];
  readonly accesses: PageAccesses;
  /** By address. */
  readonly accountNames: Readonly<Record<string, string>>;
  /** Keys that the given state lacked. */
  readonly missing: number;
  readonly workers: number;
  readonly granularity: Granularity;
  /** `null`: analysed only. */
  readonly execution: PageExecution | null;
}
