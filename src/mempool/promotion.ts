/**
 * Orders that would be worth more at another place. By what they pay for gas alone, an order comes after those that pay
 * more; but one that fails there, since it wants to come first, right after a certain other one, or around one, uses
 * less gas and pays less; and one that must not fail, or that has a condition, is not in the block at all. The latter
 * are put first, if they run there. For each of the former some arrangements with those that it shares state with are
 * tried at the front of an otherwise empty block; what is worth more there is tried in the whole block.
 */
import type { StateKey } from '../state/key.ts';
import { type Candidate, fillBlock, type Sequence, type SequenceTask } from './fee-sequence.ts';
import { Filling, type Fit } from './filling.ts';
import { firstOrNot } from './first-or-not.ts';

/** Of those that share state with an order, so many are tried with it; those that share most come first. */
const MOST_NEIGHBOURS = 12;
/** What an arrangement does to so many of them is looked at. */
const MOST_WATCHED = 4;
/** Arrangements that are kept on the way to larger ones. */
const BEAM = 3;
/** Longer sequences of a sender are not moved. */
const MOST_IN_CHAIN = 6;
/** Of those, so many stand together before it. */
const MOST_TOGETHER = 4;
/** Whole blocks that are filled in a round. */
const MOST_FILLS = 6;
const MOST_ROUNDS = 3;
/** Orders of which another place is looked for in a round; those that lose most. */
const MOST_LOSERS = 8;

/** Orders that come first, in this sequence. */
interface Arrangement {
  readonly candidates: readonly Candidate[];
  /** What they are worth more than in the block so far, in wei. */
  readonly gain: bigint;
  /** Gas that they use more. */
  readonly gas: bigint;
}

/**
 * A sequence that is worth at least as much.
 *
 * @param task - Its candidates in the order in which `found` took them.
 * @param steps - Orders that may be tried.
 */
export function promote(task: SequenceTask, found: Sequence, steps: number): Sequence {
  const known = new BestKnown();
  let pinned: readonly Candidate[] = [];
  let best = found;
  known.add(found);
  const fill = (first: readonly Candidate[]): boolean => {
    const isFirst = new Set(first);
    const rest = task.candidates.filter((one) => !isFirst.has(one));
    const tried = fillBlock({ ...task, candidates: [...first, ...rest] });
    known.add(tried);
    if (tried.value <= best.value) return false;
    best = tried;
    pinned = first;
    return true;
  };
  const behind = firstOrNot(task, found, Math.min(steps, MOST_FILLS));
  for (const one of behind) fill(after(pinned, [one]));
  let stepsLeft = steps - behind.length;
  for (let round = 0; round < MOST_ROUNDS && stepsLeft > 0; round++) {
    const before = best;
    const search = new Search(task, best, known, stepsLeft);
    const alternatives = search.alternatives();
    stepsLeft = search.stepsLeft;
    const first = disjoint(alternatives.flatMap((list) => list.slice(0, 1)));
    if (first.length === 0) break;
    if (
      first.length > 1 &&
      fill(
        after(
          pinned,
          first.flatMap(({ candidates }) => candidates),
        ),
      )
    )
      continue;
    let fills = 0;
    for (const list of alternatives) {
      for (const { candidates } of list) {
        if (fills++ >= MOST_FILLS || fill(after(pinned, candidates))) break;
      }
    }
    if (best === before) break;
  }
  return best;
}

/** Those that come first already, then others, which leave their former places. */
function after(pinned: readonly Candidate[], others: readonly Candidate[]): Candidate[] {
  return [...pinned.filter((one) => !others.includes(one)), ...others];
}

/** The most that each order was worth in any block that was tried, in wei. */
class BestKnown {
  readonly #values = new Map<string, bigint>();
  /** Those that no arrangement was better for. */
  readonly hopeless = new Set<string>();

  add({ fits }: Sequence): void {
    for (const { order, value } of fits) this.offer(order.id, value);
  }

  offer(id: string, value: bigint): void {
    const old = this.#values.get(id);
    if (old === undefined || value > old) this.#values.set(id, value);
  }

  of(id: string): bigint {
    return this.#values.get(id) ?? 0n;
  }
}

