/** What an executed block comes to, as plain data; and how two of them are compared. */
import type { BlockAnalysis } from '../analysis/result.ts';
import type { ConflictGraph } from '../graph/conflict-graph.ts';
import type { Plan } from '../graph/plan.ts';
import type { Address, BlockHeader, BlockInput, Hex } from '../input/block.ts';
import type { BlockAccessList } from '../input/block-access-list/list.ts';
import { isHardforkFrom } from '../input/chain.ts';
import { bytesToHex } from '../input/hex.ts';
import type { StateDiff } from '../state/diff.ts';
import type { BlockEnd } from './block-end.ts';
import type { Unmet } from './demands.ts';
import type { RawLog } from './engine.ts';
import type { EngineKind } from './engine-kind.ts';
import type { Fault } from './fault.ts';
import type { Escape } from './guard.ts';
import { joinBlooms, receiptsRoot } from './receipts.ts';
import { type Requests, requestsHash } from './requests.ts';
import type { ExecutionTrace } from './trace.ts';
import type { Invalid, Ran, RunResult } from './transaction-runner.ts';

/** A log entry, as in a receipt. */
export interface Log {
  readonly address: Address;
  readonly topics: readonly Hex[];
  readonly data: Uint8Array;
}

/** The receipt of one transaction; gas in units of gas. */
export interface Receipt {
  readonly transaction: number;
  /** 1 succeeded, 0 failed; `null` before Byzantium, when receipts did not say. */
  readonly status: 0 | 1 | null;
  readonly gasUsed: bigint;
  readonly cumulativeGasUsed: bigint;
  readonly logs: readonly Log[];
  readonly logsBloom: Uint8Array;
  /** Of a creation transaction. */
  readonly contractAddress: Address | null;
}

/** Everything that is the same however the block was executed. */
export interface BlockResult {
  readonly gasUsed: bigint;
  /** `null` before Byzantium: those receipts hold state roots, for which there is no trie here. */
  readonly receiptsRoot: Hex | null;
  readonly logsBloom: Uint8Array;
  /** In block order, without those that were left out. */
  readonly receipts: readonly Receipt[];
  /** From before the block's own first step to after its last one. */
  readonly stateDiff: StateDiff;
  /**
   * Requests to the consensus layer (EIP-7685): each its type's byte, then all of that type. `null` before Prague,
   * and where the state lacks one of the contracts that hold them.
   */
  readonly requests: readonly Uint8Array[] | null;
  /** As in the header; `null` as `requests`. */
  readonly requestsHash: Hex | null;
  /** Transactions left out, with `skipInvalid`. */
  readonly skipped: readonly Invalid[];
  /** Blocks whose hash was asked for and is not known; it was taken as zero. Ascending. */
  readonly missingBlockHashes: readonly bigint[];
}

/** What became of a block. */
export interface Execution extends BlockResult {
  /**
   * What the block touched and changed, step by step (EIP-7928), on any hardfork. Made when it is first looked at;
   * until then the outcome holds on to the results of all transactions.
   */
  readonly blockAccessList: BlockAccessList;
  /** What bundles and conditions of inclusion demand and this block does not keep. It was executed all the same. */
  readonly unmet: readonly Unmet[];
  /** Observed accesses outside the derived sets: defects of the analysis. The result is right nevertheless. */
  readonly escapes: readonly Escape[];
  readonly verified: {
    /** Whether a sequential run gives the same; `null`: not asked for. */
    readonly sequential: boolean | null;
    /** Whether the header says the same; `null`: there is none, or transactions were left out. */
    readonly header: boolean | null;
    /** Whether the given block access list is the block's; `null`: none, or transactions were left out. */
    readonly accessList: boolean | null;
    /** Each difference in words; empty where both agree. */
    readonly mismatches: readonly string[];
  };
  readonly mode: 'parallel' | 'sequential';
  /** Why not in parallel; `null` in parallel. */
  readonly modeReason: string | null;
  /** Threads that transactions ran on; 1 in sequential mode. */
  readonly workers: number;
  /** The form of the EVM that ran. */
  readonly engine: EngineKind;
  /** Why not the tuned form, which was asked for; `null` otherwise. */
  readonly engineReason: string | null;
  /** Worker threads that were lost meanwhile, in that order; the result is right nevertheless. */
  readonly faults: readonly Fault[];
  /** When what ran where; `null`: not asked for. Measured, and so different each time. */
  readonly trace: ExecutionTrace | null;
  /** In milliseconds; 0 for what was passed in or not asked for. */
  readonly timings: {
    readonly analysis: number;
    readonly graph: number;
    readonly plan: number;
    /** Everything between analysis and comparison. */
    readonly execute: number;
    /** Of that: what comes after the last transaction, i.e. the block's own last steps, receipts and their root. */
    readonly commit: number;
    readonly sequential: number;
    readonly total: number;
  };
}

