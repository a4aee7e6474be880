/** Transactions as `runTx` takes them: unsigned, with their sender already known. */
import type { Common } from '@ethereumjs/common';
import {
  AccessList2930Tx,
  Blob4844Tx,
  EOACode7702Tx,
  FeeMarket1559Tx,
  LegacyTx,
  paramsTx,
  type TypedTransaction,
} from '@ethereumjs/tx';
import { Address as EvmAddress } from '@ethereumjs/util';
import type { Authorization, Transaction } from '../input/block.ts';
import { hexBytes } from './block-context.ts';
import { slotBytes } from './state-view.ts';

/**
 * Rules for transactions to share. Each would make its own copy and merge its parameters into that, which takes
 * longer than a transfer (measured: 25 µs and more); here they are merged once.
 */
export function transactionRules(common: Common): Common {
  common.updateParams(paramsTx);
  const shared: Common = Object.create(common, {
    copy: { value: () => shared },
    updateParams: { value: () => {} },
  });
  return shared;
}

/**
 * Signatures are left out: the sender was recovered when the input was read.
 *
 * @param common - From `transactionRules`.
 * @throws what @ethereumjs throws for values that no transaction may have.
 */
export function evmTransaction(transaction: Transaction, common: Common): TypedTransaction {
  const evm = build(transaction, common);
  const sender = new EvmAddress(hexBytes(transaction.from));
  evm.getSenderAddress = () => sender;
  return evm;
}

function build(transaction: Transaction, common: Common): TypedTransaction {
  const options = { common, freeze: false };
  const base = {
    nonce: transaction.nonce,
    gasLimit: transaction.gasLimit,
    value: transaction.value,
    data: transaction.data,
    ...(transaction.to === null ? {} : { to: new EvmAddress(hexBytes(transaction.to)) }),
  };
  if (transaction.type === 0) return new LegacyTx({ ...base, gasPrice: transaction.maxFeePerGas }, options);
  const listed = {
    ...base,
    chainId: common.chainId(),
    accessList: (transaction.accessList ?? []).map(({ address, storageKeys }): [Uint8Array, Uint8Array[]] => [
      hexBytes(address),
      storageKeys.map(hexBytes),
    ]),
  };
  if (transaction.type === 1) {
    return new AccessList2930Tx({ ...listed, gasPrice: transaction.maxFeePerGas }, options);
  }
  const priced = {
    ...listed,
    maxFeePerGas: transaction.maxFeePerGas,
    maxPriorityFeePerGas: transaction.maxPriorityFeePerGas,
  };
  switch (transaction.type) {
    case 2:
      return new FeeMarket1559Tx(priced, options);
    case 3:
      return new Blob4844Tx(
        {
          ...priced,
          maxFeePerBlobGas: transaction.maxFeePerBlobGas,
          blobVersionedHashes: [...transaction.blobVersionedHashes],
        },
        options,
      );
    case 4:
      return new EOACode7702Tx(
        { ...priced, authorizationList: transaction.authorizationList.map(authorizationBytes) },
        options,
      );
    default:
      return transaction.type satisfies never;
  }
}

function authorizationBytes({
  chainId,
  address,
  nonce,
  yParity,
  r,
  s,
}: Authorization): [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array] {
  return [
    slotBytes(chainId),
    hexBytes(address),
    slotBytes(nonce),
    slotBytes(yParity),
    slotBytes(r),
    slotBytes(s),
  ];
}
