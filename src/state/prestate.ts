/**
 * Pre-state from files: geth's `prestateTracer` objects, one for a block, or one for each transaction as
 * `debug_traceBlock*` returns them.
 *
 * Entries are read in order, and the first word on anything counts: an entry shows the state before its own
 * transaction, so what a later one says of the same thing is no longer the state before the block. The
 * tracer leaves out zero nonces and empty code. An entry with a balance is therefore one of a whole account,
 * and no later whole one adds to it, but for slots. An entry without a balance adds what nobody has said; an
 * account without any is not known whole, which matters where what is missing is unknown.
 *
 * Checked by hand and not by a schema, in half the time (measured): these are the largest inputs.
 */
import type { Address } from '../input/block.ts';
import { hexToBytes } from '../input/hex.ts';
import {
  member,
  readAddress,
  readHash,
  readNumber,
  readQuantity,
  unexpected,
  type Where,
} from '../input/schema.ts';
import { Snapshot, type SnapshotAccount } from './snapshot.ts';

/** How to take what a recording lacks. */
export interface SnapshotOptions {
  /** What is missing is unknown, instead of empty. Default: false. */
  readonly partial?: boolean;
}

/**
 * Reads a pre-state: `{ address: { balance?, nonce?, code?, storage? } }`; or an array of these in the order
 * of their transactions, each bare or as `{ txHash, result }`; in diff mode `{ pre, post }`; any of them
 * also inside a JSON-RPC response; and the `alloc` of a genesis file or of `evm t8n`.
 *
 * From a trace without diff mode, an account that did not exist before the block cannot be told from one
 * that did, once a transaction of the block has created it: newer versions of geth leave empty accounts out.
 *
 * @param options.source - Names the input in errors. Default: `pre-state`.
 * @throws InputError
 */
export function snapshotState(
  prestate: unknown,
  options: SnapshotOptions & { readonly source?: string } = {},
): Snapshot {
  return mergeSnapshots([{ value: prestate, source: options.source ?? 'pre-state' }], options);
}

/**
 * Reads several pre-states as one. Earlier ones win; later ones add what is missing, exactly like the
 * entries of one array.
 *
 * @throws InputError
 */
export function mergeSnapshots(
  documents: readonly { readonly value: unknown; readonly source: string }[],
  options: SnapshotOptions = {},
): Snapshot {
  const collected: Collected = { accounts: new Map(), absent: new Set(), codes: new Map() };
  for (const { value, source } of documents) addEntries(collected, value, { source, path: '' }, 0);
  const accounts = new Map<Address, SnapshotAccount>();
  const storageOnly = new Set<Address>();
  const codeOnly = new Set<Address>();
  for (const [address, { balance, nonce, code, storage }] of collected.accounts) {
    if (balance === undefined) (code === undefined ? storageOnly : codeOnly).add(address);
    accounts.set(address, { balance: balance ?? 0n, nonce: nonce ?? 0n, code: code ?? NO_CODE, storage });
  }
  const { absent } = collected;
  return new Snapshot({ accounts, absent, storageOnly, codeOnly, partial: options.partial ?? false });
}

const NO_CODE = new Uint8Array(0);

/** What has been said so far. */
interface Collected {
  readonly accounts: Map<Address, CollectedAccount>;
  /** Said not to exist before the block. */
  readonly absent: Set<Address>;
  /** Equal code is one array. */
  readonly codes: Map<string, Uint8Array>;
}

