/**
 * Who touches what in a pool, as an index from locations to orders: a location is a key, or a region. To add or
 * remove an order takes as long as it has accesses; who it conflicts with is read off its locations.
 */
import type { AccessMode, AccessSet, Region, SlotOrigin } from '../analysis/access.ts';
import { knownOrigin } from '../analysis/known-hashes.ts';
import { modesConflict, regionMayContainKey, regionsMayOverlap } from '../analysis/overlap.ts';
import { regionText } from '../analysis/region-text.ts';
import type { Address } from '../input/block.ts';
import { addressOf, parseKey, type StateKey } from '../state/key.ts';

/** Whoever has accesses. */
export interface Party {
  /** Where it is in the index, by its locations; the index's own. */
  readonly places: Map<Location, AccessMode>;
}

export interface Location {
  readonly place:
    | { readonly kind: 'key'; readonly key: StateKey }
    | { readonly kind: 'region'; readonly region: Region };
  /** By mode, who touches it. */
  readonly read: Set<Party>;
  readonly write: Set<Party>;
  readonly delta: Set<Party>;
  /** Locations that it may have a key in common with; itself not among them. */
  meets: Set<Location> | null;
}

/** The keys and regions of one account, or the regions over every account. */
interface Bucket {
  readonly keys: Map<StateKey, Location>;
  readonly regions: Map<string, Location>;
}

/** How many orders know how the slot of a key came about. */
interface KnownOrigin {
  readonly origin: SlotOrigin;
  count: number;
}

const MODES = ['read', 'write', 'delta'] as const;

export class ConflictIndex<One extends Party> {
  readonly #buckets = new Map<Address | null, Bucket>();
  readonly #origins = new Map<StateKey, KnownOrigin>();

  /** Adds the accesses of one that has none here yet. */
  add(one: One, accesses: AccessSet): void {
    for (const [key, origin] of accesses.origins) this.#addOrigin(key, origin);
    for (const [key, mode] of accesses.keys) this.#enter(one, this.#locationOfKey(key), mode);
    for (const region of accesses.regions) this.#enter(one, this.#locationOfRegion(region), region.mode);
  }

  /** Removes all accesses of one; `accesses` are those that it was added with. */
  remove(one: One, accesses: AccessSet): void {
    for (const [location, mode] of one.places) {
      location[mode].delete(one);
      if (sizeOf(location) === 0) this.#drop(location);
    }
    one.places.clear();
    for (const key of accesses.origins.keys()) this.#removeOrigin(key);
  }

  /** Those that it conflicts with, each once. */
  conflictsOf(one: One): Set<One> {
    const found = new Set<Party>();
    for (const [location, mode] of one.places) {
      for (const party of conflictingAt(location, mode)) found.add(party);
      for (const other of location.meets ?? []) {
        for (const party of conflictingAt(other, mode)) found.add(party);
      }
    }
    found.delete(one);
    return found as Set<One>;
  }

  /** Those that conflict with an access at a location because of a region that the two meet in. */
  *conflictsThrough(location: Location, mode: AccessMode): Iterable<One> {
    const found = new Set<Party>();
    for (const other of location.meets ?? []) {
      for (const party of conflictingAt(other, mode)) found.add(party);
    }
    yield* found as Set<One>;
  }

  /** Every location that somebody touches. */
  *locations(): Iterable<Location> {
    for (const { keys, regions } of this.#buckets.values()) {
      yield* keys.values();
      yield* regions.values();
    }
  }

