/**
 * What executes a transaction that was found valid. There are two forms of @ethereumjs's EVM, with equal results
 * to the last byte: its stock one, and a tuned one for the exact versions that it was proved equal on.
 */
import { type Common, Hardfork } from '@ethereumjs/common';
import { type EVM, getActivePrecompiles, paramsEVM } from '@ethereumjs/evm';
import type { Address, BlockHeader, Transaction } from '../input/block.ts';
import { BlockHashes } from './block-hashes.ts';
import type { Keccak } from './crypto.ts';
import type { EngineKind } from './engine-kind.ts';
import type { PreimageRecorder } from './preimages.ts';
import { CodeHashes } from './state-view.ts';
import { TransactionState } from './transaction-state.ts';

/** A log as it goes into a receipt: address, topics, data. */
export type RawLog = readonly [address: Uint8Array, topics: readonly Uint8Array[], data: Uint8Array];

/** What a transaction came to, beside its changes and accesses, which are in the state. */
export interface EngineResult {
  readonly isSuccess: boolean;
  readonly gasUsed: bigint;
  readonly logs: readonly RawLog[];
  /** Bloom filter of the logs, 256 bytes. */
  readonly bloom: Uint8Array;
  /** Of a creation transaction. */
  readonly contractAddress: Address | null;
}

/** What a call of the block itself came to. */
export interface SystemCallResult {
  readonly isSuccess: boolean;
  readonly output: Uint8Array;
}

/** Runs transactions of one chain and hardfork, one at a time, on the state of `EngineParts`. */
export interface Engine {
  readonly kind: EngineKind;
  setBlock(header: BlockHeader): void;
  run(transaction: Transaction): Promise<EngineResult>;
  /** Calls a contract without data in the name of `SYSTEM_ADDRESS`, with gas of its own that nobody pays. */
  callSystem(to: Address): Promise<SystemCallResult>;
}

/** What such a call may use (EIP-7002, EIP-7251). */
export const SYSTEM_CALL_GAS = 30_000_000;

/** What both forms work on. */
export interface EngineParts {
  readonly common: Common;
  readonly state: TransactionState;
  readonly blockHashes: BlockHashes;
  readonly codeHashes: CodeHashes;
  readonly preimages: PreimageRecorder;
}

/** Makes the parts; `common` becomes theirs and must not be used by others. */
export function engineParts(common: Common, keccak: Keccak, preimages: PreimageRecorder): EngineParts {
  common.updateParams(paramsEVM);
  return {
    common,
    state: new TransactionState({
      emptyAccountsExist: !common.gteHardfork(Hardfork.SpuriousDragon),
      precompiles: new Set([...getActivePrecompiles(common).keys()].map((key) => BigInt(`0x${key}`))),
    }),
    blockHashes: new BlockHashes(),
    codeHashes: new CodeHashes(keccak),
    preimages,
  };
}

/** The stock form, and the EVM inside, whose precompiles the tuned form runs as well. */
export interface StockEngine extends Engine {
  readonly evm: EVM;
}