class Search {
  readonly #task: SequenceTask;
  readonly #fitOf: ReadonlyMap<string, Fit>;
  readonly #byId: ReadonlyMap<string, Candidate>;
  readonly #byTurn = new Map<string, Candidate>();
  readonly #writers = new Map<StateKey, Candidate[]>();
  readonly #known: BestKnown;
  stepsLeft: number;

  constructor(task: SequenceTask, found: Sequence, known: BestKnown, steps: number) {
    this.#task = task;
    this.#known = known;
    this.stepsLeft = steps;
    this.#fitOf = new Map(found.fits.map((fit) => [fit.order.id, fit]));
    this.#byId = new Map(task.candidates.map((one) => [one.order.id, one]));
    for (const fit of found.fits) {
      const candidate = this.#byId.get(fit.order.id);
      if (candidate === undefined) continue;
      for (const { tx } of fit.steps) this.#byTurn.set(`${tx.from} ${tx.nonce}`, candidate);
      for (const key of writtenBy(fit)) {
        const writers = this.#writers.get(key);
        if (writers === undefined) this.#writers.set(key, [candidate]);
        else writers.push(candidate);
      }
    }
  }

  /** For each order that would be worth more, the best few; those of most gain first. */
  alternatives(): Arrangement[][] {
    const found: Arrangement[][] = [];
    for (const fit of this.#losers()) {
      if (this.stepsLeft <= 0) break;
      const best = this.#bestFor(fit);
      if (best.length > 0) found.push(best);
      else this.#known.hopeless.add(fit.order.id);
    }
    const gainOf = (list: readonly Arrangement[]) => list[0]?.gain ?? 0n;
    return found.sort((a, b) => (gainOf(a) < gainOf(b) ? 1 : gainOf(a) > gainOf(b) ? -1 : 0));
  }

