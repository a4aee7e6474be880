/** What holds of either of two paths at the same place, and whether two paths know the same. */
import { AccessBits } from './access-bits.ts';
import { type CellSet, unionCells } from './cells.ts';
import { Path, type TransactionContext } from './machine.ts';
import { SymbolicBytes, type SymbolicString } from './memory.ts';
import { joinWords, sameWords, type Word } from './word.ts';
import { World } from './world.ts';

/** Joins two words, or goes further up than that. */
export type Combine = (a: Word, b: Word, control: CellSet) => Word;

/** One path that stands for both; `combine` must be an upper bound of both its arguments. */
export function mergePaths(
  { state, recorder }: TransactionContext,
  a: Path,
  b: Path,
  combine: Combine = joinWords,
): Path {
  const control = unionCells(a.control, b.control);
  const merged = new Path(
    a.stack.map((word, i) => combine(word, b.stack[i] as Word, control)),
    SymbolicBytes.join(a.memory, b.memory, control, combine),
    { min: Math.min(a.words.min, b.words.min), max: Math.max(a.words.max, b.words.max) },
    joinStrings(a.returned, b.returned, control, combine),
    World.join(a.world, b.world, control, state, combine),
    { min: Math.min(a.gas.min, b.gas.min), max: Math.max(a.gas.max, b.gas.max) },
    unionCells(unionCells(a.gasCells, b.gasCells), control),
    AccessBits.intersection(a.certain, b.certain),
    control,
  );
  merged.pc = a.pc;
  merged.mayHaveHalted = a.mayHaveHalted && b.mayHaveHalted;
  merged.loops = a.loops;
  merged.marks = recorder.reasons.meet(a, b);
  return merged;
}

export function joinStrings(
  a: SymbolicString,
  b: SymbolicString,
  control: CellSet,
  combine: Combine = joinWords,
): SymbolicString {
  if (a === b) return a;
  return {
    bytes: SymbolicBytes.join(a.bytes, b.bytes, control, combine),
    length: combine(a.length, b.length, control),
  };
}

/** Whether two paths at the same place are told apart by nothing that they know; marks and loops aside. */
export function isSamePath(a: Path, b: Path): boolean {
  return (
    a.mayHaveHalted === b.mayHaveHalted &&
    a.gas.min === b.gas.min &&
    a.gas.max === b.gas.max &&
    a.words.min === b.words.min &&
    a.words.max === b.words.max &&
    a.control.length === b.control.length &&
    a.gasCells.length === b.gasCells.length &&
    a.certain.equals(b.certain) &&
    a.stack.every((word, i) => sameWords(word, b.stack[i] as Word)) &&
    (a.returned === b.returned ||
      (sameWords(a.returned.length, b.returned.length) &&
        SymbolicBytes.isSame(a.returned.bytes, b.returned.bytes))) &&
    SymbolicBytes.isSame(a.memory, b.memory) &&
    World.isSame(a.world, b.world)
  );
}
