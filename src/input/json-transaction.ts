/** Transactions from JSON-RPC objects: mined ones, pending ones, and requests that are not signed. */
import type { AssumedField, Signature } from './block.ts';
import { MAINNET_CHAIN_ID } from './chain.ts';
import { chainIdOfV, type Draft, type DraftAuthorization, isLegacyV } from './draft.ts';
import { member, unexpected, type Where } from './schema.ts';
import { signTransaction } from './sign.ts';
import { readTransactionFields, type TransactionJson } from './transaction-fields.ts';

/** Stands in for an absent gas limit: the most that a transaction may have since Osaka (EIP-7825). */
const ASSUMED_GAS_LIMIT = 2n ** 24n;

type TransactionType = NonNullable<TransactionJson['type']>;

/**
 * Checks one transaction object.
 *
 * Without a signature it may be a request such as an `eth_call` object: an absent value, data or list is
 * then empty, and an absent nonce, gas limit or fee is assumed (see `Transaction.assumed`). With a secret key it
 * is signed here.
 *
 * @param chainId - To sign for, where the object names none.
 * @throws InputError
 */
export function draftFromJson(value: unknown, where: Where, chainId = MAINNET_CHAIN_ID): Draft {
  const json = readTransactionFields(value, where);
  const type = json.type ?? inferType(json);
  refuseForeignFields(json, type, where);
  const signature = signatureOf(json, type, where);
  const secretKey = signature === null ? (json.secretKey ?? null) : null;
  const isSigned = signature !== null || secretKey !== null;
  const assumed: AssumedField[] = [];

  /** A field that is required where there is a signature; `field` is its name in JSON. */
  function given<T>(field: string, found: T | null | undefined, absent: T, assumes?: AssumedField): T {
    if (found !== null && found !== undefined) return found;
    if (isSigned) throw unexpected(member(where, field), 'a value, as there is a signature', undefined);
    if (assumes !== undefined) assumed.push(assumes);
    return absent;
  }

  const gasLimit = agreeing(json.gas, json.gasLimit, ['gas', 'gasLimit'], where);
  const data = agreeing(json.input, json.data, ['input', 'data'], where);
  const [maxFee, priorityFee] =
    type < 2 ? (['gasPrice', 'gasPrice'] as const) : (['maxFeePerGas', 'maxPriorityFeePerGas'] as const);
  const fields: Draft['fields'] = {
    type,
    to: json.to ?? null,
    nonce: given('nonce', json.nonce, 0n, 'nonce'),
    gasLimit: given('gas', gasLimit, ASSUMED_GAS_LIMIT, 'gasLimit'),
    value: given('value', json.value, 0n),
    data: given('input', data, new Uint8Array(0)),
    maxFeePerGas: given(maxFee, json[maxFee], 0n, 'maxFeePerGas'),
    maxPriorityFeePerGas: given(priorityFee, json[priorityFee], 0n),
    accessList: type === 0 ? null : (json.accessList ?? null),
    maxFeePerBlobGas: type === 3 ? given('maxFeePerBlobGas', json.maxFeePerBlobGas, 0n) : 0n,
    blobVersionedHashes: type === 3 ? given('blobVersionedHashes', json.blobVersionedHashes, []) : [],
    authorizationList: type === 4 ? given('authorizationList', authorizations(json, where), []) : [],
    chainId: secretKey === null ? chainIdOf(json, type, signature, where) : chainToSign(json, type, chainId),
  };
  return {
    where,
    fields,
    signature: secretKey === null ? signature : signTransaction(fields, secretKey),
    given: { from: json.from ?? null, hash: json.hash ?? null },
    assumed,
  };
}

function inferType(json: TransactionJson): TransactionType {
  if (isPresent(json.authorizationList)) return 4;
  if (isPresent(json.blobVersionedHashes) || isPresent(json.maxFeePerBlobGas)) return 3;
  if (isPresent(json.maxFeePerGas) || isPresent(json.maxPriorityFeePerGas)) return 2;
  return isPresent(json.accessList) ? 1 : 0;
}

