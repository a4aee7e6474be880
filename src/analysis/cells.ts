/**
 * Cells: the state keys that one transaction's analysis has met, as small integers, and sets of them.
 * A cell set is a sorted array that is never changed, so that sets can be shared between words. Sets only say
 * what a value may depend on, so a larger one is as sound: beyond `LARGEST_SET` cells a set becomes one of all
 * numbers below a power of two, of which there are few. Those that no cell has yet count for nothing.
 */
import type { Address } from '../input/block.ts';
import { accountKey, type Field, type StateKey, storageKey } from '../state/key.ts';

/** Index into a `CellTable`. */
export type Cell = number;

/** Ascending, without repeats. */
export type CellSet = readonly Cell[];

export const NO_CELLS: CellSet = [];

export function unionCells(a: CellSet, b: CellSet): CellSet {
  if (a === b || b.length === 0) return a;
  if (a.length === 0) return b;
  if (isWide(a) || isWide(b)) return lowest(Math.max(above(a), above(b)));
  const result: Cell[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const x = i < a.length ? (a[i] as Cell) : Number.POSITIVE_INFINITY;
    const y = j < b.length ? (b[j] as Cell) : Number.POSITIVE_INFINITY;
    result.push(x < y ? x : y);
    if (x <= y) i++;
    if (y <= x) j++;
  }
  if (result.length === a.length) return a;
  if (result.length === b.length) return b;
  return isWide(result) ? lowest(above(result)) : result;
}

/** More than any word of the corpus depends on, but for three (measured). */
const LARGEST_SET = 128;

/** By the exponent of their length. */
const lowestSets: CellSet[] = [];

/** Whether the set is one of all cells below its length. */
export function isWide(cells: CellSet): boolean {
  return cells.length > LARGEST_SET;
}

/** The number after the last one. */
function above(cells: CellSet): number {
  return (cells[cells.length - 1] as Cell) + 1;
}

/** All numbers below some power of two that is at least `end`. */
function lowest(end: number): CellSet {
  const exponent = Math.max(32 - Math.clz32(end - 1), 32 - Math.clz32(LARGEST_SET));
  const known = lowestSets[exponent];
  if (known !== undefined) return known;
  const cells = Array.from({ length: 2 ** exponent }, (_, cell) => cell);
  lowestSets[exponent] = cells;
  return cells;
}

/** What a cell stands for. */
export interface CellInfo {
  readonly address: Address;
  readonly field: Field;
  /** 0n unless the field is `storage`. */
  readonly slot: bigint;
}

interface AccountCells {
  balance: Cell;
  nonce: Cell;
  code: Cell;
  readonly slots: Map<bigint, Cell>;
}

/** Numbers cells in the order in which they are met. */
export class CellTable {
  readonly #accounts = new Map<Address, AccountCells>();
  readonly #cells: CellInfo[] = [];

  get size(): number {
    return this.#cells.length;
  }

  account(address: Address, field: 'balance' | 'nonce' | 'code'): Cell {
    const cells = this.#of(address);
    if (cells[field] === -1) cells[field] = this.#add({ address, field, slot: 0n });
    return cells[field];
  }

  storage(address: Address, slot: bigint): Cell {
    const { slots } = this.#of(address);
    let cell = slots.get(slot);
    if (cell === undefined) {
      cell = this.#add({ address, field: 'storage', slot });
      slots.set(slot, cell);
    }
    return cell;
  }

  /** Storage cells of one account met so far. */
  slotsOf(address: Address): ReadonlyMap<bigint, Cell> {
    return this.#of(address).slots;
  }

  info(cell: Cell): CellInfo {
    return this.#cells[cell] as CellInfo;
  }

  key(cell: Cell): StateKey {
    const { address, field, slot } = this.info(cell);
    return field === 'storage' ? storageKey(address, slot) : accountKey(address, field);
  }

  #of(address: Address): AccountCells {
    let cells = this.#accounts.get(address);
    if (cells === undefined) {
      cells = { balance: -1, nonce: -1, code: -1, slots: new Map() };
      this.#accounts.set(address, cells);
    }
    return cells;
  }

  #add(info: CellInfo): Cell {
    this.#cells.push(info);
    return this.#cells.length - 1;
  }
}
