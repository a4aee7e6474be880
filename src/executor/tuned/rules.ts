/**
 * What of a hardfork the tuned form has to know: every price and limit out of @ethereumjs's own parameters, as
 * numbers, looked up once.
 */
import { type Common, Hardfork } from '@ethereumjs/common';

/** Prices of SSTORE and its refunds: before EIP-1283, by it, by EIP-2200 and its successors. */
export type StoragePrices =
  | { readonly kind: 'plain'; readonly set: number; readonly reset: number; readonly clearRefund: number }
  | ({ readonly kind: 'net'; readonly sentry: number } & NetPrices);

/** Net gas metering: by what the slot was at first, what it is, and what it becomes. */
export interface NetPrices {
  readonly noop: number;
  /** Of a first write to a slot that was zero, and to another one. */
  readonly init: number;
  readonly clean: number;
  /** Of any later write. */
  readonly dirty: number;
  readonly clearRefund: number;
  /** For going back to the original value: zero, and another one. */
  readonly initRefund: number;
  readonly cleanRefund: number;
}

export type Rules = ReturnType<typeof rulesOf>;

/** The rules of the hardfork that `common` is set to. */
export function rulesOf(common: Common) {
  const from = (hardfork: Hardfork): boolean => common.gteHardfork(hardfork);
  const has = (eip: number): boolean => common.isActivatedEIP(eip);
  const price = (name: string): number => Number(common.param(name));
  const priceIf = (isActive: boolean, name: string): number => (isActive ? price(name) : 0);
  return {
    isHomestead: from(Hardfork.Homestead),
    /** EIP-150: a call keeps back a 64th. */
    keepsBack64th: from(Hardfork.TangerineWhistle),
    /** EIP-158, EIP-161, EIP-170. */
    isSpuriousDragon: from(Hardfork.SpuriousDragon),
    hasColdAccess: has(2929),
    hasBaseFee: has(1559),
    hasCodeFormatCheck: has(3541),
    hasInitCodeLimit: has(3860),
    isFeeRecipientWarm: has(3651),
    keepsDestroyed: has(6780),
    hasDelegations: has(7702),
    hasCalldataFloor: has(7623),
    hasBlobs: has(4844),
    stackLimit: price('stackLimit'),
    memory: price('memoryGas'),
    memoryDivisor: price('quadCoefficientDivGas'),
    copyWord: price('copyGas'),
    hashWord: price('keccak256WordGas'),
    expByte: price('expByteGas'),
    logTopic: price('logTopicGas'),
    logByte: price('logDataGas'),
    callStipend: price('callStipendGas'),
    callValue: price('callValueTransferGas'),
    callNewAccount: price('callNewAccountGas'),
    destroyRefund: price('selfdestructRefundGas'),
    codeByte: price('createDataGas'),
    maximumCodeLength: priceIf(from(Hardfork.SpuriousDragon), 'maxCodeSize'),
    maximumInitCodeLength: priceIf(has(3860), 'maxInitCodeSize'),
    initCodeWord: priceIf(has(3860), 'initCodeWordGas'),
    coldAccount: priceIf(has(2929), 'coldaccountaccessGas'),
    coldSlot: priceIf(has(2929), 'coldsloadGas'),
    warmRead: priceIf(has(2929), 'warmstoragereadGas'),
    refundQuotient: common.param('maxRefundQuotient'),
    authorizationRefund: has(7702) ? price('perEmptyAccountCost') - price('perAuthBaseGas') : 0,
    blobGas: has(4844) ? common.param('blobGasPerBlob') : 0n,
    storage: storagePrices(common),
  } as const;
}

function storagePrices(common: Common): StoragePrices {
  const price = (name: string): number => Number(common.param(name));
  if (common.gteHardfork(Hardfork.Istanbul)) {
    // EIP-2929 has taken what a slot costs when cold out of these, and warm ones replace what they stood for.
    const isSplit = common.isActivatedEIP(2929);
    const warm = isSplit ? price('warmstoragereadGas') : 0;
    return {
      kind: 'net',
      sentry: price('sstoreSentryEIP2200Gas'),
      noop: isSplit ? warm : price('sstoreNoopEIP2200Gas'),
      init: price('sstoreInitEIP2200Gas'),
      clean: price('sstoreCleanEIP2200Gas'),
      dirty: price('sstoreDirtyEIP2200Gas'),
      clearRefund: price('sstoreClearRefundEIP2200Gas'),
      initRefund: isSplit ? price('sstoreInitEIP2200Gas') - warm : price('sstoreInitRefundEIP2200Gas'),
      cleanRefund: isSplit
        ? price('sstoreResetGas') - price('coldsloadGas') - warm
        : price('sstoreCleanRefundEIP2200Gas'),
    };
  }
  if (common.hardfork() === Hardfork.Constantinople) {
    return {
      kind: 'net',
      sentry: -1,
      noop: price('netSstoreNoopGas'),
      init: price('netSstoreInitGas'),
      clean: price('netSstoreCleanGas'),
      dirty: price('netSstoreDirtyGas'),
      clearRefund: price('netSstoreClearRefundGas'),
      initRefund: price('netSstoreResetClearRefundGas'),
      cleanRefund: price('netSstoreResetRefundGas'),
    };
  }
  return {
    kind: 'plain',
    set: price('sstoreSetGas'),
    reset: price('sstoreResetGas'),
    clearRefund: price('sstoreRefundGas'),
  };
}
