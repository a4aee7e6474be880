/**
 * The state that some of a block's transactions have left, whichever others have run: what deferred ones are
 * resolved on. An account is worked out when it is asked for.
 */
import type { Address } from '../input/block.ts';
import type { AccountState, StateSource } from '../state/source.ts';
import { type Commutation, CurrentState } from './current-state.ts';
import type { AccountDiff } from './transaction-state.ts';

interface Change {
  readonly diff: AccountDiff;
  readonly commutation: Commutation | undefined;
}

export class SettledState implements StateSource {
  readonly #state: CurrentState;
  readonly #changes = new Map<Address, Change[]>();

  constructor(before: StateSource) {
    this.#state = new CurrentState(before);
  }

  /** Adds what a transaction changed, after all that come before it in block order and are added at all. */
  add(diffs: readonly AccountDiff[], commutation: Commutation | undefined): void {
    for (const diff of diffs) {
      const changes = this.#changes.get(diff.address);
      if (changes === undefined) this.#changes.set(diff.address, [{ diff, commutation }]);
      else changes.push({ diff, commutation });
    }
  }

  account(address: Address): AccountState | null | undefined {
    this.#workOut(address);
    return this.#state.account(address);
  }

  storage(address: Address, slot: bigint): bigint | undefined {
    this.#workOut(address);
    return this.#state.storage(address, slot);
  }

  hasStorage(address: Address): boolean {
    this.#workOut(address);
    return this.#state.hasStorage(address);
  }

  #workOut(address: Address): void {
    const changes = this.#changes.get(address);
    if (changes === undefined) return;
    this.#changes.delete(address);
    for (const { diff, commutation } of changes) this.#state.apply([diff], commutation);
  }
}
