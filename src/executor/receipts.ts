/** Receipts of a block in block order, their bloom and their root. */
import { RLP } from '@ethereumjs/rlp';
import type { Hex } from '../input/block.ts';
import type { RawLog } from './engine.ts';
import { slotBytes, unprefixedHex } from './state-view.ts';
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

/** A receipt as it goes into the trie, from Byzantium on (EIP-658, EIP-2718). */
export function encodeReceipt(receipt: ReceiptFields): Uint8Array {
  const payload = RLP.encode([
    receipt.isSuccess ? Uint8Array.of(1) : new Uint8Array(0),
    slotBytes(receipt.cumulativeGasUsed),
    receipt.bloom,
    receipt.logs.map(([address, topics, data]) => [address, [...topics], data]),
  ]);
  if (receipt.type === 0) return payload;
  const typed = new Uint8Array(payload.length + 1);
  typed[0] = receipt.type;
  typed.set(payload, 1);
  return typed;
}

/** Root of the receipts' trie. */
export function receiptsRoot(receipts: readonly ReceiptFields[]): Hex {
  const entries = receipts.map((receipt, index) => [RLP.encode(index), encodeReceipt(receipt)] as const);
  return `0x${unprefixedHex(trieRoot(entries))}`;
}

/** All blooms in one. */
export function joinBlooms(blooms: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(BLOOM_LENGTH);
  for (const bloom of blooms) {
    for (let i = 0; i < BLOOM_LENGTH; i++) joined[i] = (joined[i] ?? 0) | (bloom[i] ?? 0);
  }
  return joined;
}
