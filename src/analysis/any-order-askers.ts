/** Who asked for which keys: whom it concerns when something else is left there. */
import type { Address } from '../input/block.ts';
import { accountKey, addressOf, type StateKey } from '../state/key.ts';
import type { Inputs } from './inputs.ts';
import type { Differences } from './left-behind.ts';

export class Askers<One> {
  readonly #ofAccount = new Map<Address, Map<StateKey, Set<One>>>();

  add(one: One, inputs: Inputs): void {
    for (const key of keysOf(inputs)) {
      const address = addressOf(key);
      let keys = this.#ofAccount.get(address);
      if (keys === undefined) {
        keys = new Map();
        this.#ofAccount.set(address, keys);
      }
      const set = keys.get(key);
      if (set === undefined) keys.set(key, new Set([one]));
      else set.add(one);
    }
  }

  /** Undoes `add`, but for what it asks in `still`. */
  remove(one: One, inputs: Inputs, still: ReadonlySet<StateKey>): void {
    for (const key of keysOf(inputs)) {
      if (still.has(key)) continue;
      const address = addressOf(key);
      const keys = this.#ofAccount.get(address);
      const set = keys?.get(key);
      if (keys === undefined || set === undefined) continue;
      set.delete(one);
      if (set.size > 0) continue;
      keys.delete(key);
      if (keys.size === 0) this.#ofAccount.delete(address);
    }
  }

  of(key: StateKey): ReadonlySet<One> {
    return this.#ofAccount.get(addressOf(key))?.get(key) ?? NOBODY;
  }

  *ofAccount(address: Address): Iterable<One> {
    for (const set of this.#ofAccount.get(address)?.values() ?? []) yield* set;
  }

  *ofKeys(keys: Iterable<StateKey>): Iterable<One> {
    for (const key of keys) yield* this.of(key);
  }
}

const NOBODY: ReadonlySet<never> = new Set();

/** The keys that were asked for; may repeat. */
export function* keysOf({ answers, before }: Inputs): Iterable<StateKey> {
  for (const { key } of answers) yield key;
  for (const { address, field } of before) yield accountKey(address, field === 'storage' ? 'code' : field);
}

/** Whether a key is among the differences, or may be. */
export function concerns({ keys, accounts, isEverywhere }: Differences, key: StateKey): boolean {
  return isEverywhere || keys.has(key) || (accounts.size > 0 && accounts.has(addressOf(key)));
}
