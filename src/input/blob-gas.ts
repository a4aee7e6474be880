/** Prices of blobs (EIP-4844) by the rules of a hardfork; its parameters include those of `@ethereumjs/block`. */
import type { Common } from '@ethereumjs/common';

/** Wei for each unit of blob gas; 0n before blobs. */
export function blobBaseFee(common: Common, excessBlobGas: bigint): bigint {
  if (!common.isActivatedEIP(4844)) return 0n;
  const { blobGasPriceUpdateFraction } = common.getBlobGasSchedule();
  return fakeExponential(common.param('minBlobGas'), excessBlobGas, blobGasPriceUpdateFraction);
}

/** `factor * e ** (numerator / denominator)`, as EIP-4844 computes it in integers. */
function fakeExponential(factor: bigint, numerator: bigint, denominator: bigint): bigint {
  let sum = 0n;
  let term = factor * denominator;
  for (let i = 1n; term > 0n; i++) {
    sum += term;
    term = (term * numerator) / (denominator * i);
  }
  return sum / denominator;
}

/** Excess blob gas of a block by its parent's (EIP-4844, with the floor of EIP-7918). */
export function nextExcessBlobGas(
  common: Common,
  parent: {
    readonly excessBlobGas: bigint;
    readonly blobGasUsed: bigint;
    readonly baseFeePerGas: bigint;
  },
): bigint {
  const { targetBlobGasPerBlock: target, maxBlobGasPerBlock: max } = common.getBlobGasSchedule();
  const sum = parent.excessBlobGas + parent.blobGasUsed;
  if (sum < target) return 0n;
  if (common.isActivatedEIP(7918)) {
    const floor = common.param('blobBaseCost') * parent.baseFeePerGas;
    const price = common.param('blobGasPerBlob') * blobBaseFee(common, parent.excessBlobGas);
    if (floor > price) return parent.excessBlobGas + (parent.blobGasUsed * (max - target)) / max;
  }
  return sum - target;
}