interface CollectedAccount {
  balance: bigint | undefined;
  nonce: bigint | undefined;
  code: Uint8Array | undefined;
  readonly storage: Map<bigint, bigint>;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** A response, its array, and an entry's own wrapping; and an array around them. */
const MAX_NESTING = 4;

const EXPECTED = 'a pre-state (accounts by address), or an array of them';

/** Whether a value is an object with the accounts of a pre-state in `alloc`. */
export function hasAlloc(value: unknown): value is { readonly alloc: unknown } {
  return isObject(value) && Object.hasOwn(value, 'alloc');
}

function addEntries(collected: Collected, value: unknown, where: Where, depth: number): void {
  if (Array.isArray(value) && depth < MAX_NESTING) {
    value.forEach((entry: unknown, index) => {
      addEntries(collected, entry, member(where, index), depth + 1);
    });
    return;
  }
  if (!isObject(value) || depth > MAX_NESTING) throw unexpected(where, EXPECTED, value);
  if (hasAlloc(value)) {
    addAccounts(collected, value.alloc, member(where, 'alloc'));
  } else if (Object.hasOwn(value, 'result')) {
    addEntries(collected, value.result, member(where, 'result'), depth + 1);
  } else if (Object.hasOwn(value, 'error')) {
    const { error } = value;
    throw unexpected(member(where, 'error'), 'no error', isObject(error) ? error.message : error);
  } else if (Object.hasOwn(value, 'pre')) {
    addDiff(collected, value, where);
  } else {
    addAccounts(collected, value, where);
  }
}

/** Diff mode: what only `post` has was not there before. */
function addDiff(collected: Collected, { pre, post }: JsonObject, where: Where): void {
  addAccounts(collected, pre, member(where, 'pre'));
  if (post === undefined) return;
  const after: Collected = { accounts: new Map(), absent: new Set(), codes: collected.codes };
  addAccounts(after, post, member(where, 'post'));
  for (const [address, { storage }] of after.accounts) {
    const before = collected.accounts.get(address);
    if (before === undefined) collected.absent.add(address);
    else for (const slot of storage.keys()) addSlot(before, slot, 0n);
  }
}

function addAccounts(collected: Collected, value: unknown, where: Where): void {
  if (!isObject(value)) throw unexpected(where, EXPECTED, value);
  for (const key of Object.keys(value)) {
    const address = readAddress(key) ?? readAddress(`0x${key}`);
    if (address === undefined) throw unexpected(where, 'addresses (20 bytes of hex) as names', key);
    addAccount(collected, address, value[key], where, key);
  }
}

function addAccount(
  collected: Collected,
  address: Address,
  value: unknown,
  parent: Where,
  key: string,
): void {
  if (!isObject(value)) throw unexpected(member(parent, key), 'an account', value);
  const balance = readField(value, 'balance', readBalance, 'a balance, hex or decimal', parent, key);
  const nonce = readField(value, 'nonce', readNonce, 'a nonce of at most 64 bits', parent, key);
  const code = readField(value, 'code', (text) => readCode(collected, text), 'code in hex', parent, key);
  if (code === undefined && hidesCode(value)) {
    throw unexpected(
      member(parent, key, 'code'),
      'the code that codeHash is of (disableCode leaves it out)',
      undefined,
    );
  }
  const slots = readField(value, 'storage', readObject, 'an object of slots and values', parent, key);
  if (collected.absent.has(address)) return;
  let account = collected.accounts.get(address);
  if (account === undefined) {
    account = { balance: undefined, nonce: undefined, code: undefined, storage: new Map() };
    collected.accounts.set(address, account);
  }
  if (balance === undefined || account.balance === undefined) {
    account.nonce ??= nonce ?? (balance === undefined ? undefined : 0n);
    account.balance ??= balance;
    account.code ??= code;
  }
  if (slots !== undefined) addStorage(account, slots, parent, key);
}

/** geth names the hash of code that it was told to leave out. */
function hidesCode({ codeHash }: JsonObject): boolean {
  const hash = readHash(codeHash);
  return hash !== undefined && hash !== EMPTY_CODE_HASH && BigInt(hash) !== 0n;
}

const EMPTY_CODE_HASH = '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470';

function addStorage(account: CollectedAccount, slots: JsonObject, parent: Where, key: string): void {
  for (const name of Object.keys(slots)) {
    const slot = readQuantity(name, 256);
    if (slot === undefined) {
      throw unexpected(member(parent, key, 'storage'), 'slots of at most 32 bytes of hex as names', name);
    }
    const value = readQuantity(slots[name], 256);
    if (value === undefined) {
      const where = member(parent, key, 'storage', name);
      throw unexpected(where, 'a value of at most 32 bytes of hex', slots[name]);
    }
    addSlot(account, slot, value);
  }
}

function addSlot(account: CollectedAccount, slot: bigint, value: bigint): void {
  if (!account.storage.has(slot)) account.storage.set(slot, value);
}

/** `undefined` for an absent field or `null`. */
function readField<T>(
  account: JsonObject,
  name: string,
  read: (value: unknown) => T | undefined,
  expected: string,
  parent: Where,
  key: string,
): T | undefined {
  const value = account[name];
  if (value === undefined || value === null) return undefined;
  const result = read(value);
  if (result === undefined) throw unexpected(member(parent, key, name), expected, value);
  return result;
}

function readBalance(value: unknown): bigint | undefined {
  return readNumber(value, 256);
}

function readNonce(value: unknown): bigint | undefined {
  return readNumber(value, 64);
}

function readCode({ codes }: Collected, value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string') return undefined;
  const known = codes.get(value);
  if (known !== undefined) return known;
  const code = hexToBytes(value);
  if (code === null) return undefined;
  codes.set(value, code.length === 0 ? NO_CODE : code);
  return codes.get(value);
}

function readObject(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
