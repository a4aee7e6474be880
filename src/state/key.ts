/**
 * State keys: the units of state that can conflict, as text. `<address>:balance`, `<address>:nonce`,
 * `<address>:code`, or `<address>:<slot>` with the slot 32 bytes wide; all lower-case.
 */
import type { Address, Hex } from '../input/block.ts';

/** One unit of state as text: `<address>:balance`, `:nonce`, `:code`, or `:<slot>`, all lower-case. */
export type StateKey = string;

/** What of an account a key names. */
export type Field = 'balance' | 'nonce' | 'code' | 'storage';

/** A key taken apart; `slot` is `null` unless the field is `storage`. */
export type KeyParts =
  | { readonly address: Address; readonly field: 'balance' | 'nonce' | 'code'; readonly slot: null }
  | { readonly address: Address; readonly field: 'storage'; readonly slot: bigint };

const ADDRESS_LENGTH = 42;

/** A slot number as 32 bytes of hex. */
export function slotHex(slot: bigint): Hex {
  return `0x${slot.toString(16).padStart(64, '0')}`;
}

/** The key of one field of an account, e.g. `0x…:balance`. */
export function accountKey(address: Address, field: 'balance' | 'nonce' | 'code'): StateKey {
  return `${address}:${field}`;
}

/** The key of one slot: `0x…:0x…`, the slot 32 bytes wide. */
export function storageKey(address: Address, slot: bigint): StateKey {
  return `${address}:${slotHex(slot)}`;
}

const BLOCK_HASH_PREFIX = 'blockhash:';

/**
 * The hash of an earlier block, where a missing one is named: no state key, as nothing can write it, but needed
 * and loaded like one.
 */
export function blockHashKey(number: bigint): StateKey {
  return `${BLOCK_HASH_PREFIX}${number}`;
}

/** The block's number; `null` for a key of state. */
export function blockOfHashKey(key: StateKey): bigint | null {
  return key.startsWith(BLOCK_HASH_PREFIX) ? BigInt(key.slice(BLOCK_HASH_PREFIX.length)) : null;
}

/** The account of a key. */
export function addressOf(key: StateKey): Address {
  return key.slice(0, ADDRESS_LENGTH) as Address;
}

/** Inverse of `accountKey` and `storageKey`. */
export function parseKey(key: StateKey): KeyParts {
  const address = addressOf(key);
  const rest = key.slice(ADDRESS_LENGTH + 1);
  if (rest === 'balance' || rest === 'nonce' || rest === 'code') {
    return { address, field: rest, slot: null };
  }
  return { address, field: 'storage', slot: BigInt(rest) };
}
