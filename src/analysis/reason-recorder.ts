/**
 * Collects why the sets of a transaction are not exact while it is derived.
 *
 * Something that is not known widens sets in one of three ways. A region is recorded: that is noted at once. The
 * analysis gives up: that is the last that is noted. Or a decision is open, and its sides touch different
 * things, which shows only where they meet again. So each side of an open decision carries a mark of its own;
 * where two paths meet that have made different accesses, the decisions between them are to blame, those of
 * whose marks only one of the two has any. Where everything is known, none of this happens.
 */
import type { Hex } from '../input/block.ts';
import type { StateKey } from '../state/key.ts';
import { AccessBits } from './access-bits.ts';
import { type Cell, type CellSet, type CellTable, unionCells } from './cells.ts';
import type { Frame, Path } from './machine.ts';
import { loadString } from './memory.ts';
import { type Place, REASONS, type Reason, type ReasonCode } from './reason.ts';
import { maxOf, minOf } from './word.ts';

/** Reasons of one transaction, and keys of one reason, that are kept. */
const MAX_REASONS = 8;
const MAX_KEYS = 16;
/** What is noted before the most important is chosen: hostile code has any number of places. */
const MAX_NOTED = 256;

/** Marks of the sides that a path is on, a bit each. */
export type Marks = bigint;

export const NO_MARKS: Marks = 0n;

/** A path, or the outcome of one. */
interface Marked {
  readonly marks: Marks;
  readonly certain: AccessBits;
}

/** A reason before it is chosen. */
interface Note {
  readonly code: ReasonCode;
  readonly message: string;
  readonly at: () => Place;
  readonly cells: CellSet;
}

/** One decision; its sides are marked. */
interface Decision extends Note {
  /** What some of its sides touch and others do not. */
  split: AccessBits | null;
}

export class ReasonRecorder {
  readonly #cells: CellTable;
  readonly #entry: Place;
  readonly #noted = new Map<string, Note>();
  #end: Note | null = null;
  /** The decision of each mark. */
  readonly #decisions: Decision[] = [];
  #frame: Frame | null = null;
  #path: Path | null = null;

  constructor(cells: CellTable, entry: Place) {
    this.#cells = cells;
    this.#entry = entry;
  }

  /** What follows happens on this path. */
  enter(frame: Frame, path: Path): void {
    this.#frame = frame;
    this.#path = path;
  }

  /** Where the analysis is. */
  get here(): Place {
    return this.#place()();
  }

  /** Sets are wider here than what will be touched. */
  note(code: ReasonCode, cells: CellSet): void {
    const at = this.here;
    const id = idOf(code, at);
    const old = this.#noted.get(id);
    if (old === undefined && this.#noted.size >= MAX_NOTED) return;
    const all = old === undefined ? cells : unionCells(old.cells, cells);
    this.#noted.set(id, { code, message: REASONS[code], at: () => at, cells: all });
  }

  /** The analysis ends here, without an answer. */
  giveUp(code: ReasonCode, message: string, at: Place, cells: CellSet): void {
    this.#end = { code, message, at: () => at, cells };
  }

  /** The cells that stand behind what the analysis did not get over. */
  get cells(): CellSet {
    return [...this.#noted.values()].reduce(
      (cells, note) => unionCells(cells, note.cells),
      this.#end?.cells ?? [],
    );
  }

  /** Above all marks so far. */
  get nextMark(): number {
    return this.#decisions.length;
  }

  /** An open decision, to mark its sides with. */
  decide(code: ReasonCode, cells: CellSet): Decision {
    return { code, message: REASONS[code], at: this.#place(), cells, split: null };
  }

  /** The marks of one more side of a decision, for what was marked so before it. */
  side(decision: Decision, before: Marks): Marks {
    this.#decisions.push(decision);
    return before | (1n << BigInt(this.#decisions.length - 1));
  }

  /** Marks of what two paths become where they meet. */
  meet(a: Marked, b: Marked): Marks {
    if (a.marks === b.marks) return a.marks;
    if (!a.certain.equals(b.certain)) {
      const split = AccessBits.difference(a.certain, b.certain);
      const between = (a.marks ^ b.marks).toString(2);
      for (let mark = 0; mark < between.length; mark++) {
        if (between[between.length - 1 - mark] === '0') continue;
        const decision = this.#decisions[mark] as Decision;
        if (decision.split === null) decision.split = split;
        else if (!split.isWithin(decision.split)) decision.split = AccessBits.union(decision.split, split);
      }
    }
    return a.marks | b.marks;
  }

  /**
   * The most important reasons: the first of each code, the second of each, and so on up to a limit; in the
   * order of the codes.
   *
   * @param certain - What was touched on every way in the end: decisions are not to blame for that. `null`:
   *   the analysis gave up, and which way it would have gone does not count.
   * @param isUnknown - Whether the value of a cell is not known.
   */
  reasons(certain: AccessBits | null, isUnknown: (cell: Cell) => boolean): Reason[] {
    const found = new Map<string, Note>(this.#noted);
    if (certain !== null) {
      for (const decision of this.#decisions) {
        if (decision.split !== null && !decision.split.isWithin(certain)) {
          const id = idOf(decision.code, decision.at());
          if (!found.has(id)) found.set(id, decision);
        }
      }
    }
    const notes = [...found.values()];
    const ranked = (Object.keys(REASONS) as ReasonCode[]).flatMap((code) =>
      notes.filter((note) => note.code === code && !this.#isEnd(note)).map((note, nth) => ({ note, nth })),
    );
    if (this.#end !== null) ranked.unshift({ note: this.#end, nth: 0 });
    const kept = new Set([...ranked].sort((a, b) => a.nth - b.nth).slice(0, MAX_REASONS));
    return ranked.filter((entry) => kept.has(entry)).map(({ note }) => this.#reason(note, isUnknown));
  }

  #reason({ code, message, at, cells }: Note, isUnknown: (cell: Cell) => boolean): Reason {
    const unknown = cells.filter(isUnknown);
    const named = (unknown.length > 0 ? unknown : cells).slice(0, MAX_KEYS);
    const dependsOn: StateKey[] = named.map((cell) => this.#cells.key(cell)).sort();
    return { code, message, at: at(), dependsOn, writtenBy: new Map() };
  }

  #isEnd({ code, at }: Note): boolean {
    return this.#end !== null && idOf(code, at()) === idOf(this.#end.code, this.#end.at());
  }

  #place(): () => Place {
    const [frame, path] = [this.#frame, this.#path];
    if (frame === null || path === null) return () => this.#entry;
    const { pc } = path;
    return () => placeOf(frame, pc);
  }
}

export function placeOf(frame: Frame, pc: number): Place {
  return { address: frame.codeAddress, selector: selectorOf(frame), pc };
}

function selectorOf({ kind, input }: Frame): Hex | null {
  if (kind === 'create' || minOf(input.length) < 4n) return null;
  const word = loadString(input, 0n);
  const selector = maxOf(word) >> 224n;
  if (minOf(word) >> 224n !== selector) return null;
  return `0x${selector.toString(16).padStart(8, '0')}`;
}

function idOf(code: ReasonCode, { address, selector, pc }: Place): string {
  return `${code}@${address}:${selector}:${pc}`;
}
