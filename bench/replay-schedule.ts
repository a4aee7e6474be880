/**
 * What a block would take on a wider machine: list scheduling as the planner does it, most urgent first by gas,
 * while time goes on by what each transaction was measured to take. A pure function.
 *
 * The main thread gives out one transaction at a time, the most urgent one that is ready; it may do so before a
 * worker is idle. Without a cost for that, and with gas for time, this is the plan itself.
 */
import { Heap } from '../dist/graph/heap.js';

export interface ReplayTasks {
  /** Of each transaction: gas from its start to the end of the block at best (`bottomLevels`). */
  readonly urgency: ArrayLike<number>;
  /** Of each transaction: how long a worker takes for it. */
  readonly costs: readonly number[];
  /** Of each transaction; all lower than itself. */
  readonly predecessors: readonly (readonly number[])[];
  readonly successors: readonly (readonly number[])[];
}

export interface ReplayOptions {
  readonly workers: number;
  /** How long the main thread is busy with each transaction, in the unit of the costs. */
  readonly dispatchCost: number;
}

export interface Replay {
  /** By transaction: when a worker starts, and when it is done. */
  readonly start: readonly number[];
  readonly end: readonly number[];
  readonly makespan: number;
}

/** Ties go to the lower index. O(transactions × log transactions + edges). */
export function replaySchedule(tasks: ReplayTasks, { workers, dispatchCost }: ReplayOptions): Replay {
  const { urgency, costs, predecessors, successors } = tasks;
  const count = costs.length;
  const start = new Array<number>(count).fill(0);
  const end = new Array<number>(count).fill(0);
  const open = predecessors.map((earlier) => earlier.length);
  const isMoreUrgent = (a: number, b: number) => {
    const difference = (urgency[a] ?? 0) - (urgency[b] ?? 0);
    return difference === 0 ? a < b : difference > 0;
  };
  /** All predecessors are done. */
  const ready = new Heap(isMoreUrgent);
  /** Given out, and waiting for an idle worker. */
  const queued = new Heap(isMoreUrgent);
  const running = new Heap((a, b) => {
    const difference = (end[a] ?? 0) - (end[b] ?? 0);
    return difference === 0 ? a < b : difference < 0;
  });
  let idle = workers;
  let now = 0;
  /** What the main thread gives out, and until when; `null` if it has nothing to do. */
  let dispatch: { readonly task: number; readonly until: number } | null = null;

  for (const [task, earlier] of open.entries()) if (earlier === 0) ready.push(task);
  for (;;) {
    // What is done at this moment comes first, so that all it makes ready is chosen from.
    for (let done = running.peek(); done !== undefined && (end[done] ?? 0) <= now; done = running.peek()) {
      running.pop();
      idle++;
      for (const next of successors[done] ?? []) {
        const left = (open[next] ?? 0) - 1;
        open[next] = left;
        if (left === 0) ready.push(next);
      }
    }
    for (;;) {
      if (dispatch !== null) {
        if (dispatch.until > now) break;
        queued.push(dispatch.task);
        dispatch = null;
      }
      const task = ready.pop();
      if (task === undefined) break;
      dispatch = { task, until: now + dispatchCost };
    }
    while (idle > 0) {
      const task = queued.pop();
      if (task === undefined) break;
      idle--;
      start[task] = now;
      end[task] = now + (costs[task] ?? 0);
      running.push(task);
    }
    const first = running.peek();
    const moments = [first === undefined ? Infinity : (end[first] ?? 0), dispatch?.until ?? Infinity];
    const next = Math.min(...moments);
    if (next === Infinity) return { start, end, makespan: now };
    now = next;
  }
}

/** Time on the longest path: no number of workers is faster. */
export function longestPath({ costs, predecessors }: Pick<ReplayTasks, 'costs' | 'predecessors'>): number {
  const done: number[] = [];
  for (const [task, cost] of costs.entries()) {
    done.push(cost + Math.max(0, ...(predecessors[task] ?? []).map((earlier) => done[earlier] ?? 0)));
  }
  return Math.max(0, ...done);
}
