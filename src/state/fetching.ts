/** State that is fetched when it is asked for, in batches, and then kept: what every source behind a wire is made of. */
import type { Address, Hex } from '../input/block.ts';
import { blockOfHashKey, parseKey, type StateKey, storageKey } from './key.ts';
import type { AccountState, StateSource } from './source.ts';

/** What to fetch, each thing once. */
export interface StateRequest {
  readonly accounts: readonly Address[];
  readonly slots: readonly { readonly address: Address; readonly slot: bigint }[];
  /** Of earlier blocks, whose hashes are needed; only where `fetch` can. */
  readonly blocks: readonly bigint[];
}

/** An account as it comes; whether it has storage need only be said where it is known. */
export interface FetchedAccount extends AccountState {
  readonly hasStorage?: boolean;
}

/** What was fetched, in the order of the request. */
export interface FetchedState {
  /** `null`: the account does not exist. */
  readonly accounts: readonly (FetchedAccount | null)[];
  readonly slots: readonly bigint[];
  /** Default: none can be fetched. */
  readonly blockHashes?: readonly Hex[];
}

/** All that is known. */
export interface KnownState {
  /** `null`: the account does not exist. */
  readonly accounts: ReadonlyMap<Address, AccountState | null>;
  readonly slots: ReadonlyMap<StateKey, bigint>;
  readonly blockHashes: ReadonlyMap<bigint, Hex>;
}

/** A source that can be asked for more. */
export interface FetchingState extends StateSource {
  readonly load: (keys: readonly StateKey[]) => Promise<void>;
  /** What has been fetched so far; it grows. */
  readonly known: KnownState;
  /** Takes what is known from elsewhere, so that it need not be fetched; what was fetched before stays. */
  readonly learn: (state: KnownState) => void;
}

/**
 * A source over something that answers later. One batch a `load`, and nothing is fetched twice; an account is
 * fetched whole, with its code.
 */
export function fetchingState(fetch: (request: StateRequest) => Promise<FetchedState>): FetchingState {
  const accounts = new Map<Address, AccountState | null>();
  const slots = new Map<StateKey, bigint>();
  const blockHashes = new Map<bigint, Hex>();
  const codes = new Map<string, Uint8Array>();
  const withStorage = new Set<Address>();
  const keep = (address: Address, account: FetchedAccount | null): void => {
    // Another batch may have brought it meanwhile; the code array of an account stays the same one.
    if (accounts.has(address)) return;
    if (account === null) accounts.set(address, null);
    else {
      const { balance, nonce, code, hasStorage = false } = account;
      accounts.set(address, { balance, nonce, code: shared(codes, code) });
      if (hasStorage) withStorage.add(address);
    }
  };
  return {
    account: (address) => accounts.get(address),
    storage: (address, slot) => slots.get(storageKey(address, slot)),
    hasStorage: (address) => withStorage.has(address),
    load: async (keys) => {
      const wantedAccounts = new Set<Address>();
      const wantedSlots = new Map<StateKey, { readonly address: Address; readonly slot: bigint }>();
      const wantedBlocks = new Set<bigint>();
      for (const key of keys) {
        const number = blockOfHashKey(key);
        if (number !== null) {
          if (!blockHashes.has(number)) wantedBlocks.add(number);
          continue;
        }
        const { address, slot } = parseKey(key);
        if (slot === null) {
          if (!accounts.has(address)) wantedAccounts.add(address);
        } else if (!slots.has(key)) wantedSlots.set(key, { address, slot });
      }
      if (wantedAccounts.size + wantedSlots.size + wantedBlocks.size === 0) return;
      const request = {
        accounts: [...wantedAccounts],
        slots: [...wantedSlots.values()],
        blocks: [...wantedBlocks],
      };
      const fetched = await fetch(request);
      for (const [i, address] of request.accounts.entries()) keep(address, fetched.accounts[i] ?? null);
      for (const [i, key] of [...wantedSlots.keys()].entries()) slots.set(key, fetched.slots[i] ?? 0n);
      for (const [i, number] of request.blocks.entries()) {
        const hash = fetched.blockHashes?.[i];
        if (hash !== undefined) blockHashes.set(number, hash);
      }
    },
    known: { accounts, slots, blockHashes },
    learn: (more) => {
      for (const [address, account] of more.accounts) keep(address, account);
      for (const [key, value] of more.slots) if (!slots.has(key)) slots.set(key, value);
      for (const [number, hash] of more.blockHashes) {
        if (!blockHashes.has(number)) blockHashes.set(number, hash);
      }
    },
  };
}

/** Equal code is one array: what is cached by code is found again. */
function shared(codes: Map<string, Uint8Array>, code: Uint8Array): Uint8Array {
  const text = Buffer.from(code).toString('latin1');
  const known = codes.get(text);
  if (known !== undefined) return known;
  codes.set(text, code);
  return code;
}
