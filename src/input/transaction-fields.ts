/**
 * The fields of a transaction object as JSON-RPC has them: of a block, of the pool, or of a request to send or
 * call. Checked by hand in the order in which they stand here, and not by a schema, in a third of the time
 * (measured): a block has hundreds of these. Fields that nobody asks for are left alone.
 */
import { InputError } from '../errors.ts';
import type { AccessListEntry, Address, Hex, Transaction } from './block.ts';
import { hexToBytes } from './hex.ts';
import {
  ADDRESS,
  describeQuantity,
  HASH,
  member,
  readAddress,
  readHash,
  readQuantity,
  unexpected,
  type Where,
} from './schema.ts';
import { isSecretKey } from './sign.ts';

type Optional<T> = T | null | undefined;

/** One tuple of EIP-7702; its parity has two names. */
export interface AuthorizationJson {
  readonly chainId: bigint;
  readonly address: Address;
  readonly nonce: bigint;
  readonly yParity: Optional<bigint>;
  readonly v: Optional<bigint>;
  readonly r: bigint;
  readonly s: bigint;
}

/** `null` and `undefined` are as they were given. */
export interface TransactionJson {
  readonly type: Optional<Transaction['type']>;
  readonly hash: Optional<Hex>;
  readonly from: Optional<Address>;
  readonly to: Optional<Address>;
  readonly nonce: Optional<bigint>;
  readonly gas: Optional<bigint>;
  readonly gasLimit: Optional<bigint>;
  readonly gasPrice: Optional<bigint>;
  readonly maxFeePerGas: Optional<bigint>;
  readonly maxPriorityFeePerGas: Optional<bigint>;
  readonly value: Optional<bigint>;
  readonly input: Optional<Uint8Array>;
  readonly data: Optional<Uint8Array>;
  readonly accessList: Optional<readonly AccessListEntry[]>;
  readonly chainId: Optional<bigint>;
  readonly maxFeePerBlobGas: Optional<bigint>;
  readonly blobVersionedHashes: Optional<readonly Hex[]>;
  readonly authorizationList: Optional<readonly AuthorizationJson[]>;
  readonly v: Optional<bigint>;
  readonly yParity: Optional<bigint>;
  readonly r: Optional<bigint>;
  readonly s: Optional<bigint>;
  /** As in the files of `evm t8n`: to be signed with, where there is no signature yet. */
  readonly secretKey: Optional<Uint8Array>;
  /** `false`: to be signed without a chain (before EIP-155). */
  readonly protected: Optional<boolean>;
}

/** How one value is read: `undefined` is a wrong one, and `expected` says then what it should be. */
interface Reader<T> {
  readonly expected: string;
  readonly read: (value: unknown) => T | undefined;
}

/** Up to 64 bits: gas, nonces, chains. */
const UINT64 = { expected: describeQuantity(64), read: (value: unknown) => readQuantity(value, 64) };

/** Up to 256 bits: amounts, fees, signature values. */
const UINT256 = { expected: describeQuantity(256), read: (value: unknown) => readQuantity(value, 256) };

const TYPE: Reader<Transaction['type']> = {
  expected: 'a transaction type from 0x0 to 0x4',
  read: (value) => {
    const type = readQuantity(value, 8);
    return type !== undefined && type <= 4n ? (Number(type) as Transaction['type']) : undefined;
  },
};

const ADDRESS_OF: Reader<Address> = { expected: ADDRESS, read: readAddress };

/** `null`, absent and `0x` create a contract. */
const RECIPIENT: Reader<Address | null> = {
  expected: 'an address, or null to create a contract',
  read: (value) => (value === '0x' ? null : readAddress(value)),
};

const HASH_OF: Reader<Hex> = { expected: HASH, read: readHash };

const SLOT: Reader<Hex> = { expected: 'a storage slot (32 bytes of hex)', read: readHash };

const BYTES: Reader<Uint8Array> = {
  expected: 'bytes in hex, two digits each, such as 0xa9059cbb',
  read: (value) => (typeof value === 'string' ? (hexToBytes(value) ?? undefined) : undefined),
};

const FLAG: Reader<boolean> = {
  expected: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
};

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Checks the fields of a transaction object.
 *
 * @throws InputError for the first one that is wrong.
 */
