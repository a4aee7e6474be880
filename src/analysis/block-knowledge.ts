/** What a transaction of a block knows: pre-state, and what the transactions that may come first do to it. */
import type { Address } from '../input/block.ts';
import { accountKey, type StateKey, storageKey } from '../state/key.ts';
import type { AccountState, StateSource } from '../state/source.ts';
import type { SlotOrigin } from './access.ts';
import type { CodeFact, Fact, Knowledge } from './knowledge.ts';
import { knownValue, MAX_WORD, rangeWord, unknownWord } from './word.ts';
import type { Written } from './write-index.ts';

const MISSING: Fact = { kind: 'missing' };
const ANYTHING: Fact = { kind: 'unstable', bounds: unknownWord([]) };
const NO_ACCOUNT: AccountState = { balance: 0n, nonce: 0n, code: new Uint8Array(0) };

/** How the transactions that may come first look to one of them. */
export interface Predecessors {
  /** What they leave at a key; `null`: they leave it alone. */
  value(key: StateKey, address: Address, origin: SlotOrigin | null): Written | null;
  /** The code that they leave at an account; `undefined`: they leave it alone, `null`: any code. */
  code(address: Address): Uint8Array | null | undefined;
}

export const NO_PREDECESSORS: Predecessors = { value: () => null, code: () => undefined };

export class BlockKnowledge implements Knowledge {
  readonly #state: StateSource;
  readonly #start: StateSource;
  readonly #predecessors: Predecessors;

  /** @param start - The state before the block; `state` may be one within it. */
  constructor(state: StateSource, predecessors: Predecessors, start: StateSource) {
    this.#state = state;
    this.#start = start;
    this.#predecessors = predecessors;
  }

  storage(address: Address, slot: bigint, origin: SlotOrigin | null): Fact {
    const written = this.#predecessors.value(storageKey(address, slot), address, origin);
    if (written !== null) return factOf(written);
    const value = this.#state.storage(address, slot);
    return value === undefined ? MISSING : { kind: 'stable', value };
  }

  balance(address: Address): Fact {
    const written = this.#predecessors.value(accountKey(address, 'balance'), address, null);
    if (written !== null) return factOf(written);
    const account = this.#account(address);
    return account === undefined ? MISSING : { kind: 'stable', value: account.balance };
  }

  /** Nonces only count up, but for accounts that are destroyed; those had code, or were made in the block. */
  nonce(address: Address): Fact {
    const account = this.#account(address);
    const written = this.#predecessors.value(accountKey(address, 'nonce'), address, null);
    if (written === null) return account === undefined ? MISSING : { kind: 'stable', value: account.nonce };
    if (written.value !== null || account === undefined || account.code.length > 0) return factOf(written);
    return { kind: 'unstable', bounds: rangeWord(account.nonce, MAX_WORD, []) };
  }

  code(address: Address): CodeFact {
    const written = this.#predecessors.code(address);
    if (written === null) return { kind: 'unstable' };
    if (written !== undefined) return { kind: 'stable', code: written };
    const account = this.#account(address);
    return account === undefined ? { kind: 'missing' } : { kind: 'stable', code: account.code };
  }

  exists(address: Address): boolean | null {
    const account = this.#state.account(address);
    if (account === undefined) return null;
    const isTouched = (['balance', 'nonce', 'code'] as const).some(
      (field) => this.#predecessors.value(accountKey(address, field), address, null) !== null,
    );
    return isTouched ? null : account !== null;
  }

  hasStorage(address: Address): boolean {
    const account = this.#account(address);
    // Storage of an account with code or a nonce goes with them.
    if (account === undefined || account.code.length > 0 || account.nonce > 0n) return false;
    return this.#state.hasStorage?.(address) === true;
  }

  hadBefore(address: Address, field: 'balance' | 'nonce'): boolean {
    return (this.#start.account(address)?.[field] ?? 0n) > 0n;
  }

  #account(address: Address): AccountState | undefined {
    const account = this.#state.account(address);
    return account === null ? NO_ACCOUNT : account;
  }
}

function factOf({ value }: Written): Fact {
  if (value === null) return ANYTHING;
  const known = knownValue(value);
  return known === null ? { kind: 'unstable', bounds: value } : { kind: 'stable', value: known };
}
