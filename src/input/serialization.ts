/** How transactions are written as bytes: EIP-2718 envelopes (2930, 1559, 4844, 7702) and the older lists. */
import type { Authorization, Hex, Signature, Transaction } from './block.ts';
import { hexToBytes } from './hex.ts';
import { encodeRlp, integerItem, type RlpItem } from './rlp.ts';

/** What of a transaction is signed. */
export type UnsignedTransaction = Omit<Transaction, 'hash' | 'from' | 'signature' | 'assumed'>;

/** Domain of the hash that an EIP-7702 authority signs. */
const AUTHORIZATION_MAGIC = 0x05;

/**
 * The bytes whose hash is signed. With a chain id, an EIP-155 payload for type 0.
 */
export function signingPayload(tx: UnsignedTransaction): Uint8Array {
  const fields = fieldsOf(tx);
  if (tx.type !== 0) return encodeRlp(fields, [tx.type]);
  return encodeRlp(tx.chainId === null ? fields : [...fields, integerItem(tx.chainId), EMPTY, EMPTY]);
}

const EMPTY = new Uint8Array(0);

/** The bytes whose hash is the transaction's; blobs are not among them. */
export function signedPayload(tx: UnsignedTransaction, signature: Signature): Uint8Array {
  const { v, r, s } = signature;
  const fields = [...fieldsOf(tx), integerItem(v), integerItem(r), integerItem(s)];
  return encodeRlp(fields, tx.type === 0 ? [] : [tx.type]);
}

/** The bytes whose hash an EIP-7702 authority signs. */
export function authorizationPayload(
  tuple: Pick<Authorization, 'chainId' | 'address' | 'nonce'>,
): Uint8Array {
  return encodeRlp(
    [integerItem(tuple.chainId), hexItem(tuple.address), integerItem(tuple.nonce)],
    [AUTHORIZATION_MAGIC],
  );
}

function fieldsOf(tx: UnsignedTransaction): readonly RlpItem[] {
  const price = integerItem(tx.maxFeePerGas);
  const fees = tx.type < 2 ? [price] : [integerItem(tx.maxPriorityFeePerGas), price];
  const common: readonly RlpItem[] = [
    integerItem(tx.nonce),
    ...fees,
    integerItem(tx.gasLimit),
    tx.to === null ? EMPTY : hexItem(tx.to),
    integerItem(tx.value),
    tx.data,
  ];
  if (tx.type === 0) return common;
  const typed = [integerItem(tx.chainId ?? 0n), ...common, accessListItem(tx)];
  switch (tx.type) {
    case 1:
    case 2:
      return typed;
    case 3:
      return [...typed, integerItem(tx.maxFeePerBlobGas), tx.blobVersionedHashes.map(hexItem)];
    case 4:
      return [...typed, tx.authorizationList.map(authorizationItem)];
    default:
      return tx.type satisfies never;
  }
}

function accessListItem(tx: UnsignedTransaction): RlpItem {
  return (tx.accessList ?? []).map((entry) => [hexItem(entry.address), entry.storageKeys.map(hexItem)]);
}

function authorizationItem(tuple: Authorization): RlpItem {
  const { chainId, address, nonce, yParity, r, s } = tuple;
  return [
    integerItem(chainId),
    hexItem(address),
    integerItem(nonce),
    integerItem(yParity),
    integerItem(r),
    integerItem(s),
  ];
}

function hexItem(hex: Hex): Uint8Array {
  return hexToBytes(hex) ?? EMPTY;
}
