/**
 * The rule of a mempool: sets hold in whatever order its members run, each at most once. What one of them may
 * find at a key is what the state has there, or what any of the others may leave; what they leave is in turn
 * derived from what they may find. Iterated until nothing grows, that holds by induction over the steps of any
 * order: before each step every key has its first value, or one that a member that has run left. A member that
 * may touch anything leaves here only what it is likely to: what the others are said to touch holds until it runs.
 *
 * Rounds are kept apart: in round 0 each member is derived from the state alone, in round r + 1 from what the
 * others left in round r. So what is found is a function of the state and of the set of members, whatever order
 * they came in; and where one comes or goes, only those are derived again, in the rounds concerned, who would be
 * told something else now.
 */
import type { Address } from '../input/block.ts';
import { addressOf, type StateKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import type { Region } from './access.ts';
import { Askers, concerns, keysOf } from './any-order-askers.ts';
import { AnyOrderIndex, type Writer } from './any-order-index.ts';
import { knowledgeOf, type Step, type Surroundings, stepIn, Unit } from './any-order-unit.ts';
import { driftOf, type Inputs, isAnsweredAlike, uncoveredKeys } from './inputs.ts';
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
import { PinnedState } from './pinned-state.ts';
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

/** What changes at once. */
export interface AnyOrderChange<Member> {
  readonly add?: Iterable<Member>;
  readonly remove?: Iterable<Member>;
  /** The state from now on, and the keys and accounts in which it may differ from the one before. */
  readonly state?: {
    readonly source: StateSource;
    readonly keys: ReadonlySet<StateKey>;
    readonly accounts: Iterable<Address>;
  };
  /** Whether derivations may not be current any more. Default: they are. */
  readonly isOutdated?: boolean;
}

/** What a change came to. */
export interface AnyOrderOutcome<Member> {
  /** Members whose sets may be others now, those that were added among them. */
  readonly changed: ReadonlySet<Member>;
  /** Members of which something was derived. */
  readonly derived: ReadonlySet<Member>;
  /** Derivations of transactions that it took. */
  readonly derivations: number;
}

/** What a change takes. */
type Tally<Member> = {
  readonly derived: Set<Member>;
  derivations: number;
};

/** Members of a mempool, and what is derived of them. */
export class AnyOrder<Member> {
  readonly #how: Derivations<Member>;
  readonly #units = new Map<Member, Unit<Member>>();
  readonly #askers = new Askers<Unit<Member>>();
  readonly #index = new AnyOrderIndex();
  /** How many steps there are of each round. */
  readonly #steps: number[] = [];
  readonly #state: PinnedState;
  /** First steps that were compared with those on the true state. */
  readonly #compared = new WeakSet<Step>();

  constructor(state: StateSource, how: Derivations<Member>) {
    this.#state = new PinnedState(state);
    this.#how = how;
  }

  /** The transactions of a member, with sets that hold in any order; `null` if it is not there. */
  resultsOf(member: Member): readonly TransactionAnalysis[] | null {
    return this.#units.get(member)?.steps.at(-1)?.results ?? null;
  }

  /** Whether it may touch anything. */
  isOpen(member: Member): boolean {
    return this.#units.get(member)?.steps.at(-1)?.isOpen === true;
  }

  /** The members that may write a key. */
  writersOf(key: StateKey): Member[] {
    const writers = this.#index.writersOf(key, this.#steps.length);
    return writers.map((writer) => (writer as Unit<Member>).member);
  }

  /** Makes a change, and derives again whom it concerns. */
  change({
    add = [],
    remove = [],
    state,
    isOutdated = false,
  }: AnyOrderChange<Member>): AnyOrderOutcome<Member> {
    const touched = new Set<Unit<Member>>();
    const always = new Set<Unit<Member>>();
    const removed: Unit<Member>[] = [];
    for (const member of remove) {
      const unit = this.#units.get(member);
      if (unit === undefined) continue;
      unit.startChange(0);
      removed.push(unit);
      touched.add(unit);
    }
    for (const member of add) {
      const unit = new Unit(member);
      unit.startChange(0);
      this.#units.set(member, unit);
      touched.add(unit);
    }
    const stateKeys = noDifferences();
    const tally: Tally<Member> = { derived: new Set(), derivations: 0 };
    if (state !== undefined) {
      for (const key of this.#moveTo(state, tally)) stateKeys.keys.add(key);
      for (const address of state.accounts) {
        stateKeys.accounts.add(address);
        for (const unit of this.#askers.ofAccount(address)) always.add(unit);
      }
    }
    for (const unit of this.#askers.ofKeys(stateKeys.keys)) always.add(unit);
    const outdated = isOutdated ? this.#outdated(this.#units.values()) : new Set<Unit<Member>>();
    for (const unit of outdated) always.add(unit);
    const run = this.#newRun(tally, outdated);
    const changed = this.#settle(run, { touched, always, removed, stateKeys });
    this.#coverAll(touched, changed, tally);
    return { changed, ...tally };
  }

  /** Those whose last derivation does not hold any more; earlier ones need not. */
  #outdated(units: Iterable<Unit<Member>>): Set<Unit<Member>> {
    const found = new Set<Unit<Member>>();
    for (const unit of units) {
      if (unit.steps.at(-1)?.results.every(this.#how.isCurrent) === false) found.add(unit);
    }
    return found;
  }

  /** Takes in another state; says at which keys it may show in the rounds. */
  #moveTo(
    { source, keys, accounts }: NonNullable<AnyOrderChange<Member>['state']>,
    tally: Tally<Member>,
  ): Set<StateKey> {
    const replaced = new Set(accounts);
    const asked: StateKey[] = [];
    for (const key of [...this.#state.keys(), ...keys]) {
      if (this.#how.isAnything(key)) continue;
      if (replaced.has(addressOf(key)) || this.#askers.of(key).size === 0) this.#state.unpin(key);
      else asked.push(key);
    }
    const changed = this.#state.moveTo(source, asked);
    const pinned = asked.filter((key) => this.#state.isPinned(key));
    const askers = new Set(this.#askers.ofKeys(pinned.filter((key) => keys.has(key))));
    for (const key of this.#loose(this.#newRun(tally), askers, askers)) {
      this.#state.unpin(key);
      changed.add(key);
    }
    // What is likely of those that may touch anything follows from the true state.
    for (const key of pinned) {
      for (const unit of this.#askers.of(key)) if (unit.steps.some((step) => step.isOpen)) changed.add(key);
    }
    return changed;
  }

  /** Derives again until all that members were told in the end covers the true state. */
  #coverAll(touched: ReadonlySet<Unit<Member>>, changed: Set<Member>, tally: Tally<Member>): void {
    const there = [...touched].filter((unit) => this.#units.get(unit.member) === unit);
    const isNew = ({ steps: [first] }: Unit<Member>) => first !== undefined && !this.#compared.has(first);
    const loose = this.#loose(this.#newRun(tally), there, there.filter(isNew));
    for (const { steps } of there) if (steps[0] !== undefined) this.#compared.add(steps[0]);
    const outdated = this.#outdated(there);
    if (loose.size === 0 && outdated.size === 0) return;
    for (const key of loose) this.#state.unpin(key);
    const again = new Set<Unit<Member>>();
    const always = new Set([...outdated, ...this.#askers.ofKeys(loose)]);
    const stateKeys = { ...noDifferences(), keys: loose };
    const run = this.#newRun(tally, outdated);
    const next = this.#settle(run, { touched: again, always, removed: [], stateKeys });
    for (const member of next) changed.add(member);
    this.#coverAll(again, changed, tally);
  }

  /**
   * The pinned keys whose true values go beyond what one of these was told in the end, or with which one would do
   * something else if it ran alone.
   */
  #loose(run: ChangeRun<Member>, units: Iterable<Unit<Member>>, alone: Iterable<Unit<Member>>) {
    const found = new Set<StateKey>();
    if (!this.#state.hasPins) return found;
    const isPinned = (key: StateKey) => this.#state.isPinned(key);
    for (const unit of units) run.findUncovered(unit, this.#steps.length, isPinned, found);
    for (const unit of alone) {
      const asked = unit.steps[0]?.results.flatMap(({ inputs }) => [...keysOf(inputs)]).filter(isPinned);
      if (asked === undefined || asked.every((key) => found.has(key)) || run.isAlikeAlone(unit)) continue;
      for (const key of asked) found.add(key);
    }
    return found;
  }

  #newRun(tally: Tally<Member>, outdated: ReadonlySet<Unit<Member>> = new Set()): ChangeRun<Member> {
    const around = {
      state: this.#state.shown,
      truth: this.#state.truth,
      index: this.#index,
      isAnything: this.#how.isAnything,
    };
    return new ChangeRun(this.#how, around, this.#askers, tally, outdated);
  }

  #settle(
    run: ChangeRun<Member>,
    {
      touched,
      always,
      removed,
      stateKeys,
    }: {
      readonly touched: Set<Unit<Member>>;
      readonly always: ReadonlySet<Unit<Member>>;
      readonly removed: readonly Unit<Member>[];
      readonly stateKeys: Differences;
    },
  ): Set<Member> {
    const deepest = this.#steps.length - 1;
    const gone = new Set(removed);
    const changedKeys = new Set<StateKey>();
    let told: ReadonlySet<Unit<Member>> = new Set();
    let differences = noDifferences();
    let round = 0;
    for (let hasSteps = true; hasSteps || round <= deepest + 1; round++) {
      hasSteps = false;
      const concern = (key: StateKey) => concerns(stateKeys, key) || concerns(differences, key);
      for (const unit of new Set([...touched, ...always, ...told])) {
        if (gone.has(unit)) continue;
        const isTold = told.has(unit) || always.has(unit);
        const was = unit.stepBefore(round);
        const now = run.evaluate(unit, round, isTold ? concern : null);
        if (unit.old === null) {
          if (now === was) continue;
          unit.startChange(round);
          touched.add(unit);
        }
        if (now.round === round) unit.steps = [...unit.steps, now];
        if (now !== was && now.round === round) hasSteps = true;
      }
      differences = noDifferences();
      told = run.apply(touched, round, differences, this.#units.values());
      for (const key of differences.keys) changedKeys.add(key);
    }
    for (const key of changedKeys) this.#index.forgetFrom(key, round);
    return this.#finish(touched, gone);
  }

  #finish(touched: ReadonlySet<Unit<Member>>, gone: ReadonlySet<Unit<Member>>): Set<Member> {
    const changed = new Set<Member>();
    for (const unit of touched) {
      const { steps, old } = unit;
      if (old === null) continue;
      const asked = new Set<StateKey>();
      for (const [at, step] of old.entries()) {
        this.#count(step.round, -1);
        if (steps.includes(step)) continue;
        for (const key of askedIn(step)) asked.add(key);
        // The next step leaves all that this one does.
        if (old[at + 1]?.isOpen === false) continue;
        this.#index.leave(
          unit,
          step.left,
          steps.map(({ left }) => left),
        );
      }
      for (const step of steps) {
        this.#count(step.round, 1);
        if (asked.size > 0) for (const key of askedIn(step)) asked.delete(key);
      }
      this.#askers.remove(unit, asked);
      unit.endChange();
      if (gone.has(unit)) this.#units.delete(unit.member);
      else if (steps.at(-1)?.results !== old.at(-1)?.results) changed.add(unit.member);
    }
    while (this.#steps.at(-1) === 0) this.#steps.pop();
    return changed;
  }

  #count(round: number, change: 1 | -1): void {
    while (this.#steps.length <= round) this.#steps.push(0);
    this.#steps[round] = (this.#steps[round] as number) + change;
  }
}

/** One change, round by round. */
class ChangeRun<Member> {
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

function inputsOf({ inputs, scouted }: TransactionAnalysis): Inputs[] {
  return scouted === undefined ? [inputs] : [inputs, scouted];
}

/** The keys that were asked for; may repeat. */
function* askedIn({ results }: Step): Iterable<StateKey> {
  for (const one of results) for (const inputs of inputsOf(one)) yield* keysOf(inputs);
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
