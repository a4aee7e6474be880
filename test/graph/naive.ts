/** What the graph code computes, the obvious way: over all pairs, by brute force. */
import type { SlotOrigin } from '../../src/analysis/access.ts';
import { firstConflict } from '../../src/analysis/overlap.ts';
import type { BlockAnalysis } from '../../src/analysis/result.ts';
import type { StateKey } from '../../src/state/key.ts';

/** `relation[i][j]`: whether `j` has to come after `i` for a reason of their own. */
export type Relation = boolean[][];

export function conflicts({ transactions }: BlockAnalysis): Relation {
  const origins = new Map<StateKey, SlotOrigin>();
  for (const { accesses } of transactions)
    for (const [key, origin] of accesses.origins) origins.set(key, origin);
  return transactions.map((a) =>
    transactions.map(
      (b) =>
        a.index < b.index && firstConflict({ ...a.accesses, origins }, { ...b.accesses, origins }) !== null,
    ),
  );
}

/** Conflicts, and waits for deferred transactions. */
export function reasonsToWait(analysis: BlockAnalysis): Relation {
  const relation = conflicts(analysis);
  const add = (from: number, to: number): void => {
    const row = relation[from];
    if (row !== undefined && from < to) row[to] = true;
  };
  for (const { index, resolveAfter, heldBy } of analysis.transactions) {
    for (const other of resolveAfter) add(other, index);
    for (const holder of heldBy) {
      for (const other of analysis.transactions[holder]?.resolveAfter ?? []) add(other, index);
    }
  }
  return relation;
}

export function relationOf(count: number, edges: Iterable<readonly [number, number]>): Relation {
  const relation: Relation = Array.from({ length: count }, () => Array(count).fill(false));
  for (const [from, to] of edges) (relation[from] as boolean[])[to] = true;
  return relation;
}

/** Warshall's algorithm. */
export function closure(relation: Relation): Relation {
  const result = relation.map((row) => [...row]);
  for (const [middle, after] of result.entries()) {
    for (const row of result) {
      if (row[middle]) for (const [to, isAfter] of after.entries()) if (isAfter) row[to] = true;
    }
  }
  return result;
}

/** Pairs of the closure that no third one lies between. */
export function reduction(relation: Relation): [number, number][] {
  const paths = closure(relation);
  return paths.flatMap((row, from) =>
    row.flatMap((isPath, to): [number, number][] =>
      isPath && !row.some((isStep, middle) => isStep && paths[middle]?.[to]) ? [[from, to]] : [],
    ),
  );
}

/** Sets of transactions, each ascending, by lowest. */
export function components(relation: Relation): number[][] {
  let sets: number[][] = relation.map((_row, index) => [index]);
  for (const [from, row] of relation.entries()) {
    for (const [to, isRelated] of row.entries()) {
      if (!isRelated) continue;
      const touched = sets.filter((set) => set.includes(from) || set.includes(to));
      sets = [...sets.filter((set) => !touched.includes(set)), touched.flat().sort((a, b) => a - b)];
    }
  }
  return sets.sort(([a = 0], [b = 0]) => a - b);
}

/** Gas of the heaviest chain, trying every chain. */
export function heaviestChain(gas: readonly bigint[], relation: Relation): bigint {
  const steps = reduction(relation);
  function from(index: number): bigint {
    let best = 0n;
    for (const [source, to] of steps) {
      if (source !== index) continue;
      const rest = from(to);
      if (rest > best) best = rest;
    }
    return best + (gas[index] as bigint);
  }
  let best = 0n;
  for (const index of gas.keys()) {
    const chain = from(index);
    if (chain > best) best = chain;
  }
  return best;
}
