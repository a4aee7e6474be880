/**
 * The state that the rounds of a mempool start from. It may lag behind the true one at some keys: values there are
 * *pinned*, as long as all that the members were told in the end covers the true value as well. Then nothing has to
 * be derived again where a new head moves a value that any order may move anyway.
 */
import type { GrowingAccountDiff, GrowingDiff } from '../state/diff.ts';
import { parseKey, type StateKey } from '../state/key.ts';
import { overlayState } from '../state/overlay.ts';
import type { StateSource } from '../state/source.ts';

export class PinnedState {
  readonly #keys = new Set<StateKey>();
  /** The values at these keys. */
  readonly #pins: GrowingDiff = new Map();
  #truth: StateSource;
  #shown: StateSource;

  constructor(truth: StateSource) {
    this.#truth = truth;
    this.#shown = truth;
  }

  get truth(): StateSource {
    return this.#truth;
  }

  /** What rounds see: the true state, but for the pinned keys. */
  get shown(): StateSource {
    return this.#shown;
  }

  get hasPins(): boolean {
    return this.#keys.size > 0;
  }

  isPinned(key: StateKey): boolean {
    return this.#keys.has(key);
  }

  keys(): Iterable<StateKey> {
    return this.#keys;
  }

  /**
   * The true state is another one. Keys among those given are pinned to what was shown before.
   *
   * @returns Keys at which something else is shown now, or may be.
   */
  moveTo(truth: StateSource, keys: Iterable<StateKey>): Set<StateKey> {
    const shown = this.#shown;
    const before = new Map<StateKey, bigint | undefined>();
    for (const key of keys) before.set(key, pinnableAt(shown, key));
    this.#truth = truth;
    const changed = new Set<StateKey>();
    for (const [key, value] of before) {
      const now = pinnableAt(truth, key);
      const isPinned = this.isPinned(key);
      if (value === undefined || now === undefined || value === now) {
        this.unpin(key);
        // A source that was changed in place has no values of before.
        if (!isPinned || value !== now) changed.add(key);
      } else this.#pin(key, value);
    }
    this.#show();
    return changed;
  }

  unpin(key: StateKey): void {
    if (!this.#keys.delete(key)) return;
    const { address, field, slot } = parseKey(key);
    const pins = this.#pins.get(address);
    if (pins === undefined) return;
    if (field === 'storage') pins.storage.delete(slot);
    else delete pins[field];
    const isLeft = pins.balance !== undefined || pins.nonce !== undefined || pins.storage.size > 0;
    if (!isLeft) this.#pins.delete(address);
    this.#show();
  }

  #show(): void {
    this.#shown = this.#pins.size === 0 ? this.#truth : overlayState(this.#truth, this.#pins);
  }

  #pin(key: StateKey, value: bigint): void {
    this.#keys.add(key);
    const { address, field, slot } = parseKey(key);
    const pins: GrowingAccountDiff = this.#pins.get(address) ?? { storage: new Map() };
    this.#pins.set(address, pins);
    if (field === 'storage') pins.storage.set(slot, value);
    else if (field !== 'code') pins[field] = value;
  }
}

/** The value at a key that may be pinned; `undefined`: it may not, or is not known. */
function pinnableAt(state: StateSource, key: StateKey): bigint | undefined {
  const { address, field, slot } = parseKey(key);
  if (field === 'code') return undefined;
  const account = state.account(address);
  if (account === undefined || account === null) return undefined;
  if (field !== 'storage') return account[field];
  // Slots of an account without code decide whether a contract can be made there (EIP-7610).
  return account.code.length === 0 ? undefined : state.storage(address, slot);
}
