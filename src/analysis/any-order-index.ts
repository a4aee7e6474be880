/**
 * What any member of a mempool may leave at each key, round by round. A question is always asked by one of the
 * members, and answered from all others.
 *
 * The join over all but one is not computed again for each who asks: most members add nothing to the join of
 * all. Those that raised it when it was made are kept by name; without any other one it is what it is with it.
 */
import type { Address } from '../input/block.ts';
import { accountKey, addressOf, parseKey, type StateKey } from '../state/key.ts';
import type { Region, SlotOrigin } from './access.ts';
import { NO_CELLS } from './cells.ts';
import { knownOrigin } from './known-hashes.ts';
import { type Differences, isSameValue, type LeftBehind, NOTHING_LEFT } from './left-behind.ts';
import { regionMayContain } from './overlap.ts';
import { joinWords, type Word } from './word.ts';
import { ANY_CODE, ANYTHING, eitherCode, type Written, type WrittenCode } from './write-index.ts';

/** A member of the mempool, as far as others see it. */
export interface Writer {
  /** What it leaves behind in a round. */
  leavesIn(round: number): LeftBehind;
}

/** Writers of a region that are looked at to see whether it is left to all by others. */
const MAX_WRITERS = 16;

/** So many writers are joined again without one of them to see whether that changes anything. */
const FEW_WRITERS = 16;

/** What a join over some writers is; `undefined`: nobody writes. */
type Joined = Word | null | undefined;

/** Of one key in one round. */
interface Summary {
  all: Joined;
  /** The join of these is `all`: without any other one it is the same. */
  readonly raisedBy: Map<Writer, Raiser>;
}

interface Raiser {
  /** The join of the other raisers: at least that is left without this one. */
  core: Joined;
  /** What is left without this one, once somebody has asked. */
  without: { readonly value: Joined } | null;
}

interface KeyWriters {
  readonly writers: Set<Writer>;
  /** By the first round for which they hold, once somebody has asked. */
  readonly summaries: Map<number, Summary>;
}

interface RegionWriters {
  readonly region: Region;
  readonly writers: Set<Writer>;
}

function join(a: Joined, b: Joined): Joined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return a === null || b === null ? null : joinWords(a, b, NO_CELLS);
}

export class AnyOrderIndex {
  readonly #keys = new Map<StateKey, KeyWriters>();
  readonly #codes = new Map<Address, Set<Writer>>();
  readonly #reset = new Map<Address, Set<Writer>>();
  readonly #raised = new Map<StateKey, Set<Writer>>();
  readonly #regions = new Map<Address | null, Map<string, RegionWriters>>();
  /** Rounds, as bits, in which something else was left than in the one before; at a key, or in an account. */
  readonly #moves = new Map<StateKey, number>();
  readonly #accountMoves = new Map<Address, number>();
  #movesAnywhere = 0;
  #movesEverywhere = 0;