export function readTransactionFields(value: unknown, where: Where): TransactionJson {
  const json = asObject(value, where, 'a transaction object');
  return {
    type: optional(TYPE, json.type, where, 'type'),
    hash: optional(HASH_OF, json.hash, where, 'hash'),
    from: optional(ADDRESS_OF, json.from, where, 'from'),
    to: optional(RECIPIENT, json.to, where, 'to'),
    nonce: optional(UINT64, json.nonce, where, 'nonce'),
    gas: optional(UINT64, json.gas, where, 'gas'),
    gasLimit: optional(UINT64, json.gasLimit, where, 'gasLimit'),
    gasPrice: optional(UINT256, json.gasPrice, where, 'gasPrice'),
    maxFeePerGas: optional(UINT256, json.maxFeePerGas, where, 'maxFeePerGas'),
    maxPriorityFeePerGas: optional(UINT256, json.maxPriorityFeePerGas, where, 'maxPriorityFeePerGas'),
    value: optional(UINT256, json.value, where, 'value'),
    input: optional(BYTES, json.input, where, 'input'),
    data: optional(BYTES, json.data, where, 'data'),
    accessList: list(json, 'accessList', where, 'an access list (an array)', readEntry),
    chainId: optional(UINT64, json.chainId, where, 'chainId'),
    maxFeePerBlobGas: optional(UINT256, json.maxFeePerBlobGas, where, 'maxFeePerBlobGas'),
    blobVersionedHashes: list(json, 'blobVersionedHashes', where, 'an array of blob hashes', readBlobHash),
    authorizationList: list(json, 'authorizationList', where, 'an array of authorizations', readTuple),
    v: optional(UINT256, json.v, where, 'v'),
    yParity: optional(UINT256, json.yParity, where, 'yParity'),
    r: optional(UINT256, json.r, where, 'r'),
    s: optional(UINT256, json.s, where, 's'),
    secretKey: readSecretKey(json.secretKey, where),
    protected: optional(FLAG, json.protected, where, 'protected'),
  };
}

/** What is given for a key is not repeated in an error. */
function readSecretKey(value: unknown, where: Where): Optional<Uint8Array> {
  if (value === undefined || value === null) return value;
  const key = readHash(value);
  const bytes = key === undefined ? null : hexToBytes(key);
  if (bytes !== null && isSecretKey(bytes)) return bytes;
  throw new InputError({
    ...member(where, 'secretKey'),
    expected: 'a secret key (32 bytes of hex)',
    got: 'another value',
  });
}

function asObject(value: unknown, where: Where, expected: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unexpected(where, expected, value);
  }
  return value as JsonObject;
}

/** The path of a value is put together only where it is wrong: `where` and then `key`. */
function required<T>(reader: Reader<T>, value: unknown, where: Where, key: string | number): T {
  const result = reader.read(value);
  if (result === undefined) throw unexpected(member(where, key), reader.expected, value);
  return result;
}

function optional<T>(reader: Reader<T>, value: unknown, where: Where, key: string): Optional<T> {
  return value === undefined || value === null ? value : required(reader, value, where, key);
}

function list<T>(
  json: JsonObject,
  name: string,
  where: Where,
  expected: string,
  readElement: (element: unknown, where: Where, index: number) => T,
): Optional<readonly T[]> {
  const value = json[name];
  if (value === undefined || value === null) return value;
  const inside = member(where, name);
  if (!Array.isArray(value)) throw unexpected(inside, expected, value);
  return value.map((element: unknown, index) => readElement(element, inside, index));
}

function readEntry(value: unknown, where: Where, index: number): AccessListEntry {
  const inside = member(where, index);
  const json = asObject(value, inside, 'an access list entry');
  return {
    address: required(ADDRESS_OF, json.address, inside, 'address'),
    storageKeys: list(json, 'storageKeys', inside, 'an array of storage slots', readSlot) ?? [],
  };
}

function readSlot(value: unknown, where: Where, index: number): Hex {
  return required(SLOT, value, where, index);
}

function readBlobHash(value: unknown, where: Where, index: number): Hex {
  return required(HASH_OF, value, where, index);
}

function readTuple(value: unknown, where: Where, index: number): AuthorizationJson {
  const inside = member(where, index);
  const json = asObject(value, inside, 'an EIP-7702 authorization');
  return {
    chainId: required(UINT256, json.chainId, inside, 'chainId'),
    address: required(ADDRESS_OF, json.address, inside, 'address'),
    nonce: required(UINT64, json.nonce, inside, 'nonce'),
    yParity: optional(UINT256, json.yParity, inside, 'yParity'),
    v: optional(UINT256, json.v, inside, 'v'),
    r: required(UINT256, json.r, inside, 'r'),
    s: required(UINT256, json.s, inside, 's'),
  };
}
