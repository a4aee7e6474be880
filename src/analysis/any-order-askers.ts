/** Who asked for which keys: whom it concerns when something else is left there. */
import type { Address } from '../input/block.ts';
import { accountKey, addressOf, type StateKey } from '../state/key.ts';
import { type BeforeBlock, type Inputs, NO_INPUTS } from './inputs.ts';
import type { Differences } from './left-behind.ts';

export class Askers<One> {
  readonly #ofKey = new Map<StateKey, Set<One>>();
  /** The keys of each account that somebody asked for. */
  readonly #keys = new Map<Address, Set<StateKey>>();

  /** @param old - What it asked for already: often the same keys at first. */
  add(one: One, { answers, before }: Inputs, old: Inputs = NO_INPUTS): void {
    for (const [at, { key }] of answers.entries()) {
      if (old.answers[at]?.key !== key) this.#add(one, key);
    }
    for (const question of before) this.#add(one, keyBefore(question));
  }

  #add(one: One, key: StateKey): void {
    const set = this.#ofKey.get(key);
    if (set !== undefined) {
      set.add(one);
      return;
    }
    this.#ofKey.set(key, new Set([one]));
    const address = addressOf(key);
    const keys = this.#keys.get(address);
    if (keys === undefined) this.#keys.set(address, new Set([key]));
    else keys.add(key);
  }

  /** Undoes `add` for keys that it asks no more. */
  remove(one: One, asked: Iterable<StateKey>): void {
    for (const key of asked) {
      const set = this.#ofKey.get(key);
      if (set?.delete(one) !== true || set.size > 0) continue;
      this.#ofKey.delete(key);
      const address = addressOf(key);
      const keys = this.#keys.get(address);
      keys?.delete(key);
      if (keys?.size === 0) this.#keys.delete(address);
    }
  }

  of(key: StateKey): ReadonlySet<One> {
    return this.#ofKey.get(key) ?? NOBODY;
  }

  *ofAccount(address: Address): Iterable<One> {
    for (const key of this.#keys.get(address) ?? []) yield* this.of(key);
  }

  *ofKeys(keys: Iterable<StateKey>): Iterable<One> {
    for (const key of keys) yield* this.of(key);
  }
}

const NOBODY: ReadonlySet<never> = new Set();

/** The keys that were asked for; may repeat. */
export function* keysOf({ answers, before }: Inputs): Iterable<StateKey> {
  for (const { key } of answers) yield key;
  for (const question of before) yield keyBefore(question);
}

function keyBefore({ address, field }: BeforeBlock): StateKey {
  return accountKey(address, field === 'storage' ? 'code' : field);
}

/** Whether a key is among the differences, or may be. */
export function concerns({ keys, accounts, isEverywhere }: Differences, key: StateKey): boolean {
  return isEverywhere || keys.has(key) || (accounts.size > 0 && accounts.has(addressOf(key)));
}
