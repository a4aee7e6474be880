/** Operands of memory opcodes: what is known of a range, what it costs, and what lies there. */
import { type CellSet, unionCells } from './cells.ts';
import { memoryPrice } from './gas.ts';
import { charge, expandMemory, expandMemoryUnknown, type Machine, meterBy, type Path } from './machine.ts';
import { SymbolicBytes, type SymbolicString } from './memory.ts';
import { cellsOf, knownValue, maxOf, minOf, type Word } from './word.ts';

/** Ranges that end below this are taken for ordinary memory even when they are not known exactly. */
const ORDINARY_END = 1n << 22n;

/** So many bytes of a range, as a power of two, take about as long as one step, with what is known of each. */
const STEP_BITS = 8;

export type MemoryRange =
  | { readonly kind: 'known'; readonly offset: number; readonly length: number }
  /** Somewhere from `start` on. */
  | { readonly kind: 'unknown'; readonly start: number; readonly cells: CellSet }
  /** Not affordable by any gas limit. */
  | { readonly kind: 'halt' };

/** The range of two operands, paid for; knowing it, or what bounds it, assumes the cells that it came from. */
export function memoryRange(machine: Machine, path: Path, offset: Word, length: Word): MemoryRange {
  if (typeof offset === 'bigint' && typeof length === 'bigint') {
    return knownRange(machine, path, Number(offset), Number(length));
  }
  const size = knownValue(length);
  const start = knownValue(offset);
  if (size === 0n) {
    machine.tx.recorder.assume(cellsOf(length));
    return NOTHING;
  }
  if (size !== null && start !== null) {
    machine.tx.recorder.assume(unionCells(cellsOf(length), cellsOf(offset)));
    return knownRange(machine, path, Number(start), Number(size));
  }
  const cells = unionCells(cellsOf(offset), cellsOf(length));
  machine.tx.recorder.assume(cells);
  const lowest = minOf(offset);
  if (minOf(length) > 0n) {
    const leastWords = Number(lowest + minOf(length)) / 32;
    if (
      memoryPrice(machine.tx.schedule, leastWords) >
      path.gas.max + memoryPrice(machine.tx.schedule, path.words.max)
    ) {
      return { kind: 'halt' };
    }
  }
  const end = maxOf(offset) + maxOf(length);
  if (end > ORDINARY_END) expandMemoryUnknown(machine, path, cells);
  else {
    const words = Math.ceil(Number(end) / 32);
    if (words > path.words.min) {
      const price =
        memoryPrice(machine.tx.schedule, words) - memoryPrice(machine.tx.schedule, path.words.min);
      meterBy(machine, path, cells);
      path.words = { min: path.words.min, max: Math.max(words, path.words.max) };
      charge(machine, path, 0, price);
    }
  }
  return { kind: 'unknown', start: lowest < ORDINARY_END ? Number(lowest) : Number(ORDINARY_END), cells };
}

const NOTHING: MemoryRange = { kind: 'known', offset: 0, length: 0 };
const HALT_RANGE: MemoryRange = { kind: 'halt' };

function knownRange(machine: Machine, path: Path, offset: number, length: number): MemoryRange {
  if (length === 0) return NOTHING;
  if (!expandMemory(machine, path, offset, length)) return HALT_RANGE;
  // What is done with the bytes takes time, also where it costs no gas (arguments of calls).
  machine.tx.budget.steps -= length >> STEP_BITS;
  return { kind: 'known', offset, length };
}

/** What lies in the range, as a string of its own. */
export function readRange(machine: Machine, path: Path, range: MemoryRange, length: Word): SymbolicString {
  switch (range.kind) {
    case 'known':
      return { bytes: path.memory.slice(range.offset, range.length), length: BigInt(range.length) };
    case 'unknown':
      return {
        bytes: SymbolicBytes.unknown(machine.tx.labels, unionCells(range.cells, path.control)),
        length,
      };
    case 'halt':
      return { bytes: SymbolicBytes.empty(machine.tx.labels), length: 0n };
    default:
      return range satisfies never;
  }
}

/** Gas for each begun word of a length that may not be known. */
export function chargePerWord(machine: Machine, path: Path, length: Word, price: number): boolean {
  if (price === 0) return true;
  const words = (bytes: bigint) =>
    bytes > 1n << 40n ? Number.POSITIVE_INFINITY : Math.ceil(Number(bytes) / 32);
  const size = knownValue(length);
  if (size !== null) {
    const cost = words(size) * price;
    return charge(machine, path, cost, cost);
  }
  meterBy(machine, path, cellsOf(length));
  return charge(machine, path, words(minOf(length)) * price, words(maxOf(length)) * price);
}

/** Writes `length` bytes of a string from `sourceOffset` to a range of memory, as the copy opcodes do. */
export function copyString(
  machine: Machine,
  path: Path,
  source: SymbolicString,
  sourceOffset: Word,
  range: MemoryRange,
): void {
  if (range.kind === 'halt') return;
  if (range.kind === 'unknown') {
    path.memory.forgetFrom(range.start, unionCells(range.cells, path.control));
    return;
  }
  const { offset, length } = range;
  machine.tx.recorder.assume(unionCells(cellsOf(sourceOffset), cellsOf(source.length)));
  const start = knownValue(sourceOffset);
  const end = knownValue(source.length);
  if (start === null || end === null) {
    const from = start === null ? null : minOf(source.length) - start;
    const sure = from === null || from < 0n ? 0 : Math.min(length, Number(from));
    if (start !== null && sure > 0) path.memory.copyFrom(source.bytes, Number(start), offset, sure);
    const cells = unionCells(unionCells(cellsOf(sourceOffset), cellsOf(source.length)), path.control);
    path.memory.forget(offset + sure, length - sure, unionCells(cells, cellsOfAll(source)));
    return;
  }
  const available = start >= end ? 0 : Math.min(length, Number(end - start));
  if (available > 0) path.memory.copyFrom(source.bytes, Number(start), offset, available);
  if (available < length) {
    path.memory.copyFrom(SymbolicBytes.empty(machine.tx.labels), 0, offset + available, length - available);
  }
}

/** Cells on which any byte of the string may depend. */
export function cellsOfAll(text: SymbolicString): CellSet {
  return unionCells(cellsOf(text.length), text.bytes.cells(0, text.bytes.extent + 1));
}

/** The known bytes of a whole string, or `null`. */
export function knownString(text: SymbolicString): Uint8Array | null {
  const length = knownValue(text.length);
  return length === null ? null : text.bytes.read(0, Number(length));
}

/** Pops; the solver has checked that the stack is high enough. */
export function pop(path: Path): Word {
  return path.stack.pop() as Word;
}
