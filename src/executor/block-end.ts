/** The end of a block: its last steps after all transactions, and what all of it comes to. */
import type { BlockAccessList } from '../input/block-access-list/list.ts';
import { mergeDiffs, type StateDiff } from '../state/diff.ts';
import { withdrawalsDiff } from '../state/system-calls.ts';
import { buildBlockAccessList } from './access-list/build.ts';
import { withdrawalsStep } from './access-list/own-steps.ts';
import { NO_STEP, type Step } from './access-list/step.ts';
import type { BlockRun, OpenedBlock } from './block-run.ts';
import { committedDiff } from './current-state.ts';

/** What a block did beyond its transactions' results. */
export interface BlockEnd {
  /** From before the block's first step to after its last one. */
  readonly stateDiff: StateDiff;
  /** The access list; made when it is first asked for. */
  readonly accessList: () => BlockAccessList;
}

/** Does the block's last steps over the state of a run that is finished; once for each run. */
export function closeBlock({ input, state, systemCalls, opening }: OpenedBlock, run: BlockRun): BlockEnd {
  const { current } = run;
  let closing: Step = NO_STEP;
  if (input.block !== null) {
    closing = withdrawalsStep(input.block, withdrawalsDiff(current, input.block));
    current.apply(closing.diff);
  }
  return {
    stateDiff: mergeDiffs([systemCalls, committedDiff(current, state)]),
    accessList: once(() =>
      buildBlockAccessList(
        [opening, ...run.steps(), closing],
        (address) => current.changed(address)?.before ?? null,
      ),
    ),
  };
}

/** Makes a value when it is first asked for, and then lets go of what it was made from. */
function once<T>(make: () => T): () => T {
  let state: { readonly make: () => T } | { readonly value: T } = { make };
  return () => {
    if ('make' in state) state = { value: state.make() };
    return state.value;
  };
}
