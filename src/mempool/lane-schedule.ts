/**
 * A schedule of least makespan on so many lanes. Few orders are tried in every sequence in which lanes may take them,
 * which finds the optimum; more by list scheduling (Graham 1969), critical path first, and then by local search over
 * the sequence, for so many steps. The bound says how far off that can be at most.
 */

export interface LaneTasks {
  /** Of each task. */
  readonly weights: readonly number[];
  /** Of each task; all lower than itself. */
  readonly predecessors: readonly (readonly number[])[];
  readonly lanes: number;
}

export interface LaneSchedule {
  /** By task. */
  readonly start: readonly number[];
  readonly makespan: number;
  /** No schedule is shorter. */
  readonly bound: number;
}

/** All sequences of so many tasks are tried. */
const MOST_EXHAUSTIVE = 7;

/** @param steps - Schedules that the local search may try. Default: 2,000. */
export function scheduleLanes(tasks: LaneTasks, steps = 2_000): LaneSchedule {
  const { weights, predecessors, lanes } = tasks;
  const levels = levelsOf(tasks);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const bound = Math.max(total / lanes, ...levels, 0);
  const byLevel = [...weights.keys()].sort((a, b) => (levels[b] ?? 0) - (levels[a] ?? 0) || a - b);
  let best = listSchedule(tasks, byLevel);
  const offer = (sequence: readonly number[]): boolean => {
    const found = listSchedule(tasks, sequence);
    if (found.makespan >= best.makespan) return false;
    best = found;
    return true;
  };
  if (best.makespan > bound) {
    if (weights.length <= MOST_EXHAUSTIVE) visitSequences(predecessors, offer);
    else improve(byLevel, steps, offer, () => best.makespan <= bound);
  }
  return { ...best, bound };
}

/** Weight of the heaviest path from each task to the end. */
function levelsOf({ weights, predecessors }: LaneTasks): number[] {
  const below = weights.map(() => 0);
  const levels = weights.map(() => 0);
  for (let at = weights.length - 1; at >= 0; at--) {
    levels[at] = (below[at] ?? 0) + (weights[at] ?? 0);
    for (const before of predecessors[at] ?? []) {
      below[before] = Math.max(below[before] ?? 0, levels[at] ?? 0);
    }
  }
  return levels;
}

/** Whenever a lane is idle it takes the first task of the sequence that is ready. */
function listSchedule({ weights, predecessors, lanes }: LaneTasks, sequence: readonly number[]) {
  const start = weights.map(() => 0);
  const end = weights.map(() => Number.POSITIVE_INFINITY);
  const idleFrom = Array.from({ length: Math.max(1, Math.min(lanes, weights.length)) }, () => 0);
  const left = [...sequence];
  let now = 0;
  while (left.length > 0) {
    for (const [lane, from] of idleFrom.entries()) {
      if (from > now) continue;
      const at = left.findIndex((task) =>
        (predecessors[task] ?? []).every((before) => (end[before] ?? Number.POSITIVE_INFINITY) <= now),
      );
      if (at === -1) break;
      const [task] = left.splice(at, 1) as [number];
      start[task] = now;
      end[task] = now + (weights[task] ?? 0);
      idleFrom[lane] = end[task] ?? now;
    }
    if (left.length === 0) break;
    const next = idleFrom.filter((from) => from > now);
    // Tasks of no weight end where they start.
    if (next.length > 0) now = Math.min(...next);
  }
  return { start, makespan: end.reduce((latest, each) => Math.max(latest, each), 0) };
}

/** Visits every sequence in which each task comes after its predecessors. */
function visitSequences(
  predecessors: readonly (readonly number[])[],
  visit: (sequence: readonly number[]) => void,
): void {
  const sequence: number[] = [];
  const isPlaced = predecessors.map(() => false);
  const extend = (): void => {
    if (sequence.length === predecessors.length) {
      visit(sequence);
      return;
    }
    for (const [task, before] of predecessors.entries()) {
      if (isPlaced[task] === true || !before.every((other) => isPlaced[other] === true)) continue;
      isPlaced[task] = true;
      sequence.push(task);
      extend();
      sequence.pop();
      isPlaced[task] = false;
    }
  };
  extend();
}

/** Swaps two tasks of the sequence again and again, and keeps what is better. */
function improve(
  from: readonly number[],
  steps: number,
  offer: (sequence: readonly number[]) => boolean,
  isDone: () => boolean,
): void {
  const sequence = [...from];
  // Numerical Recipes' generator: the same steps each time.
  let seed = 1;
  const draw = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * sequence.length);
  };
  const swap = (a: number, b: number): void => {
    [sequence[a], sequence[b]] = [sequence[b] as number, sequence[a] as number];
  };
  for (let step = 0; step < steps && !isDone(); step++) {
    const [a, b] = [draw(), draw()];
    swap(a, b);
    if (!offer(sequence)) swap(a, b);
  }
}
