/** Sequences of the orders of one group that differ in what may come of them: what is worth simulating. */
import type { StateSource } from '../state/source.ts';
import { type Dependence, isSameOutcome } from './dependence.ts';
import type { Order } from './order.ts';
import { inTurn, Turns } from './turns.ts';

/**
 * Why a sequence is worth simulating. Others vary the first one: `reversed` has one order before another one that it
 * came after, of those at the top; `instead` begins with one that the first sequence has no room for, since both
 * use one nonce. `other`: what is left where no more than so many differ at all.
 */
export type SequenceKind = 'value-per-gas' | 'value' | 'arrival' | 'instead' | 'reversed' | 'other';

export interface RankedSequence {
  readonly kind: SequenceKind;
  /** Places of orders. */
  readonly places: readonly number[];
}

/** The orders of one group. */
export interface Ranked {
  readonly dependence: Dependence;
  /** Places of the group's orders, in the order of arrival. */
  readonly part: readonly number[];
  /** By place: in wei. */
  readonly values: readonly bigint[];
  /** By place: gas that it is expected to use. */
  readonly gas: readonly bigint[];
  /** Before the block. */
  readonly state: StateSource;
}

/** Orders and steps up to which all sequences are looked for. */
const MOST_EXHAUSTIVE = 64;
const MOST_STEPS = 2_000;
/** Orders at the top of which each two are reversed. */
const TOP = 8;
/** Orders that begin a sequence that they were not in. */
const MOST_INSTEAD = 4;

/** Sequences of a group. */
export interface InnerSequences {
  /** No two come to the same; most promising first. */
  readonly sequences: readonly RankedSequence[];
  /** Whether no other sequence comes to something else. */
  readonly isEvery: boolean;
}

/** At most so many sequences; none where no order can run. */
export function innerSequences(ranked: Ranked, most: number): InnerSequences {
  const { dependence, part, state } = ranked;
  const found: RankedSequence[] = [];
  const isNew = (places: readonly number[]): boolean =>
    !found.some((other) => isSameOutcome(dependence, other.places, places));
  for (const { kind, places: ranking } of rankings(ranked)) {
    const places = inTurn(dependence.orders, ranking, state);
    if (places.length > 0 && isNew(places)) found.push({ kind, places });
    if (found.length >= most || places.length === 0) break;
  }
  const every = part.length > MOST_EXHAUSTIVE ? null : everySequence(ranked, most);
  for (const sequence of every ?? []) if (isNew(sequence.places)) found.push(sequence);
  return { sequences: found, isEvery: every !== null };
}

/** What sequences are made of; lazy, since most of it is not asked for. */
function* rankings(ranked: Ranked): Iterable<RankedSequence> {
  const { part, values, gas, dependence, state } = ranked;
  const byDensity = sortedBy(part, (a, b) => {
    const [left, right] = [at(values, a) * (at(gas, b) + 1n), at(values, b) * (at(gas, a) + 1n)];
    return left > right ? -1 : left < right ? 1 : 0;
  });
  const byValue = sortedBy(part, (a, b) => {
    const difference = at(values, b) - at(values, a);
    return difference > 0n ? 1 : difference < 0n ? -1 : 0;
  });
  yield { kind: 'value-per-gas', places: byDensity };
  yield { kind: 'value', places: byValue };
  yield { kind: 'arrival', places: part };
  const first = inTurn(dependence.orders, byDensity, state);
  const isIn = new Set(first);
  const without = byDensity.filter((place) => !isIn.has(place));
  for (const place of without.slice(0, MOST_INSTEAD)) {
    yield { kind: 'instead', places: [place, ...byDensity.filter((other) => other !== place)] };
  }
  for (let lower = 1; lower < Math.min(TOP, first.length); lower++) {
    for (let upper = lower - 1; upper >= 0; upper--) {
      const places = reversed(dependence, first, upper, lower);
      if (places !== null) yield { kind: 'reversed', places: [...places, ...without] };
    }
  }
}

/**
 * A sequence with the order at `lower` right before the one at `upper`, and with it what has to come before it by
 * nonces; `null` if that is the one at `upper`, or if the two have nothing to do with each other.
 */
function reversed(
  { orders, pairs }: Dependence,
  sequence: readonly number[],
  upper: number,
  lower: number,
): number[] | null {
  if (!pairs.has(at(sequence, lower), at(sequence, upper))) return null;
  const senders = new Set<string>();
  const moved: number[] = [];
  const left: number[] = [];
  for (let step = lower; step >= upper; step--) {
    const place = at(sequence, step);
    const own = (orders[place] as Order).transactions.map(({ from }) => from);
    const isMoved = step === lower || own.some((from) => senders.has(from));
    if (isMoved && step === upper) return null;
    if (isMoved) for (const from of own) senders.add(from);
    (isMoved ? moved : left).unshift(place);
  }
  return [...sequence.slice(0, upper), ...moved, ...left, ...sequence.slice(lower + 1)];
}

/**
 * Every sequence that may differ in its outcome; `null` if there are more than `most`, or too many to look for. Of those that come to the
 * same only the lexicographically least is followed: an order is not put behind a later one that it could as well
 * come before (Anisimov and Knuth 1979).
 */
function everySequence({ dependence, part, state }: Ranked, most: number): RankedSequence[] | null {
  const { orders, pairs } = dependence;
  const found: RankedSequence[] = [];
  const sequence: number[] = [];
  let steps = 0;
  const couldComeBefore = (place: number): boolean => {
    for (let step = sequence.length - 1; step >= 0; step--) {
      const other = at(sequence, step);
      if (pairs.has(place, other)) return false;
      if (other > place) return true;
    }
    return false;
  };
  /** @returns Whether there are not too many yet. */
  const extend = (turns: Turns): boolean => {
    if (++steps > MOST_STEPS) return false;
    let isWhole = true;
    for (const place of part) {
      if (sequence.includes(place)) continue;
      const turn = turns.of(orders[place] as Order);
      if (turn.kind !== 'now') continue;
      isWhole = false;
      if (couldComeBefore(place)) continue;
      const next = turns.copy();
      next.take(turn.nonces);
      sequence.push(place);
      const goesOn = extend(next);
      sequence.pop();
      if (!goesOn) return false;
    }
    if (isWhole && sequence.length > 0) found.push({ kind: 'other', places: [...sequence] });
    return found.length <= most;
  };
  return extend(new Turns(state)) ? found : null;
}

/** Ties keep the order of arrival. */
function sortedBy(part: readonly number[], compare: (a: number, b: number) => number): number[] {
  return [...part].sort((a, b) => compare(a, b) || a - b);
}

function at<T>(list: readonly T[], index: number): T {
  return list[index] as T;
}
