/** The `execution` part of the JSON document. */
import type { Execution, Receipt } from '../executor/outcome.ts';
import type { BlockInput } from '../input/block.ts';
import { blockAccessListToJson } from '../input/block-access-list/json.ts';
import { blockAccessListHash } from '../input/block-access-list/rlp.ts';
import { bytesToHex } from '../input/hex.ts';
import { diffToJson } from '../state/diff.ts';
import { quantity } from './quantity.ts';
import type { ReportDocument } from './schema.ts';

type ExecutionDocument = NonNullable<ReportDocument['execution']>;
type ReceiptDocument = ExecutionDocument['receipts'][number];

/** What came of executing the input. Everything but `timings` is the same for any number of workers. */
export function executionDocument(execution: Execution, input: BlockInput): ExecutionDocument {
  const { skipped, missingBlockHashes, verified, timings, mode, modeReason, workers } = execution;
  const { engine, engineReason, blockAccessList, faults } = execution;
  return {
    gasUsed: quantity(execution.gasUsed),
    receiptsRoot: execution.receiptsRoot,
    logsBloom: bytesToHex(execution.logsBloom),
    receipts: execution.receipts.map((receipt) => receiptDocument(receipt, input)),
    ...(skipped.length > 0 && {
      skipped: skipped.map(({ index, reason, detail }) => ({ transactionIndex: index, reason, detail })),
    }),
    ...(missingBlockHashes.length > 0 && {
      missingBlockHashes: missingBlockHashes.map((number) => quantity(number)),
    }),
    ...(execution.unmet.length > 0 && { unmet: [...execution.unmet] }),
    stateDiff: diffToJson(execution.stateDiff),
    requests: execution.requests?.map(bytesToHex) ?? null,
    requestsHash: execution.requestsHash,
    blockAccessList: blockAccessListToJson(blockAccessList),
    blockAccessListHash: bytesToHex(blockAccessListHash(blockAccessList)),
    escapes: execution.escapes.length,
    verified: {
      sequential: verified.sequential,
      header: verified.header,
      accessList: verified.accessList,
      ...(verified.mismatches.length > 0 && { mismatches: [...verified.mismatches] }),
    },
    timings: {
      mode,
      modeReason,
      workers,
      engine,
      engineReason,
      ...(faults.length > 0 && { faults: [...faults] }),
      ...timings,
    },
  };
}

function receiptDocument(receipt: Receipt, input: BlockInput): ReceiptDocument {
  const tx = input.transactions[receipt.transaction];
  return {
    transactionIndex: receipt.transaction,
    transactionHash: tx?.hash ?? '0x',
    type: quantity(tx?.type ?? 0),
    status: receipt.status === null ? null : quantity(receipt.status),
    gasUsed: quantity(receipt.gasUsed),
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    contractAddress: receipt.contractAddress,
    logsBloom: bytesToHex(receipt.logsBloom),
    logs: receipt.logs.map(({ address, topics, data }) => ({
      address,
      topics: [...topics],
      data: bytesToHex(data),
    })),
  };
}
