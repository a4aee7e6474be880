/** Conditions that a sender puts to the inclusion of a transaction, as `eth_sendRawTransactionConditional` takes them. */
import type { Address, InclusionBounds, KnownAccount, TransactionConditions } from './block.ts';
import { fieldOf, has, isObject, type JsonObject, type Located, readOptional } from './located.ts';
import {
  describeQuantity,
  member,
  readAddress,
  readHash,
  readNumber,
  readQuantity,
  unexpected,
  type Where,
} from './schema.ts';

/** All that ERC-7796 has; another name would be a condition that is not looked at. */
const NAMES = ['knownAccounts', 'blockNumberMin', 'blockNumberMax', 'timestampMin', 'timestampMax'] as const;

/** Whether a value has the shape of conditions, and of nothing else. */
export function isConditions(value: unknown): boolean {
  return (
    isObject(value) && NAMES.some((name) => has(value, name)) && !has(value, 'from') && !has(value, 'to')
  );
}

/**
 * Reads the second parameter of `eth_sendRawTransactionConditional` (ERC-7796).
 *
 * @throws InputError for a name that the ERC does not have, too: it would be a condition that nobody looks at.
 */
export function readConditions({ value, where }: Located): TransactionConditions {
  if (!isObject(value)) throw unexpected(where, 'an object of conditions (ERC-7796)', value);
  const foreign = Object.keys(value).find((name) => !(NAMES as readonly string[]).includes(name));
  if (foreign !== undefined) throw unexpected(where, `conditions of ERC-7796 (${NAMES.join(', ')})`, foreign);
  const bound = (name: (typeof NAMES)[number]) =>
    readOptional(fieldOf(value, name, where), describeQuantity(64), (given) => readNumber(given, 64));
  const bounds: InclusionBounds = {
    minBlock: bound('blockNumberMin'),
    maxBlock: bound('blockNumberMax'),
    minTimestamp: bound('timestampMin'),
    maxTimestamp: bound('timestampMax'),
  };
  return { bounds, knownAccounts: readKnownAccounts(fieldOf(value, 'knownAccounts', where)) };
}

function readKnownAccounts({ value, where }: Located): readonly KnownAccount[] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw unexpected(where, 'an object of addresses', value);
  return Object.keys(value).map((name) => {
    const address = readAddress(name);
    if (address === undefined) throw unexpected(where, 'addresses (20 bytes of hex) as names', name);
    return readKnownAccount(address, value[name], member(where, name));
  });
}

function readKnownAccount(address: Address, value: unknown, where: Where): KnownAccount {
  const storageRoot = readHash(value);
  if (storageRoot !== undefined) return { kind: 'storage-root', address, storageRoot };
  if (!isObject(value))
    throw unexpected(where, 'a storage root (32 bytes of hex), or an object of slots', value);
  return { kind: 'slots', address, slots: readSlots(value, where) };
}

function readSlots(value: JsonObject, where: Where): ReadonlyMap<bigint, bigint> {
  const slots = new Map<bigint, bigint>();
  for (const name of Object.keys(value)) {
    const slot = readQuantity(name, 256);
    if (slot === undefined) throw unexpected(where, 'slots of at most 32 bytes of hex as names', name);
    const word = readQuantity(value[name], 256);
    if (word === undefined) {
      throw unexpected(member(where, name), 'a value of at most 32 bytes of hex', value[name]);
    }
    slots.set(slot, word);
  }
  return slots;
}
