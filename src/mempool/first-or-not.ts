/** Orders that are not in a block since others come before them, and that could be in it if they came first. */
import type { Candidate, Sequence, SequenceTask } from './fee-sequence.ts';
import { Filling } from './filling.ts';

/**
 * Those with a transaction that must not fail, or a condition on a slot, and that run on the state before the block;
 * most value first, then as they were to be tried.
 *
 * @param most - So many are looked at.
 */
export function firstOrNot(
  { inclusion, state, candidates }: SequenceTask,
  { leftOut }: Sequence,
  most: number,
): Candidate[] {
  const ids = new Set(leftOut.flatMap(({ id, reason: { kind } }) => (isOfPlace(kind) ? [id] : [])));
  if (ids.size === 0) return [];
  const filling = new Filling(inclusion, state);
  return candidates
    .filter(({ order, value }) => ids.has(order.id) && value > 0n)
    .sort((a, b) => (a.value < b.value ? 1 : a.value > b.value ? -1 : 0))
    .slice(0, most)
    .filter(({ order }) => {
      const trial = filling.try(order);
      return trial.kind === 'fits' && !trial.fit.isOpen;
    });
}

function isOfPlace(kind: Sequence['leftOut'][number]['reason']['kind']): boolean {
  return kind === 'fails' || kind === 'condition';
}
