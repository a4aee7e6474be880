/** What a block of a hardfork demands of its transactions, and what they pay in it. */
import { paramsBlock } from '@ethereumjs/block';
import type { Common } from '@ethereumjs/common';
import { paramsEVM } from '@ethereumjs/evm';
import { paramsTx } from '@ethereumjs/tx';
import type { TransactionAnalysis } from '../analysis/result.ts';
import { InternalError } from '../errors.ts';
import { blobBaseFee } from '../input/blob-gas.ts';
import type { BlockHeader, BlockInput, Transaction } from '../input/block.ts';
import { createChain } from '../input/chain.ts';
import { type IntrinsicPrices, intrinsicGas, intrinsicPrices } from '../input/intrinsic-gas.ts';
import { checkFields, checkIntrinsicGas } from '../input/validity.ts';
import type { InvalidCode } from './ordering.ts';

/** The block that is to be built, with its limits. */
export class Inclusion {
  /** Its transactions play no part. */
  readonly input: BlockInput;
  readonly block: BlockHeader;
  readonly gasLimit: bigint;
  /** Blobs that it has room for. */
  readonly blobLimit: number;
  readonly common: Common;
  readonly #intrinsic: IntrinsicPrices;
  readonly #blobGas: bigint;
  readonly #blobBaseFee: bigint;

  constructor(
    input: BlockInput,
    limits: { readonly gasLimit?: bigint | undefined; readonly blobLimit?: number | undefined },
  ) {
    const { block } = input;
    if (block === null) throw new InternalError('a block to be built has a header');
    const common = createChain(input);
    for (const params of [paramsEVM, paramsTx, paramsBlock]) common.updateParams(params);
    this.input = input;
    this.gasLimit = limits.gasLimit ?? block.gasLimit;
    this.block = { ...block, gasLimit: this.gasLimit };
    this.common = common;
    this.#intrinsic = intrinsicPrices(common);
    const hasBlobs = common.isActivatedEIP(4844);
    this.#blobGas = hasBlobs ? common.param('blobGasPerBlob') : 0n;
    this.#blobBaseFee = blobBaseFee(common, block.excessBlobGas ?? 0n);
    const most = hasBlobs ? Number(common.getBlobGasSchedule().maxBlobGasPerBlock / this.#blobGas) : 0;
    this.blobLimit = limits.blobLimit ?? most;
  }

  /** Gas that a transaction is expected to use, and at most. */
  gasOf(tx: Transaction, analysis: TransactionAnalysis): { readonly likely: bigint; readonly most: bigint } {
    const { receipt, gasEstimate, mostGas } = analysis;
    if (receipt !== undefined) return { likely: receipt.gasUsed, most: receipt.gasUsed };
    const { intrinsic, floor } = intrinsicGas(tx, this.#intrinsic);
    const least = BigInt(Math.max(intrinsic, floor));
    const within = (gas: bigint) => (gas < least ? least : gas);
    const most = mostGas ?? tx.gasLimit;
    // An estimate below what the data alone costs says nothing.
    return { likely: within(gasEstimate < least ? most : gasEstimate), most: within(most) };
  }

  /** What is wrong with a transaction whatever its sender's account is; `null`: nothing. */
  invalidityOf(tx: Transaction): InvalidCode | null {
    const found =
      checkFields(tx, this.block, this.#blobBaseFee, this.common) ?? checkIntrinsicGas(tx, this.#intrinsic);
    if (found === null) return null;
    if (found.reason === 'gas-limit-too-high') return 'gas-limit';
    return found.reason === 'blob-fee-too-low' ? 'blob-fee' : 'fields';
  }

  /** The tip for each unit of gas, in wei (EIP-1559); below 0 where it does not pay the base fee. */
  tipOf(tx: Transaction): bigint {
    return this.gasPriceOf(tx) - (this.block.baseFeePerGas ?? 0n);
  }

  /** What each unit of gas costs the sender, in wei. */
  gasPriceOf({ maxFeePerGas, maxPriorityFeePerGas }: Transaction): bigint {
    const most = (this.block.baseFeePerGas ?? 0n) + maxPriorityFeePerGas;
    return most < maxFeePerGas ? most : maxFeePerGas;
  }

  /** What the sender has to have, in wei (EIP-1559, EIP-4844). */
  fundsFor({ gasLimit, maxFeePerGas, value, maxFeePerBlobGas, blobVersionedHashes }: Transaction): bigint {
    const blobs = BigInt(blobVersionedHashes.length) * this.#blobGas * maxFeePerBlobGas;
    return gasLimit * maxFeePerGas + value + blobs;
  }

  /** What the sender pays for so much gas and for its blobs, in wei. */
  feesOf(tx: Transaction, gas: bigint): bigint {
    const blobs = BigInt(tx.blobVersionedHashes.length) * this.#blobGas * this.#blobBaseFee;
    return gas * this.gasPriceOf(tx) + blobs;
  }
}
