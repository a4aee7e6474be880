/** The state after one block of one chain, as far as it was ever asked for, in a cache. */
import type { Address, Hex } from '../../input/block.ts';
import { keccak256 } from '../../input/keccak.ts';
import type { KnownState } from '../fetching.ts';
import type { StateKey } from '../key.ts';
import type { AccountState } from '../source.ts';
import { type DiskCache, ENTRY_FOLDERS } from './disk-cache.ts';

/** Accounts without code name it so. */
const NO_CODE = '';

/** By address: balance, nonce, hash of the code; `null`: it does not exist. */
type AccountEntry = readonly [balance: string, nonce: string, codeHash: string] | null;

interface Entry {
  readonly accounts: Readonly<Record<string, AccountEntry>>;
  readonly slots: Readonly<Record<string, string>>;
  readonly blockHashes: Readonly<Record<string, string>>;
}

/** Nodes for development: their state can be changed by hand, without another block. */
const DEVELOPMENT_CHAINS: ReadonlySet<bigint> = new Set([1337n, 31_337n]);
const DEVELOPMENT_CLIENTS = /anvil|hardhat|ganache|edr|tevm|simul/i;

/** Whether what this node says of a block holds for ever. */
export function isCacheable(chainId: bigint, clientVersion: unknown): boolean {
  return !DEVELOPMENT_CHAINS.has(chainId) && !DEVELOPMENT_CLIENTS.test(String(clientVersion));
}

/** One block's entry. */
export class CachedState {
  readonly #cache: DiskCache;
  readonly #name: string;

  constructor(cache: DiskCache, chainId: bigint, block: Hex) {
    this.#cache = cache;
    this.#name = `${ENTRY_FOLDERS.state}/${chainId}-${block}`;
  }

  /** What is there; an account whose code is not is left out. */
  async read(): Promise<KnownState | null> {
    const entry = entryOf(await this.#cache.read(this.#name));
    if (entry === null) return null;
    const accounts = new Map<Address, AccountState | null>();
    const codes = new Map<string, Uint8Array | null>([[NO_CODE, new Uint8Array(0)]]);
    for (const [address, account] of Object.entries(entry.accounts)) {
      if (account === null) accounts.set(address as Address, null);
      else {
        const [balance, nonce, hash] = account;
        if (!codes.has(hash)) codes.set(hash, await this.#code(hash));
        const code = codes.get(hash) ?? null;
        if (code !== null)
          accounts.set(address as Address, { balance: BigInt(balance), nonce: BigInt(nonce), code });
      }
    }
    const slots = Object.entries(entry.slots).map(([key, value]) => [key, BigInt(value)] as const);
    const hashes = Object.entries(entry.blockHashes).map(([n, hash]) => [BigInt(n), hash as Hex] as const);
    return { accounts, slots: new Map<StateKey, bigint>(slots), blockHashes: new Map(hashes) };
  }

  /** Adds what is known to what is there. */
  async add(known: KnownState): Promise<void> {
    const before = entryOf(await this.#cache.read(this.#name)) ?? {
      accounts: {},
      slots: {},
      blockHashes: {},
    };
    const accounts: Record<string, AccountEntry> = { ...before.accounts };
    const codes = new Map<Uint8Array, string>();
    for (const [address, account] of known.accounts) {
      if (account === null) accounts[address] = null;
      else {
        const { balance, nonce, code } = account;
        let hash = codes.get(code) ?? NO_CODE;
        if (hash === NO_CODE && code.length > 0) {
          hash = hashOf(code);
          codes.set(code, hash);
          if ((await this.#code(hash)) === null) await this.#cache.write(codeName(hash), code);
        }
        accounts[address] = [`0x${balance.toString(16)}`, `0x${nonce.toString(16)}`, hash];
      }
    }
    const slots = { ...before.slots };
    for (const [key, value] of known.slots) slots[key] = `0x${value.toString(16)}`;
    const blockHashes = { ...before.blockHashes };
    for (const [number, hash] of known.blockHashes) blockHashes[String(number)] = hash;
    await this.#cache.write(this.#name, JSON.stringify({ accounts, slots, blockHashes } satisfies Entry));
    await this.#cache.trim();
  }

  async #code(hash: string): Promise<Uint8Array | null> {
    const bytes = await this.#cache.read(codeName(hash));
    return bytes !== null && hashOf(bytes) === hash ? new Uint8Array(bytes) : null;
  }
}

function codeName(hash: string): string {
  return `${ENTRY_FOLDERS.code}/${hash}`;
}

function hashOf(code: Uint8Array): string {
  return Buffer.from(keccak256(code)).toString('hex');
}

const QUANTITY = /^0x[0-9a-f]{1,64}$/;
const HASH = /^[0-9a-f]{64}$/;

/** `null` for what this program did not write. */
function entryOf(content: Buffer | null): Entry | null {
  if (content === null) return null;
  try {
    const { accounts, slots, blockHashes } = JSON.parse(content.toString('utf8')) as Entry;
    const isWhole =
      every(accounts, (key, value) => /^0x[0-9a-f]{40}$/.test(key) && isAccount(value)) &&
      every(slots, (key, value) => /^0x[0-9a-f]{40}:0x[0-9a-f]{64}$/.test(key) && isText(value, QUANTITY)) &&
      every(blockHashes, (key, value) => /^[0-9]{1,20}$/.test(key) && isText(value, /^0x[0-9a-f]{64}$/));
    return isWhole ? { accounts, slots, blockHashes } : null;
  } catch {
    return null;
  }
}

function every(entries: unknown, holds: (key: string, value: unknown) => boolean): boolean {
  if (typeof entries !== 'object' || entries === null) return false;
  return Object.entries(entries).every(([key, value]) => holds(key, value));
}

function isAccount(value: unknown): boolean {
  if (value === null) return true;
  if (!Array.isArray(value) || value.length !== 3) return false;
  const [balance, nonce, hash] = value as readonly unknown[];
  return isText(balance, QUANTITY) && isText(nonce, QUANTITY) && (hash === NO_CODE || isText(hash, HASH));
}

function isText(value: unknown, form: RegExp): boolean {
  return typeof value === 'string' && form.test(value);
}
