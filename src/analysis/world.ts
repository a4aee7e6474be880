/**
 * State as one path of the analysis has changed it: everything that a frame can roll back. Forks share their
 * maps until one of them is written.
 */
import type { Address } from '../input/block.ts';
import type { Region } from './access.ts';
import { type Cell, type CellSet, unionCells } from './cells.ts';
import type { Code } from './code.ts';
import { regionText } from './region-text.ts';
import { joinWords, sameWords, type Word } from './word.ts';

/**
 * A map that is cheap to fork: layers that never change, later ones over earlier ones, and one on top that is
 * written. Layers are merged when they come near each other in size, so that there are few of them and each
 * entry is copied seldom (as in a log-structured merge tree).
 */
class ForkedMap<K, V extends NonNullable<unknown> | null> {
  #layers: readonly ReadonlyMap<K, V>[];
  #top: Map<K, V> | null = null;

  constructor(layers: readonly ReadonlyMap<K, V>[] = []) {
    this.#layers = layers;
  }

  fork(): ForkedMap<K, V> {
    this.#settle();
    return new ForkedMap(this.#layers);
  }

  get(key: K): V | undefined {
    const own = this.#top?.get(key);
    if (own !== undefined) return own;
    for (let i = this.#layers.length - 1; i >= 0; i--) {
      const value = this.#layers[i]?.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  entries(): Iterable<[K, V]> {
    return this.#merged();
  }

  set(key: K, value: V): void {
    if (this.#top === null) this.#top = new Map();
    this.#top.set(key, value);
  }

  isSame(other: ForkedMap<K, V>): boolean {
    return this.#layers === other.#layers && this.#top === null && other.#top === null;
  }

  /** Whether both hold the same keys with values that are alike. */
  isEqual(other: ForkedMap<K, V>, isAlike: (a: V, b: V) => boolean): boolean {
    if (this.isSame(other)) return true;
    const ours = this.#merged();
    const others = other.#merged();
    if (ours.size !== others.size) return false;
    for (const [key, value] of ours) {
      const counterpart = others.get(key);
      if (counterpart === undefined || !(counterpart === value || isAlike(value, counterpart))) return false;
    }
    return true;
  }

  /**
   * Joins value by value; a side without the key is asked for it: `mine` for this map, `theirs` for the other.
   */
  join(
    other: ForkedMap<K, V>,
    joinValues: (a: V, b: V, key: K) => V,
    mine: (key: K) => V,
    theirs: (key: K) => V,
  ): ForkedMap<K, V> {
    if (this.isSame(other)) return this.fork();
    const result = new Map<K, V>();
    const ours = this.#merged();
    const others = other.#merged();
    for (const [key, value] of ours) {
      const otherValue = others.get(key);
      const counterpart = otherValue === undefined ? theirs(key) : otherValue;
      result.set(key, counterpart === value ? value : joinValues(value, counterpart, key));
    }
    for (const [key, value] of others) {
      if (!ours.has(key)) result.set(key, joinValues(mine(key), value, key));
    }
    return new ForkedMap([result]);
  }

  #settle(): void {
    if (this.#top === null) return;
    const layers: ReadonlyMap<K, V>[] = [...this.#layers, this.#top];
    this.#top = null;
    for (let at = layers.length - 1; at > 0; at--) {
      const [lower, upper] = layers.slice(at - 1) as [ReadonlyMap<K, V>, ReadonlyMap<K, V>];
      if (lower.size > 2 * upper.size) break;
      layers.splice(at - 1, 2, over(lower, upper));
    }
    this.#layers = layers;
  }

  #merged(): ReadonlyMap<K, V> {
    this.#settle();
    const [first = new Map<K, V>(), ...others] = this.#layers;
    return others.reduce(over, first);
  }
}

function over<K, V>(lower: ReadonlyMap<K, V>, upper: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
  const merged = new Map(lower);
  for (const [key, value] of upper) merged.set(key, value);
  return merged;
}

/** A write to a slot that is not known: any slot that the region may hold may have become `value`. */
export interface WeakWrite {
  readonly region: Region;
  readonly cells: CellSet;
}

/** An account's balance: `base` when it was read or set, else the pre-state's; `credit` came on top, unobserved. */
export interface BalanceState {
  readonly base: Word | null;
  readonly credit: Word;
  /** Whether the account was touched on all paths that were merged: before EIP-161 that makes it exist. */
  readonly touched: Certainty;
}

/** Whether something is so on all paths that were merged, or on some. */
export type Certainty = 'certain' | 'possible';

const strongest = (a: Certainty, b: Certainty): Certainty =>
  a === 'certain' && b === 'certain' ? a : 'possible';

/** How a merged world asks for the values that one side never looked up: what that side would find there. */
export interface Baseline {
  storage(world: World, cell: Cell): Word;
  transient(world: World, cell: Cell): Word;
  balance(address: Address): Word;
  nonce(address: Address): Word;
  codes(address: Address): readonly Code[] | null;
}

export class World {
  readonly storage: ForkedMap<Cell, Word>;
  readonly transient: ForkedMap<Cell, Word>;
  readonly balances: ForkedMap<Address, BalanceState>;
  readonly nonces: ForkedMap<Address, Word>;
  /** Code set by this transaction, or found by looking: one of these, or any code (`null`). */
  readonly codes: ForkedMap<Address, readonly Code[] | null>;
  readonly created: ForkedMap<Address, Certainty>;
  readonly destroyed: ForkedMap<Address, Certainty>;
  readonly warmAccounts: ForkedMap<Address, Certainty>;
  readonly warmSlots: ForkedMap<Cell, Certainty>;
  weakWrites: readonly WeakWrite[];
  weakTransient: readonly WeakWrite[];
  /** Balances of accounts that are not known may have grown. */
  unknownCredits: CellSet | null;

  constructor(from?: World) {
    this.storage = from?.storage.fork() ?? new ForkedMap();
    this.transient = from?.transient.fork() ?? new ForkedMap();
    this.balances = from?.balances.fork() ?? new ForkedMap();
    this.nonces = from?.nonces.fork() ?? new ForkedMap();
    this.codes = from?.codes.fork() ?? new ForkedMap();
    this.created = from?.created.fork() ?? new ForkedMap();
    this.destroyed = from?.destroyed.fork() ?? new ForkedMap();
    this.warmAccounts = from?.warmAccounts.fork() ?? new ForkedMap();
    this.warmSlots = from?.warmSlots.fork() ?? new ForkedMap();
    this.weakWrites = from?.weakWrites ?? [];
    this.weakTransient = from?.weakTransient ?? [];
    this.unknownCredits = from?.unknownCredits ?? null;
  }

  fork(): World {
    return new World(this);
  }

  /** What holds of either; values that differ also depend on `control`. */
  static join(
    a: World,
    b: World,
    control: CellSet,
    baseline: Baseline,
    combine: (x: Word, y: Word, control: CellSet) => Word = joinWords,
  ): World {
    const joined = Object.create(World.prototype) as { -readonly [K in keyof World]: World[K] };
    const words = (x: Word, y: Word) => combine(x, y, control);
    const possibly = (): Certainty => 'possible';
    const unread = (): BalanceState => ({ base: null, credit: 0n, touched: 'possible' });
    const balances = (x: BalanceState, y: BalanceState, address: Address): BalanceState => ({
      base:
        x.base === null && y.base === null
          ? null
          : words(x.base ?? baseline.balance(address), y.base ?? baseline.balance(address)),
      credit: words(x.credit, y.credit),
      touched: strongest(x.touched, y.touched),
    });
    const nonce = (address: Address) => baseline.nonce(address);
    joined.storage = a.storage.join(
      b.storage,
      words,
      (cell) => baseline.storage(a, cell),
      (cell) => baseline.storage(b, cell),
    );
    joined.transient = a.transient.join(
      b.transient,
      words,
      (cell) => baseline.transient(a, cell),
      (cell) => baseline.transient(b, cell),
    );
    joined.balances = a.balances.join(b.balances, balances, unread, unread);
    joined.nonces = a.nonces.join(b.nonces, words, nonce, nonce);
    joined.codes = a.codes.join(
      b.codes,
      eitherCode,
      (address) => baseline.codes(address),
      (address) => baseline.codes(address),
    );
    joined.created = a.created.join(b.created, strongest, possibly, possibly);
    joined.destroyed = a.destroyed.join(b.destroyed, strongest, possibly, possibly);
    joined.warmAccounts = a.warmAccounts.join(b.warmAccounts, strongest, possibly, possibly);
    joined.warmSlots = a.warmSlots.join(b.warmSlots, strongest, possibly, possibly);
    joined.weakWrites = unionWrites(a.weakWrites, b.weakWrites);
    joined.weakTransient = unionWrites(a.weakTransient, b.weakTransient);
    joined.unknownCredits =
      a.unknownCredits === null || b.unknownCredits === null
        ? (a.unknownCredits ?? b.unknownCredits)
        : unionCells(a.unknownCredits, b.unknownCredits);
    return joined as World;
  }

  /** Whether as much is known of both. */
  static isSame(a: World, b: World): boolean {
    const same = (x: unknown, y: unknown) => x === y;
    return (
      a.storage.isEqual(b.storage, sameWords) &&
      a.transient.isEqual(b.transient, sameWords) &&
      a.balances.isEqual(b.balances, sameBalances) &&
      a.nonces.isEqual(b.nonces, sameWords) &&
      a.codes.isEqual(b.codes, sameCodes) &&
      a.created.isEqual(b.created, same) &&
      a.destroyed.isEqual(b.destroyed, same) &&
      a.warmAccounts.isEqual(b.warmAccounts, same) &&
      a.warmSlots.isEqual(b.warmSlots, same) &&
      a.weakWrites.length === b.weakWrites.length &&
      a.weakWrites.every((write, i) => write === b.weakWrites[i]) &&
      a.weakTransient.length === b.weakTransient.length &&
      a.weakTransient.every((write, i) => write === b.weakTransient[i]) &&
      a.unknownCredits?.length === b.unknownCredits?.length
    );
  }
}

/** Those of both; regions that say the same are one. */
function unionWrites(a: readonly WeakWrite[], b: readonly WeakWrite[]): readonly WeakWrite[] {
  if (a === b || b.length === 0) return a;
  const added = b.filter((write) => !a.some((known) => coversWrite(known, write)));
  return added.length === 0 ? a : [...a, ...added];
}

/** Whether a weak write says at least what the other says. */
export function coversWrite(a: WeakWrite, b: WeakWrite): boolean {
  if (a === b) return true;
  if (unionCells(a.cells, b.cells) !== a.cells) return false;
  return a.region === b.region || regionText(a.region) === regionText(b.region);
}

function sameBalances(a: BalanceState, b: BalanceState): boolean {
  if (a.touched !== b.touched || !sameWords(a.credit, b.credit)) return false;
  return a.base === null || b.base === null ? a.base === b.base : sameWords(a.base, b.base);
}

function sameCodes(a: readonly Code[] | null, b: readonly Code[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((code) => b.some((other) => other.bytes === code.bytes));
}

/** Codes of one account that are told apart. */
const MAX_CODES = 4;

function eitherCode(a: readonly Code[] | null, b: readonly Code[] | null): readonly Code[] | null {
  if (a === null || b === null) return null;
  const others = b.filter((code) => !a.some((known) => known.bytes === code.bytes));
  return a.length + others.length > MAX_CODES ? null : [...a, ...others];
}
