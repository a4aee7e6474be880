/**
 * What a derivation was told of the state before its transaction. Derivation is a function of these answers, so
 * its result holds as long as they do: exactly the transactions that were told something else have to be
 * derived again.
 */
import type { Address } from '../input/block.ts';
import { accountKey, type StateKey, storageKey } from '../state/key.ts';
import type { SlotOrigin } from './access.ts';
import type { CodeFact, Fact, Knowledge } from './knowledge.ts';
import { knownValue, leqWords, sameKnowledge, type Word } from './word.ts';
import { isSameCode } from './write-index.ts';

/** One question with its answer. */
export type Input =
  | {
      readonly kind: 'storage';
      readonly key: StateKey;
      readonly address: Address;
      readonly slot: bigint;
      readonly origin: SlotOrigin | null;
      readonly fact: Fact;
    }
  | {
      readonly kind: 'balance' | 'nonce';
      readonly key: StateKey;
      readonly address: Address;
      readonly fact: Fact;
    }
  | { readonly kind: 'code'; readonly key: StateKey; readonly address: Address; readonly fact: CodeFact };

export interface Inputs {
  /** In the order of the questions; one that was asked twice is there twice. */
  readonly answers: readonly Input[];
  /** Whether accounts were there, for the rules before EIP-161; their keys were asked for as well. */
  readonly existence: ReadonlyMap<Address, boolean | null>;
  /** What was asked of the state before the block, the same for all its transactions. */
  readonly before: readonly BeforeBlock[];
}

/** Whether an account had a balance, a nonce or storage before the block. */
export interface BeforeBlock {
  readonly address: Address;
  readonly field: 'balance' | 'nonce' | 'storage';
  readonly had: boolean;
}

const FIELDS = ['balance', 'nonce', 'code'] as const;

export const NO_INPUTS: Inputs = { answers: [], existence: new Map(), before: [] };

/** Passes questions on and keeps the answers. */
export class RecordedKnowledge implements Knowledge {
  readonly #knowledge: Knowledge;
  readonly #answers: Input[] = [];
  #existence: Map<Address, boolean | null> | null = null;
  #before: BeforeBlock[] | null = null;

  constructor(knowledge: Knowledge) {
    this.#knowledge = knowledge;
  }

  get inputs(): Inputs {
    return {
      answers: this.#answers,
      existence: this.#existence ?? NO_INPUTS.existence,
      before: this.#before ?? NO_INPUTS.before,
    };
  }

  storage(
    address: Address,
    slot: bigint,
    origin: SlotOrigin | null,
    key: StateKey = storageKey(address, slot),
  ): Fact {
    const fact = this.#knowledge.storage(address, slot, origin, key);
    this.#answers.push({ kind: 'storage', key, address, slot, origin, fact });
    return fact;
  }

  balance(address: Address, key: StateKey = accountKey(address, 'balance')): Fact {
    const fact = this.#knowledge.balance(address, key);
    this.#answers.push({ kind: 'balance', key, address, fact });
    return fact;
  }

  nonce(address: Address, key: StateKey = accountKey(address, 'nonce')): Fact {
    const fact = this.#knowledge.nonce(address, key);
    this.#answers.push({ kind: 'nonce', key, address, fact });
    return fact;
  }

  code(address: Address, key: StateKey = accountKey(address, 'code')): CodeFact {
    const fact = this.#knowledge.code(address, key);
    this.#answers.push({ kind: 'code', key, address, fact });
    return fact;
  }

  exists(address: Address): boolean | null {
    const answer = this.#knowledge.exists(address);
    this.#existence = (this.#existence ?? new Map()).set(address, answer);
    return answer;
  }

  hasStorage(address: Address): boolean {
    return this.#noteBefore(address, 'storage', this.#knowledge.hasStorage(address));
  }

  hadBefore(address: Address, field: 'balance' | 'nonce'): boolean {
    return this.#noteBefore(address, field, this.#knowledge.hadBefore(address, field));
  }

  #noteBefore(address: Address, field: BeforeBlock['field'], had: boolean): boolean {
    this.#before ??= [];
    this.#before.push({ address, field, had });
    return had;
  }
}

/**
 * Whether all is answered as it was.
 *
 * @param concerns - Keys whose answers may be others now, at least.
 */
