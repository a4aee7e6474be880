/** What the page shows, and how it changes. */

import { type Change, sameChange } from '../graph/scenario.ts';
import { type Filter, NO_FILTER } from './filter.ts';

export type Theme = 'system' | 'light' | 'dark';

export interface State {
  /** Selected transaction. */
  readonly selected: number | null;
  readonly filter: Filter;
  /** What if; in the order in which they were made. */
  readonly changes: readonly Change[];
  /** Which block graph and timeline show, where there are changes. */
  readonly shown: 'changed' | 'original';
  readonly workers: number;
  readonly theme: Theme;
}

export function initialState(workers: number): State {
  return { selected: null, filter: NO_FILTER, changes: [], shown: 'changed', workers, theme: 'system' };
}

type Listener = (state: State, previous: State) => void;

/** Holds the state; whoever draws listens. */
export class Store {
  #state: State;
  readonly #listeners: Listener[] = [];
  readonly #past: (readonly Change[])[] = [];
  readonly #undone: (readonly Change[])[] = [];

  constructor(state: State) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  listen(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Changes part of the state; what is the same by identity is no change. */
  set(part: Partial<State>): void {
    const previous = this.#state;
    this.#state = { ...previous, ...part };
    for (const listener of this.#listeners) listener(this.#state, previous);
  }

  filter(part: Partial<Filter>): void {
    this.set({ filter: { ...this.#state.filter, ...part } });
  }

  /** Makes a change to the block, in place of an earlier one to the same thing. */
  change(change: Change): void {
    this.#changeTo([...this.#state.changes.filter((other) => !sameChange(other, change)), change]);
  }

  takeBack(change: Change): void {
    this.#changeTo(this.#state.changes.filter((other) => !sameChange(other, change)));
  }

  reset(): void {
    this.#changeTo([]);
  }

  undo(): void {
    const changes = this.#past.pop();
    if (changes === undefined) return;
    this.#undone.push(this.#state.changes);
    this.#show(changes);
  }

  redo(): void {
    const changes = this.#undone.pop();
    if (changes === undefined) return;
    this.#past.push(this.#state.changes);
    this.#show(changes);
  }

  #changeTo(changes: readonly Change[]): void {
    this.#past.push(this.#state.changes);
    this.#undone.length = 0;
    this.#show(changes);
  }

  /** Components have other numbers in another graph. */
  #show(changes: readonly Change[]): void {
    this.set({ changes, shown: 'changed', filter: { ...this.#state.filter, component: null } });
  }
}
