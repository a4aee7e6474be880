/** Byte code made ready to run, once for each code array: by identity, so nothing is hashed or compared. */
import { slotValue } from '../state-view.ts';

const JUMPDEST = 0x5b;
const PUSH1 = 0x60;
const PUSH32 = 0x7f;
/** Reading on behind the end, with the longest PUSH as last instruction, meets zeros: STOP. */
const PADDING = 33;

export class Program {
  /** As it is in the state. */
  readonly code: Uint8Array;
  /** The same with zeros behind. */
  readonly instructions: Uint8Array;
  #jumps: Uint8Array | null = null;
  readonly #literals = new Map<number, bigint>();

  constructor(code: Uint8Array) {
    this.code = code;
    this.instructions = new Uint8Array(code.length + PADDING);
    this.instructions.set(code);
  }

  /** Whether a JUMPDEST that is no part of a PUSH stands there. */
  isJumpTarget(pc: number): boolean {
    this.#jumps ??= jumpTargets(this.code);
    return this.#jumps[pc] === 1;
  }

  /** The `length` bytes at `pc` as a number. */
  literal(pc: number, length: number): bigint {
    let value = this.#literals.get(pc);
    if (value === undefined) {
      value = slotValue(this.instructions.subarray(pc, pc + length));
      this.#literals.set(pc, value);
    }
    return value;
  }
}

const programs = new WeakMap<Uint8Array, Program>();

/** The program of a code array, which must not change any more. */
export function programOf(code: Uint8Array): Program {
  let program = programs.get(code);
  if (program === undefined) {
    program = new Program(code);
    programs.set(code, program);
  }
  return program;
}

function jumpTargets(code: Uint8Array): Uint8Array {
  const targets = new Uint8Array(code.length);
  for (let pc = 0; pc < code.length; pc++) {
    const opcode = code[pc] ?? 0;
    if (opcode === JUMPDEST) targets[pc] = 1;
    else if (opcode >= PUSH1 && opcode <= PUSH32) pc += opcode - PUSH1 + 1;
  }
  return targets;
}