  /** Orders with a transaction that fails, or that were worth more elsewhere; those first that lose most. */
  #losers(): Fit[] {
    const { inclusion } = this.#task;
    const lost = [...this.#fitOf.values()].flatMap((fit) => {
      const failing = fit.steps.filter(({ analysis }) => analysis.receipt?.isSuccess === false);
      const ifAll = failing.reduce(
        (sum, { tx }) => sum + inclusion.tipOf(tx) * tx.gasLimit,
        fit.order.payment,
      );
      const once = this.#known.of(fit.order.id);
      const most = ifAll > once ? ifAll : once;
      return most > fit.value && !this.#known.hopeless.has(fit.order.id)
        ? [{ fit, lost: most - fit.value }]
        : [];
    });
    return lost
      .sort((a, b) => (a.lost < b.lost ? 1 : a.lost > b.lost ? -1 : 0))
      .slice(0, MOST_LOSERS)
      .map(({ fit }) => fit);
  }

  /** Beam search: what comes right before an order, after or around its own predecessors. */
  #bestFor(fit: Fit): Arrangement[] {
    const loser = this.#byId.get(fit.order.id);
    const own = loser === undefined ? null : this.#chainBefore(loser);
    if (loser === undefined || own === null) return [];
    const groups = this.#neighboursOf(fit, own).flatMap((other) => {
      const before = this.#chainBefore(other);
      if (before === null || before.includes(loser)) return [];
      return [[...before, other].filter((one) => !own.includes(one))];
    });
    const context = groups.slice(0, MOST_WATCHED).flat();
    const best = new Beam();
    const offer = (candidates: readonly Candidate[]): Arrangement | null => {
      const found = this.#tryAll(candidates, context);
      if (found !== null) best.add(found);
      return found;
    };
    let beam = new Beam();
    beam.add(offer([...own, loser]));
    for (const others of groups) {
      if (this.stepsLeft <= 0) return best.kept;
      beam.add(offer([...others, ...own, loser]));
      if (own.length > 0) beam.add(offer([...own, ...others, loser]));
    }
    for (let count = 1; count < MOST_TOGETHER; count++) {
      const next = new Beam();
      for (const { candidates } of beam.kept) {
        const first = candidates.slice(0, -1);
        for (const others of groups) {
          if (this.stepsLeft <= 0) return best.kept;
          const more = others.filter((one) => !first.includes(one));
          if (more.length > 0) next.add(offer([...first, ...more, loser]));
        }
      }
      beam = next;
    }
    return best.kept.filter(({ gain }) => gain > 0n);
  }

  /** Earlier ones of the same senders that are in the block; `null`: too many. */
  #chainBefore({ order }: Candidate): Candidate[] | null {
    const chain: Candidate[] = [];
    const visit = ({ transactions }: Candidate['order']): boolean => {
      for (const { from, nonce } of transactions) {
        const before = this.#byTurn.get(`${from} ${nonce - 1n}`);
        if (before === undefined || before.order.transactions === transactions || chain.includes(before))
          continue;
        if (chain.length >= MOST_IN_CHAIN || !visit(before.order)) return false;
        chain.push(before);
      }
      return true;
    };
    return visit(order) ? chain : null;
  }

  /** Those in the block that write what an order and its predecessors touch; keys that few write count most. */
  #neighboursOf(fit: Fit, predecessors: readonly Candidate[]): Candidate[] {
    const shared = new Map<Candidate, number>();
    const fits = [fit, ...predecessors.flatMap(({ order }) => this.#fitOf.get(order.id) ?? [])];
    const own = new Set(fits.map(({ order }) => order));
    const analyses = fits.flatMap(({ steps }) => steps.map(({ analysis }) => analysis));
    for (const key of new Set(analyses.flatMap(({ accesses }) => [...accesses.keys.keys()]))) {
      const writers = this.#writers.get(key) ?? [];
      for (const other of writers) {
        if (!own.has(other.order)) shared.set(other, (shared.get(other) ?? 0) + 1 / writers.length);
      }
    }
    return [...shared]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MOST_NEIGHBOURS)
      .map(([other]) => other);
  }

  /** What orders are worth more at the front than where they are, with what that does to some others after them. */
  #tryAll(candidates: readonly Candidate[], context: readonly Candidate[]): Arrangement | null {
    const { inclusion, state } = this.#task;
    const filling = new Filling(inclusion, state);
    let gain = 0n;
    let gas = 0n;
    const take = ({ order }: Candidate): Fit | null => {
      this.stepsLeft--;
      const trial = filling.try(order);
      if (trial.kind !== 'fits' || trial.fit.isOpen) return null;
      filling.take(trial.fit);
      this.#known.offer(order.id, trial.fit.value);
      const before = this.#fitOf.get(order.id);
      gain += trial.fit.value - (before?.value ?? 0n);
      gas += trial.fit.gas - (before?.gas ?? 0n);
      return trial.fit;
    };
    for (const candidate of candidates) if (take(candidate) === null) return null;
    const gasOfOwn = gas;
    for (const other of context) if (!candidates.includes(other)) take(other);
    return { candidates, gain, gas: gasOfOwn };
  }
}

/** The best few, by gain; of those that gain nothing, by the gas that they use more: they may be on the way. */
class Beam {
  readonly kept: Arrangement[] = [];

  add(one: Arrangement | null): void {
    if (one === null) return;
    const at = this.kept.findIndex((other) => isBetter(one, other));
    this.kept.splice(at === -1 ? this.kept.length : at, 0, one);
    if (this.kept.length > BEAM) this.kept.pop();
  }
}

function isBetter(a: Arrangement, b: Arrangement): boolean {
  if (a.gain > 0n || b.gain > 0n) return a.gain > b.gain;
  return a.gas > b.gas;
}

/** Slots and balances that an order writes; not those that fees move. */
function writtenBy({ steps }: Fit): Set<StateKey> {
  const keys = new Set<StateKey>();
  for (const { analysis } of steps) {
    for (const [key, mode] of analysis.accesses.keys) if (mode === 'write') keys.add(key);
  }
  return keys;
}

/** Those that have no order in common with an earlier one. */
function disjoint(arrangements: readonly Arrangement[]): Arrangement[] {
  const seen = new Set<Candidate>();
  return arrangements.filter(({ candidates }) => {
    if (candidates.some((one) => seen.has(one))) return false;
    for (const one of candidates) seen.add(one);
    return true;
  });
}