  #enter(one: One, location: Location, mode: AccessMode): void {
    const old = one.places.get(location);
    const now = old === undefined || old === mode ? mode : 'write';
    if (old !== undefined) location[old].delete(one);
    location[now].add(one);
    one.places.set(location, now);
  }

  #bucket(address: Address | null): Bucket {
    let bucket = this.#buckets.get(address);
    if (bucket === undefined) {
      bucket = { keys: new Map(), regions: new Map() };
      this.#buckets.set(address, bucket);
    }
    return bucket;
  }

  #locationOfKey(key: StateKey): Location {
    const bucket = this.#bucket(addressOf(key));
    let location = bucket.keys.get(key);
    if (location === undefined) {
      location = makeLocation({ kind: 'key', key });
      bucket.keys.set(key, location);
      this.#meetRegions(location, key);
    }
    return location;
  }

  #meetRegions(location: Location, key: StateKey): void {
    const everywhere = this.#buckets.get(null)?.regions;
    const local = this.#buckets.get(addressOf(key))?.regions;
    if (everywhere === undefined && (local === undefined || local.size === 0)) return;
    const origin = this.#originOf(key);
    for (const regions of [local, everywhere]) {
      for (const other of regions?.values() ?? []) {
        if (other.place.kind === 'region' && regionMayContainKey(other.place.region, key, origin)) {
          link(location, other);
        }
      }
    }
  }

  #locationOfRegion(region: Region): Location {
    const bucket = this.#bucket(region.address);
    const text = textOf(region);
    let location = bucket.regions.get(text);
    if (location !== undefined) return location;
    location = makeLocation({ kind: 'region', region });
    const near = region.address === null ? this.#buckets.values() : [bucket, this.#buckets.get(null)];
    for (const other of near) {
      if (other === undefined) continue;
      for (const [key, at] of other.keys) {
        if (regionMayContainKey(region, key, this.#originOf(key))) link(location, at);
      }
      for (const at of other.regions.values()) {
        if (at.place.kind === 'region' && regionsMayOverlap(region, at.place.region)) link(location, at);
      }
    }
    bucket.regions.set(text, location);
    return location;
  }

  #drop(location: Location): void {
    unlink(location);
    const { place } = location;
    const address = place.kind === 'key' ? addressOf(place.key) : place.region.address;
    const bucket = this.#bucket(address);
    if (place.kind === 'key') bucket.keys.delete(place.key);
    else bucket.regions.delete(textOf(place.region));
    if (bucket.keys.size === 0 && bucket.regions.size === 0) this.#buckets.delete(address);
  }

  #originOf(key: StateKey): SlotOrigin | null {
    const known = this.#origins.get(key);
    if (known !== undefined) return known.origin;
    const { slot } = parseKey(key);
    return slot === null ? null : knownOrigin(slot);
  }

  /** How a slot came about is a fact, whoever found it: the more is known, the fewer regions it may be in. */
  #addOrigin(key: StateKey, origin: SlotOrigin): void {
    const known = this.#origins.get(key);
    if (known !== undefined) known.count++;
    else {
      this.#origins.set(key, { origin, count: 1 });
      this.#meetAgain(key);
    }
  }

  #removeOrigin(key: StateKey): void {
    const known = this.#origins.get(key);
    if (known === undefined || --known.count > 0) return;
    this.#origins.delete(key);
    this.#meetAgain(key);
  }

  #meetAgain(key: StateKey): void {
    const location = this.#buckets.get(addressOf(key))?.keys.get(key);
    if (location === undefined) return;
    unlink(location);
    this.#meetRegions(location, key);
  }
}

/** Whether those at a location that do not commute make all of them conflict, directly or by one in between. */
export function isConnecting({ read, write, delta }: Location): boolean {
  const all = read.size + write.size + delta.size;
  return all > 1 && (write.size > 0 || (read.size > 0 && delta.size > 0));
}

/** All who touch a location, writers first. */
export function* partiesAt({ read, write, delta }: Location): Iterable<Party> {
  yield* write;
  yield* read;
  yield* delta;
}

/** The same text for regions that differ in nothing but their mode. */
function textOf(region: Region): string {
  return regionText({ ...region, mode: 'read' });
}

function makeLocation(place: Location['place']): Location {
  return { place, read: new Set(), write: new Set(), delta: new Set(), meets: null };
}

function sizeOf({ read, write, delta }: Location): number {
  return read.size + write.size + delta.size;
}

function link(a: Location, b: Location): void {
  a.meets ??= new Set();
  b.meets ??= new Set();
  a.meets.add(b);
  b.meets.add(a);
}

function unlink(location: Location): void {
  for (const other of location.meets ?? []) {
    other.meets?.delete(location);
    if (other.meets?.size === 0) other.meets = null;
  }
  location.meets = null;
}

/** Those at a location whose access does not commute with one of `mode`. */
export function* conflictingAt(location: Location, mode: AccessMode): Iterable<Party> {
  for (const other of MODES) if (modesConflict(mode, other)) yield* location[other];
}
