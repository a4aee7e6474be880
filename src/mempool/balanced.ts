/**
 * Value against time: the sequence that is worth most when each unit of gas of the makespan has a price. Few orders
 * are tried in every sequence of every part of them. More: starting from the sequence in least time, whatever costs
 * more time than it is worth is left out, one after the other by what that is expected to gain, and the rest is put
 * together again.
 */

import { tasksOf } from '../graph/in-order-schedule.ts';
import { type LaneTasks, scheduleReady } from '../graph/lane-schedule.ts';
import { bottomLevels } from '../graph/list-schedule.ts';
import { fillBlock, type Sequence, type SequenceTask } from './fee-sequence.ts';
import { Filling, type Fit } from './filling.ts';
import type { LeftOut } from './ordering.ts';
import { type Arranged, arrange, type Lanes, shorten } from './parallel.ts';

/** So many orders are tried in every sequence. */
const MOST_EXACT = 5;
/** Blocks that are put together again. */
const MOST_FILLS = 8;

/** A block that was chosen for value and time. */
export interface Balanced {
  readonly arranged: Arranged;
  readonly leftOut: readonly LeftOut[];
  /** Whether every sequence of every part of the orders was tried, and none can be worth more in a shorter schedule. */
  readonly isComplete: boolean;
}

/** What a block starts from, and what it is measured by. */
export interface BalanceTask extends SequenceTask, Lanes {
  /** Wei that each unit of gas of the makespan costs. */
  readonly weight: bigint;
  /** Schedules that a search may try. */
  readonly steps: number;
}

/** @param found - The orders by what they pay. */
export function balance(task: BalanceTask, found: Sequence): Balanced {
  const start = shorten(arrange(found.fits, task), task, task.steps);
  const { arranged, isComplete } =
    task.candidates.length <= MOST_EXACT
      ? tryAll(task, start)
      : { arranged: leaveOut(task, start), isComplete: false };
  return { arranged, isComplete, leftOut: notIn(task, arranged.fits, found.leftOut) };
}

/** Value less what the time costs, in wei. */
function worthOf({ fits, makespan }: Arranged, weight: bigint): bigint {
  return worthIn(makespan, fits, weight);
}

/** @param time - In gas. */
function worthIn(time: number, fits: readonly Fit[], weight: bigint): bigint {
  return fits.reduce((sum, { value }) => sum + value, 0n) - weight * BigInt(time);
}

/** Every sequence of every part of the candidates, as far as each order fits at its place. */
function tryAll(task: BalanceTask, first: Arranged): Omit<Balanced, 'leftOut'> {
  let best = first;
  /** What none can be worth more than, by the bounds of their schedules. */
  let most = 0n;
  const chosen: Fit[] = [];
  const extend = (): void => {
    const arranged = shorten(arrange(chosen, task), task, task.steps);
    const reachable = worthIn(arranged.bound, arranged.fits, task.weight);
    if (reachable > most) most = reachable;
    if (worthOf(arranged, task.weight) > worthOf(best, task.weight)) best = arranged;
    for (const { order } of task.candidates) {
      if (chosen.some((fit) => fit.order === order)) continue;
      const filling = new Filling(task.inclusion, task.state);
      for (const fit of chosen) filling.take(fit);
      const trial = filling.try(order);
      if (trial.kind !== 'fits') continue;
      const { fit } = trial;
      // After an order that may touch anything little is certain, so that such orders come last.
      if (chosen.at(-1)?.isOpen === true && !fit.isOpen) continue;
      if (fit.isOpen && task.open === 'leave-out') continue;
      chosen.push(fit);
      extend();
      chosen.pop();
    }
  };
  extend();
  return { arranged: best, isComplete: worthOf(best, task.weight) >= most };
}

