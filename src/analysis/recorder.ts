/**
 * Collects what an analysis finds: accesses, regions, assumptions, reasons. Accesses of all paths go into one
 * set; beside it each path keeps which of them it has made for certain, to tell whether the sides of a fork
 * differ.
 */
import type { Address } from '../input/block.ts';
import type { StateKey } from '../state/key.ts';
import type { AccessMode, AccessSet, Region, SlotOrigin } from './access.ts';
import { AccessBits } from './access-bits.ts';
import { type Cell, type CellSet, type CellTable, isWide, NO_CELLS, unionCells } from './cells.ts';
import type { Place } from './reason.ts';
import { ReasonRecorder } from './reason-recorder.ts';
import { regionText } from './region-text.ts';

const READ = 0;
const WRITE = 1;
const DELTA = 2;

/** A region, and the cells because of which its keys are not known one by one. */
interface CausedRegion {
  readonly region: Region;
  readonly cells: CellSet;
}

export class Recorder {
  readonly #cells: CellTable;
  readonly #all = new AccessBits();
  readonly #touched = new Set<Cell>();
  readonly #regions = new Map<string, CausedRegion>();
  /** Regions of parts of an account's storage, and beyond a limit all of it. */
  readonly #parts = new Map<Address, Map<string, CausedRegion>>();
  #hasOpenRegion = false;
  readonly #origins = new Map<Cell, SlotOrigin>();
  readonly #assumed = new Set<Cell>();
  /** All cells below this are assumed as well. */
  #assumedBelow = 0;
  /** Cells that earlier transactions may write, and cells that the state source does not know. */
  readonly unstable = new Set<Cell>();
  readonly missing = new Set<Cell>();
  /** Numbers of blocks whose hash is needed and not known. */
  readonly missingBlockHashes = new Set<bigint>();
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
      addRegion(this.#regions, regionText(region), region, cells);
      return;
    }
    let own = this.#parts.get(address);
    if (own === undefined) {
      own = new Map();
      this.#parts.set(address, own);
    }
    const text = own.size < MAX_PARTS ? regionText(region) : region.mode;
    addRegion(own, text, wholeBeyond(own.size, region), cells);
  }

  /** Nothing can be excluded any more. */
  everything(): void {
    this.#hasOpenRegion = true;
    const region: Region = { shape: 'everything', address: null, field: 'any', mode: 'write' };
    addRegion(this.#regions, regionText(region), region, NO_CELLS);
  }

  /** The whole storage of an account that the transaction itself makes or destroys: exact all the same. */
  ownRegion(region: Region): void {
    addRegion(this.#regions, regionText(region), region, NO_CELLS);
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
    if (isWide(cells)) {
      this.#assumedBelow = Math.max(this.#assumedBelow, cells.length);
      return;
    }
    for (const cell of cells) {
      if (!this.unstable.has(cell) && !this.missing.has(cell)) this.#assumed.add(cell);
    }
  }

  get regions(): readonly Region[] {
    return this.#causedRegions().map(({ region }) => region);
  }

  /** Regions that stand for keys which cells of the set, once known, would name, with those cells. */
  regionsDueTo(cells: ReadonlySet<Cell>): { readonly regions: readonly Region[]; readonly cells: Set<Cell> } {
    const regions: Region[] = [];
    const causes = new Set<Cell>();
    for (const caused of this.#causedRegions()) {
      const due = caused.cells.filter((cell) => cells.has(cell));
      if (due.length > 0) regions.push(caused.region);
      for (const cell of due) causes.add(cell);
    }
    return { regions, cells: causes };
  }

  #causedRegions(): readonly CausedRegion[] {
    const regions = new Map(this.#regions);
    const partial: CausedRegion[] = [];
    for (const own of this.#parts.values()) {
      for (const caused of own.values()) {
        // One that stands for the rest of an account may be there as a region of its own.
        const { region } = caused;
        if (region.shape === 'account') addRegion(regions, regionText(region), region, caused.cells);
        else partial.push(caused);
      }
    }
    return [...regions.values(), ...partial];
  }

  /** Whether a path that made `certain` made every access that any path made. */
  isComplete(certain: AccessBits): boolean {
    return certain.equals(this.#all);
  }

  assumptions(): Set<StateKey> {
    const cells = new Set(this.#assumed);
    for (let cell = 0; cell < Math.min(this.#assumedBelow, this.#cells.size); cell++) {
      if (!this.unstable.has(cell) && !this.missing.has(cell)) cells.add(cell);
    }
    return new Set([...cells].map((cell) => this.#cells.key(cell)));
  }

  /** The touched cells with their strongest mode; read and credited makes a write, be it one of every account. */
  modes(): Map<Cell, AccessMode> {
    const result = new Map<Cell, AccessMode>();
    const everywhere = new Set<string>();
    for (const { region } of this.#regions.values()) {
      const { shape, field, mode } = region;
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

function addRegion(regions: Map<string, CausedRegion>, text: string, region: Region, cells: CellSet): void {
  const known = regions.get(text);
  if (known === undefined) regions.set(text, { region, cells });
  else regions.set(text, { region: known.region, cells: unionCells(known.cells, cells) });
}

/** Regions of one account's storage that are kept apart. */
const MAX_PARTS = 128;

function wholeBeyond(count: number, region: Region & { readonly shape: 'mapping' | 'array' }): Region {
  if (count < MAX_PARTS) return region;
  const { address, field, mode } = region;
  return { shape: 'account', address, field, mode };
}
