/**
 * Keys of which it is known what they may hold: one of a few values, or one of a few codes, as after earlier
 * transactions whose effects are known in part. The value from before may be among them or not.
 */
import type { Random } from '../../examples/generator/random.ts';
import type { Predecessors } from '../../src/analysis/block-knowledge.ts';
import { joinWords, type Word } from '../../src/analysis/word.ts';
import { ANYTHING } from '../../src/analysis/write-index.ts';
import type { Address } from '../../src/input/block.ts';
import { addressOf, parseKey, type StateKey } from '../../src/state/key.ts';
import type { OracleState } from '../oracle/state.ts';
import { drawCode, drawValue, type Material, type Mutation } from './mutation.ts';

interface Choice<T> {
  readonly others: readonly T[];
  /** Whether it may still be what it was before. */
  readonly orBefore: boolean;
}

export interface Alternatives {
  readonly values: ReadonlyMap<StateKey, Choice<bigint>>;
  readonly codes: ReadonlyMap<Address, Choice<Uint8Array>>;
}

const MOST_KEYS = 6;

/** Alternatives for a few of the keys; none for storage or code of accounts that have no code. */
export function drawAlternatives(
  random: Random,
  keys: readonly StateKey[],
  state: OracleState,
  material: Material,
): Alternatives {
  const values = new Map<StateKey, Choice<bigint>>();
  const codes = new Map<Address, Choice<Uint8Array>>();
  const count = 1 + random.below(MOST_KEYS);
  for (let i = 0; i < count && keys.length > 0; i++) {
    const key = random.pick(keys);
    const { field } = parseKey(key);
    const address = addressOf(key);
    const hasCode = state.codeOf(address).length > 0;
    const number = 1 + random.below(3);
    const orBefore = random.chance(0.6);
    if (field === 'code') {
      const drawn = Array.from({ length: number }, () => drawCode(random, state, material));
      const others = drawn.filter((code) => code.length > 0);
      if (hasCode && others.length > 0) codes.set(address, { others, orBefore });
    } else if (field !== 'storage' || hasCode) {
      const others = Array.from({ length: number }, () => drawValue(random, key, state, material));
      const isPossible = field !== 'nonce' || others.every((nonce) => nonce >= state.nonceOf(address));
      if (isPossible) values.set(key, { others, orBefore });
    }
  }
  return { values, codes };
}

/** The alternatives as the analysis is told of them. */
export function asPredecessors({ values, codes }: Alternatives): Predecessors {
  return {
    value: (key) => {
      const choice = values.get(key);
      if (choice === undefined) return codes.has(addressOf(key)) && key.endsWith(':code') ? ANYTHING : null;
      const value = choice.others.reduce<Word>((a, b) => joinWords(a, b, []), choice.others[0] ?? 0n);
      return { value, orBefore: choice.orBefore };
    },
    code: (address) => {
      const choice = codes.get(address);
      return choice === undefined ? null : { codes: choice.others, orBefore: choice.orBefore };
    },
  };
}

/** One of the alternatives for each key. */
export function pickAlternatives(random: Random, { values, codes }: Alternatives): Mutation {
  const picked: { values: Map<StateKey, bigint>; codes: Map<Address, Uint8Array> } = {
    values: new Map(),
    codes: new Map(),
  };
  const pick = <T>({ others, orBefore }: Choice<T>): T | null =>
    orBefore && random.below(others.length + 1) === 0 ? null : random.pick(others);
  for (const [key, choice] of values) {
    const value = pick(choice);
    if (value !== null) picked.values.set(key, value);
  }
  for (const [address, choice] of codes) {
    const code = pick(choice);
    if (code !== null) picked.codes.set(address, code);
  }
  return picked;
}
