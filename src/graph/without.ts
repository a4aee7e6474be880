/** The conflict graph without some of its transactions, for many such sets, without making it anew for each. */
import { BitRows } from './bit-rows.ts';
import type { ConflictGraph } from './conflict-graph.ts';
import { conflictPairs } from './conflict-pairs.ts';
import type { Conflicts } from './conflicts.ts';
import { graphOf } from './graph-of.ts';
import { bottomLevels } from './list-schedule.ts';
import { conflictsWith } from './scenario.ts';
import { type Weights, weigh } from './weights.ts';

/** Of each transaction; those that are left out have none and are nobody's. */
export type Predecessors = readonly (readonly number[])[];

/** Sets stay as they were derived with all of them; see `conflictsWith`. */
export class GraphWithout {
  readonly weights: Weights;
  readonly #conflicts: Conflicts;
  readonly #graph: ConflictGraph;
  readonly #pairs: BitRows;
  /** By transaction: all that it waits for, directly or not. */
  readonly #ancestors: BitRows;
  readonly #isHolder: Uint8Array;
  /** By transaction: weight of the heaviest path through it. */
  readonly #through: Float64Array;
  readonly #longest: number;

  /** @param graph - Of these conflicts. O(accesses × transactions / 32), and transactions² / 4 bytes. */
  constructor(conflicts: Conflicts, graph: ConflictGraph) {
    this.#conflicts = conflicts;
    this.#graph = graph;
    this.weights = weigh(graph.gas);
    this.#pairs = conflictPairs(conflicts);
    this.#ancestors = new BitRows(graph.gas.length);
    for (const [index, before] of graph.predecessors.entries()) {
      for (const other of before) {
        this.#ancestors.addAll(index, this.#ancestors.row(other));
        this.#ancestors.add(index, other);
      }
    }
    this.#isHolder = new Uint8Array(graph.gas.length);
    for (const { heldBy } of conflicts.waits) for (const holder of heldBy) this.#isHolder[holder] = 1;
    const { values } = this.weights;
    const below = bottomLevels(values, graph.successors);
    const ends = heaviestEnds(values, graph.predecessors);
    this.#through = ends.map((end, index) => end + (below[index] as number) - (values[index] as number));
    this.#longest = this.#through.reduce((most, weight) => Math.max(most, weight), 0);
  }

  /** O(transactions), and for those that waited for one that is left out, transactions / 32 each. */
  predecessors(leftOut: readonly number[]): Predecessors {
    if (leftOut.some((index) => this.#isHolder[index] === 1)) return this.#anew(leftOut);
    const isOut = new Set(leftOut);
    const bridged = new Uint32Array(this.#ancestors.words);
    for (const index of leftOut) {
      for (const [word, bits] of this.#ancestors.row(index).entries()) {
        bridged[word] = (bridged[word] as number) | bits;
      }
    }
    return this.#graph.predecessors.map((list, index) => {
      if (isOut.has(index)) return [];
      if (!leftOut.some((other) => this.#ancestors.has(index, other))) return list;
      // What one that is left out implied: from whoever it waited for to whoever waited for it.
      const found = new Set(list.filter((other) => !isOut.has(other)));
      const own = this.#pairs.row(index);
      for (let word = 0; word < own.length; word++) {
        for (let bits = (own[word] as number) & (bridged[word] as number); bits !== 0; bits &= bits - 1) {
          const other = (word << 5) + 31 - Math.clz32(bits & -bits);
          if (!isOut.has(other)) found.add(other);
        }
      }
      return [...found].sort((a, b) => a - b);
    });
  }

  /** Weight of the heaviest path. */
  criticalWeight(leftOut: readonly number[]): number {
    if (!leftOut.some((index) => this.#through[index] === this.#longest)) return this.#longest;
    const values = this.weightsWithout(leftOut);
    return heaviestEnds(values, this.predecessors(leftOut)).reduce((most, end) => Math.max(most, end), 0);
  }

  /** Weights with nothing for those that are left out. */
  weightsWithout(leftOut: readonly number[]): Float64Array {
    const values = Float64Array.from(this.weights.values);
    for (const index of leftOut) values[index] = 0;
    return values;
  }

  /** Who is held by one that is left out is held no longer, which pairs do not say. */
  #anew(leftOut: readonly number[]): Predecessors {
    const isOut = new Set(leftOut);
    const order = [...this.#graph.gas.keys()].filter((index) => !isOut.has(index));
    const { predecessors } = graphOf(conflictsWith(this.#conflicts, [], order));
    const placeOf = new Map(order.map((index, place) => [index, place]));
    return this.#graph.predecessors.map((_, index) =>
      (predecessors[placeOf.get(index) ?? -1] ?? []).map((place) => order[place] as number),
    );
  }
}

/** By transaction: weight of the heaviest path that ends with it. */
function heaviestEnds(weights: Float64Array, predecessors: Predecessors): Float64Array {
  const ends = Float64Array.from(weights);
  for (const [index, before] of predecessors.entries()) {
    let start = 0;
    for (const other of before) start = Math.max(start, ends[other] as number);
    ends[index] = start + (weights[index] as number);
  }
  return ends;
}
