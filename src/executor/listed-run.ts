/**
 * Runs a block on the worker pool by its access list (EIP-7928): each transaction by itself, on the state that the
 * list says it finds. The block's own first steps are done here and compared with the list. A result counts once all
 * earlier ones have left what the list says, so each that counts ran on the state of a sequential run. At the first
 * that has not, the run stops; what is left is for the sequential one.
 */
import { InternalError } from '../errors.ts';
import type { BlockInput } from '../input/block.ts';
import { blockAccessListProblems } from '../input/block-access-list/check.ts';
import type { BlockAccessList } from '../input/block-access-list/list.ts';
import { isHardforkFrom } from '../input/chain.ts';
import { ListedChanges } from './access-list/listed-changes.ts';
import { isAsListed } from './access-list/proof.ts';
import type { BlockRun } from './block-run.ts';
import type { ListedRange } from './dispatch/listed-runner.ts';
import { type BatchResults, receivedListed } from './dispatch/outbox.ts';
import type { End, WorkerPool } from './pool.ts';

/** Requests that a worker gets of a block at least, so that all end at about the same time. */
const SHARES = 8;
const MAXIMUM_COUNT = 16;

/** Whether a block can be run by a list: its rules are such that a list says all that changes, and it is in order. */
export function canRunBy(list: BlockAccessList, { block, hardfork, transactions }: BlockInput): boolean {
  if (!isHardforkFrom(hardfork, 'cancun')) return false;
  const gasLimit = block?.gasLimit ?? null;
  return blockAccessListProblems(list, { transactions: transactions.length, gasLimit }).length === 0;
}

/**
 * Commits to `run` the results that count: all of them if the list is right.
 *
 * @param pool - Whose workers have been sent the block with its list.
 * @param group - Names the requests, so that they can be cancelled.
 */
export async function runByList(
  run: BlockRun,
  pool: Pick<WorkerPool, 'size' | 'request' | 'cancel'>,
  list: BlockAccessList,
  group: symbol,
): Promise<void> {
  const { state, input } = run.block;
  const changes = new ListedChanges(list);
  const beginning = { diff: [], listed: changes.at(0), current: run.current, next: state };
  if (!isAsListed(beginning)) return;
  const answers = rangesOf(input.transactions.length, pool.size).map((range) => ({
    ...range,
    answer: pool.request(
      { kind: 'listed', body: range },
      { group, accept: (answer) => receivedListed(answer, range) },
    ),
  }));
  for (const { first, count, answer } of answers) {
    const { results, timing } = resultsOf(await answer);
    if (timing !== null) run.trace?.addBatch(indicesOf({ first, count }), timing);
    for (let index = first; index < first + count; index++) {
      // What a worker could not run: this thread has all the state there is.
      const result = results[index - first] ?? (await run.run(index, run.current, undefined));
      run.commit(result, null);
      const next = changes.before(index + 2, state);
      if (
        result.status === 'ran' &&
        isAsListed({ diff: result.diff, listed: changes.at(index + 1), current: run.current, next })
      ) {
        continue;
      }
      pool.cancel(group);
      return;
    }
  }
}

function rangesOf(transactions: number, workers: number): ListedRange[] {
  const size = Math.min(Math.max(Math.ceil(transactions / (workers * SHARES)), 1), MAXIMUM_COUNT);
  const ranges: ListedRange[] = [];
  for (let first = 0; first < transactions; first += size) {
    ranges.push({ first, count: Math.min(size, transactions - first) });
  }
  return ranges;
}

function indicesOf({ first, count }: ListedRange): number[] {
  return Array.from({ length: count }, (_, at) => first + at);
}

function resultsOf(end: End<BatchResults>): Pick<BatchResults, 'results' | 'timing'> {
  if (end.kind === 'answer') return end.value;
  if (end.failure.code === 'closed' || end.failure.code === 'cancelled') {
    throw new InternalError(end.failure.message);
  }
  return { results: [], timing: null };
}
