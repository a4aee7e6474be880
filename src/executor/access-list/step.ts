/** One step of a block, as its access list sees it: a transaction, or what the block itself does. */
import type { Address } from '../../input/block.ts';
import type { StateKey } from '../../state/key.ts';
import type { Commutation } from '../current-state.ts';
import type { Observed } from '../observed.ts';
import type { Ran } from '../transaction-runner.ts';
import type { AccountDiff } from '../transaction-state.ts';

export interface Step {
  readonly diff: readonly AccountDiff[];
  /** How `diff` was committed; `null`: all its values were set. */
  readonly commutation: Commutation | null;
  /** Keys that were observed, in any mode. */
  readonly keys: Iterable<StateKey>;
  /** As in `Observed`. */
  readonly touched: readonly Address[];
  readonly unreached: Observed['unreached'];
}

/** A step that does nothing. */
export const NO_STEP: Step = { diff: [], commutation: null, keys: [], touched: [], unreached: [] };

/** A transaction, or a call that was run like one. */
export function stepOf(
  { diff, observed }: Pick<Ran, 'diff' | 'observed'>,
  commutation: Commutation | null,
): Step {
  const { touched, unreached } = observed;
  return { diff, commutation, keys: observed.keys.keys(), touched, unreached };
}
