/**
 * Conflict groups: orders between which there is a path of conflicts, or of transactions of one sender. They are
 * kept while orders come and go. A new order merges the groups that it touches, the smaller ones into the largest.
 * When one goes, what it held together is searched from its smaller side, until that meets the larger one or ends.
 */
import type { AccessMode } from '../analysis/access.ts';
import type { Address } from '../input/block.ts';
import {
  type ConflictIndex,
  conflictingAt,
  isConnecting,
  type Location,
  type Party,
  partiesAt,
} from './conflict-index.ts';

export interface Grouped extends Party {
  /** Of its transactions. */
  readonly senders: ReadonlySet<Address>;
}

/** A group; its number is its own as long as it lasts. */
export interface GroupOf<One> {
  readonly number: number;
  readonly members: Set<One>;
}

/** What became of groups. */
export type GroupChange<One> =
  | { readonly kind: 'merged'; readonly into: GroupOf<One>; readonly from: readonly GroupOf<One>[] }
  | { readonly kind: 'split'; readonly from: GroupOf<One>; readonly into: readonly GroupOf<One>[] };

export class Groups<One extends Grouped> {
  readonly #index: ConflictIndex<One>;
  readonly #groupOf = new Map<One, GroupOf<One>>();
  readonly #bySender = new Map<Address, Set<One>>();
  readonly #all = new Set<GroupOf<One>>();
  #next = 0;

  /** @param index - Of the orders that are grouped. */
  constructor(index: ConflictIndex<One>) {
    this.#index = index;
  }

  get all(): ReadonlySet<GroupOf<One>> {
    return this.#all;
  }

  of(one: One): GroupOf<One> | null {
    return this.#groupOf.get(one) ?? null;
  }

  /** Adds one that is in the index already. */
  add(one: One): GroupChange<One> | null {
    for (const sender of one.senders) {
      const set = this.#bySender.get(sender);
      if (set === undefined) this.#bySender.set(sender, new Set([one]));
      else set.add(one);
    }
    const touched = new Set<GroupOf<One>>();
    for (const other of this.#held(one)) {
      const group = this.#groupOf.get(other);
      if (group !== undefined) touched.add(group);
    }
    const [first, ...others] = [...touched].sort((a, b) => b.members.size - a.members.size);
    if (first === undefined) {
      this.#make([one]);
      return null;
    }
    for (const group of others) this.#absorb(first, group);
    first.members.add(one);
    this.#groupOf.set(one, first);
    return others.length === 0 ? null : { kind: 'merged', into: first, from: others };
  }

  /**
   * Takes one out that is still in the index.
   *
   * @returns What has to be done once it has left the index.
   */
  remove(one: One): () => GroupChange<One> | null {
    const group = this.#groupOf.get(one);
    for (const sender of one.senders) {
      const set = this.#bySender.get(sender);
      set?.delete(one);
      if (set?.size === 0) this.#bySender.delete(sender);
    }
    if (group === undefined) return () => null;
    const places = [...one.places];
    const loose = this.#looseEnds(one);
    this.#groupOf.delete(one);
    group.members.delete(one);
    if (group.members.size === 0) this.#all.delete(group);
    return () => this.#splitIfApart(group, piecesAfter(one, places, this.#bySender, loose));
  }

  /** Of each set of neighbours that hold together without it, one; of those that do not, all. */
  *#held(one: One): Iterable<One> {
    for (const sender of one.senders) yield* firstOther(this.#bySender.get(sender), one);
    for (const [location, mode] of one.places) {
      if (isConnecting(location)) {
        const parties = partiesAt(location) as Iterable<One>;
        if (isConnectingWithout(location, one)) yield* firstOther(parties, one);
        else yield* parties;
      }
      if (location.meets !== null) yield* this.#index.conflictsThrough(location, mode);
    }
  }

  /** Its neighbours at locations where somebody meets a region: they are not known to hold together. */
  #looseEnds(one: One): Set<One> {
    const loose = new Set<One>();
    for (const [location, mode] of one.places) {
      if (location.meets !== null) {
        for (const other of this.#index.conflictsThrough(location, mode)) if (other !== one) loose.add(other);
      }
    }
    return loose;
  }

  #make(members: Iterable<One>): GroupOf<One> {
    const group = { number: this.#next++, members: new Set(members) };
    this.#all.add(group);
    for (const member of group.members) this.#groupOf.set(member, group);
    return group;
  }

