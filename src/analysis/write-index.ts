/**
 * What the transactions so far may have written: who, and what is known of the values that they leave. Answers
 * for each key what the next transaction will find there.
 */
import type { Address } from '../input/block.ts';
import { accountKey, parseKey, type StateKey } from '../state/key.ts';
import type { AccessSet, Region, SlotOrigin } from './access.ts';
import { knownOrigin } from './known-hashes.ts';
import { regionMayContainKey } from './overlap.ts';
import type { Word } from './word.ts';

/** What a transaction leaves behind, as far as it is known. */
export interface Effects {
  /** Values of storage, balances and nonces that it may write; a key that is not here may hold anything. */
  readonly values: ReadonlyMap<StateKey, Word>;
  /** Code of accounts whose code it may write; `null` or absent: any code. */
  readonly codes: ReadonlyMap<Address, Uint8Array | null>;
  /** Accounts that it certainly creates or destroys: slots that are not among the values are zero. */
  readonly reset: ReadonlySet<Address>;
}

export const NO_EFFECTS: Effects = { values: new Map(), codes: new Map(), reset: new Set() };

interface KeyWrites {
  readonly writers: number[];
  /** The value after the last of them; `null`: anything. */
  value: Word | null;
}

interface RegionWrites {
  readonly region: Region;
  readonly writer: number;
}

/** What is known of a key that may have been written: its value now, or `null` for anything. */
export interface Written {
  readonly value: Word | null;
}

const ANYTHING: Written = { value: null };
const ZERO: Written = { value: 0n };

export class WriteIndex {
  readonly #keys = new Map<StateKey, KeyWrites>();
  readonly #codes = new Map<Address, Uint8Array | null>();
  readonly #reset = new Map<Address, number>();
  readonly #regions = new Map<Address, RegionWrites[]>();
  readonly #everywhere: RegionWrites[] = [];

  /**
   * Adds a transaction's writes and deltas, which come after all that were added before.
   *
   * @param isOpen - Its regions over everything are left out: what it may write is not known yet, and later
   *   ones are held back for it.
   */
  add(writer: number, accesses: AccessSet, effects: Effects, isOpen: boolean): void {
    for (const [key, mode] of accesses.keys) {
      if (mode === 'read') continue;
      const { address, field } = parseKey(key);
      if (field === 'code') this.#codes.set(address, effects.codes.get(address) ?? null);
      const value = effects.values.get(key) ?? null;
      const writes = this.#keys.get(key);
      if (writes === undefined) this.#keys.set(key, { writers: [writer], value });
      else {
        if (writes.writers[writes.writers.length - 1] !== writer) writes.writers.push(writer);
        writes.value = value;
      }
    }
    for (const address of effects.reset) this.#reset.set(address, writer);
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

  /** What the next transaction finds at a key; `null`: nobody writes it. */
  find(key: StateKey, address: Address, origin: SlotOrigin | null): Written | null {
    const writes = this.#keys.get(key);
    // What was written in one transaction with the region, or later, is the value after it.
    const last = writes?.writers[writes.writers.length - 1] ?? -1;
    const reset = this.#reset.get(address) ?? -1;
    for (const { region, writer } of this.#regionsOver(address)) {
      if (writer <= last) continue;
      if (writer === reset && region.shape === 'account') continue;
      if (regionMayContainKey(region, key, origin)) return ANYTHING;
    }
    if (writes !== undefined && last >= reset) return writes;
    return reset >= 0 && parseKey(key).field === 'storage' ? ZERO : (writes ?? null);
  }

  /** Code that an account has now; `undefined`: nobody writes it, `null`: any code. */
  findCode(address: Address): Uint8Array | null | undefined {
    const key = accountKey(address, 'code');
    const written = this.find(key, address, null);
    if (written === null) return undefined;
    return written === ANYTHING ? null : (this.#codes.get(address) ?? null);
  }

  /** What all transactions but one may have done to a key, in any order. */
  findOthers(except: number, key: StateKey, address: Address, origin: SlotOrigin | null): Written | null {
    for (const { region, writer } of this.#regionsOver(address)) {
      if (writer !== except && regionMayContainKey(region, key, origin)) return ANYTHING;
    }
    const writes = this.#keys.get(key);
    return writes?.writers.some((writer) => writer !== except) ? ANYTHING : null;
  }

  /** The transactions that may have written a key, ascending. */
  writersOf(key: StateKey): number[] {
    const { address, field, slot } = parseKey(key);
    const origin = field === 'storage' ? knownOrigin(slot) : null;
    const writers = new Set(this.#keys.get(key)?.writers ?? []);
    for (const { region, writer } of this.#regionsOver(address)) {
      if (regionMayContainKey(region, key, origin)) writers.add(writer);
    }
    return [...writers].sort((a, b) => a - b);
  }

  *#regionsOver(address: Address): Iterable<RegionWrites> {
    yield* this.#regions.get(address) ?? [];
    yield* this.#everywhere;
  }
}