/** Leaves orders out as long as that is expected to gain something. */
function leaveOut(task: BalanceTask, first: Arranged): Arranged {
  let best = first;
  let stepsLeft = task.steps;
  const without = new Set<string>();
  for (let fill = 0; fill < MOST_FILLS && stepsLeft > 0; fill++) {
    const { ids, steps } = notWorthTheirTime(best, task, stepsLeft);
    stepsLeft -= steps;
    if (ids.length === 0) break;
    for (const id of ids) without.add(id);
    const byId = new Map(task.candidates.map((one) => [one.order.id, one]));
    const candidates = best.fits.flatMap(({ order }) =>
      without.has(order.id) ? [] : (byId.get(order.id) ?? []),
    );
    const { fits } = fillBlock({ ...task, candidates });
    const arranged = shorten(arrange(fits, task), task, task.steps);
    if (worthOf(arranged, task.weight) <= worthOf(best, task.weight)) break;
    best = arranged;
  }
  return best;
}

/** Orders that cost more time than they are worth, with those of their senders that come after them. */
function notWorthTheirTime(
  { fits, graph }: Arranged,
  { lanes, weight }: BalanceTask,
  mostSteps: number,
): { readonly ids: readonly string[]; readonly steps: number } {
  const tasks = tasksOf(graph, lanes);
  const weights = tasks.weights.slice();
  const levels = bottomLevels(tasks.weights, tasks.successors);
  const sequence = [...levels.keys()].sort((a, b) => (levels[b] as number) - (levels[a] as number) || a - b);
  const spanOf = (of: LaneTasks): number => scheduleReady(of, sequence).makespan;
  let span = spanOf(tasks);
  let steps = 0;
  let next = 0;
  const placed = fits.map((fit) => {
    const own = { fit, first: next };
    next += fit.steps.length;
    return own;
  });
  const dear = [...placed].sort((a, b) => compare(a.fit, b.fit));
  const ids = new Set<string>();
  for (const { fit } of dear) {
    if (steps >= mostSteps) break;
    if (ids.has(fit.order.id)) continue;
    const gone = placed.filter((other) => !ids.has(other.fit.order.id) && isWith(other.fit, fit));
    const tried = weights.slice();
    for (const other of gone) tried.fill(0, other.first, other.first + other.fit.steps.length);
    steps++;
    const shorter = spanOf({ ...tasks, weights: tried });
    const lost = gone.reduce((sum, other) => sum + other.fit.value, 0n);
    if (weight * BigInt(Math.max(0, span - shorter)) <= lost) continue;
    weights.set(tried);
    span = shorter;
    for (const other of gone) ids.add(other.fit.order.id);
  }
  return { ids: [...ids], steps };
}

/** Whether an order cannot be there without another one: that one itself, and later ones of its senders. */
function isWith(one: Fit, other: Fit): boolean {
  if (one === other) return true;
  return one.steps.some(({ tx }) =>
    other.steps.some((before) => before.tx.from === tx.from && before.tx.nonce < tx.nonce),
  );
}

/** Least value for each unit of gas first. */
function compare(a: Fit, b: Fit): number {
  const difference = a.value * (b.gas + 1n) - b.value * (a.gas + 1n);
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return a.order.id < b.order.id ? -1 : 1;
}

/**
 * Why each of the other candidates is not in the block.
 *
 * @param before - Those that were not in the block by fees.
 */
function notIn(
  { candidates, inclusion, state }: BalanceTask,
  fits: readonly Fit[],
  before: readonly LeftOut[],
): LeftOut[] {
  const isIn = new Set(fits.map(({ order }) => order));
  const reasons = new Map(before.map(({ id, reason }) => [id, reason]));
  const filling = new Filling(inclusion, state);
  for (const fit of fits) filling.take(fit);
  return candidates.flatMap(({ order }): LeftOut[] => {
    if (isIn.has(order)) return [];
    const known = reasons.get(order.id);
    if (known !== undefined) return [{ id: order.id, reason: known }];
    const trial = filling.try(order);
    const isInTheWay = trial.kind === 'refused' && trial.reason.kind === 'no-room';
    return [{ id: order.id, reason: isInTheWay ? trial.reason : { kind: 'not-worth-its-time' } }];
  });
}
