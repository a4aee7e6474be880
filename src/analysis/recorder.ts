/**
 * Collects what an analysis finds: accesses, regions, assumptions, reasons. Accesses of all paths go into one
 * set; beside it each path keeps which of them it has made for certain, to tell whether the sides of a fork
 * differ.
 */
import type { Address } from '../input/block.ts';
import type { StateKey } from '../state/key.ts';
import type { AccessMode, AccessSet, Region, SlotOrigin } from './access.ts';
import { AccessBits } from './access-bits.ts';
import type { Cell, CellSet, CellTable } from './cells.ts';
import type { Place } from './reason.ts';
import { ReasonRecorder } from './reason-recorder.ts';

const READ = 0;
const WRITE = 1;
const DELTA = 2;

export class Recorder {
  readonly #cells: CellTable;
  readonly #all = new AccessBits();
  readonly #touched = new Set<Cell>();
  readonly #regions = new Map<string, Region>();
  /** Regions of parts of an account's storage, and beyond a limit all of it. */
  readonly #parts = new Map<Address, Map<string, Region>>();
  #hasOpenRegion = false;
  readonly #origins = new Map<Cell, SlotOrigin>();
  readonly #assumed = new Set<Cell>();
  /** Cells that earlier transactions may write, and cells that the state source does not know. */
  readonly unstable = new Set<Cell>();
  readonly missing = new Set<Cell>();
  readonly reasons: ReasonRecorder;

  /** @param entry - Where what belongs to no instruction is said to be. */
  constructor(cells: CellTable, entry: Place) {
    this.#cells = cells;
    this.reasons = new ReasonRecorder(cells, entry);
  }

  access(path: AccessBits, cell: Cell, mode: AccessMode): void {
    const index = cell * 3;
    switch (mode) {
      case 'read':
        this.#add(path, index + READ);
        break;
      case 'write':
        this.#add(path, index + READ);
        this.#add(path, index + WRITE);
        break;
      case 'delta':
        this.#add(path, index + DELTA);
        break;
      default:
        mode satisfies never;
    }
    this.#touched.add(cell);
  }

  /** @param cells - What would have to be known to name its keys one by one. */
  region(region: Region, cells: CellSet): void {
    this.#hasOpenRegion = true;
    const { shape, address } = region;
    this.reasons.note(region.field === 'storage' ? 'unknown-slot' : 'unknown-account', cells);
    if (shape === 'everything' || shape === 'account') {
      this.#regions.set(regionText(region), region);
      return;
    }
    const own = this.#parts.get(address);
    if (own === undefined) this.#parts.set(address, new Map([[regionText(region), region]]));
    else own.set(own.size < MAX_PARTS ? regionText(region) : region.mode, wholeBeyond(own.size, region));
  }

  /** Nothing can be excluded any more. */
  everything(): void {
    this.#hasOpenRegion = true;
    const region: Region = { shape: 'everything', address: null, field: 'any', mode: 'write' };
    this.#regions.set(regionText(region), region);
  }

  /** The whole storage of an account that the transaction itself makes or destroys: exact all the same. */
  ownRegion(region: Region): void {
    this.#regions.set(regionText(region), region);
  }

  /** Whether a region stands for keys that are not known one by one. */
  get hasOpenRegion(): boolean {
    return this.#hasOpenRegion;
  }

  origin(cell: Cell, origin: SlotOrigin): void {
    this.#origins.set(cell, origin);
  }

  /** The values of these cells decided something; cells whose value was not used do not count. */
  assume(cells: CellSet): void {
    for (const cell of cells) {
      if (!this.unstable.has(cell) && !this.missing.has(cell)) this.#assumed.add(cell);
    }
  }

  get regions(): readonly Region[] {
    const regions = [...this.#regions.values()];
    const texts = new Set(this.#regions.keys());
    for (const own of this.#parts.values()) {
      for (const region of own.values()) {
        // One that stands for the rest of an account may be there as a region of its own.
        if (region.shape !== 'account' || !texts.has(regionText(region))) regions.push(region);
      }
    }
    return regions;
  }

  /** Whether a path that made `certain` made every access that any path made. */
  isComplete(certain: AccessBits): boolean {
    return certain.equals(this.#all);
  }

  assumptions(): Set<StateKey> {
    return new Set([...this.#assumed].map((cell) => this.#cells.key(cell)));
  }

  /** The touched cells with their strongest mode; read and credited makes a write, be it one of every account. */
  modes(): Map<Cell, AccessMode> {
    const result = new Map<Cell, AccessMode>();
    const everywhere = new Set<string>();
    for (const { shape, field, mode } of this.#regions.values()) {
      if (shape === 'everything') everywhere.add(`${field} ${mode}`);
    }
    for (const cell of this.#touched) {
      const index = cell * 3;
      const { field } = this.#cells.info(cell);
      const isDelta = this.#all.has(index + DELTA) || everywhere.has(`${field} delta`);
      const isRead = this.#all.has(index + READ) || everywhere.has(`${field} read`);
      if (this.#all.has(index + WRITE) || (isRead && isDelta)) result.set(cell, 'write');
      else result.set(cell, isDelta ? 'delta' : 'read');
    }
    return result;
  }

  /** Cells that code wrote, as opposed to those whose delta is also read. */
  writtenCells(): Cell[] {
    return [...this.#touched].filter((cell) => this.#all.has(cell * 3 + WRITE));
  }

  accesses(): AccessSet {
    const keys = new Map<StateKey, AccessMode>();
    const origins = new Map<StateKey, SlotOrigin>();
    for (const [cell, mode] of this.modes()) {
      const key = this.#cells.key(cell);
      keys.set(key, mode);
      const origin = this.#origins.get(cell);
      if (origin !== undefined) origins.set(key, origin);
    }
    return { keys, regions: this.regions, origins };
  }

  #add(path: AccessBits, index: number): void {
    path.add(index);
    this.#all.add(index);
  }
}

/** Regions of one account's storage that are kept apart. */
const MAX_PARTS = 128;

function wholeBeyond(count: number, region: Region & { readonly shape: 'mapping' | 'array' }): Region {
  if (count < MAX_PARTS) return region;
  const { address, field, mode } = region;
  return { shape: 'account', address, field, mode };
}

/** Equal regions have equal texts. */
export function regionText(region: Region): string {
  return JSON.stringify(region, (_, value) =>
    typeof value === 'bigint' ? `0x${value.toString(16)}` : value,
  );
}
