/**
 * What the transactions so far may have written: who, and what is known of the values that they leave. Answers
 * for each key what the next transaction will find there.
 */
import type { Address } from '../input/block.ts';
import { accountKey, addressOf, parseKey, type StateKey } from '../state/key.ts';
import type { AccessSet, Region, SlotOrigin } from './access.ts';
import { NO_CELLS } from './cells.ts';
import { knownOrigin } from './known-hashes.ts';
import { regionMayContainKey } from './overlap.ts';
import { joinWords, type Word } from './word.ts';

/** What a transaction leaves behind, as far as it is known. */
export interface Effects {
  /** Values of storage, balances and nonces that it may write; a key that is not here may hold anything. */
  readonly values: ReadonlyMap<StateKey, Word>;
  /** Code of accounts whose code it may write: one of these; `null` or absent: any code. */
  readonly codes: ReadonlyMap<Address, readonly Uint8Array[] | null>;
  /** Accounts that it certainly creates or destroys: slots that are not among the values are zero. */
  readonly reset: ReadonlySet<Address>;
  /** Balances without a value here that it only adds to. */
  readonly raises?: ReadonlySet<StateKey>;
}

export const NO_EFFECTS: Effects = { values: new Map(), codes: new Map(), reset: new Set() };

/** How the key of an account's code ends. */
const CODE_KEY = ':code';

/** The latest of those who write a key, what is known of it after that, and who came before. */
interface History<T> {
  readonly writer: number;
  readonly after: T;
  readonly earlier: History<T> | null;
}

/** From where the index is looked at. */
export interface Horizon {
  /** Transactions from here on do not count. */
  readonly before: number;
  /** What these have left is in the state: it says what a key holds if no others may have written it. */
  readonly settled: ReadonlySet<number>;
}

/** Whether a transaction may be left out as invalid. */
type Runs = 'certainly' | 'perhaps';

interface RegionWrites {
  readonly region: Region;
  readonly writer: number;
}

/** What is known of a key that may have been written. */
export interface Written {
  /** Its value now, or `null` for anything. */
  readonly value: Word | null;
  /** Whether it may still have the value from before the block instead. */
  readonly orBefore: boolean;
}

/** What is known of code that may have been written. */
export interface WrittenCode {
  /** It is one of these, or any code (`null`). */
  readonly codes: readonly Uint8Array[] | null;
  /** Whether it may still be the code from before the block instead. */
  readonly orBefore: boolean;
}

export const ANY_CODE: WrittenCode = { codes: null, orBefore: false };
export const ANYTHING: Written = { value: null, orBefore: false };

const ZERO: Written = { value: 0n, orBefore: false };

/** Codes that are told apart. */
const MAX_CODES = 4;

/** What holds of either; `null` stands for a key that nobody has written. */
function eitherOf(a: Written, b: Written | null): Written {
  if (b === null) return { ...a, orBefore: true };
  const value = a.value === null || b.value === null ? null : joinWords(a.value, b.value, NO_CELLS);
  return { value, orBefore: a.orBefore || b.orBefore };
}

/** As `eitherOf`, for code. */
export function eitherCode(a: WrittenCode, b: WrittenCode | null): WrittenCode {
  if (b === null) return { ...a, orBefore: true };
  const codes = a.codes === null || b.codes === null ? null : [...a.codes];
  for (const code of codes === null ? [] : (b.codes ?? [])) {
    if (!codes?.some((other) => isSameCode(other, code))) codes?.push(code);
  }
  const isFew = codes !== null && codes.length <= MAX_CODES;
  return isFew ? { codes, orBefore: a.orBefore || b.orBefore } : ANY_CODE;
}

export function isSameCode(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || Buffer.compare(a, b) === 0;
}

/** The history up to the horizon. */
function upTo<T>(history: History<T> | undefined, { before }: Horizon): History<T> | null {
  let one = history ?? null;
  while (one !== null && one.writer >= before) one = one.earlier;
  return one;
}

/** Whether some writer before the horizon has not settled. */
function hasUnsettled<T>(history: History<T> | undefined, horizon: Horizon): boolean {
  for (let one = upTo(history, horizon); one !== null; one = one.earlier) {
    if (!horizon.settled.has(one.writer)) return true;
  }
  return false;
}

export class WriteIndex {
  readonly #keys = new Map<StateKey, History<Written>>();
  readonly #codes = new Map<Address, History<WrittenCode>>();
  readonly #reset = new Map<Address, History<Runs>>();
  readonly #regions = new Map<Address, RegionWrites[]>();
  readonly #everywhere: RegionWrites[] = [];
  #now: Horizon = { before: Number.POSITIVE_INFINITY, settled: new Set() };

  /** From now on the state has what these transactions have left, unless a horizon says otherwise. */
  settle(settled: ReadonlySet<number>): void {
    this.#now = { ...this.#now, settled };
  }

