/**
 * A schedule of least makespan. Few tasks: branch and bound over all sequences by start, which is exact. More: list
 * scheduling, critical path first (Graham 1969), then local search over the sequence for so many steps; the bound says
 * how far off that can be at most.
 */
import {
  boundOf,
  type LaneSchedule,
  type LaneTasks,
  scheduleInTurn,
  scheduleReady,
} from '../graph/lane-schedule.ts';
import { bottomLevels } from '../graph/list-schedule.ts';

export interface FoundSchedule extends LaneSchedule {
  /** No schedule is shorter. */
  readonly bound: number;
}

/** So many tasks are searched exactly. */
const MOST_EXACT = 10;
/** Beyond that a search over few tasks is given up, and its result is what was found so far. */
const MOST_NODES = 2_000_000;

/** @param steps - Schedules that the local search may try. */
export function shortestSchedule(tasks: LaneTasks, steps: number): FoundSchedule {
  const bound = boundOf(tasks);
  const levels = bottomLevels(tasks.weights, tasks.successors);
  const byLevel = [...levels.keys()].sort((a, b) => (levels[b] as number) - (levels[a] as number) || a - b);
  const inOrder = [...levels.keys()];
  let best = scheduleReady(tasks, byLevel);
  for (const other of [scheduleReady(tasks, inOrder), scheduleInTurn(tasks, inOrder)]) {
    if (other.makespan < best.makespan) best = other;
  }
  if (best.makespan <= bound) return { ...best, bound };
  if (levels.length <= MOST_EXACT) {
    const search = new BranchAndBound(tasks, levels, best.makespan, bound);
    const sequence = search.run();
    if (sequence !== null) best = scheduleInTurn(tasks, sequence);
    return { ...best, bound: search.isComplete ? best.makespan : bound };
  }
  return { ...improve(tasks, byLevel, best, bound, steps), bound };
}

/** All sequences by start in which each task comes after its predecessors. */
class BranchAndBound {
  readonly #tasks: LaneTasks;
  readonly #levels: Float64Array;
  readonly #bound: number;
  readonly #end: Float64Array;
  readonly #isPlaced: boolean[];
  readonly #sequence: number[] = [];
  #best: number;
  #found: readonly number[] | null = null;
  #nodes = 0;

  constructor(tasks: LaneTasks, levels: Float64Array, best: number, bound: number) {
    this.#tasks = tasks;
    this.#levels = levels;
    this.#best = best;
    this.#bound = bound;
    this.#end = new Float64Array(levels.length);
    this.#isPlaced = [...levels].map(() => false);
  }

  get isComplete(): boolean {
    return this.#nodes <= MOST_NODES;
  }

  /** A sequence that is better than the best known; `null`: there is none. */
  run(): readonly number[] | null {
    const lanes = Math.min(this.#tasks.lanes, this.#levels.length);
    const total = this.#tasks.weights.reduce((sum, weight) => sum + weight, 0);
    this.#extend(0, 0, new Array<number>(lanes).fill(0), total);
    return this.#found;
  }

  /**
   * @param now - When the last task of the sequence starts.
   * @param free - From when on each lane is free, ascending.
   * @param left - Weight of those that are not in the sequence.
   */
  #extend(now: number, makespan: number, free: readonly number[], left: number): void {
    const { weights, predecessors, startsAfter } = this.#tasks;
    if (this.#sequence.length === weights.length) {
      this.#best = makespan;
      this.#found = [...this.#sequence];
      return;
    }
    // A lane that was left free until now stays unused until now.
    const used = free.reduce((sum, from) => sum + Math.max(from, now), 0);
    if (Math.ceil((used + left) / free.length) >= this.#best) return;
    for (let task = 0; task < weights.length; task++) {
      if (this.#best <= this.#bound || this.#nodes > MOST_NODES) return;
      const before = predecessors[task] ?? [];
      const earlier = startsAfter[task] ?? null;
      if (this.#isPlaced[task] === true || !before.every((other) => this.#isPlaced[other] === true)) continue;
      if (earlier !== null && this.#isPlaced[earlier] !== true) continue;
      this.#nodes++;
      const start = before.reduce(
        (latest, other) => Math.max(latest, this.#end[other] as number),
        Math.max(now, free[0] as number),
      );
      if (start + (this.#levels[task] as number) >= this.#best) continue;
      const weight = weights[task] as number;
      const end = start + weight;
      this.#end[task] = end;
      this.#isPlaced[task] = true;
      this.#sequence.push(task);
      const lanes = [...free.slice(1), end].sort((a, b) => a - b);
      this.#extend(start, Math.max(makespan, end), lanes, left - weight);
      this.#sequence.pop();
      this.#isPlaced[task] = false;
    }
  }
}

/** Swaps two tasks of the sequence again and again, and keeps what is not worse. */
function improve(
  tasks: LaneTasks,
  from: readonly number[],
  first: LaneSchedule,
  bound: number,
  steps: number,
): LaneSchedule {
  const sequence = [...from];
  let best = first;
  let current = scheduleReady(tasks, sequence).makespan;
  // Numerical Recipes' generator: the same steps each time.
  let seed = 1;
  const draw = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * sequence.length);
  };
  const swap = (a: number, b: number): void => {
    [sequence[a], sequence[b]] = [sequence[b] as number, sequence[a] as number];
  };
  for (let step = 0; step < steps && best.makespan > bound; step++) {
    const [a, b] = [draw(), draw()];
    swap(a, b);
    const found = scheduleReady(tasks, sequence);
    if (found.makespan > current) swap(a, b);
    else {
      current = found.makespan;
      if (current < best.makespan) best = found;
    }
  }
  return best;
}
