/**
 * What the transactions so far may have written: who, and what is known of the values that they leave. Answers
 * for each key what the next transaction will find there.
 */
import type { Address } from '../input/block.ts';
import { accountKey, parseKey, type StateKey } from '../state/key.ts';
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
}

export const NO_EFFECTS: Effects = { values: new Map(), codes: new Map(), reset: new Set() };

/** A key's value after the last of its writers. */
interface KeyWrites extends Written {
  readonly writers: number[];
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

export class WriteIndex {
  readonly #keys = new Map<StateKey, KeyWrites>();
  readonly #codes = new Map<Address, WrittenCode>();
  readonly #reset = new Map<Address, { readonly writer: number; readonly runs: Runs }>();
  readonly #regions = new Map<Address, RegionWrites[]>();
  readonly #everywhere: RegionWrites[] = [];
  #settled: ReadonlySet<number> = new Set();

  /**
   * From now on the state says what these transactions have left. It does so for a key if no others may have
   * written it.
   */
  settle(transactions: ReadonlySet<number>): void {
    this.#settled = transactions;
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
      const { address, field, slot } = parseKey(key);
      if (field === 'code') this.#addCode(address, effects.codes.get(address) ?? null, runs);
      let after: Written = { value: effects.values.get(key) ?? null, orBefore: false };
      if (runs === 'perhaps') {
        const origin = accesses.origins.get(key) ?? (field === 'storage' ? knownOrigin(slot) : null);
        after = eitherOf(after, this.find(key, address, origin));
      }
      const { writers = [] } = this.#keys.get(key) ?? {};
      if (writers[writers.length - 1] !== writer) writers.push(writer);
      this.#keys.set(key, { writers, ...after });
    }
    for (const address of effects.reset) this.#reset.set(address, { writer, runs });
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

  /** What the next transaction finds at a key; `null`: what the state says. */
  find(key: StateKey, address: Address, origin: SlotOrigin | null): Written | null {
    if (this.#settled.size > 0 && !this.#hasUnsettled(key, address, origin)) return null;
    const writes = this.#keys.get(key);
    // What was written in one transaction with the region, or later, is the value after it.
    const last = writes?.writers[writes.writers.length - 1] ?? -1;
    const reset = this.#reset.get(address);
    for (const { region, writer } of this.#regionsOver(address)) {
      if (writer <= last) continue;
      if (writer === reset?.writer && region.shape === 'account') continue;
      if (regionMayContainKey(region, key, origin)) return ANYTHING;
    }
    if (reset === undefined || last >= reset.writer || parseKey(key).field !== 'storage') {
      return writes ?? null;
    }
    return reset.runs === 'certainly' ? ZERO : eitherOf(ZERO, writes ?? null);
  }

  #hasUnsettled(key: StateKey, address: Address, origin: SlotOrigin | null): boolean {
    const isUnsettled = (writer: number) => !this.#settled.has(writer);
    // The latest are the likeliest.
    if (this.#keys.get(key)?.writers.findLast(isUnsettled) !== undefined) return true;
    const reset = this.#reset.get(address);
    if (reset !== undefined && isUnsettled(reset.writer)) return true;
    for (const { region, writer } of this.#regionsOver(address)) {
      if (isUnsettled(writer) && regionMayContainKey(region, key, origin)) return true;
    }
    return false;
  }

  /** Code that an account has now; `null`: what the state says. */
  findCode(address: Address): WrittenCode | null {
    const key = accountKey(address, 'code');
    const written = this.find(key, address, null);
    if (written === null) return null;
    return written === ANYTHING ? ANY_CODE : (this.#codes.get(address) ?? ANY_CODE);
  }

  /** The transactions that may have written a key and are not settled, ascending. */
  writersOf(key: StateKey): number[] {
    const { address, field, slot } = parseKey(key);
    const origin = field === 'storage' ? knownOrigin(slot) : null;
    const writers = new Set(this.#keys.get(key)?.writers ?? []);
    for (const { region, writer } of this.#regionsOver(address)) {
      if (regionMayContainKey(region, key, origin)) writers.add(writer);
    }
    return [...writers].filter((writer) => !this.#settled.has(writer)).sort((a, b) => a - b);
  }

  #addCode(address: Address, codes: readonly Uint8Array[] | null, runs: Runs): void {
    let after: WrittenCode = { codes, orBefore: false };
    if (runs === 'perhaps') after = eitherCode(after, this.findCode(address));
    this.#codes.set(address, after);
  }

  *#regionsOver(address: Address): Iterable<RegionWrites> {
    yield* this.#regions.get(address) ?? [];
    yield* this.#everywhere;
  }
}
