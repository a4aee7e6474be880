/**
 * A block, or a list of transactions, as every later stage reads it: checked, decoded, plain data.
 * Amounts and gas are `bigint`; addresses and hashes are lower-case `0x` hex; byte strings are `Uint8Array`.
 */

/** Lower-case hex with a `0x` prefix. */
export type Hex = `0x${string}`;

/** 20 bytes, lower-case hex. */
export type Address = Hex;

/** One entry of an EIP-2930 access list; slots are 32 bytes wide. */
export interface AccessListEntry {
  readonly address: Address;
  readonly storageKeys: readonly Hex[];
}

/** One EIP-7702 authorisation tuple. */
export interface Authorization {
  readonly chainId: bigint;
  /** Delegate; the zero address clears the delegation. */
  readonly address: Address;
  readonly nonce: bigint;
  readonly yParity: bigint;
  readonly r: bigint;
  readonly s: bigint;
  /** Recovered signer; `null` when the signature is invalid and the tuple is skipped. */
  readonly authority: Address | null;
}

/** A transaction's own signature; absent for unsigned requests such as an `eth_call` object. */
export interface Signature {
  readonly v: bigint;
  readonly r: bigint;
  readonly s: bigint;
}

/**
 * A transaction of any type, checked and with its sender; amounts are wei. What its type lacks is zero, empty
 * or `null`.
 */
export interface Transaction {
  readonly type: 0 | 1 | 2 | 3 | 4;
  readonly hash: Hex;
  readonly from: Address;
  /** `null` creates a contract. */
  readonly to: Address | null;
  readonly nonce: bigint;
  readonly gasLimit: bigint;
  readonly value: bigint;
  readonly data: Uint8Array;
  /** Types 0 and 1: the gas price. Types 2 to 4: the maximal fee per gas. */
  readonly maxFeePerGas: bigint;
  /** Types 0 and 1: the gas price. */
  readonly maxPriorityFeePerGas: bigint;
  /** `null` when the transaction type has no such list, or it was not given. */
  readonly accessList: readonly AccessListEntry[] | null;
  readonly maxFeePerBlobGas: bigint;
  readonly blobVersionedHashes: readonly Hex[];
  readonly authorizationList: readonly Authorization[];
  readonly chainId: bigint | null;
  readonly signature: Signature | null;
  /**
   * Fields that an unsigned request left out: they hold a stand-in (nonce and fee 0, gas limit 2^24), and
   * say nothing about the transaction's validity. Absent when every field was given.
   */
  readonly assumed?: readonly AssumedField[];
  /** What its sender demands of the block and of the state before it. Absent: nothing. */
  readonly conditions?: TransactionConditions;
}

/** Blocks that something may be in; each bound is included, and `null` is none. */
export interface InclusionBounds {
  readonly minBlock: bigint | null;
  readonly maxBlock: bigint | null;
  /** Seconds since 1970, as in a header. */
  readonly minTimestamp: bigint | null;
  readonly maxTimestamp: bigint | null;
}

/** Conditions of inclusion (ERC-7796). They concern the state right before the transaction. */
export interface TransactionConditions {
  readonly bounds: InclusionBounds;
  readonly knownAccounts: readonly KnownAccount[];
}

/** What an account's storage has to be: all of it, by its root; or some slots with their values. */
export type KnownAccount =
  | { readonly kind: 'storage-root'; readonly address: Address; readonly storageRoot: Hex }
  | { readonly kind: 'slots'; readonly address: Address; readonly slots: ReadonlyMap<bigint, bigint> };

/** The request that a bundle is the parameter of. */
export type BundleKind = 'eth_sendBundle' | 'eth_callBundle' | 'mev_sendBundle';

/** One transaction of a bundle. */
export interface BundleMember {
  /** In `BlockInput.transactions`. */
  readonly index: number;
  /** It may fail without the bundle being given up. */
  readonly canRevert: boolean;
  /** It may be left out without the bundle being given up. */
  readonly canDrop: boolean;
}

/**
 * Transactions that are included together and in this order, or not at all. It is kept as data: transactions are
 * analysed and executed as they stand.
 */
export interface Bundle {
  readonly kind: BundleKind;
  /** In the bundle's order, nested bundles where they stand; one index after the other. None cancels the bundle. */
  readonly members: readonly BundleMember[];
  readonly bounds: InclusionBounds;
  /** Under this name a later bundle replaces or cancels it; `null`: it has none. */
  readonly replacementId: string | null;
  /** `eth_callBundle`: the block on whose state it is to be simulated; otherwise `null`. */
  readonly stateBlock: bigint | 'latest' | null;
}

/** What a request such as an `eth_call` object may leave to the node. */
export type AssumedField = 'nonce' | 'gasLimit' | 'maxFeePerGas';

/** EIP-4895 withdrawal; the amount in wei. */
export interface Withdrawal {
  readonly index: bigint;
  readonly validatorIndex: bigint;
  readonly address: Address;
  readonly amount: bigint;
}

/** The header fields that execution reads, and those that its result is compared with (`null` when absent). */
export interface BlockHeader {
  readonly number: bigint;
  readonly timestamp: bigint;
  readonly gasLimit: bigint;
  readonly feeRecipient: Address;
  readonly parentHash: Hex;
  readonly difficulty: bigint;
  /** EIP-4399 `mixHash`. */
  readonly prevRandao: Hex;
  readonly extraData: Hex;
  readonly baseFeePerGas: bigint | null;
  readonly excessBlobGas: bigint | null;
  readonly blobGasUsed: bigint | null;
  readonly parentBeaconBlockRoot: Hex | null;
  readonly withdrawals: readonly Withdrawal[] | null;
  /** Hashes of the uncle headers: their headers, and so their rewards' receivers, are not known. */
  readonly uncles: readonly Hex[];
  readonly hash: Hex | null;
  readonly gasUsed: bigint | null;
  readonly receiptsRoot: Hex | null;
  readonly logsBloom: Hex | null;
  readonly stateRoot: Hex | null;
  /** EIP-7685. */
  readonly requestsHash: Hex | null;
  /** EIP-7928. */
  readonly blockAccessListHash: Hex | null;
}

/** What `readInput` returns. */
export interface BlockInput {
  /** `null` for transactions without a block: block values are then unknown to the analysis. */
  readonly block: BlockHeader | null;
  readonly transactions: readonly Transaction[];
  readonly chainId: bigint;
  /** A name of `Hardfork` of `@ethereumjs/common`, e.g. `cancun`. */
  readonly hardfork: string;
  /** Hashes of earlier blocks by number, for BLOCKHASH; the parent's is always there when there is a block. */
  readonly blockHashes: ReadonlyMap<bigint, Hex>;
  /**
   * What a hash is that is not among them: `zero`, with a note, or a missing input that the state source can load.
   * Default: `zero`.
   */
  readonly otherBlockHashes?: 'zero' | 'missing';
  /** Bundles in ascending order of their transactions, none of which is in two. Absent: none. */
  readonly bundles?: readonly Bundle[];
}
