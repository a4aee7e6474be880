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
import { Askers, concerns, keysOf } from './any-order-askers.ts';
import { AnyOrderIndex } from './any-order-index.ts';
import { ChangeRun, type Derivations, type Tally } from './any-order-run.ts';
import { askedIn, type Step, Unit } from './any-order-unit.ts';
import { type Differences, noDifferences } from './left-behind.ts';
import { PinnedState } from './pinned-state.ts';
import type { TransactionAnalysis } from './result.ts';

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
