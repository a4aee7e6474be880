/** What follows from the state of the page: the graphs of the block as it is and with changes, and who is let through. */

import type { Change } from '../graph/scenario.ts';
import type { Block } from './block.ts';
import { type Filter, matching, SearchText } from './filter.ts';
import { type Outcome, outcomeOf, type Width } from './outcome.ts';
import type { State } from './state.ts';

export interface Shown {
  readonly state: State;
  readonly original: Outcome;
  /** The same as `original` where nothing is changed. */
  readonly changed: Outcome;
  /** Which of the two graph and timeline show. */
  readonly outcome: Outcome;
  /** By transaction: 1 if the filter lets it through. */
  readonly passes: Uint8Array;
}

/** Computes what follows from states one after the other, and only what is another than before. */
export class Deriver {
  readonly #block: Block;
  readonly #search: SearchText;
  readonly #outcomes = new Map<readonly Change[], Outcome>();
  #width: Width | null = null;
  #last: Shown | null = null;

  constructor(block: Block) {
    this.#block = block;
    this.#search = new SearchText(block);
  }

  derive(state: State): Shown {
    const { workers, changes, filter } = state;
    if (workers !== this.#width?.workers) {
      this.#width = { workers, granularity: this.#block.data.granularity };
      this.#outcomes.clear();
    }
    const original = this.#outcome(NO_CHANGES);
    const changed = changes.length === 0 ? original : this.#outcome(changes);
    const outcome = state.shown === 'original' ? original : changed;
    const passes = this.#passes(outcome, filter);
    this.#last = { state, original, changed, outcome, passes };
    return this.#last;
  }

  #outcome(changes: readonly Change[]): Outcome {
    let outcome = this.#outcomes.get(changes);
    if (outcome === undefined) {
      if (this.#width === null) throw new RangeError('no number of workers yet');
      outcome = outcomeOf(this.#block.conflicts, changes, this.#width);
      // Those of the original and of the changes that are shown; earlier ones come back only by undo.
      for (const old of this.#outcomes.keys()) if (old !== NO_CHANGES) this.#outcomes.delete(old);
      this.#outcomes.set(changes, outcome);
    }
    return outcome;
  }

  #passes(outcome: Outcome, filter: Filter): Uint8Array {
    const last = this.#last;
    if (last !== null && last.outcome === outcome && last.state.filter === filter) return last.passes;
    return matching(this.#block, this.#search, outcome, filter);
  }
}

const NO_CHANGES: readonly Change[] = [];
