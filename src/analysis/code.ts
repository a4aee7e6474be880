/** Byte code as the solver runs it: where one may jump to, and where it is not known. Cached by the identity of the array. */
import { type CellSet, NO_CELLS } from './cells.ts';
import type { SymbolicString } from './memory.ts';

const PUSH1 = 0x60;
const PUSH32 = 0x7f;
const JUMPDEST = 0x5b;

export interface Code {
  readonly bytes: Uint8Array;
  /** 1 at each valid jump destination. */
  readonly jumpDestinations: Uint8Array;
  /** From this offset on, bytes and jump destinations are not certain; the length when all is known. */
  readonly knownLength: number;
  /** Where unknown bytes come from; without code known to the end only. */
  readonly source: SymbolicString | null;
  readonly cells: CellSet;
  /** Data of the PUSH at each offset, as far as they were met. */
  readonly pushed: Map<number, bigint>;
}

const cache = new WeakMap<Uint8Array, Code>();

function jumpDestinationsOf(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let pc = 0; pc < bytes.length; pc++) {
    const opcode = bytes[pc] as number;
    if (opcode === JUMPDEST) result[pc] = 1;
    else if (opcode >= PUSH1 && opcode <= PUSH32) pc += opcode - PUSH1 + 1;
  }
  return result;
}

/** Code that is known to its end. */
export function knownCode(bytes: Uint8Array): Code {
  let code = cache.get(bytes);
  if (code === undefined) {
    code = {
      bytes,
      jumpDestinations: jumpDestinationsOf(bytes),
      knownLength: bytes.length,
      source: null,
      cells: NO_CELLS,
      pushed: new Map(),
    };
    cache.set(bytes, code);
  }
  return code;
}

/** Code made by the transaction itself (init code, deployed code); `length` must be known. */
export function madeCode(source: SymbolicString, length: number): Code {
  const bytes = source.bytes.read(0, length);
  const cells = source.bytes.cells(0, length);
  if (bytes !== null) {
    return {
      bytes,
      jumpDestinations: jumpDestinationsOf(bytes),
      knownLength: length,
      source,
      cells,
      pushed: new Map(),
    };
  }
  const knownLength = source.bytes.firstUnknown(length);
  const start = source.bytes.read(0, knownLength) ?? new Uint8Array(0);
  const padded = new Uint8Array(length);
  padded.set(start);
  return {
    bytes: padded,
    jumpDestinations: jumpDestinationsOf(start),
    knownLength,
    source,
    cells,
    pushed: new Map(),
  };
}
