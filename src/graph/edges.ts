/**
 * The edges of the conflict graph, in one pass over the accesses in block order.
 *
 * The accesses to one location form groups of neighbours that commute: a write alone, or several reads, or
 * several deltas. Any two neighbouring groups conflict, so each member of a group waits for all members of the
 * one before, and paths between all conflicting members follow. Of each location only the last two groups
 * matter. A region also keeps a history of the keys inside it.
 */
import { bitsConflict, WRITE } from './access-table.ts';
import type { Edge } from './conflict-graph.ts';
import type { Conflicts, Wait } from './conflicts.ts';
import { PathPruner } from './path-pruner.ts';

/** Most keys named on one edge. */
const MAX_EDGE_KEYS = 4;

const NONE = -1;
const NO_REGIONS: readonly number[] = [];

/** The last two groups of each location, as lists of rows linked through `next`. */
class Groups {
  /** Transaction of each row. */
  readonly #transactionOf: Int32Array;
  readonly #next: Int32Array;
  readonly #mode: Uint8Array;
  readonly #current: Int32Array;
  readonly #previous: Int32Array;

  constructor(locations: number, transactionOf: Int32Array) {
    this.#transactionOf = transactionOf;
    this.#next = new Int32Array(transactionOf.length).fill(NONE);
    this.#mode = new Uint8Array(locations);
    this.#current = new Int32Array(locations).fill(NONE);
    this.#previous = new Int32Array(locations).fill(NONE);
  }

  /** Visits the members of the last group that conflicts with `mode`. */
  visitLastConflicting(location: number, mode: number, visit: (transaction: number) => void): void {
    const group = bitsConflict(this.#mode[location] as number, mode) ? this.#current : this.#previous;
    for (let row = group[location] as number; row !== NONE; row = this.#next[row] as number) {
      visit(this.#transactionOf[row] as number);
    }
  }

  add(location: number, mode: number, row: number): void {
    if (mode === this.#mode[location] && mode !== WRITE) {
      this.#next[row] = this.#current[location] as number;
    } else {
      this.#mode[location] = mode;
      this.#previous[location] = this.#current[location] as number;
    }
    this.#current[location] = row;
  }
}

/** Who touched the keys inside a region, and how, since the last write of the region as a whole. */
interface History {
  readonly transactions: number[];
  readonly modes: number[];
}

function addToHistory(history: History, transaction: number, mode: number): void {
  const last = history.transactions.length - 1;
  if (history.transactions[last] === transaction) {
    history.modes[last] = (history.modes[last] as number) | mode;
  } else {
    history.transactions.push(transaction);
    history.modes.push(mode);
  }
}

/** Finds, transaction by transaction in block order, whom it conflicts with and on which location. */
class ConflictFinder {
  readonly #table: Conflicts;
  readonly #groups: Groups;
  readonly #histories: readonly History[];
  /** Conflicts of the current transaction: with whom, and on which location. */
  from: number[] = [];
  via: number[] = [];

  constructor(table: Conflicts) {
    this.#table = table;
    const transactionOf = new Int32Array(table.locations.length);
    for (let i = 0; i + 1 < table.rowStart.length; i++) {
      transactionOf.fill(i, table.rowStart[i], table.rowStart[i + 1]);
    }
    this.#groups = new Groups(table.keys.length + table.regionTexts.length, transactionOf);
    this.#histories = table.regionTexts.map(() => ({ transactions: [], modes: [] }));
  }

  /** Fills `from` and `via`; a pair may come up repeatedly. */
  collect(transaction: number): void {
    this.from = [];
    this.via = [];
    const { keys, rowStart, locations, modes, regionsOf } = this.#table;
    const end = rowStart[transaction + 1] as number;
    for (let row = rowStart[transaction] as number; row < end; row++) {
      const location = locations[row] as number;
      const mode = modes[row] as number;
      const name = (other: number): void => {
        this.from.push(other);
        this.via.push(location);
      };
      this.#groups.visitLastConflicting(location, mode, name);
      for (const region of regionsOf[location] ?? NO_REGIONS) {
        this.#groups.visitLastConflicting(region, mode, name);
      }
      if (location >= keys.length) {
        const history = this.#histories[location - keys.length] as History;
        for (const [at, other] of history.transactions.entries()) {
          if (bitsConflict(history.modes[at] as number, mode)) name(other);
        }
      }
    }
  }

  /** Enters the accesses of a transaction, after its own conflicts were collected. */
  enter(transaction: number): void {
    const { keys, rowStart, locations, modes, regionsOf } = this.#table;
    const end = rowStart[transaction + 1] as number;
    for (let row = rowStart[transaction] as number; row < end; row++) {
      const location = locations[row] as number;
      const mode = modes[row] as number;
      this.#groups.add(location, mode, row);
      if (location < keys.length) {
        for (const region of regionsOf[location] ?? NO_REGIONS) {
          addToHistory(this.#histories[region - keys.length] as History, transaction, mode);
        }
      } else if (mode === WRITE) {
        const history = this.#histories[location - keys.length] as History;
        history.transactions.length = 0;
        history.modes.length = 0;
      }
    }
  }
}

/** In an unordered set a wait may name later transactions too; it holds between the others. */
function earlierThan(index: number, transactions: readonly number[]): readonly number[] {
  return transactions.filter((other) => other < index);
}

/**
 * Edges by target, then by source. Two transactions that conflict always have a path between them; an edge
 * that other edges imply is left out.
 *
 * A wait for a deferred transaction to be resolved, its own or that of one that it holds, is an edge from each
 * transaction of its `resolveAfter`, because resolved is not finished; it names no keys. Pending regions make
 * no edges: what meets them is held.
 *
 * Postcondition: each edge runs from a lower to a higher index.
 */
export function findEdges(conflicts: Conflicts): Edge[] {
  const { waits, keys: named, regionTexts } = conflicts;
  const finder = new ConflictFinder(conflicts);
  const pruner = new PathPruner(waits.length);
  const textOf = (location: number): string =>
    named[location] ?? (regionTexts[location - named.length] as string);
  const resolutions = new Map<number, readonly number[]>();

  /** After whom a deferred transaction is resolved. */
  function resolutionOf(deferred: number): readonly number[] {
    let awaited = resolutions.get(deferred);
    if (awaited === undefined) {
      const { resolveAfter } = waits[deferred] as Wait;
      awaited = pruner.lastOf(earlierThan(deferred, resolveAfter));
      resolutions.set(deferred, awaited);
    }
    return awaited;
  }

  const edges: Edge[] = [];
  const keysFrom = new Map<number, string[]>();
  for (let to = 0; to < waits.length; to++) {
    finder.collect(to);
    const { resolveAfter, heldBy } = waits[to] as Wait;
    const kept = pruner.lastOf([
      ...finder.from,
      ...earlierThan(to, resolveAfter),
      ...earlierThan(to, heldBy).flatMap(resolutionOf),
    ]);
    pruner.enter(to, kept);
    keysFrom.clear();
    for (const from of kept) {
      const keys: string[] = [];
      keysFrom.set(from, keys);
      edges.push({ from, to, keys });
    }
    for (const [at, from] of finder.from.entries()) {
      const keys = keysFrom.get(from);
      if (keys === undefined || keys.length === MAX_EDGE_KEYS) continue;
      const text = textOf(finder.via[at] as number);
      if (!keys.includes(text)) keys.push(text);
    }
    finder.enter(to);
  }
  return edges;
}
