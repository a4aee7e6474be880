/** The end of a block: its last steps after all transactions, and what all of it comes to. */
import { InvalidBlockError } from '../errors.ts';
import type { Address } from '../input/block.ts';
import type { BlockAccessList } from '../input/block-access-list/list.ts';
import { isHardforkFrom } from '../input/chain.ts';
import { mergeDiffs, type StateDiff } from '../state/diff.ts';
import { withdrawalsDiff } from '../state/system-calls.ts';
import { buildBlockAccessList } from './access-list/build.ts';
import { withdrawalsStep } from './access-list/own-steps.ts';
import { type Step, stepOf } from './access-list/step.ts';
import type { BlockRun, OpenedBlock } from './block-run.ts';
import { committedDiff } from './current-state.ts';
import { MissingStateError } from './missing-state.ts';
import { once } from './once.ts';
import { depositsOf, QUEUES, type Requests } from './requests.ts';

/** What a block did beyond its transactions' results. */
export interface BlockEnd {
  /** From before the block's first step to after its last one. */
  readonly stateDiff: StateDiff;
  /** By type, ascending; `null` before Prague, and where the state lacks the contracts that know. */
  readonly requests: readonly Requests[] | null;
  /** The access list; made when it is first asked for. */
  readonly accessList: () => BlockAccessList;
}

/**
 * Does the block's last steps over the state of a run that is finished; once for each run.
 *
 * @throws InvalidBlockError when one of them fails.
 */
export async function closeBlock(
  { input, state, systemCalls, opening }: OpenedBlock,
  run: BlockRun,
): Promise<BlockEnd> {
  const { current } = run;
  const closing: Step[] = [];
  const close = (step: Step): void => {
    current.apply(step.diff);
    closing.push(step);
  };
  if (input.block !== null) close(withdrawalsStep(input.block, withdrawalsDiff(current, input.block)));
  const requests =
    input.block !== null && isHardforkFrom(input.hardfork, 'prague')
      ? await takeRequests(run, input.chainId, close)
      : null;
  return {
    stateDiff: mergeDiffs([systemCalls, committedDiff(current, state)]),
    // Amsterdam has two more kinds (EIP-8282), which are not taken.
    requests: isHardforkFrom(input.hardfork, 'amsterdam') ? null : requests,
    accessList: once(() =>
      buildBlockAccessList(
        [[opening], ...run.steps().map((step) => [step]), closing],
        (address) => current.changed(address)?.before ?? null,
      ),
    ),
  };
}

/** Empties the queues. What of them is not known stays as it is. */
async function takeRequests(
  run: BlockRun,
  chainId: bigint,
  close: (step: Step) => void,
): Promise<readonly Requests[] | null> {
  const results = run.results.flatMap((result) => (result === undefined ? [] : [result]));
  const requests = [depositsOf(results, chainId)];
  let isComplete = true;
  for (const { type, address } of QUEUES) {
    const data = await takeQueue(run, address, close);
    if (data === null) isComplete = false;
    else requests.push({ type, data });
  }
  return isComplete ? requests.filter(({ data }) => data.length > 0) : null;
}

/** What a queue holds; `null` where its contract, or what it holds, is not in the state. */
async function takeQueue(
  run: BlockRun,
  address: Address,
  close: (step: Step) => void,
): Promise<Uint8Array | null> {
  try {
    const call = await run.callSystem(address);
    close(stepOf(call, null));
    if ((run.current.account(address)?.code.length ?? 0) === 0) return null;
    if (call.isSuccess) return call.output;
  } catch (error) {
    if (error instanceof MissingStateError) return null;
    throw error;
  }
  throw new InvalidBlockError(null, 'failed-system-call', `the call of ${address} at its end fails`);
}
