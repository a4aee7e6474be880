/**
 * One change to a mempool, round by round: what each member is in a round, and to whom something else is told by
 * that.
 */
import type { StateKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import type { Region } from './access.ts';
import { type Askers, keysOf } from './any-order-askers.ts';
import type { Writer } from './any-order-index.ts';
import { knowledgeOf, type Step, type Surroundings, stepIn, type Unit } from './any-order-unit.ts';
import { driftOf, isAnsweredAlike, uncoveredKeys } from './inputs.ts';
import type { Knowledge } from './knowledge.ts';
import {
  addDifferences,
  type Differences,
  type Growth,
  grow,
  isNoDifference,
  leftBehindBy,
  likelyLeftBehindBy,
  NOTHING_LEFT,
  noDifferences,
} from './left-behind.ts';
import { isOpen } from './pending-bounds.ts';
import { regionText } from './region-text.ts';
import type { TransactionAnalysis } from './result.ts';

/** Rounds in which what a member leaves is joined as it is, then widened; afterwards it is given up. */
const EXACT_ROUNDS = 2;
const WIDENED_ROUNDS = 4;
/** From then on a member that may touch anything stays so, whatever the others do. */
const LAST_RETURN = 6;
/** Members whose sets still grow then may touch anything. */
const MAX_ROUNDS = 24;

/** How the members of a mempool are derived. */
export interface Derivations<Member> {
  /** How many transactions one has. */
  readonly lengthOf: (member: Member) => number;
  /** Whether one of them may be left out, and the others run. */
  readonly mayBeLeftOut: (member: Member, at: number) => boolean;
  /** Whether a key may hold anything whenever one runs, so that it is not looked at. */
  readonly isAnything: (key: StateKey) => boolean;
  /**
   * Derives one of its transactions from what is known before it.
   *
   * @param alone - What is known if nobody else ran at all.
   * @param among - Whether others may have run before it.
   */
  readonly derive: (
    member: Member,
    at: number,
    knowledge: Knowledge,
    alone: Knowledge,
    among: 'nobody' | 'others',
  ) => TransactionAnalysis;
  /** Whether a derivation still holds where all that it asked is answered alike. */
  readonly isCurrent: (one: TransactionAnalysis) => boolean;
  /** The same transaction if its sets do not stop growing: it may touch anything. */
  readonly unsettled: (member: Member, at: number, one: TransactionAnalysis) => TransactionAnalysis;
}

/** What a change takes. */
export interface Tally<Member> {
  readonly derived: Set<Member>;
  derivations: number;
}

/** One change, round by round. */
export class ChangeRun<Member> {
  readonly #how: Derivations<Member>;
  readonly #around: Surroundings & { readonly truth: StateSource };
  readonly #askers: Askers<Unit<Member>>;
  /** Members of which only what is current may be used again. */
  readonly #outdated: ReadonlySet<Unit<Member>>;
  readonly #tally: Tally<Member>;
  /** To whom something else may be told of a key than before the change, in this round or an earlier one. */
  readonly #told = new Map<StateKey, 'everybody' | ReadonlySet<Unit<Member>>>();

  constructor(
    how: Derivations<Member>,
    around: Surroundings & { readonly truth: StateSource },
    askers: Askers<Unit<Member>>,
    tally: Tally<Member>,
    outdated: ReadonlySet<Unit<Member>>,
  ) {
    this.#how = how;
    this.#around = around;
    this.#askers = askers;
    this.#tally = tally;
    this.#outdated = outdated;
  }

  /** Whether a member that runs alone on the true state does what it does on the one that the rounds start from. */
  isAlikeAlone(unit: Unit<Member>): boolean {
    const first = unit.steps[0]?.results ?? [];
    const truth = { ...this.#around, state: this.#around.truth };
    return this.#derive(unit, -1, truth).every((one, at) => isSameAccesses(one, first[at]));
  }

  /** Adds the keys at which the true state goes beyond what a member was told in the end. */
  findUncovered(
    unit: Unit<Member>,
    round: number,
    isInQuestion: (key: StateKey) => boolean,
    found: Set<StateKey>,
  ): void {
    const results = unit.steps.at(-1)?.results ?? [];
    const around = { ...this.#around, state: this.#around.truth };
    for (const [at, { inputs }] of results.entries()) {
      const now = knowledgeOf(around, unit, round, results.slice(0, at), this.#isOptional(unit));
      for (const key of uncoveredKeys(inputs, now, isInQuestion)) found.add(key);
    }
  }

  /**
   * What a member is in a round.
   *
   * @param concern - Keys of which the others may leave something else than they did; `null`: it asked for none.
   */
  evaluate(unit: Unit<Member>, round: number, concern: ((key: StateKey) => boolean) | null): Step {
    const was = unit.stepBefore(round);
    if (round === 0) {
      if (was !== null && (concern === null || this.#holds(unit, was.results, -1, concern))) return was;
      return this.#step(unit, round, null, this.#derive(unit, -1));
    }
    const last = stepIn(unit.steps, round - 1) as Step;
    if (last === unit.stepBefore(round - 1) && was !== null) {
      if (concern === null || this.#holds(unit, was.results, round - 1, concern)) return was;
    }
    if (round >= LAST_RETURN && last.isOpen) return last;
    // In the first round nobody ran before.
    if (concern === null && round > 1 && !this.#mayHaveMoved(last, round - 1)) return last;
    if (this.#holds(unit, last.results, round - 1, this.#movesInto(round - 1))) return last;
    if (round >= MAX_ROUNDS && this.#covers(unit, last.results, round - 1)) return last;
    const isKnown = was !== null && was.results !== last.results;
    const results =
      isKnown && this.#holds(unit, was.results, round - 1, everything)
        ? was.results
        : this.#derive(unit, round - 1);
    const step = this.#step(unit, round, last, results);
    return was !== null && isSameStep(was, step) ? was : step;
  }

  /** Shows what members are in a round to the others. Says to whom something else is told by that. */
  apply(
    touched: ReadonlySet<Unit<Member>>,
    round: number,
    differences: Differences,
    everybody: Iterable<Unit<Member>>,
  ): Set<Unit<Member>> {
    const { index } = this.#around;
    const changes: { readonly unit: Unit<Member>; readonly own: Differences }[] = [];
    const isTouched = (writer: Writer) => touched.has(writer as Unit<Member>);
    const isCovered = (region: Region, text: string) => index.isCovered(region, text, round, isTouched);
    for (const unit of touched) {
      const was = unit.stepBefore(round);
      const now = stepIn(unit.steps, round);
      if (was === now) continue;
      const own = noDifferences();
      addDifferences(own, was?.left ?? NOTHING_LEFT, now?.left ?? NOTHING_LEFT, isCovered);
      if (isNoDifference(own)) continue;
      for (const key of own.keys) if (this.#how.isAnything(key)) own.keys.delete(key);
      changes.push({ unit, own });
      for (const key of own.keys) {
        if (index.sameSince(key, round) !== round) continue;
        if (isAskedBySomebodyElse(this.#askers.of(key), unit) && !isCode(key)) index.prepare(key, round);
        else index.forgetFrom(key, round);
      }
    }
    for (const unit of touched) if (unit.old !== null) unit.isNewThrough = round;
    const told = new Set<Unit<Member>>();
    for (const { unit, own } of changes) {
      const was = unit.stepBefore(round)?.left;
      const now = unit.leavesIn(round);
      for (const key of own.keys) {
        differences.keys.add(key);
        if (index.sameSince(key, round) === round) {
          const whom = index.replace(key, round, unit, was?.values.get(key), now.values.get(key));
          const isRaised = was?.raised.has(key) === true;
          this.#noteTold(key, isRaised === now.raised.has(key) ? whom : 'everybody');
        }
        const askers = this.#askers.of(key);
        const whom = this.#told.get(key);
        if (whom === undefined || whom === 'everybody') for (const asker of askers) told.add(asker);
        else for (const one of whom) if (askers.has(one)) told.add(one);
      }
      for (const address of own.accounts) {
        differences.accounts.add(address);
        for (const asker of this.#askers.ofAccount(address)) told.add(asker);
      }
      if (own.isEverywhere) {
        differences.isEverywhere = true;
        for (const one of everybody) told.add(one);
      }
    }
    return told;
  }

  #noteTold(key: StateKey, whom: 'everybody' | readonly Writer[]): void {
    const old = this.#told.get(key);
    if (old === 'everybody') return;
    if (whom === 'everybody') this.#told.set(key, whom);
    else this.#told.set(key, new Set([...(old ?? []), ...(whom as readonly Unit<Member>[])]));
  }

  #derive(unit: Unit<Member>, round: number, around: Surroundings = this.#around): TransactionAnalysis[] {
    const results: TransactionAnalysis[] = [];
    const alone = this.#alone(unit);
    const among = round < 0 ? 'nobody' : 'others';
    for (let at = 0; at < this.#how.lengthOf(unit.member); at++) {
      const knowledge = knowledgeOf(around, unit, round, results, this.#isOptional(unit));
      results.push(this.#how.derive(unit.member, at, knowledge, alone, among));
    }
    this.#tally.derived.add(unit.member);
    this.#tally.derivations += results.length;
    return results;
  }

  #isOptional({ member }: Unit<Member>): (at: number) => boolean {
    return (at) => this.#how.mayBeLeftOut(member, at);
  }

  #knowledge(unit: Unit<Member>, round: number, earlier: readonly TransactionAnalysis[]): Knowledge {
    return knowledgeOf(this.#around, unit, round, earlier, this.#isOptional(unit));
  }

  #isUsable(unit: Unit<Member>, one: TransactionAnalysis): boolean {
    return !this.#outdated.has(unit) || this.#how.isCurrent(one);
  }

  /** What is likely follows from the true state. */
  #alone(unit: Unit<Member>): Knowledge {
    const around = { ...this.#around, state: this.#around.truth };
    return knowledgeOf(around, unit, -1, [], this.#isOptional(unit));
  }

  #step(unit: Unit<Member>, round: number, last: Step | null, derived: readonly TransactionAnalysis[]): Step {
    let results = derived;
    if (round >= MAX_ROUNDS && !results.some(isOpen)) {
      results = results.map((one, at) => this.#how.unsettled(unit.member, at, one));
    }
    const open = results.some(isOpen);
    const now = open ? likelyLeftBehindBy(results) : leftBehindBy(results, this.#isOptional(unit));
    const left = last === null || open ? now : grow(last.left, now, growthIn(round));
    for (const [at, { inputs, scouted }] of results.entries()) {
      this.#askers.add(unit, inputs, last?.results[at]?.inputs);
      if (scouted !== undefined) this.#askers.add(unit, scouted);
    }
    this.#around.index.enter(unit, left, last?.left);
    if (last !== null) {
      const moved = noDifferences();
      addDifferences(moved, last.left, left);
      this.#around.index.noteMove(moved, round);
    }
    return { round, results, left, isOpen: open };
  }

  /** Keys at which others may leave something else in this round than in the one before. */
  #movesInto(round: number): (key: StateKey) => boolean {
    const { index } = this.#around;
    return round === 0 ? everything : (key) => index.hasMoved(key, round);
  }

  /** Whether what it asked for may be left otherwise by others in this round than in the one before. */
  #mayHaveMoved({ results }: Step, round: number): boolean {
    const { index } = this.#around;
    if (!index.hasMoves(round)) return false;
    for (const { inputs } of results) {
      for (const key of keysOf(inputs)) if (index.hasMoved(key, round)) return true;
    }
    return false;
  }

  #holds(
    unit: Unit<Member>,
    results: readonly TransactionAnalysis[],
    round: number,
    concern: (key: StateKey) => boolean,
  ): boolean {
    return results.every(
      (one, at) =>
        this.#isUsable(unit, one) &&
        isAnsweredAlike(one.inputs, this.#knowledge(unit, round, results.slice(0, at)), concern) &&
        (one.scouted === undefined || isAnsweredAlike(one.scouted, this.#alone(unit), concern)),
    );
  }

  #covers(unit: Unit<Member>, results: readonly TransactionAnalysis[], round: number): boolean {
    return results.every(
      (one, at) =>
        this.#isUsable(unit, one) &&
        driftOf(one.inputs, this.#knowledge(unit, round, results.slice(0, at))) !== 'other',
    );
  }
}

const everything = (): boolean => true;

/** Whether two touch the same, whatever the values are. Errs to the side of `false`. */
function isSameAccesses(a: TransactionAnalysis, b: TransactionAnalysis | undefined): boolean {
  const [x, y] = [a.accesses, b?.accesses];
  if (y === undefined || a.status !== b?.status || x.keys.size !== y.keys.size) return false;
  for (const [key, mode] of x.keys) if (y.keys.get(key) !== mode) return false;
  return x.regions.map(regionText).join() === y.regions.map(regionText).join();
}

function isCode(key: StateKey): boolean {
  return key.endsWith(':code');
}

function growthIn(round: number): Growth {
  if (round < EXACT_ROUNDS) return 'exact';
  return round < WIDENED_ROUNDS ? 'widened' : 'given-up';
}

function isSameStep(a: Step, b: Step): boolean {
  if (a.round !== b.round || a.results !== b.results) return false;
  const differences = noDifferences();
  addDifferences(differences, a.left, b.left);
  return isNoDifference(differences);
}

function isAskedBySomebodyElse<One>(askers: ReadonlySet<One>, one: One): boolean {
  return askers.size > 1 || (askers.size === 1 && !askers.has(one));
}