/** What `executeBlock` returns. */
export interface Outcome {
  /** As resolved: sets of deferred transactions are those derived just in time, with their status kept. */
  readonly analysis: BlockAnalysis;
  readonly graph: ConflictGraph;
  readonly plan: Plan;
  readonly execution: Execution;
}

/** Puts the results of all transactions together. */
export function blockResult(
  input: BlockInput,
  results: readonly RunResult[],
  { stateDiff, requests }: Pick<BlockEnd, 'stateDiff' | 'requests'>,
): BlockResult {
  const ran = results.filter((result): result is Ran => result.status === 'ran');
  const skipped = results.filter((result): result is Invalid => result.status === 'invalid');
  const hasStatus = isHardforkFrom(input.hardfork, 'byzantium');
  let cumulativeGasUsed = 0n;
  const receipts: Receipt[] = [];
  const fields = [];
  for (const result of ran) {
    cumulativeGasUsed += result.gasUsed;
    const { index, gasUsed, isSuccess, bloom, logs, contractAddress } = result;
    fields.push({ type: input.transactions[index]?.type ?? 0, isSuccess, cumulativeGasUsed, bloom, logs });
    receipts.push({
      transaction: index,
      status: hasStatus ? (isSuccess ? 1 : 0) : null,
      gasUsed,
      cumulativeGasUsed,
      logs: logs.map(readableLog),
      logsBloom: bloom,
      contractAddress,
    });
  }
  const missing = new Set(ran.flatMap(({ missingBlockHashes }) => missingBlockHashes));
  return {
    gasUsed: cumulativeGasUsed,
    receiptsRoot: hasStatus ? receiptsRoot(fields) : null,
    // Without logs there is nothing in it.
    logsBloom: joinBlooms(ran.filter(({ logs }) => logs.length > 0).map(({ bloom }) => bloom)),
    receipts,
    stateDiff,
    requests: requests?.map(typedRequests) ?? null,
    requestsHash: requests === null ? null : requestsHash(requests),
    skipped,
    missingBlockHashes: [...missing].sort((a, b) => (a < b ? -1 : 1)),
  };
}

function typedRequests({ type, data }: Requests): Uint8Array {
  const bytes = new Uint8Array(1 + data.length);
  bytes[0] = type;
  bytes.set(data, 1);
  return bytes;
}

function readableLog([address, topics, data]: RawLog): Log {
  return { address: bytesToHex(address), topics: topics.map(bytesToHex), data };
}

/** What of a result differs from the header, in words; nothing where the header does not say. */
export function headerMismatches(result: BlockResult, header: BlockHeader): string[] {
  const mismatches: string[] = [];
  const compare = (what: string, got: string, expected: string | undefined): void => {
    if (expected !== undefined && got !== expected) {
      mismatches.push(`${what}: the header has ${expected}, execution gave ${got}`);
    }
  };
  compare('gas used', String(result.gasUsed), header.gasUsed?.toString());
  if (result.receiptsRoot !== null) {
    compare('receipts root', result.receiptsRoot, header.receiptsRoot ?? undefined);
  }
  compare('logs bloom', bytesToHex(result.logsBloom), header.logsBloom ?? undefined);
  if (result.requestsHash !== null) {
    compare('requests hash', result.requestsHash, header.requestsHash ?? undefined);
  }
  return mismatches;
}

/** What of a result differs from the sequential one, in words. */
export function sequentialMismatches(result: BlockResult, sequential: BlockResult): string[] {
  const mismatches: string[] = [];
  for (const [place, expected] of sequential.receipts.entries()) {
    const got = result.receipts[place];
    if (got === undefined || receiptText(got) !== receiptText(expected)) {
      mismatches.push(`receipt of transaction ${expected.transaction} differs from the sequential run's`);
    }
  }
  if (result.receipts.length > sequential.receipts.length) {
    mismatches.push(
      `${result.receipts.length} receipts, the sequential run has ${sequential.receipts.length}`,
    );
  }
  if (result.requestsHash !== sequential.requestsHash) {
    mismatches.push("the requests differ from the sequential run's");
  }
  for (const address of new Set([...sequential.stateDiff.keys(), ...result.stateDiff.keys()])) {
    const [got, expected] = [result.stateDiff, sequential.stateDiff].map((diff) =>
      accountText(diff, address),
    );
    if (got !== expected) mismatches.push(`account ${address} differs from the sequential run's`);
  }
  return mismatches;
}

function receiptText(receipt: Receipt): string {
  return JSON.stringify(receipt, (_key, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    return ArrayBuffer.isView(value) ? bytesToHex(value as Uint8Array) : value;
  });
}

function accountText(diff: StateDiff, address: Address): string {
  const account = diff.get(address);
  if (account === undefined) return '';
  const { balance, nonce, code, storage, destroyed } = account;
  const slots = [...storage].sort(([a], [b]) => (a < b ? -1 : 1)).map(([slot, value]) => `${slot}=${value}`);
  return `${balance} ${nonce} ${code && bytesToHex(code)} ${destroyed} ${slots.join(' ')}`;
}
