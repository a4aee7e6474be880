/**
 * Transactions as bytes, and hashes of these: EIP-2718 envelopes (2930, 1559, 4844, 7702) and the older
 * lists. Fields are written from the last to the first.
 */
import type { AccessListEntry, Authorization, Hex, Signature, Transaction } from './block.ts';
import type { DraftAuthorization } from './draft.ts';
import { keccak256 } from './keccak.ts';
import { RlpWriter } from './rlp-writer.ts';

/** What of a transaction is signed. */
export type UnsignedTransaction = Omit<
  Transaction,
  'hash' | 'from' | 'signature' | 'assumed' | 'authorizationList'
> & { readonly authorizationList: readonly DraftAuthorization[] };

/** Domain of the hash that an EIP-7702 authority signs. */
const AUTHORIZATION_MAGIC = 0x05;

const writer = new RlpWriter();

/** The hash that is signed. With a chain id, of an EIP-155 payload for type 0. */
export function signingHash(tx: UnsignedTransaction): Uint8Array {
  writer.reset();
  writeSignedChain(tx);
  writeFields(tx);
  return envelopeHash(tx.type);
}

/** The hash that is signed, and the transaction's own; blobs are not part of either. */
export function transactionHashes(
  tx: UnsignedTransaction,
  { v, r, s }: Signature,
): { readonly signing: Uint8Array; readonly own: Uint8Array } {
  writer.reset();
  writer.integer(s);
  writer.integer(r);
  writer.integer(v);
  const end = writer.length;
  writeFields(tx);
  const fields = writer.view(end).slice();
  const own = envelopeHash(tx.type);
  writer.reset();
  writeSignedChain(tx);
  writer.encoded(fields);
  return { signing: envelopeHash(tx.type), own };
}

/** A signed transaction as `eth_sendRawTransaction` takes it; of type 3 without blobs, as blocks hold it. */
export function signedBytes(tx: UnsignedTransaction, { v, r, s }: Signature): Uint8Array {
  writer.reset();
  writer.integer(s);
  writer.integer(r);
  writer.integer(v);
  writeFields(tx);
  writer.list(0);
  if (tx.type !== 0) writer.raw(tx.type);
  return writer.view().slice();
}

/** The hash that an EIP-7702 authority signs. */
export function authorizationHash(tuple: Pick<Authorization, 'chainId' | 'address' | 'nonce'>): Uint8Array {
  writer.reset();
  writer.integer(tuple.nonce);
  writer.hex(tuple.address);
  writer.integer(tuple.chainId);
  writer.list(0);
  writer.raw(AUTHORIZATION_MAGIC);
  return keccak256(writer.view());
}

/** Hash of what is written, as one list. */
function envelopeHash(type: Transaction['type']): Uint8Array {
  writer.list(0);
  if (type !== 0) writer.raw(type);
  return keccak256(writer.view());
}

/** EIP-155: the chain, and two empty fields. */
function writeSignedChain({ type, chainId }: UnsignedTransaction): void {
  if (type !== 0 || chainId === null) return;
  writer.bytes(EMPTY);
  writer.bytes(EMPTY);
  writer.integer(chainId);
}

const EMPTY = new Uint8Array(0);

function writeFields(tx: UnsignedTransaction): void {
  const { type } = tx;
  if (type === 4) writeList(tx.authorizationList, writeAuthorization);
  if (type === 3) {
    writeList(tx.blobVersionedHashes, writeHex);
    writer.integer(tx.maxFeePerBlobGas);
  }
  if (type !== 0) writeList(tx.accessList ?? [], writeAccessListEntry);
  writer.bytes(tx.data);
  writer.integer(tx.value);
  if (tx.to === null) writer.bytes(EMPTY);
  else writer.hex(tx.to);
  writer.integer(tx.gasLimit);
  writer.integer(tx.maxFeePerGas);
  if (type >= 2) writer.integer(tx.maxPriorityFeePerGas);
  writer.integer(tx.nonce);
  if (type !== 0) writer.integer(tx.chainId ?? 0n);
}

function writeList<T>(items: readonly T[], write: (item: T) => void): void {
  const end = writer.length;
  for (let index = items.length - 1; index >= 0; index--) write(items[index] as T);
  writer.list(end);
}

function writeHex(hex: Hex): void {
  writer.hex(hex);
}

function writeAccessListEntry({ address, storageKeys }: AccessListEntry): void {
  const end = writer.length;
  writeList(storageKeys, writeHex);
  writer.hex(address);
  writer.list(end);
}

function writeAuthorization({ chainId, address, nonce, yParity, r, s }: DraftAuthorization): void {
  const end = writer.length;
  writer.integer(s);
  writer.integer(r);
  writer.integer(yParity);
  writer.integer(nonce);
  writer.hex(address);
  writer.integer(chainId);
  writer.list(end);
}
