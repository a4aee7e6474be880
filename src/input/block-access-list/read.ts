/**
 * Reads a block access list: as `eth_getBlockAccessList` answers it, bare or in its JSON-RPC response; in the names
 * that test fixtures have for the same; or its RLP as hex (`debug_getRawBlockAccessList`). Only the form of each
 * value is checked here; order and the like are `check.ts`'s.
 */
import type { InputError } from '../../errors.ts';
import { hexToBytes } from '../hex.ts';
import { describeQuantity, member, readAddress, readQuantity, unexpected, type Where } from '../schema.ts';
import type { AccountChanges, BlockAccessList, CodeChange, SlotChanges, ValueChange } from './list.ts';
import { rlpToJson } from './rlp.ts';

const INDEX_BITS = 32;
const NONCE_BITS = 64;
const WORD_BITS = 256;
const BYTES = 'bytes in hex, two digits each';

/** One value and where it stands. */
interface Located {
  readonly value: unknown;
  readonly where: Where;
}

/**
 * The list, in the order that it has.
 *
 * @throws InputError
 */
export function readBlockAccessList(json: unknown, source = 'block access list'): BlockAccessList {
  const outer = { value: json, where: { source, path: '' } };
  const list = isObject(json) && Object.hasOwn(json, 'result') ? field(outer, ['result']) : outer;
  if (Array.isArray(list.value)) return items(list).map(account);
  const bytes = typeof list.value === 'string' ? hexToBytes(list.value) : null;
  if (bytes === null) throw wrong(list, 'a block access list, or its RLP in hex');
  return items({ value: rlpToJson(bytes, list.where), where: list.where }).map(account);
}

function account(one: Located): AccountChanges {
  const address = field(one, ['address']);
  return {
    address: readAddress(address.value) ?? fail(address, 'an address (20 bytes of hex)'),
    storageChanges: items(field(one, ['storageChanges'])).map(slotChanges),
    storageReads: items(field(one, ['storageReads'])).map(word),
    balanceChanges: items(field(one, ['balanceChanges'])).map((change) => valueChange(change, WORD_BITS)),
    nonceChanges: items(field(one, ['nonceChanges'])).map((change) => valueChange(change, NONCE_BITS)),
    codeChanges: items(field(one, ['codeChanges'])).map(codeChange),
  };
}

function slotChanges(one: Located): SlotChanges {
  return {
    slot: word(field(one, ['key', 'slot'])),
    changes: items(field(one, ['changes', 'slotChanges'])).map((change) => valueChange(change, WORD_BITS)),
  };
}

function valueChange(one: Located, bits: number): ValueChange {
  const value = field(one, ['value', 'postValue', 'postBalance', 'postNonce']);
  return { index: index(one), value: quantity(value, bits) };
}

function codeChange(one: Located): CodeChange {
  const code = field(one, ['code', 'newCode']);
  const bytes = typeof code.value === 'string' ? hexToBytes(code.value) : null;
  return { index: index(one), code: bytes ?? fail(code, BYTES) };
}

function index(one: Located): number {
  return Number(quantity(field(one, ['index', 'blockAccessIndex']), INDEX_BITS));
}

function word(one: Located): bigint {
  return quantity(one, WORD_BITS);
}

function quantity(one: Located, bits: number): bigint {
  // Fixtures have numbers as shortest bytes: none for 0.
  const value = one.value === '0x' ? 0n : readQuantity(one.value, bits);
  return value ?? fail(one, describeQuantity(bits));
}

/** The first of these members that is there. */
function field({ value, where }: Located, names: readonly [string, ...string[]]): Located {
  if (!isObject(value)) throw unexpected(where, 'an object', value);
  const name = names.find((one) => Object.hasOwn(value, one)) ?? names[0];
  return { value: value[name], where: member(where, name) };
}

function items(one: Located): Located[] {
  const { value, where } = one;
  // Empty lists of an account may be left out.
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw wrong(one, 'an array');
  return value.map((element: unknown, at) => ({ value: element, where: member(where, at) }));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong({ value, where }: Located, expected: string): InputError {
  return unexpected(where, expected, value);
}

function fail(one: Located, expected: string): never {
  throw wrong(one, expected);
}
