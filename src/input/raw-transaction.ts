/** Transactions from the bytes that `eth_sendRawTransaction` takes: signed, in canonical encoding only. */
import type { AccessListEntry, Address, Hex } from './block.ts';
import { chainIdOfV, type Draft, type DraftAuthorization, isLegacyV } from './draft.ts';
import { bytesToBigint, bytesToHex, hexToBytes } from './hex.ts';
import { decodeRlp, RlpError, type RlpItem } from './rlp.ts';
import { unexpected, type Where } from './schema.ts';

type TransactionType = Draft['fields']['type'];

/** The fields of each type in order of encoding: EIP-155, 2930, 1559, 4844, 7702. */
const LAYOUTS: readonly (readonly string[])[] = [
  'nonce gasPrice gasLimit to value data v r s',
  'chainId nonce gasPrice gasLimit to value data accessList v r s',
  'chainId nonce priorityFee maxFee gasLimit to value data accessList v r s',
  'chainId nonce priorityFee maxFee gasLimit to value data accessList blobFee blobHashes v r s',
  'chainId nonce priorityFee maxFee gasLimit to value data accessList authorizations v r s',
].map((layout) => layout.split(' '));

/**
 * Decodes one signed transaction. A blob transaction may come with its blobs (the network form of EIP-4844
 * or EIP-7594): they are left out.
 *
 * @throws InputError
 */
export function draftFromRaw(text: string, where: Where): Draft {
  const bytes = hexToBytes(text);
  if (bytes === null) throw unexpected(where, 'a signed transaction in hex, or a transaction object', text);
  if (bytes.length === 32) throw unexpected(where, 'a whole transaction, not its hash', text);
  try {
    return decode(bytes, where);
  } catch (error) {
    if (!(error instanceof RlpError)) throw error;
    throw unexpected(where, `a signed transaction (${error.message})`, text);
  }
}

function decode(bytes: Uint8Array, where: Where): Draft {
  const first = bytes[0] ?? 0;
  const type = first >= 0xc0 ? 0 : first;
  if (!isTransactionType(type) || first === 0) throw new RlpError('no such transaction type');
  const items = asList(decodeRlp(first === type ? bytes.subarray(1) : bytes), 'transaction');
  const [body] = items;
  // The network form of a blob transaction is a list that starts with the transaction.
  const isNetworkForm = type === 3 && body !== undefined && !(body instanceof Uint8Array);
  return draftOf(type, fieldsOf(type, isNetworkForm ? body : items), where);
}

function isTransactionType(type: number): type is TransactionType {
  return type <= 4;
}

/** Looks up a field of the transaction's layout. */
type Fields = (name: string) => RlpItem;

function fieldsOf(type: TransactionType, items: readonly RlpItem[]): Fields {
  const layout = LAYOUTS[type] ?? [];
  if (items.length !== layout.length) {
    throw new RlpError(`${items.length} fields instead of ${layout.length}`);
  }
  return (name) => items[layout.indexOf(name)] ?? EMPTY;
}

const EMPTY = new Uint8Array(0);

function draftOf(type: TransactionType, field: Fields, where: Where): Draft {
  const integer = (name: string, bits: number) => asInteger(field(name), name, bits);
  const maxFee = type < 2 ? 'gasPrice' : 'maxFee';
  const to = asBytes(field('to'), 'to');
  const signature = { v: integer('v', type === 0 ? 256 : 1), r: integer('r', 256), s: integer('s', 256) };
  if (type === 0 && !isLegacyV(signature.v)) throw new RlpError('v: neither 27, 28, nor 35 and above');
  if (type >= 3 && to.length === 0) throw new RlpError(`to: type ${type} cannot create a contract`);
  return {
    where,
    fields: {
      type,
      to: to.length === 0 ? null : asAddress(to, 'to'),
      nonce: integer('nonce', 64),
      gasLimit: integer('gasLimit', 64),
      value: integer('value', 256),
      data: asBytes(field('data'), 'data').slice(),
      maxFeePerGas: integer(maxFee, 256),
      maxPriorityFeePerGas: integer(type < 2 ? maxFee : 'priorityFee', 256),
      accessList: type === 0 ? null : asList(field('accessList'), 'access list').map(asAccessListEntry),
      maxFeePerBlobGas: type === 3 ? integer('blobFee', 256) : 0n,
      blobVersionedHashes: type === 3 ? asList(field('blobHashes'), 'blob hashes').map(asHash) : [],
      authorizationList:
        type === 4 ? asList(field('authorizations'), 'authorizations').map(asAuthorization) : [],
      chainId: type === 0 ? chainIdOfV(signature.v) : integer('chainId', 64),
    },
    signature,
    given: { from: null, hash: null },
    assumed: [],
  };
}

function asList(item: RlpItem, name: string): readonly RlpItem[] {
  if (item instanceof Uint8Array) throw new RlpError(`${name}: not a list`);
  return item;
}

function asBytes(item: RlpItem, name: string): Uint8Array {
  if (item instanceof Uint8Array) return item;
  throw new RlpError(`${name}: a list instead of bytes`);
}

function asInteger(item: RlpItem, name: string, bits: number): bigint {
  const bytes = asBytes(item, name);
  if (bytes[0] === 0) throw new RlpError(`${name}: leading zeros`);
  const value = bytes.length > 32 ? null : bytesToBigint(bytes);
  if (value === null || value >> BigInt(bits) !== 0n) throw new RlpError(`${name}: too large`);
  return value;
}

function asFixed(item: RlpItem, name: string, byteLength: number): Hex {
  const bytes = asBytes(item, name);
  if (bytes.length !== byteLength) throw new RlpError(`${name}: ${bytes.length} bytes`);
  return bytesToHex(bytes);
}

function asAddress(item: RlpItem, name: string): Address {
  return asFixed(item, name, 20);
}

function asHash(item: RlpItem): Hex {
  return asFixed(item, 'blob hash', 32);
}

function asAccessListEntry(item: RlpItem): AccessListEntry {
  const [address, keys, ...rest] = asList(item, 'access list entry');
  if (address === undefined || keys === undefined || rest.length > 0) {
    throw new RlpError('access list entry: not an address and its slots');
  }
  return {
    address: asAddress(address, 'access list entry'),
    storageKeys: asList(keys, 'storage keys').map((key) => asFixed(key, 'storage key', 32)),
  };
}

function asAuthorization(item: RlpItem): DraftAuthorization {
  const items = asList(item, 'authorization');
  if (items.length !== 6) throw new RlpError(`authorization: ${items.length} fields instead of 6`);
  const integer = (index: number, bits: number) => asInteger(items[index] ?? EMPTY, 'authorization', bits);
  return {
    chainId: integer(0, 256),
    address: asAddress(items[1] ?? EMPTY, 'authorization'),
    nonce: integer(2, 64),
    yParity: integer(3, 8),
    r: integer(4, 256),
    s: integer(5, 256),
  };
}
