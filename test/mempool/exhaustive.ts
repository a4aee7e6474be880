/** The least makespan, by trying every sequence and every lane for each of its tasks. */

export function leastMakespan(
  weights: readonly number[],
  predecessors: readonly (readonly number[])[],
  lanes: number,
): number {
  const end: number[] = [];
  const freeFrom = Array.from({ length: lanes }, () => 0);
  let least = Number.POSITIVE_INFINITY;
  const place = (placed: number, makespan: number): void => {
    if (makespan >= least) return;
    if (placed === weights.length) {
      least = makespan;
      return;
    }
    for (const [task, weight] of weights.entries()) {
      const before = predecessors[task] ?? [];
      if (end[task] !== undefined || before.some((other) => end[other] === undefined)) continue;
      for (let lane = 0; lane < lanes; lane++) {
        const from = freeFrom[lane] ?? 0;
        const ends = before.reduce((latest, other) => Math.max(latest, end[other] ?? 0), from) + weight;
        end[task] = ends;
        freeFrom[lane] = ends;
        place(placed + 1, Math.max(makespan, ends));
        delete end[task];
        freeFrom[lane] = from;
      }
    }
  };
  place(0, 0);
  return weights.length === 0 ? 0 : least;
}