export function isAnsweredAlike(
  { answers, existence, before }: Inputs,
  now: Knowledge,
  concerns: (key: StateKey) => boolean,
): boolean {
  for (const input of answers) if (concerns(input.key) && driftOfInput(input, now) !== 'same') return false;
  for (const [address, then] of existence) {
    const isConcerned = FIELDS.some((field) => concerns(accountKey(address, field)));
    if (isConcerned && now.exists(address) !== then) return false;
  }
  return before.every(({ address, field, had }) => {
    if (field === 'storage') return now.hasStorage(address) === had;
    return !concerns(accountKey(address, field)) || now.hadBefore(address, field) === had;
  });
}

/**
 * What is known now, compared with what was known then. `same`: nothing else. `more`: what was derived still
 * holds, though less might be derived now. `other`: what was derived need not hold.
 */
export type Drift = 'same' | 'more' | 'other';

/** How the answers have changed. */
export function driftOf({ answers, existence }: Inputs, now: Knowledge): Drift {
  let drift: Drift = 'same';
  for (const input of answers) {
    const next = driftOfInput(input, now);
    if (next === 'other') return next;
    if (next === 'more') drift = next;
  }
  for (const [address, then] of existence) {
    const answer = now.exists(address);
    if (answer === then) continue;
    if (then !== null) return 'other';
    drift = 'more';
  }
  return drift;
}

/**
 * The keys at which what is known now goes beyond what was known then: what was derived need not hold.
 *
 * @param concerns - Keys whose answers may be others now, at least.
 */
export function* uncoveredKeys(
  { answers, existence, before }: Inputs,
  now: Knowledge,
  concerns: (key: StateKey) => boolean,
): Iterable<StateKey> {
  for (const input of answers) {
    if (concerns(input.key) && driftOfInput(input, now) === 'other') yield input.key;
  }
  for (const [address, then] of existence) {
    const keys = FIELDS.map((field) => accountKey(address, field)).filter(concerns);
    if (then !== null && keys.length > 0 && now.exists(address) !== then) yield* keys;
  }
  for (const { address, field, had } of before) {
    if (field === 'storage') {
      const keys = FIELDS.map((one) => accountKey(address, one)).filter(concerns);
      if (keys.length > 0 && now.hasStorage(address) !== had) yield* keys;
    } else {
      const key = accountKey(address, field);
      if (concerns(key) && now.hadBefore(address, field) !== had) yield key;
    }
  }
}

function driftOfInput(input: Input, now: Knowledge): Drift {
  switch (input.kind) {
    case 'storage':
      return driftOfFact(input.fact, now.storage(input.address, input.slot, input.origin, input.key));
    case 'balance':
      return driftOfFact(input.fact, now.balance(input.address, input.key));
    case 'nonce':
      return driftOfFact(input.fact, now.nonce(input.address, input.key));
    case 'code':
      return driftOfCode(input.fact, now.code(input.address, input.key));
    default:
      return input satisfies never;
  }
}

/** `null`: any value, of which the state source says nothing. */
function boundsOf(fact: Fact): Word | null {
  switch (fact.kind) {
    case 'stable':
      return fact.value;
    case 'unstable':
      return fact.bounds;
    case 'missing':
      return null;
    default:
      return fact satisfies never;
  }
}

function driftOfFact(then: Fact, now: Fact): Drift {
  const before = boundsOf(then);
  const after = boundsOf(now);
  if (before === null || after === null) {
    if (before === after) return 'same';
    return before === null ? 'more' : 'other';
  }
  if (then.kind === now.kind && sameKnowledge(before, after)) return 'same';
  if (knownValue(before) !== null) return 'other';
  return leqWords(after, before) ? 'more' : 'other';
}

/** `null`: any code. */
function codesOf(fact: CodeFact): readonly Uint8Array[] | null {
  switch (fact.kind) {
    case 'stable':
      return [fact.code];
    case 'unstable':
      return fact.codes;
    case 'missing':
      return null;
    default:
      return fact satisfies never;
  }
}

function driftOfCode(then: CodeFact, now: CodeFact): Drift {
  const before = codesOf(then);
  const after = codesOf(now);
  if (before === null || after === null) {
    if (before === after) return then.kind === now.kind ? 'same' : 'more';
    return before === null ? 'more' : 'other';
  }
  const isKnown = (code: Uint8Array) => before.some((other) => isSameCode(code, other));
  if (!after.every(isKnown)) return 'other';
  return after.length === before.length ? 'same' : 'more';
}