  /**
   * Adds a transaction's writes and deltas, which come after all that were added before.
   *
   * @param isOpen - Its regions over everything are left out: what it may write is not known yet, and later
   *   ones are held back for it.
   * @param runs - One that is left out leaves what was there before it.
   */
  add(
    writer: number,
    accesses: AccessSet,
    effects: Effects,
    isOpen: boolean,
    runs: Runs = 'certainly',
  ): void {
    for (const [key, mode] of accesses.keys) {
      if (mode === 'read') continue;
      if (key.endsWith(CODE_KEY)) {
        const address = addressOf(key);
        this.#addCode(writer, address, effects.codes.get(address) ?? null, runs);
      }
      let after: Written = { value: effects.values.get(key) ?? null, orBefore: false };
      if (runs === 'perhaps') {
        const { address, field, slot } = parseKey(key);
        const origin = accesses.origins.get(key) ?? (field === 'storage' ? knownOrigin(slot) : null);
        after = eitherOf(after, this.find(key, address, origin));
      }
      addTo(this.#keys, key, writer, after);
    }
    if (effects.reset.size > 0)
      for (const address of effects.reset) addTo(this.#reset, address, writer, runs);
    for (const region of accesses.regions) {
      if (region.mode === 'read') continue;
      if (region.address === null) {
        if (!isOpen) this.#everywhere.push({ region, writer });
        continue;
      }
      const list = this.#regions.get(region.address) ?? [];
      list.push({ region, writer });
      this.#regions.set(region.address, list);
    }
  }

  /**
   * What is found at a key; `null`: what the state says.
   *
   * @param horizon - Default: after all that were added.
   */
  find(key: StateKey, address: Address, origin: SlotOrigin | null, horizon = this.#now): Written | null {
    if (horizon.settled.size > 0 && !this.#hasUnsettled(key, address, origin, horizon)) return null;
    const history = this.#keys.get(key);
    const resets = this.#reset.get(address);
    const regions = this.#regionsOver(address);
    if (history === undefined && resets === undefined && regions.length === 0) return null;
    const latest = upTo(history, horizon);
    // What was written in one transaction with the region, or later, is the value after it.
    const last = latest?.writer ?? -1;
    const written = latest?.after ?? null;
    const latestReset = upTo(resets, horizon);
    const reset = latestReset?.writer ?? -1;
    for (const { region, writer } of regions) {
      if (writer <= last || writer >= horizon.before) continue;
      const isZeroed = writer === reset || (writer < reset && latestReset?.after === 'certainly');
      if (isZeroed && region.shape === 'account') continue;
      if (regionMayContainKey(region, key, origin)) return ANYTHING;
    }
    if (reset === -1 || last >= reset || parseKey(key).field !== 'storage') return written;
    return latestReset?.after === 'certainly' ? ZERO : eitherOf(ZERO, written);
  }

  #hasUnsettled(key: StateKey, address: Address, origin: SlotOrigin | null, horizon: Horizon): boolean {
    const isUnsettled = (writer: number) => writer < horizon.before && !horizon.settled.has(writer);
    if (hasUnsettled(this.#keys.get(key), horizon) || hasUnsettled(this.#reset.get(address), horizon)) {
      return true;
    }
    for (const { region, writer } of this.#regionsOver(address)) {
      if (isUnsettled(writer) && regionMayContainKey(region, key, origin)) return true;
    }
    return false;
  }

  /**
   * The code of an account; `null`: what the state says.
   *
   * @param horizon - Default: after all that were added.
   */
  findCode(address: Address, horizon = this.#now): WrittenCode | null {
    const history = this.#codes.get(address);
    if (history === undefined && this.#regionsOver(address).length === 0) return null;
    const written = this.find(accountKey(address, 'code'), address, null, horizon);
    if (written === null) return null;
    if (written === ANYTHING) return ANY_CODE;
    return upTo(history, horizon)?.after ?? ANY_CODE;
  }

  /**
   * The transactions that may have written a key and are not settled, ascending.
   *
   * @param horizon - Default: after all that were added.
   */
  writersOf(key: StateKey, horizon = this.#now): number[] {
    const { address, field, slot } = parseKey(key);
    const origin = field === 'storage' ? knownOrigin(slot) : null;
    const writers = new Set<number>();
    for (let one = this.#keys.get(key) ?? null; one !== null; one = one.earlier) writers.add(one.writer);
    for (const { region, writer } of this.#regionsOver(address)) {
      if (regionMayContainKey(region, key, origin)) writers.add(writer);
    }
    return [...writers]
      .filter((writer) => writer < horizon.before && !horizon.settled.has(writer))
      .sort((a, b) => a - b);
  }

  #addCode(writer: number, address: Address, codes: readonly Uint8Array[] | null, runs: Runs): void {
    let after: WrittenCode = { codes, orBefore: false };
    if (runs === 'perhaps') after = eitherCode(after, this.findCode(address));
    addTo(this.#codes, address, writer, after);
  }

  #regionsOver(address: Address): readonly RegionWrites[] {
    const own = this.#regions.get(address);
    if (own === undefined) return this.#everywhere;
    return this.#everywhere.length === 0 ? own : [...own, ...this.#everywhere];
  }
}

function addTo<T>(histories: Map<string, History<T>>, of: string, writer: number, after: T): void {
  histories.set(of, { writer, after, earlier: histories.get(of) ?? null });
}
