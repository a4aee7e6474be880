/** The header as the EVM reads it, made from the input, or made up where the input has no block. */
import type { Block } from '@ethereumjs/block';
import type { Common } from '@ethereumjs/common';
import { Address as EvmAddress } from '@ethereumjs/util';
import { blobBaseFee } from '../input/blob-gas.ts';
import type { BlockHeader, BlockInput, Hex } from '../input/block.ts';
import { UNSEALED, ZERO_HASH } from '../input/unsealed.ts';

/** What a block without a header has for a gas limit, unless its transactions need more. */
const SYNTHETIC_GAS_LIMIT = 30_000_000n;
const ZERO_ADDRESS: Hex = `0x${'0'.repeat(40)}`;

/** Bytes of hex, in a buffer of their own. */
export function hexBytes(hex: Hex): Uint8Array {
  const bytes = new Uint8Array((hex.length - 2) / 2);
  Buffer.from(bytes.buffer).write(hex.slice(2), 'hex');
  return bytes;
}

/**
 * The header of the block, or, for transactions without one: number, time and base fee 0, the zero address as
 * fee recipient, and room for all transactions.
 */
export function executionHeader(input: BlockInput): BlockHeader {
  if (input.block !== null) return input.block;
  const needed = input.transactions.reduce((sum, { gasLimit }) => sum + gasLimit, 0n);
  return {
    number: 0n,
    timestamp: 0n,
    gasLimit: needed > SYNTHETIC_GAS_LIMIT ? needed : SYNTHETIC_GAS_LIMIT,
    feeRecipient: ZERO_ADDRESS,
    parentHash: ZERO_HASH,
    difficulty: 0n,
    prevRandao: ZERO_HASH,
    baseFeePerGas: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: null,
    withdrawals: null,
    ...UNSEALED,
  };
}

/**
 * The part of a `Block` that `runTx` reads. Not built by `createBlock`: that checks the header against its
 * parent's rules, which is not this program's question, and costs more than many transactions.
 */
export function evmBlock(header: BlockHeader, common: Common): Block {
  const price = blobBaseFee(common, header.excessBlobGas ?? 0n);
  return {
    common,
    header: {
      number: header.number,
      timestamp: header.timestamp,
      coinbase: new EvmAddress(hexBytes(header.feeRecipient)),
      difficulty: header.difficulty,
      prevRandao: hexBytes(header.prevRandao),
      gasLimit: header.gasLimit,
      gasUsed: 0n,
      ...(common.isActivatedEIP(1559) ? { baseFeePerGas: header.baseFeePerGas ?? 0n } : {}),
      getBlobGasPrice: () => price,
    },
  } as unknown as Block;
}
