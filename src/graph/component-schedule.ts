/**
 * Longest processing time first (Graham 1969): the heaviest component goes to the worker with the least to do.
 * The makespan is at most (4/3 - 1 / (3 × workers)) times the shortest that keeps components whole.
 */
import type { Component } from './conflict-graph.ts';
import { Heap } from './heap.ts';
import type { Assignment } from './list-schedule.ts';

/**
 * Assigns every component to one worker, which runs all of its transactions in block order. Ties go to the
 * component, and the worker, with the lower index.
 *
 * O(transactions × log transactions).
 */
export function scheduleComponents(
  weights: Float64Array,
  components: readonly Component[],
  workers: number,
): Assignment {
  const count = weights.length;
  const weightOf = components.map(({ transactions }) =>
    transactions.reduce((sum, index) => sum + (weights[index] as number), 0),
  );
  const heaviestFirst = [...components.keys()].sort(
    (a, b) => (weightOf[b] as number) - (weightOf[a] as number) || a - b,
  );
  const used = Math.min(workers, count);
  const load = new Float64Array(used);
  const leastLoaded = new Heap((a, b) => {
    const difference = (load[a] as number) - (load[b] as number);
    return difference === 0 ? a < b : difference < 0;
  });
  for (let index = 0; index < used; index++) leastLoaded.push(index);
  const worker = new Int32Array(count);
  for (const id of heaviestFirst) {
    const on = leastLoaded.pop();
    if (on === undefined) break;
    for (const index of components[id]?.transactions ?? []) worker[index] = on;
    load[on] = (load[on] as number) + (weightOf[id] as number);
    leastLoaded.push(on);
  }
  const start = new Float64Array(count);
  const end = new Float64Array(count);
  const busyUntil = new Float64Array(used);
  for (const [index, own] of weights.entries()) {
    const on = worker[index] as number;
    start[index] = busyUntil[on] as number;
    end[index] = (busyUntil[on] as number) + own;
    busyUntil[on] = end[index] as number;
  }
  const order = [...weights.keys()].sort((a, b) => (start[a] as number) - (start[b] as number) || a - b);
  return { order, worker, start, end, makespan: Math.max(0, ...busyUntil) };
}
