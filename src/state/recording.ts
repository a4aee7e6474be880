/**
 * What geth's `prestateTracer` recorded of each transaction of one execution: without diff mode the accounts and slots
 * that it touched, in diff mode those that it changed. Slots are exact: each that SLOAD or SSTORE named. Of an account
 * it does not tell which field was looked at, sender, recipient and fee recipient are always there, and accounts
 * without anything in them are left out by newer versions.
 */
import type { Address, Hex } from '../input/block.ts';
import { has, isObject, type JsonObject, type Located } from '../input/located.ts';
import { member, readAddress, readHash, readQuantity, unexpected, type Where } from '../input/schema.ts';

/** What one transaction touched and changed when it was recorded. */
export interface Recording {
  /** Accounts with their slots. */
  readonly touched: ReadonlyMap<Address, ReadonlySet<bigint>>;
  readonly changed: ReadonlyMap<Address, RecordedChange>;
}

/** What one transaction changed of an account. */
export interface RecordedChange {
  readonly fields: readonly ('balance' | 'nonce' | 'code')[];
  readonly slots: ReadonlySet<bigint>;
  /** It came into being or was destroyed: all of its storage may have changed. */
  readonly isReplaced: boolean;
}

/** A file of recordings, one for each transaction. */
interface NamedDocument {
  readonly value: unknown;
  readonly source: string;
}

const EXPECTED = 'an array of recordings, one for each transaction, as debug_traceBlock* returns it';
const FIELDS = ['balance', 'nonce', 'code'] as const;

/**
 * Reads recordings with and without diff mode, in either order.
 *
 * @param hashes - Of the transactions, in block order; recordings that name a transaction have to name that one.
 * @throws InputError also where one of the two is missing: each tells only half.
 */
export function readRecordings(documents: readonly NamedDocument[], hashes: readonly Hex[]): Recording[] {
  let touched: readonly Located[] | null = null;
  let changed: readonly Located[] | null = null;
  for (const { value, source } of documents) {
    const entries = entriesOf({ value, where: { source, path: '' } }, hashes);
    if (entries.length > 0 && entries.every((entry) => isDiff(entry.value))) changed = entries;
    else touched = entries;
  }
  const where = { source: documents[0]?.source ?? 'recordings', path: '' };
  if (touched === null)
    throw unexpected(where, 'a recording without diff mode as well: it shows what is read', 'none');
  if (changed === null && hashes.length > 0) {
    throw unexpected(
      where,
      'a recording in diff mode as well ({ pre, post }): it shows what is written',
      'none',
    );
  }
  return touched.map((entry, index) => ({
    touched: readTouched(entry),
    changed: changed?.[index] === undefined ? new Map() : readChanged(changed[index]),
  }));
}

/** Whether a document is one of recordings without diff mode, which is a pre-state as well. */
export function isTouchedRecording({ value, source }: NamedDocument): boolean {
  const inner = unwrap({ value, where: { source, path: '' } });
  return (
    Array.isArray(inner.value) &&
    !inner.value.some((entry: unknown) => isDiff(unwrap({ ...inner, value: entry }).value))
  );
}

function entriesOf(document: Located, hashes: readonly Hex[]): readonly Located[] {
  const { value, where } = unwrap(document);
  if (!Array.isArray(value)) throw unexpected(where, EXPECTED, value);
  if (value.length !== hashes.length) {
    throw unexpected(where, `${hashes.length} recordings, one for each transaction`, value);
  }
  return value.map((entry: unknown, index) => {
    const inside = member(where, index);
    const hash = isObject(entry) && has(entry, 'txHash') ? readHash(entry.txHash) : hashes[index];
    if (isObject(entry) && hash !== hashes[index]) {
      throw unexpected(member(inside, 'txHash'), `${hashes[index]}, the transaction's`, entry.txHash);
    }
    return unwrap({ value: entry, where: inside });
  });
}

function unwrap({ value, where }: Located): Located {
  if (!isObject(value)) return { value, where };
  if (has(value, 'error') && !has(value, 'result')) {
    const { error } = value;
    throw unexpected(member(where, 'error'), 'no error', isObject(error) ? error.message : error);
  }
  return has(value, 'result') ? { value: value.result, where: member(where, 'result') } : { value, where };
}

function isDiff(value: unknown): boolean {
  return isObject(value) && has(value, 'pre') && has(value, 'post');
}

function readTouched(entry: Located): Recording['touched'] {
  return new Map(accountsOf(entry).map(({ address, value, where }) => [address, slotsOf(value, where)]));
}

function readChanged({ value, where }: Located): Recording['changed'] {
  const { pre, post } = isObject(value) ? value : { pre: undefined, post: undefined };
  const before = new Map(
    accountsOf({ value: pre, where: member(where, 'pre') }).map((one) => [one.address, one]),
  );
  const after = new Map(
    accountsOf({ value: post, where: member(where, 'post') }).map((one) => [one.address, one]),
  );
  const changed = new Map<Address, RecordedChange>();
  for (const address of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(address), after.get(address)];
    const isCreated = now !== undefined && has(now.value, 'code') && !hasCode(old?.value);
    // Before it was nothing, or afterwards it is gone: all that it has is new, or was.
    const isWhole = old === undefined || now === undefined;
    const slots = new Set<bigint>();
    for (const one of [old, now])
      if (one !== undefined) for (const slot of slotsOf(one.value, one.where)) slots.add(slot);
    changed.set(address, {
      fields: FIELDS.filter((field) => isWhole || (now !== undefined && has(now.value, field))),
      slots,
      isReplaced: now === undefined || isCreated || (old === undefined && slots.size > 0),
    });
  }
  return changed;
}

function hasCode(account: JsonObject | undefined): boolean {
  return account !== undefined && typeof account.code === 'string' && account.code.length > 2;
}

interface RecordedAccount {
  readonly address: Address;
  readonly value: JsonObject;
  readonly where: Where;
}

function accountsOf({ value, where }: Located): RecordedAccount[] {
  if (!isObject(value)) throw unexpected(where, 'accounts by address', value);
  return Object.keys(value).map((name) => {
    const address = readAddress(name);
    if (address === undefined) throw unexpected(where, 'addresses (20 bytes of hex) as names', name);
    const account = value[name];
    const inside = member(where, name);
    if (!isObject(account)) throw unexpected(inside, 'an account', account);
    return { address, value: account, where: inside };
  });
}

function slotsOf({ storage }: JsonObject, where: Where): ReadonlySet<bigint> {
  if (storage === undefined || storage === null) return new Set();
  const inside = member(where, 'storage');
  if (!isObject(storage)) throw unexpected(inside, 'an object of slots and values', storage);
  return new Set(
    Object.keys(storage).map((name) => {
      const slot = readQuantity(name, 256);
      if (slot === undefined) throw unexpected(inside, 'slots of at most 32 bytes of hex as names', name);
      return slot;
    }),
  );
}