  /**
   * From now on the writer is asked for what is written here. It may be asked for more than it leaves.
   *
   * @param before - What it has been asked for since before.
   */
  enter(writer: Writer, left: LeftBehind, before: LeftBehind = NOTHING_LEFT): void {
    for (const key of left.values.keys()) {
      if (before.values.has(key)) continue;
      const entry = this.#keys.get(key) ?? { writers: new Set(), summaries: new Map() };
      this.#keys.set(key, entry);
      entry.writers.add(writer);
    }
    for (const address of left.codes.keys()) addTo(this.#codes, address, writer);
    for (const address of left.reset) addTo(this.#reset, address, writer);
    for (const key of left.raised) addTo(this.#raised, key, writer);
    for (const [text, region] of left.regions) {
      const own = this.#regions.get(region.address) ?? new Map<string, RegionWriters>();
      this.#regions.set(region.address, own);
      const entry = own.get(text) ?? { region, writers: new Set() };
      own.set(text, entry);
      entry.writers.add(writer);
    }
  }

  /** Undoes `enter`, but for what it leaves in `still`. */
  leave(writer: Writer, left: LeftBehind, still: readonly LeftBehind[] = []): void {
    for (const key of left.values.keys()) {
      const entry = this.#keys.get(key);
      if (entry === undefined || still.some(({ values }) => values.has(key))) continue;
      entry.writers.delete(writer);
      if (entry.writers.size > 0) continue;
      this.#keys.delete(key);
      this.#moves.delete(key);
    }
    for (const address of left.codes.keys()) {
      if (!still.some(({ codes }) => codes.has(address))) removeFrom(this.#codes, address, writer);
    }
    for (const address of left.reset) {
      if (!still.some(({ reset }) => reset.has(address))) removeFrom(this.#reset, address, writer);
    }
    for (const key of left.raised) {
      if (still.some(({ raised }) => raised.has(key))) continue;
      removeFrom(this.#raised, key, writer);
    }
    for (const [text, region] of left.regions) {
      if (still.some(({ regions }) => regions.has(text))) continue;
      const own = this.#regions.get(region.address);
      const entry = own?.get(text);
      if (own === undefined || entry === undefined) continue;
      entry.writers.delete(writer);
      if (entry.writers.size > 0) continue;
      own.delete(text);
      if (own.size === 0) this.#regions.delete(region.address);
    }
  }

  /** Notes where somebody left something else in a round than in the one before. */
  noteMove({ keys, accounts, isEverywhere }: Differences, round: number): void {
    const bit = 1 << round;
    for (const key of keys) this.#moves.set(key, (this.#moves.get(key) ?? 0) | bit);
    for (const address of accounts) {
      this.#accountMoves.set(address, (this.#accountMoves.get(address) ?? 0) | bit);
    }
    if (isEverywhere) this.#movesEverywhere |= bit;
    if (isEverywhere || keys.size > 0 || accounts.size > 0) this.#movesAnywhere |= bit;
  }

  /** Whether anybody may leave something else in a round than in the one before. */
  hasMoves(round: number): boolean {
    return ((this.#movesAnywhere >> round) & 1) === 1;
  }

  /** As `hasMoves`, at a key. */
  hasMoved(key: StateKey, round: number): boolean {
    const moves = (this.#moves.get(key) ?? 0) | this.#movesEverywhere;
    if (((moves >> round) & 1) === 1) return true;
    if (this.#accountMoves.size === 0) return false;
    return (((this.#accountMoves.get(addressOf(key)) ?? 0) >> round) & 1) === 1;
  }

  /** The round since which what is left at a key has been the same as in `round`. */
  sameSince(key: StateKey, round: number): number {
    const moves = (this.#moves.get(key) ?? 0) & ((2 << round) - 1);
    return moves === 0 ? 0 : 31 - Math.clz32(moves);
  }

  /** Forgets what was answered for a key in rounds from one on. */
  forgetFrom(key: StateKey, round: number): void {
    const summaries = this.#keys.get(key)?.summaries;
    for (const each of summaries?.keys() ?? []) if (each >= round) summaries?.delete(each);
  }

  /**
   * Says that a writer leaves something else at a key from a round on, which is the first in which it is so.
   *
   * @returns Those to whom the answer may be another one now: `everybody`, or some writers of the key.
   */
  replace(
    key: StateKey,
    round: number,
    writer: Writer,
    old: Joined,
    now: Joined,
  ): 'everybody' | readonly Writer[] {
    const entry = this.#keys.get(key);
    const summary = entry?.summaries.get(round);
    if (entry === undefined || summary === undefined) return 'everybody';
    if (old !== undefined) {
      let changed: readonly Writer[];
      if (summary.raisedBy.has(writer)) {
        const again = summarize(entry, key, round, summary.all);
        entry.summaries.set(round, again);
        if (!isSameValue(again.all, summary.all)) return 'everybody';
        changed = this.#summarizedAnew(entry, key, round, summary, again);
      } else changed = this.#lessen(entry, key, round, summary, old);
      if (now === undefined) return changed;
      const others = this.replace(key, round, writer, undefined, now);
      return others === 'everybody' ? others : [...changed, ...others];
    }
    if (now === undefined) return [];
    const changed: Writer[] = [];
    for (const [one, raiser] of summary.raisedBy) {
      // Where others changed as well, what it leaves may be in the summary already.
      if (one === writer) continue;
      const core = join(raiser.core, now);
      if (isSameValue(core, raiser.core)) continue;
      if (raiser.without !== null) {
        const value = join(raiser.without.value, now);
        if (isSameValue(value, raiser.without.value)) continue;
        raiser.without = { value };
      }
      changed.push(one);
    }
    const all = join(summary.all, now);
    if (isSameValue(all, summary.all)) return changed;
    for (const raiser of summary.raisedBy.values()) raiser.core = join(raiser.core, now);
    summary.raisedBy.set(writer, { core: summary.all, without: { value: summary.all } });
    summary.all = all;
    return 'everybody';
  }

  /** Makes the answers of a round to all who may ask, so that `replace` can compare. */
  prepare(key: StateKey, round: number): void {
    const entry = this.#keys.get(key);
    if (entry !== undefined) this.#summaryOf(entry, key, round);
  }

  /** What any but one of them may leave at a key; `null`: they leave it alone. */
  find(
    except: Writer,
    round: number,
    key: StateKey,
    address: Address,
    origin: SlotOrigin | null,
  ): Written | null {
    for (const where of this.#regions.size === 0 ? [] : [address, null]) {
      const regions = this.#regions.get(where);
      if (regions === undefined) continue;
      const parts = parseKey(key);
      for (const [text, { region, writers }] of regions) {
        if (!regionMayContain(region, parts, origin)) continue;
        for (const writer of writers) {
          if (writer !== except && writer.leavesIn(round).regions.has(text)) return ANYTHING;
        }
      }
    }
    const entry = this.#keys.get(key);
    let found = entry === undefined ? undefined : this.#without(entry, key, round, except);
    if (found === null) return ANYTHING;
    const reset = this.#reset.get(address);
    if (reset !== undefined && parseKey(key).field === 'storage') {
      for (const writer of reset) {
        if (writer === except || !writer.leavesIn(round).reset.has(address)) continue;
        found = found === undefined ? 0n : joinWords(found, 0n, NO_CELLS);
        break;
      }
    }
    return found === undefined ? null : { value: found, orBefore: true };
  }

  /** Whether any but one of them may add to a balance, on top of what it finds. */
  isRaised(except: Writer, round: number, key: StateKey): boolean {
    for (const writer of this.#raised.get(key) ?? []) {
      if (writer !== except && writer.leavesIn(round).raised.has(key)) return true;
    }
    return false;
  }

  /** As `find`, for code. */
  findCode(except: Writer, round: number, address: Address): WrittenCode | null {
    const written = this.find(except, round, accountKey(address, 'code'), address, null);
    if (written === null) return null;
    if (written === ANYTHING) return ANY_CODE;
    let found: WrittenCode | null = null;
    for (const writer of this.#codes.get(address) ?? []) {
      const codes = writer === except ? undefined : writer.leavesIn(round).codes.get(address);
      if (codes === undefined) continue;
      found = codes === null ? ANY_CODE : eitherCode({ codes, orBefore: true }, found);
    }
    if (found === null || found.codes === null) return found;
    return { ...found, codes: [...found.codes].sort(Buffer.compare) };
  }

  /**
   * Whether everybody is told that anything may be left in a region, whatever some writers do: at least two others
   * leave that. May be `false` where it is so.
   */
  isCovered(region: Region, text: string, round: number, isAside: (writer: Writer) => boolean): boolean {
    const writers = this.#regions.get(region.address)?.get(text)?.writers ?? [];
    let seen = 0;
    let others = 0;
    for (const writer of writers) {
      if (++seen > MAX_WRITERS) return false;
      if (!isAside(writer) && writer.leavesIn(round).regions.has(text) && ++others > 1) return true;
    }
    return false;
  }

  /** Those that may write a key. */
  writersOf(key: StateKey, round: number): Writer[] {
    const parts = parseKey(key);
    const { address, field, slot } = parts;
    const origin = field === 'storage' ? knownOrigin(slot) : null;
    const found = new Set<Writer>();
    for (const writer of this.#keys.get(key)?.writers ?? []) {
      if (writer.leavesIn(round).values.has(key)) found.add(writer);
    }
    for (const where of [address, null]) {
      for (const [text, { region, writers }] of this.#regions.get(where) ?? []) {
        if (!regionMayContain(region, parts, origin)) continue;
        for (const writer of writers) if (writer.leavesIn(round).regions.has(text)) found.add(writer);
      }
    }
    for (const writer of this.#raised.get(key) ?? []) {
      if (writer.leavesIn(round).raised.has(key)) found.add(writer);
    }
    if (field === 'storage') {
      for (const writer of this.#reset.get(address) ?? []) {
        if (writer.leavesIn(round).reset.has(address)) found.add(writer);
      }
    }
    return [...found];
  }

  /** A raiser is gone, and the join is the same. Says without whom it may be another one than it was. */
  #summarizedAnew(entry: KeyWriters, key: StateKey, round: number, was: Summary, now: Summary): Writer[] {
    const changed: Writer[] = [];
    for (const one of new Set([...was.raisedBy.keys(), ...now.raisedBy.keys()])) {
      const raiser = was.raisedBy.get(one);
      const old = raiser === undefined ? { value: was.all } : raiser.without;
      if (this.#isOther(entry, key, round, one, old)) changed.push(one);
    }
    return changed;
  }

  /** One that did not raise the join is gone. Says without whom the join may be less now. */
  #lessen(entry: KeyWriters, key: StateKey, round: number, { raisedBy }: Summary, old: Joined): Writer[] {
    const changed: Writer[] = [];
    for (const [one, raiser] of raisedBy) {
      if (isSameValue(join(raiser.core, old), raiser.core)) continue;
      const was = raiser.without;
      raiser.without = null;
      if (this.#isOther(entry, key, round, one, was)) changed.push(one);
    }
    return changed;
  }

  /** Whether the join without one may be another than it was; where there are few, it is looked at. */
  #isOther(
    entry: KeyWriters,
    key: StateKey,
    round: number,
    one: Writer,
    was: { readonly value: Joined } | null,
  ): boolean {
    if (was === null || entry.writers.size > FEW_WRITERS) return true;
    return !isSameValue(was.value, this.#without(entry, key, round, one));
  }

  #summaryOf(entry: KeyWriters, key: StateKey, round: number): Summary {
    const since = this.sameSince(key, round);
    let summary = entry.summaries.get(since);
    if (summary === undefined) {
      summary = summarize(entry, key, round, undefined);
      entry.summaries.set(since, summary);
    }
    return summary;
  }

  #without(entry: KeyWriters, key: StateKey, round: number, except: Writer): Joined {
    if (entry.writers.size === 1 && entry.writers.has(except)) return undefined;
    const { all, raisedBy } = this.#summaryOf(entry, key, round);
    const raiser = raisedBy.get(except);
    if (raiser === undefined) return all;
    if (raiser.without !== null) return raiser.without.value;
    let value = raiser.core;
    for (const writer of entry.writers) {
      if (value === null || isSameValue(value, all)) break;
      if (writer !== except) value = join(value, writer.leavesIn(round).values.get(key));
    }
    raiser.without = { value };
    return value;
  }
}

/** @param most - What the join cannot exceed, where that is known. */
function summarize({ writers }: KeyWriters, key: StateKey, round: number, most: Joined): Summary {
  let all: Joined;
  const raisers: Writer[] = [];
  const values: Joined[] = [];
  for (const writer of writers) {
    const left = writer.leavesIn(round).values.get(key);
    if (left === undefined) continue;
    const next = join(all, left);
    if (isSameValue(next, all)) continue;
    all = next;
    raisers.push(writer);
    values.push(left);
    if (all === null || (most !== undefined && isSameValue(all, most))) break;
  }
  const cores: Joined[] = [];
  let after: Joined;
  for (let at = raisers.length - 1; at >= 0; at--) {
    cores[at] = after;
    after = join(after, values[at]);
  }
  const raisedBy = new Map<Writer, Raiser>();
  let before: Joined;
  for (const [at, writer] of raisers.entries()) {
    raisedBy.set(writer, { core: join(before, cores[at]), without: null });
    before = join(before, values[at]);
  }
  return { all, raisedBy };
}

function addTo(sets: Map<string, Set<Writer>>, name: StateKey | Address, writer: Writer): void {
  const set = sets.get(name);
  if (set === undefined) sets.set(name, new Set([writer]));
  else set.add(writer);
}

function removeFrom(sets: Map<string, Set<Writer>>, name: StateKey | Address, writer: Writer): void {
  const set = sets.get(name);
  set?.delete(writer);
  if (set?.size === 0) sets.delete(name);
}