  #absorb(into: GroupOf<One>, group: GroupOf<One>): void {
    for (const member of group.members) {
      into.members.add(member);
      this.#groupOf.set(member, into);
    }
    this.#all.delete(group);
  }

  /** @param pieces - Those that a removed one held together, in sets that hold together still. */
  #splitIfApart(group: GroupOf<One>, pieces: readonly Piece<One>[]): GroupChange<One> | null {
    const open = distinctPieces(pieces);
    if (open.length < 2) return null;
    const made: GroupOf<One>[] = [];
    const bySize = [...open].sort((a, b) => a.size - b.size);
    while (bySize.length > 1) {
      const piece = bySize.shift() as Piece<One>;
      const [start] = piece;
      if (start === undefined || this.#groupOf.get(start) !== group) continue;
      const reached = this.#reach(start, bySize);
      if (reached === null) continue;
      for (const member of reached) group.members.delete(member);
      made.push(this.#make(reached));
    }
    return made.length === 0 ? null : { kind: 'split', from: group, into: made };
  }

  /** All that can be reached from one; `null` as soon as one of the other pieces is. */
  #reach(start: One, others: readonly Piece<One>[]): Set<One> | null {
    const reached = new Set([start]);
    const queue = [start];
    const seenLocations = new Set<Location>();
    for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
      for (const next of this.#neighbours(one, seenLocations)) {
        if (reached.has(next)) continue;
        if (others.some((piece) => piece.has(next))) return null;
        reached.add(next);
        queue.push(next);
      }
    }
    return reached;
  }

  /** Who is next to one; of locations that were looked at already, nobody again. */
  *#neighbours(one: One, seen: Set<Location>): Iterable<One> {
    for (const sender of one.senders) yield* this.#bySender.get(sender) ?? [];
    for (const [location, mode] of one.places) {
      if (isConnecting(location) && !seen.has(location)) {
        seen.add(location);
        yield* partiesAt(location) as Iterable<One>;
      }
      if (location.meets !== null) yield* this.#index.conflictsThrough(location, mode);
    }
  }
}

/** Some that hold together. */
interface Piece<One> extends Iterable<One> {
  readonly size: number;
  has(one: One): boolean;
}

/** What is left of the neighbourhoods of one that is gone: sets that hold together without it. */
function piecesAfter<One extends Grouped>(
  one: One,
  places: readonly (readonly [Location, AccessMode])[],
  bySender: ReadonlyMap<Address, ReadonlySet<One>>,
  loose: ReadonlySet<One>,
): Piece<One>[] {
  const pieces: Piece<One>[] = [];
  for (const sender of one.senders) {
    const set = bySender.get(sender);
    if (set !== undefined) pieces.push(set);
  }
  for (const [location, mode] of places) {
    if (isConnecting(location)) pieces.push(pieceAt(location));
    else {
      for (const other of conflictingAt(location, mode) as Iterable<One>) pieces.push(new Set([other]));
    }
  }
  for (const other of loose) pieces.push(new Set([other]));
  return pieces;
}

/** All at a location, without making a set of them. */
function pieceAt<One extends Grouped>(location: Location): Piece<One> {
  const { read, write, delta } = location;
  return {
    size: read.size + write.size + delta.size,
    has: (one) => one.places.has(location),
    [Symbol.iterator]: () => (partiesAt(location) as Iterable<One>)[Symbol.iterator](),
  };
}

/** Without pieces that have a member in common with a larger one. */
function distinctPieces<One>(pieces: readonly Piece<One>[]): Piece<One>[] {
  const bySize = pieces.filter(({ size }) => size > 0).sort((a, b) => b.size - a.size);
  const kept: Piece<One>[] = [];
  for (const piece of bySize) {
    if (!kept.some((other) => meets(piece, other))) kept.push(piece);
  }
  return kept;
}

function meets<One>(small: Piece<One>, large: Piece<One>): boolean {
  for (const one of small) if (large.has(one)) return true;
  return false;
}

function* firstOther<One>(all: Iterable<One> | undefined, one: One): Iterable<One> {
  for (const other of all ?? []) {
    if (other === one) continue;
    yield other;
    return;
  }
}

/** Whether those at a location conflict among themselves, one of them aside. */
function isConnectingWithout(location: Location, one: Party): boolean {
  const count = (set: ReadonlySet<Party>) => set.size - (set.has(one) ? 1 : 0);
  const [read, write, delta] = [count(location.read), count(location.write), count(location.delta)];
  return read + write + delta > 1 && (write > 0 || (read > 0 && delta > 0));
}
