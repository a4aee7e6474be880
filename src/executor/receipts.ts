/** Receipts of a block in block order, their bloom and their root. */
import type { Hex } from '../input/block.ts';
import { bytesToHex } from '../input/hex.ts';
import { RlpWriter } from '../input/rlp-writer.ts';
import type { RawLog } from './engine.ts';
import { trieRoot } from './trie-root.ts';

const BLOOM_LENGTH = 256;

/** What a receipt is encoded from. */
export interface ReceiptFields {
  /** Transaction type; not 0 puts the receipt into an EIP-2718 envelope. */
  readonly type: number;
  readonly isSuccess: boolean;
  readonly cumulativeGasUsed: bigint;
  readonly bloom: Uint8Array;
  readonly logs: readonly RawLog[];
}

/** Writes a receipt as it goes into the trie, from Byzantium on (EIP-658, EIP-2718). */
export function writeReceipt(writer: RlpWriter, receipt: ReceiptFields): void {
  const { type, isSuccess, cumulativeGasUsed, bloom, logs } = receipt;
  const end = writer.length;
  for (let index = logs.length - 1; index >= 0; index--) writeLog(writer, logs[index] as RawLog);
  writer.list(end);
  writer.bytes(bloom);
  writer.integer(cumulativeGasUsed);
  writer.integer(isSuccess ? 1n : 0n);
  writer.list(end);
  if (type !== 0) writer.raw(type);
}

function writeLog(writer: RlpWriter, [address, topics, data]: RawLog): void {
  const end = writer.length;
  writer.bytes(data);
  const afterTopics = writer.length;
  for (let index = topics.length - 1; index >= 0; index--) writer.bytes(topics[index] as Uint8Array);
  writer.list(afterTopics);
  writer.bytes(address);
  writer.list(end);
}

/** Root of the receipts' trie: each under its index. */
export function receiptsRoot(receipts: readonly ReceiptFields[]): Hex {
  const keys = receipts.map((_receipt, index) => receiptKey(index));
  return bytesToHex(
    trieRoot(keys, (writer, index) => writeReceipt(writer, receipts[index] as ReceiptFields)),
  );
}

const keyWriter = new RlpWriter();

function receiptKey(index: number): Uint8Array {
  keyWriter.reset();
  keyWriter.integer(BigInt(index));
  return keyWriter.view().slice();
}

/** All blooms in one. */
export function joinBlooms(blooms: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(BLOOM_LENGTH);
  for (const bloom of blooms) {
    for (let i = 0; i < BLOOM_LENGTH; i++) joined[i] = (joined[i] ?? 0) | (bloom[i] ?? 0);
  }
  return joined;
}
