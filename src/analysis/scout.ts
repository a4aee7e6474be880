/**
 * Instructions as a scout takes them, who looks for what a transaction may touch in a state of which much is
 * missing: where the analysis would give up, a scout guesses and goes on. A call that cannot be followed
 * succeeds and returns as much as is asked for; any other instruction ends its path.
 */
import { type InstructionTable, type Row, table } from './instructions/table.ts';
import { Abandoned, type Flow, HALT, type Machine, NEXT, type Path } from './machine.ts';
import { SymbolicBytes } from './memory.ts';
import { knownValue, unknownWord, type Word } from './word.ts';

/** Longest return data that is guessed. */
const MAX_GUESS = 1n << 16n;
/** One word, where the caller leaves it open: what most functions return. */
const GUESS = 32n;

type Skip = (machine: Machine, path: Path, operands: readonly Word[]) => Flow;

/** The last two operands of every call are offset and length of its output; the last is lowest on the stack. */
const skipCall: Skip = (machine, path, [outLength = 0n, outOffset = 0n]) => {
  const asked = knownValue(outLength) ?? 0n;
  const length = asked > 0n && asked <= MAX_GUESS ? asked : GUESS;
  path.returned = { bytes: SymbolicBytes.unknown(machine.tx.labels, []), length };
  const offset = knownValue(outOffset);
  if (asked > 0n && asked <= MAX_GUESS && offset !== null && offset < machine.tx.budget.memoryBytes) {
    path.memory.forget(Number(offset), Number(asked), []);
  }
  path.stack.push(1n);
  return NEXT;
};

const skipCreation: Skip = (_machine, path) => {
  path.stack.push(unknownWord([]));
  return NEXT;
};

const end: Skip = () => HALT;

const skips = new Map<number, Skip>([
  [0xf0, skipCreation],
  [0xf1, skipCall],
  [0xf2, skipCall],
  [0xf4, skipCall],
  [0xf5, skipCreation],
  [0xfa, skipCall],
]);

/** @param skip - What to do instead where the analysis would give up. */
function scouting(row: Row, skip: Skip): Row {
  const run: Row['run'] = (machine, path, opcode) => {
    const height = path.stack.length - row.needs;
    const operands = path.stack.slice(height);
    try {
      return row.run(machine, path, opcode);
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error;
      path.stack.length = height;
      return skip(machine, path, operands);
    }
  };
  return { ...row, run };
}

export const scoutTable: InstructionTable = table.map((row, opcode) =>
  row === undefined ? row : scouting(row, skips.get(opcode) ?? end),
);
