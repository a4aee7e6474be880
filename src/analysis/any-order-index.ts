/**
 * What the transactions of a mempool may leave at each key, whichever of them run and in whatever order. Only
 * grows: what a transaction was once said to leave stays possible.
 */
import type { Address } from '../input/block.ts';
import { accountKey, parseKey, type StateKey } from '../state/key.ts';
import type { AccessSet, Region, SlotOrigin } from './access.ts';
import { NO_CELLS } from './cells.ts';
import { knownOrigin } from './known-hashes.ts';
import { regionMayContainKey } from './overlap.ts';
import { regionText } from './region-text.ts';
import { joinWords, leqWords, type Word, widenWord } from './word.ts';
import {
  ANY_CODE,
  ANYTHING,
  type Effects,
  eitherCode,
  type Written,
  type WrittenCode,
} from './write-index.ts';

/** Rounds in which values are joined as they are; afterwards they are widened, and then given up. */
const EXACT_ROUNDS = 3;
const WIDENED_ROUNDS = 12;

/** What each writer leaves at a key. */
interface Values {
  /** `null`: anything. */
  readonly of: Map<number, Word | null>;
  /** What any of them leaves, once it has been asked for. */
  all: Word | null | undefined;
}

export class AnyOrderIndex {
  readonly #keys = new Map<StateKey, Values>();
  readonly #codes = new Map<Address, Map<number, WrittenCode>>();
  readonly #reset = new Map<Address, Set<number>>();
  readonly #regions = new Map<Address | null, Map<number, Map<string, Region>>>();

  /**
   * Adds what a transaction may leave to what it was said to leave before.
   *
   * @param isOpen - Its regions are left out: what it may write is not known yet, and the others are held
   *   back for it.
   * @returns Whether anything was not said before.
   */
  add(writer: number, accesses: AccessSet, effects: Effects, isOpen: boolean, round: number): boolean {
    let hasGrown = false;
    for (const [key, mode] of accesses.keys) {
      if (mode === 'read') continue;
      const { address, field } = parseKey(key);
      if (field === 'code' && this.#addCode(writer, address, effects.codes.get(address) ?? null)) {
        hasGrown = true;
      }
      if (this.#addValue(writer, key, effects.values.get(key) ?? null, round)) hasGrown = true;
    }
    for (const address of effects.reset) {
      const writers = this.#reset.get(address) ?? new Set();
      if (!writers.has(writer)) hasGrown = true;
      this.#reset.set(address, writers.add(writer));
    }
    for (const region of accesses.regions) {
      if (region.mode === 'read' || isOpen) continue;
      const isZeroed = region.shape === 'account' && effects.reset.has(region.address);
      if (!isZeroed && this.#addRegion(writer, region)) hasGrown = true;
    }
    return hasGrown;
  }

  /** What any but one of them may leave at a key; `null`: they leave it alone. */
  find(except: number, key: StateKey, address: Address, origin: SlotOrigin | null): Written | null {
    for (const where of [address, null]) {
      for (const [writer, regions] of this.#regions.get(where) ?? []) {
        if (writer === except) continue;
        for (const region of regions.values()) if (regionMayContainKey(region, key, origin)) return ANYTHING;
      }
    }
    const values = this.#keys.get(key);
    let found = values === undefined ? undefined : joinAll(values, except);
    if (found === null) return ANYTHING;
    if (parseKey(key).field === 'storage') {
      for (const writer of this.#reset.get(address) ?? []) {
        if (writer === except) continue;
        found = found === undefined ? 0n : joinWords(found, 0n, NO_CELLS);
        break;
      }
    }
    return found === undefined ? null : { value: found, orBefore: true };
  }

  /** As `find`, for code. */
  findCode(except: number, address: Address): WrittenCode | null {
    const written = this.find(except, accountKey(address, 'code'), address, null);
    if (written === null) return null;
    if (written === ANYTHING) return ANY_CODE;
    let found: WrittenCode | null = null;
    for (const [writer, code] of this.#codes.get(address) ?? []) {
      if (writer !== except) found = eitherCode(code, found);
    }
    return found;
  }

  /** The transactions that may write a key, ascending. */
  writersOf(key: StateKey): number[] {
    const { address, field, slot } = parseKey(key);
    const origin = field === 'storage' ? knownOrigin(slot) : null;
    const writers = new Set(this.#keys.get(key)?.of.keys());
    for (const where of [address, null]) {
      for (const [writer, regions] of this.#regions.get(where) ?? []) {
        for (const region of regions.values()) {
          if (regionMayContainKey(region, key, origin)) writers.add(writer);
        }
      }
    }
    if (field === 'storage') for (const writer of this.#reset.get(address) ?? []) writers.add(writer);
    return [...writers].sort((a, b) => a - b);
  }

  #addValue(writer: number, key: StateKey, value: Word | null, round: number): boolean {
    const entry: Values = this.#keys.get(key) ?? { of: new Map(), all: undefined };
    this.#keys.set(key, entry);
    const values = entry.of;
    const old = values.get(writer);
    if (old === null || (old !== undefined && value !== null && leqWords(value, old))) return false;
    entry.all = undefined;
    if (old === undefined || value === null) values.set(writer, value);
    else if (round < EXACT_ROUNDS) values.set(writer, joinWords(old, value, NO_CELLS));
    else values.set(writer, round < WIDENED_ROUNDS ? widenWord(old, value, NO_CELLS) : null);
    return true;
  }

  #addCode(writer: number, address: Address, codes: readonly Uint8Array[] | null): boolean {
    const byWriter = this.#codes.get(address) ?? new Map<number, WrittenCode>();
    this.#codes.set(address, byWriter);
    const old = byWriter.get(writer) ?? null;
    const now = codes === null ? ANY_CODE : eitherCode({ codes, orBefore: true }, old);
    byWriter.set(writer, now);
    return old === null || (now.codes?.length ?? -1) !== (old.codes?.length ?? -1);
  }

  #addRegion(writer: number, region: Region): boolean {
    const byWriter = this.#regions.get(region.address) ?? new Map<number, Map<string, Region>>();
    this.#regions.set(region.address, byWriter);
    const own = byWriter.get(writer) ?? new Map<string, Region>();
    byWriter.set(writer, own);
    const text = regionText(region);
    if (own.has(text)) return false;
    own.set(text, region);
    return true;
  }
}

/** What any writer but one leaves; `null`: anything, `undefined`: there is no other. */
function joinAll(values: Values, except: number): Word | null | undefined {
  const isOther = !values.of.has(except);
  if (isOther && values.all !== undefined) return values.all;
  let found: Word | null | undefined;
  for (const [writer, value] of values.of) {
    if (writer === except) continue;
    if (value === null) {
      found = null;
      break;
    }
    found = found === undefined ? value : joinWords(found as Word, value, NO_CELLS);
  }
  if (isOther) values.all = found;
  return found;
}
