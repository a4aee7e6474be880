/**
 * List scheduling (Graham 1969): whenever a worker is idle it takes the most urgent transaction that is ready.
 * The makespan is at most (2 - 1 / workers) times the shortest possible one.
 *
 * Most urgent is who starts the heaviest path to the end of the block, its own weight included.
 */
import { Heap } from './heap.ts';

/** Who runs what when. */
export interface Assignment {
  /** The transactions in order of start; of one worker, in the order in which it runs them. */
  readonly order: readonly number[];
  /** By transaction. */
  readonly worker: Int32Array;
  /** By transaction. */
  readonly start: Float64Array;
  /** By transaction. */
  readonly end: Float64Array;
  readonly makespan: number;
}

/** Weight of the heaviest path that starts with each transaction. O(transactions + edges). */
export function bottomLevels(
  weights: Float64Array,
  successors: readonly (readonly number[])[],
): Float64Array {
  const levels = new Float64Array(weights.length);
  for (let index = weights.length - 1; index >= 0; index--) {
    let below = 0;
    for (const next of successors[index] ?? []) below = Math.max(below, levels[next] as number);
    levels[index] = below + (weights[index] as number);
  }
  return levels;
}

/** What a schedule of any width starts from. */
export interface Tasks {
  readonly weights: Float64Array;
  readonly levels: Float64Array;
  /** Of each transaction; all lower than itself. */
  readonly predecessors: readonly (readonly number[])[];
  readonly successors: readonly (readonly number[])[];
}

/**
 * Assigns every transaction to a worker. Of the idle workers a transaction gets the one that ran the last of its
 * predecessors to finish, if it can: that worker holds the state that it builds on.
 *
 * O(transactions × (log transactions + workers) + edges). Ties go to the lower index, of transactions and of
 * workers.
 */
export function scheduleTasks(tasks: Tasks, workers: number): Assignment {
  const { weights, levels, predecessors, successors } = tasks;
  const count = weights.length;
  const order: number[] = [];
  const worker = new Int32Array(count).fill(-1);
  const start = new Float64Array(count);
  const end = new Float64Array(count);
  const open = Int32Array.from(predecessors, (list) => list.length);
  const ready = new Heap((a, b) => {
    const difference = (levels[a] as number) - (levels[b] as number);
    return difference === 0 ? a < b : difference > 0;
  });
  const running = new Heap((a, b) => {
    const difference = (end[a] as number) - (end[b] as number);
    return difference === 0 ? a < b : difference < 0;
  });
  // More workers than transactions would never get one.
  let idle = Math.min(workers, count);
  const isIdle = new Uint8Array(idle).fill(1);
  let now = 0;

  function run(task: number, on: number): void {
    order.push(task);
    worker[task] = on;
    isIdle[on] = 0;
    idle--;
    start[task] = now;
    end[task] = now + (weights[task] as number);
    running.push(task);
  }

  function finish(task: number): void {
    isIdle[worker[task] as number] = 1;
    idle++;
    for (const next of successors[task] ?? []) {
      open[next] = (open[next] as number) - 1;
      if (open[next] === 0) ready.push(next);
    }
  }

  /** Worker of the predecessor that finished last; -1 without predecessors. */
  function holderOf(task: number): number {
    let last = -1;
    for (const other of predecessors[task] ?? []) {
      if (last === -1 || (end[other] as number) >= (end[last] as number)) last = other;
    }
    return last === -1 ? -1 : (worker[last] as number);
  }

  function startReady(): void {
    const chosen: number[] = [];
    while (chosen.length < idle) {
      const task = ready.pop();
      if (task === undefined) break;
      chosen.push(task);
    }
    const elsewhere: number[] = [];
    for (const task of chosen) {
      const holder = holderOf(task);
      if (holder !== -1 && isIdle[holder] === 1) run(task, holder);
      else elsewhere.push(task);
    }
    for (const task of elsewhere) run(task, isIdle.indexOf(1));
  }

  for (let index = 0; index < count; index++) if (open[index] === 0) ready.push(index);
  startReady();
  for (let first = running.pop(); first !== undefined; first = running.pop()) {
    now = end[first] as number;
    finish(first);
    for (let next = running.peek(); next !== undefined && end[next] === now; next = running.peek()) {
      running.pop();
      finish(next);
    }
    startReady();
  }
  return { order, worker, start, end, makespan: now };
}
