/** Transactions as JSON-RPC writes them and this program reads them. */
import type { AccessListEntry, AssumedField, Hex, Signature, Transaction } from '../input/block.ts';
import { bytesToHex } from '../input/hex.ts';
import { quantity } from './quantity.ts';

/** What of a transaction is signed, as `eth_sendTransaction` and `eth_signTransaction` take it. */
export interface TransactionRequest {
  readonly type: Hex;
  readonly chainId: Hex;
  readonly from: Hex;
  /** Absent for a transaction that creates a contract. */
  readonly to?: Hex;
  readonly nonce: Hex;
  readonly gas: Hex;
  readonly value: Hex;
  readonly input: Hex;
  readonly gasPrice?: Hex;
  readonly maxFeePerGas?: Hex;
  readonly maxPriorityFeePerGas?: Hex;
  readonly maxFeePerBlobGas?: Hex;
  readonly blobVersionedHashes?: readonly Hex[];
  readonly authorizationList?: readonly Readonly<Record<string, Hex>>[];
  readonly accessList?: readonly AccessListEntry[];
}

/**
 * @param list - In place of the transaction's own. One of the oldest type becomes one of the next if it has entries.
 * @param chainId - Of the input.
 */
export function transactionRequest(
  transaction: Transaction,
  list: readonly AccessListEntry[] | null,
  chainId: bigint,
): TransactionRequest {
  const { type, from, to, nonce, gasLimit, value, data, maxFeePerGas, maxPriorityFeePerGas } = transaction;
  const needsType = type === 0 && list !== null && list.length > 0;
  return {
    type: quantity(needsType ? 1 : type),
    chainId: quantity(chainId),
    from,
    ...(to !== null && { to }),
    nonce: quantity(nonce),
    gas: quantity(gasLimit),
    value: quantity(value),
    input: bytesToHex(data),
    ...(type < 2
      ? { gasPrice: quantity(maxFeePerGas) }
      : { maxFeePerGas: quantity(maxFeePerGas), maxPriorityFeePerGas: quantity(maxPriorityFeePerGas) }),
    ...(type === 3 && {
      maxFeePerBlobGas: quantity(transaction.maxFeePerBlobGas),
      blobVersionedHashes: transaction.blobVersionedHashes,
    }),
    ...(type === 4 && { authorizationList: transaction.authorizationList.map(authorization) }),
    ...((type > 0 || needsType) && { accessList: list ?? [] }),
  };
}

function authorization({ chainId, address, nonce, yParity, r, s }: Transaction['authorizationList'][number]) {
  return {
    chainId: quantity(chainId),
    address,
    nonce: quantity(nonce),
    yParity: quantity(yParity),
    r: quantity(r),
    s: quantity(s),
  };
}

/** A transaction as a block of `eth_getBlockByNumber(…, true)` holds it. */
export interface RpcTransaction extends Omit<TransactionRequest, 'chainId' | 'nonce' | 'gas'> {
  readonly hash: Hex;
  /** Absent for one that is signed for any chain. */
  readonly chainId?: Hex;
  /** Absent, as is a fee, where the transaction itself left it to the node (`Transaction.assumed`). */
  readonly nonce?: Hex;
  readonly gas?: Hex;
  /** Of the signature; absent for an unsigned transaction. */
  readonly v?: Hex;
  readonly r?: Hex;
  readonly s?: Hex;
  readonly yParity?: Hex;
}

/** Reading it again gives the same transaction, but for the conditions of its inclusion. */
export function rpcTransaction(transaction: Transaction, chainId: bigint): RpcTransaction {
  const { hash, accessList, signature, assumed = [] } = transaction;
  const left = new Set<string>(assumed.flatMap((field) => NAMES[field]));
  if (transaction.chainId === null) left.add('chainId');
  const request = transactionRequest(transaction, accessList, transaction.chainId ?? chainId);
  const given = Object.entries(request).filter(([name]) => !left.has(name));
  return {
    hash,
    ...(Object.fromEntries(given) as Omit<TransactionRequest, 'chainId' | 'nonce' | 'gas'>),
    ...(signature !== null && signatureJson(signature, transaction.type)),
  };
}

const NAMES: Readonly<Record<AssumedField, readonly string[]>> = {
  nonce: ['nonce'],
  gasLimit: ['gas'],
  maxFeePerGas: ['gasPrice', 'maxFeePerGas'],
};

function signatureJson({ v, r, s }: Signature, type: Transaction['type']) {
  const parity = type === 0 ? {} : { yParity: quantity(v) };
  return { v: quantity(v), r: quantity(r), s: quantity(s), ...parity };
}
