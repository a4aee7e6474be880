/** A member of a mempool in each round of the derivation, before and after a change. */

import { addressOf, type StateKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import { keysOf } from './any-order-askers.ts';
import type { AnyOrderIndex, Writer } from './any-order-index.ts';
import { BlockKnowledge, type Predecessors, predecessorsIn } from './block-knowledge.ts';
import { NO_CELLS } from './cells.ts';
import type { Knowledge } from './knowledge.ts';
import { type LeftBehind, NOTHING_LEFT } from './left-behind.ts';
import { isOpen } from './pending-bounds.ts';
import type { TransactionAnalysis } from './result.ts';
import { joinWords } from './word.ts';
import { ANYTHING, eitherCode, WriteIndex, type Written, type WrittenCode } from './write-index.ts';

/** What is derived of a member in a round, and holds until its next step. */
export interface Step {
  readonly round: number;
  /** Of its transactions, in the order in which they run. */
  readonly results: readonly TransactionAnalysis[];
  /** All that it was said to leave so far, or what is likely where it may touch anything. */
  readonly left: LeftBehind;
  readonly isOpen: boolean;
}

export class Unit<Member> implements Writer {
  readonly member: Member;
  /** Ascending. */
  steps: readonly Step[] = [];
  /** Those before the change that is being made; in rounds after `isNewThrough` others see these. */
  old: readonly Step[] | null = null;
  isNewThrough = -1;

  constructor(member: Member) {
    this.member = member;
  }

  leavesIn(round: number): LeftBehind {
    const steps = this.old === null || round <= this.isNewThrough ? this.steps : this.old;
    return stepIn(steps, round)?.left ?? NOTHING_LEFT;
  }

  /** What it is in a round, and was before the change that is being made. */
  stepBefore(round: number): Step | null {
    return stepIn(this.old ?? this.steps, round);
  }

  /** From `round` on, steps are new ones; those before are kept. */
  startChange(round: number): void {
    this.old = this.steps;
    this.steps = this.steps.filter((step) => step.round < round);
    this.isNewThrough = round - 1;
  }

  endChange(): void {
    this.old = null;
    this.isNewThrough = -1;
  }
}

/** The step that holds in a round. */
export function stepIn(steps: readonly Step[], round: number): Step | null {
  for (let at = steps.length - 1; at >= 0; at--) {
    const step = steps[at] as Step;
    if (step.round <= round) return step;
  }
  return null;
}

/** What all of a mempool look to its members in the rounds so far. */
export interface Surroundings {
  readonly state: StateSource;
  readonly index: AnyOrderIndex;
  /** Whether a key may hold anything whenever a member runs, whatever is said of it. */
  readonly isAnything: (key: StateKey) => boolean;
}

/**
 * What a transaction of a member knows: the state, what others may have left on it, and what those of its own
 * member that run before it have done.
 *
 * @param round - Of what the others left; below 0: nobody runs before.
 * @param earlier - Those of its own member that run before it; `mayBeLeftOut` says which of them need not.
 */
export function knowledgeOf<Member>(
  { state, index, isAnything }: Surroundings,
  unit: Unit<Member>,
  round: number,
  earlier: readonly TransactionAnalysis[],
  mayBeLeftOut: (at: number) => boolean,
): Knowledge {
  const others: Predecessors = {
    value: (key, address, origin) => {
      if (isAnything(key)) return ANYTHING;
      return round < 0 ? null : index.find(unit, round, key, address, origin);
    },
    code: (address) => (round < 0 ? null : index.findCode(unit, round, address)),
    isRaised: (key) => round >= 0 && index.isRaised(unit, round, key),
  };
  if (earlier.length === 0) return new BlockKnowledge(state, others, state);
  const own = new WriteIndex();
  for (const [at, { accesses, effects }] of earlier.entries()) {
    own.add(at, accesses, effects, isOpen({ accesses }), mayBeLeftOut(at) ? 'perhaps' : 'certainly');
  }
  return new BlockKnowledge(state, inFrontOf(predecessorsIn(own), others), state);
}

/** Those that run right before somebody, with nobody in between, and those that may run before them. */
function inFrontOf(own: Predecessors, others: Predecessors): Predecessors {
  return {
    value: (key, address, origin) => {
      const nearest = own.value(key, address, origin);
      return nearest === null || nearest.orBefore
        ? eitherValue(nearest, others.value(key, address, origin))
        : nearest;
    },
    code: (address) => {
      const nearest = own.code(address);
      return nearest === null || nearest.orBefore ? eitherKnown(nearest, others.code(address)) : nearest;
    },
    isRaised: (key) => {
      const nearest = own.value(key, addressOf(key), null);
      return (nearest === null || nearest.orBefore) && others.isRaised?.(key) === true;
    },
  };
}

function eitherValue(a: Written | null, b: Written | null): Written | null {
  if (a === null || b === null) return a ?? b;
  const value = a.value === null || b.value === null ? null : joinWords(a.value, b.value, NO_CELLS);
  return { value, orBefore: b.orBefore };
}

function eitherKnown(a: WrittenCode | null, b: WrittenCode | null): WrittenCode | null {
  if (a === null || b === null) return a ?? b;
  const either = eitherCode(a, b);
  return either.codes === null ? either : { codes: either.codes, orBefore: b.orBefore };
}

/** The keys that were asked for in a step; may repeat. */
export function* askedIn({ results }: Step): Iterable<StateKey> {
  for (const { inputs, scouted } of results) {
    yield* keysOf(inputs);
    if (scouted !== undefined) yield* keysOf(scouted);
  }
}
