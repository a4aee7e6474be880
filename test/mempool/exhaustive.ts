/** The best that there is, by trying everything: for schedules, every sequence and every lane for each task. */

/** In which each task comes after its predecessors. */
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

/** The most that any sequence of any part of some items comes to; what may not go on from a sequence is no longer one. */
export function mostWorth<Item>(
  items: readonly Item[],
  worthOf: (sequence: readonly Item[]) => bigint | null,
): bigint {
  const extend = (sequence: readonly Item[]): bigint | null => {
    const worth = worthOf(sequence);
    if (worth === null) return null;
    return items
      .filter((item) => !sequence.includes(item))
      .reduce((most, item) => {
        const longer = extend([...sequence, item]);
        return longer !== null && longer > most ? longer : most;
      }, worth);
  };
  return extend([]) ?? 0n;
}
