/** What a transaction of a block knows: pre-state, and what the transactions that may come first do to it. */
import type { Address } from '../input/block.ts';
import { accountKey, type StateKey, storageKey } from '../state/key.ts';
import type { AccountState, StateSource } from '../state/source.ts';
import type { SlotOrigin } from './access.ts';
import { NO_CELLS } from './cells.ts';
import type { CodeFact, Fact, Knowledge } from './knowledge.ts';
import { joinWords, knownValue, MAX_WORD, maxOf, minOf, rangeWord, unknownWord, type Word } from './word.ts';
import { type Horizon, isSameCode, type WriteIndex, type Written, type WrittenCode } from './write-index.ts';

const MISSING = { kind: 'missing' } as const;
const ANYTHING: Fact = { kind: 'unstable', bounds: unknownWord([]) };
const NO_ACCOUNT: AccountState = { balance: 0n, nonce: 0n, code: new Uint8Array(0) };

/** How the transactions that may come first look to one of them. */
export interface Predecessors {
  /** What they leave at a key; `null`: they leave it alone. */
  value(key: StateKey, address: Address, origin: SlotOrigin | null): Written | null;
  /** The code that they leave at an account; `null`: they leave it alone. */
  code(address: Address): WrittenCode | null;
  /** Whether they may add to a balance, on top of what is there otherwise. Absent: they do not. */
  readonly isRaised?: (key: StateKey) => boolean;
}

export const NO_PREDECESSORS: Predecessors = { value: () => null, code: () => null };

/** What the transactions of an index do to those after them, or within a horizon. */
export function predecessorsIn(writes: WriteIndex, horizon?: Horizon): Predecessors {
  return {
    value: (key, address, origin) => writes.find(key, address, origin, horizon),
    code: (address) => writes.findCode(address, horizon),
  };
}

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

  storage(
    address: Address,
    slot: bigint,
    origin: SlotOrigin | null,
    key: StateKey = storageKey(address, slot),
  ): Fact {
    const written = this.#predecessors.value(key, address, origin);
    return factOf(written, () => this.#state.storage(address, slot));
  }

  balance(address: Address, key: StateKey = accountKey(address, 'balance')): Fact {
    const written = this.#predecessors.value(key, address, null);
    const fact = factOf(written, () => this.#account(address)?.balance);
    return this.#predecessors.isRaised?.(key) === true ? raisedFact(fact) : fact;
  }

  /** Nonces only count up, but for accounts that are destroyed; those had code, or were made in the block. */
  nonce(address: Address, key: StateKey = accountKey(address, 'nonce')): Fact {
    const written = this.#predecessors.value(key, address, null);
    const fact = factOf(written, () => this.#account(address)?.nonce);
    if (written === null || fact.kind !== 'unstable' || knownValue(fact.bounds) !== null) return fact;
    const account = this.#account(address);
    if (account === undefined || account.code.length > 0) return fact;
    const least = account.nonce > minOf(fact.bounds) ? account.nonce : minOf(fact.bounds);
    return { kind: 'unstable', bounds: rangeWord(least, maxOf(fact.bounds), []) };
  }

  code(address: Address): CodeFact {
    const written = this.#predecessors.code(address);
    if (written === null) {
      const code = this.#codeBefore(address);
      return code === undefined ? MISSING : { kind: 'stable', code };
    }
    if (written.codes === null) return { kind: 'unstable', codes: null };
    const codes = [...written.codes];
    if (written.orBefore) {
      const before = this.#codeBefore(address);
      if (before === undefined) return MISSING;
      if (!codes.some((code) => isSameCode(code, before))) codes.push(before);
    }
    const [first] = codes;
    if (first === undefined) return { kind: 'unstable', codes: null };
    return codes.length === 1 ? { kind: 'stable', code: first } : { kind: 'unstable', codes };
  }

  #codeBefore(address: Address): Uint8Array | undefined {
    return this.#account(address)?.code ?? this.#state.code?.(address);
  }

  exists(address: Address): boolean | null {
    const account = this.#state.account(address);
    if (account === undefined) return null;
    // Before EIP-161 only destruction removes an account, and that writes its code.
    if (account !== null && this.#predecessors.code(address) === null) return true;
    const isTouched = (['balance', 'nonce', 'code'] as const).some((field) => {
      const key = accountKey(address, field);
      const { isRaised } = this.#predecessors;
      return this.#predecessors.value(key, address, null) !== null || isRaised?.(key) === true;
    });
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

/** No less than before: what there is of a balance does not overflow. */
function raisedFact(fact: Fact): Fact {
  if (fact.kind === 'missing') return fact;
  const least = fact.kind === 'stable' ? fact.value : minOf(fact.bounds);
  return least === MAX_WORD ? fact : { kind: 'unstable', bounds: rangeWord(least, MAX_WORD, []) };
}

function factOf(written: Written | null, before: () => bigint | undefined): Fact {
  if (written?.value === null) return ANYTHING;
  let value: Word | undefined = written?.value;
  if (written === null || written.orBefore) {
    const old = before();
    if (old === undefined) return MISSING;
    value = value === undefined ? old : joinWords(old, value, NO_CELLS);
  }
  const known = value === undefined ? null : knownValue(value);
  if (known !== null) return { kind: 'stable', value: known };
  return value === undefined ? ANYTHING : { kind: 'unstable', bounds: value };
}