function isPresent<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}

/** What the type has no place for would be lost without a word. An empty list is as good as none. */
function refuseForeignFields(json: TransactionJson, type: TransactionType, where: Where): void {
  const foreign = [
    ['accessList', type >= 1],
    ['blobVersionedHashes', type === 3],
    ['authorizationList', type === 4],
  ] as const;
  for (const [name, belongs] of foreign) {
    const list = json[name];
    if (!belongs && isPresent(list) && list.length > 0) {
      throw unexpected(member(where, name), `no such list in a transaction of type ${type}`, list);
    }
  }
  if (type >= 3 && !isPresent(json.to)) {
    throw unexpected(member(where, 'to'), `an address, as type ${type} cannot create a contract`, json.to);
  }
}

/** One field under two names: where both are given they must be equal. */
function agreeing<T extends bigint | Uint8Array>(
  first: T | null | undefined,
  second: T | null | undefined,
  [name, other]: readonly [string, string],
  where: Where,
): T | null | undefined {
  if (!isPresent(first)) return second;
  if (isPresent(second) && !isEqual(first, second)) {
    throw unexpected(member(where, other), `the same value as ${name}`, 'another value');
  }
  return first;
}

function isEqual(first: bigint | Uint8Array, second: bigint | Uint8Array): boolean {
  if (typeof first === 'bigint' || typeof second === 'bigint') return first === second;
  return Buffer.compare(first, second) === 0;
}

function signatureOf(json: TransactionJson, type: TransactionType, where: Where): Signature | null {
  const { r, s } = json;
  const v = type === 0 ? json.v : (json.yParity ?? json.v);
  const isToSign = isPresent(json.secretKey);
  if ([r, s, v].every((part) => !isPresent(part) || (isToSign && part === 0n))) return null;
  if (!isPresent(r)) throw unexpected(member(where, 'r'), 'a quantity, as there is a signature', undefined);
  if (!isPresent(s)) throw unexpected(member(where, 's'), 'a quantity, as there is a signature', undefined);
  if (!isPresent(v)) throw unexpected(member(where, 'v'), 'a quantity, as there is a signature', undefined);
  if (type === 0) {
    if (!isLegacyV(v)) throw unexpected(member(where, 'v'), '27, 28, or 35 and above (EIP-155)', v);
    return { v, r, s };
  }
  const name = isPresent(json.yParity) ? 'yParity' : 'v';
  if (v > 1n) throw unexpected(member(where, name), '0x0 or 0x1', v);
  if (isPresent(json.v) && json.v !== v)
    throw unexpected(member(where, 'v'), 'the same value as yParity', json.v);
  return { v, r, s };
}

function chainIdOf(
  json: TransactionJson,
  type: TransactionType,
  signature: Signature | null,
  where: Where,
): bigint | null {
  const given = json.chainId ?? null;
  if (signature === null) return given;
  if (type !== 0) {
    if (given === null)
      throw unexpected(member(where, 'chainId'), 'a value, as there is a signature', undefined);
    return given;
  }
  const signed = chainIdOfV(signature.v);
  if (signed !== null && given !== null && given !== signed) {
    throw unexpected(member(where, 'chainId'), `${signed}, as v says (EIP-155)`, given);
  }
  return signed;
}

function chainToSign(json: TransactionJson, type: TransactionType, chainId: bigint): bigint | null {
  return type === 0 && json.protected === false ? null : (json.chainId ?? chainId);
}

function authorizations(json: TransactionJson, where: Where): readonly DraftAuthorization[] | null {
  return (
    json.authorizationList?.map(({ chainId, address, nonce, yParity, v, r, s }, index) => {
      const parity = yParity ?? v;
      if (isPresent(parity)) return { chainId, address, nonce, yParity: parity, r, s };
      throw unexpected(member(where, 'authorizationList', index, 'yParity'), 'a quantity', undefined);
    }) ?? null
  );
}
