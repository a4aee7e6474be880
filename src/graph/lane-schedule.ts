/**
 * Schedules of tasks on so many lanes. Two rules make one of a sequence; over all sequences the second finds the
 * optimum: sorted by start, an optimal schedule is what it makes of that sequence. The first never leaves a lane idle
 * while something could run, which is shorter for most sequences and still may miss the optimum.
 */
import { Heap } from './heap.ts';
import { bottomLevels } from './list-schedule.ts';

export interface LaneTasks {
  /** Of each task. */
  readonly weights: Float64Array;
  /** Of each task; all lower than itself. */
  readonly predecessors: readonly (readonly number[])[];
  readonly successors: readonly (readonly number[])[];
  /** Of each task, the one that starts no later; `null`: none. Lower than itself. */
  readonly startsAfter: readonly (number | null)[];
  readonly lanes: number;
}

export interface LaneSchedule {
  /** By task. */
  readonly start: readonly number[];
  /** By task. */
  readonly lane: readonly number[];
  readonly makespan: number;
}

/** Whenever a lane is free it takes the first task of the sequence whose predecessors are done (Graham 1969). */
export function scheduleReady(tasks: LaneTasks, sequence: readonly number[]): LaneSchedule {
  const { weights, predecessors, successors, startsAfter, lanes } = tasks;
  const rank = new Int32Array(sequence.length);
  for (const [at, task] of sequence.entries()) rank[task] = at;
  const open = Int32Array.from(
    predecessors,
    (list, task) => list.length + (startsAfter[task] === null ? 0 : 1),
  );
  const startsBefore = new Map<number, number[]>();
  for (const [task, before] of startsAfter.entries()) {
    if (before !== null) startsBefore.set(before, [...(startsBefore.get(before) ?? []), task]);
  }
  const start = new Float64Array(sequence.length);
  const end = new Float64Array(sequence.length);
  const lane = new Int32Array(sequence.length);
  const ready = new Heap((a, b) => (rank[a] as number) < (rank[b] as number));
  const running = new Heap((a, b) => {
    const difference = (end[a] as number) - (end[b] as number);
    return difference === 0 ? a < b : difference < 0;
  });
  const idle: number[] = [];
  for (let one = Math.min(lanes, sequence.length) - 1; one >= 0; one--) idle.push(one);
  for (let task = 0; task < sequence.length; task++) if (open[task] === 0) ready.push(task);
  let now = 0;
  const settle = (others: readonly number[]): void => {
    for (const next of others) {
      open[next] = (open[next] as number) - 1;
      if (open[next] === 0) ready.push(next);
    }
  };
  const startAll = (): void => {
    while (idle.length > 0) {
      const task = ready.pop();
      if (task === undefined) return;
      lane[task] = idle.pop() as number;
      start[task] = now;
      end[task] = now + (weights[task] as number);
      running.push(task);
      settle(startsBefore.get(task) ?? []);
    }
  };
  startAll();
  for (let first = running.pop(); first !== undefined; first = running.pop()) {
    now = end[first] as number;
    for (let task: number | undefined = first; task !== undefined; ) {
      idle.push(lane[task] as number);
      settle(successors[task] ?? []);
      const other = running.peek();
      task = other !== undefined && end[other] === now ? running.pop() : undefined;
    }
    startAll();
  }
  return { start: [...start], lane: [...lane], makespan: now };
}

/** Each task of the sequence starts as soon as its predecessors are done, a lane is free, and the one before has started. */
export function scheduleInTurn(tasks: LaneTasks, sequence: readonly number[]): LaneSchedule {
  const { weights, predecessors, lanes } = tasks;
  const start = new Float64Array(sequence.length);
  const end = new Float64Array(sequence.length);
  const lane = new Int32Array(sequence.length);
  const freeFrom = new Float64Array(Math.max(1, Math.min(lanes, sequence.length)));
  const free = new Heap((a, b) => {
    const difference = (freeFrom[a] as number) - (freeFrom[b] as number);
    return difference === 0 ? a < b : difference < 0;
  });
  for (const one of freeFrom.keys()) free.push(one);
  let now = 0;
  let makespan = 0;
  for (const task of sequence) {
    const own = free.pop() as number;
    now = Math.max(now, freeFrom[own] as number);
    for (const before of predecessors[task] ?? []) now = Math.max(now, end[before] as number);
    const ends = now + (weights[task] as number);
    lane[task] = own;
    start[task] = now;
    end[task] = ends;
    freeFrom[own] = ends;
    free.push(own);
    makespan = Math.max(makespan, ends);
  }
  return { start: [...start], lane: [...lane], makespan };
}

/** No schedule is shorter: the heaviest path, and all of the work spread evenly over the lanes. */
export function boundOf(tasks: LaneTasks): number {
  const total = tasks.weights.reduce((sum, weight) => sum + weight, 0);
  return bottomLevels(tasks.weights, tasks.successors).reduce(
    (most, level) => Math.max(most, level),
    Math.ceil(total / tasks.lanes),
  );
}
