/** Which pattern the changes of a slot show. */
import type { BlockHeader } from '../input/block.ts';
import type { StoragePlace } from '../names/place.ts';
import type { Change } from './changes.ts';
import type { PatternId } from './patterns.ts';
import { isPoolState } from './pool-state.ts';

/** What was recognised, with what the sentence says of it. */
export interface Recognized {
  readonly pattern: PatternId;
  /** By how much a counter grows; `null` elsewhere. */
  readonly step: bigint | null;
}

/** What is known beside the values. */
export interface SlotContext {
  readonly block: BlockHeader | null;
  /** `null`: not known. */
  readonly place: StoragePlace | null;
}

/** @param changes - At least one, in block order. */
export function recognize(changes: readonly Change[], { block, place }: SlotContext): Recognized {
  const found = (pattern: PatternId, step: bigint | null = null): Recognized => ({ pattern, step });
  const changed = changes.filter(({ before, after }) => before !== after);
  const [first] = changed;
  // What passes through an account's entry leaves it as it was as well.
  if (first === undefined) return found(isEntry(place) ? 'hot-entry' : 'lock');
  // One change shows no rule.
  if (changed.length < 2) return found('rewritten');
  if (block !== null && changed.every(({ after }) => after === block.timestamp)) return found('clock');
  const step = first.after - first.before;
  // Payments of equal size make no counter.
  const isCounted = step === 1n || !changed.every(isSumOfAmounts);
  if (isCounted && changed.every(({ before, after }) => after - before === step)) {
    if (isAppended(changed)) return found('array-push');
    return found(isEntry(place) ? 'entry-counter' : 'counter', step);
  }
  if (isPoolState(changed, block)) return found('pool');
  if (changed.every(isOneMoreBit)) return found('flags');
  const isGrowing = changed.every(({ before, after }) => after > before);
  if (isEntry(place)) return found(isGrowing ? 'credited-entry' : 'hot-entry');
  if (changed.every(isSumOfAmounts)) return found('total');
  return found(isGrowing ? 'accumulator' : 'rewritten');
}

/** Each counted up by one and wrote the element that was then the last, all of the same size. */
function isAppended(changes: readonly Change[]): boolean {
  const sizes = [...(changes[0]?.elementSizes ?? [])];
  return sizes.some((size) =>
    changes.every(
      ({ before, after, elementSizes }) =>
        after === before + 1n && (elementSizes.has(size) || (before === 0n && elementSizes.size > 0)),
    ),
  );
}

function isOneMoreBit({ before, after }: Change): boolean {
  const bit = after - before;
  return bit > 0n && (bit & (bit - 1n)) === 0n && (before & bit) === 0n;
}

/** It changed by an amount that the transaction moves elsewhere, or was given. */
function isSumOfAmounts({ before, after, amounts }: Change): boolean {
  return amounts.has(after > before ? after - before : before - after);
}

/** A value of a mapping, or behind a hash of something, and not a member of some larger struct in it. */
function isEntry(place: StoragePlace | null): boolean {
  if (place === null) return false;
  const last = place.steps.at(-1);
  return last === undefined ? place.root.kind === 'hash' && place.root.words.length > 1 : last.kind === 'key';
}
