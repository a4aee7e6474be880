/**
 * Runs frames until the outermost has ended: the loop (`wasm/loop.ts`) has the frequent instructions, and those
 * that it ends at are functions of a table.
 */
import { table } from '../instructions/table.ts';
import { arena } from './arena.ts';
import { attempt } from './attempt.ts';
import { continueCaller } from './calls.ts';
import { deposit } from './creation.ts';
import type { Frame } from './frame.ts';
import { instructions } from './instructions.ts';
import { ENTERED, HALT, type Machine, NEXT, SUCCESS } from './machine.ts';
import {
  FRAME,
  HALTED,
  HEIGHTS,
  LEAST_HEIGHT,
  OPCODE_BITS,
  OPCODES,
  OUT_OF_GAS,
  OUT_OF_STEPS,
  PRICE,
  STACK_LIMIT,
  WORD_BYTES,
} from './wasm/layout.ts';

/** How the outermost frame ended. */
export interface Ending {
  readonly isSuccess: boolean;
  readonly gas: number;
}

/** Runs a frame that has been set up, and all that it calls. */
export function run(machine: Machine, outermost: Frame): Ending {
  setPrices(machine.schedule.base);
  let frame = outermost;
  for (;;) {
    const flow = runFrame(machine, frame);
    if (flow === ENTERED) {
      frame = machine.entered;
      continue;
    }
    const ended = flow === SUCCESS && frame.kind === 'create' ? deposit(machine, frame) : flow;
    if (ended !== SUCCESS) machine.state.rollBack(frame);
    const gas = ended === HALT ? 0 : frame.gas;
    const caller = machine.caller(frame);
    if (caller === null) return { isSuccess: ended === SUCCESS, gas };
    continueCaller(machine, caller, frame, ended, gas);
    frame = caller;
  }
}

/** The prices that the loop has now. */
let prices: Int32Array | null = null;

/** An opcode without a price halts like one that finds too little on the stack. */
const NEVER = 0x7fffffff;

function setPrices(base: Int32Array): void {
  if (prices === base) return;
  prices = base;
  const { limbs } = arena;
  for (const [opcode, price] of base.entries()) {
    const at = OPCODES + (opcode << OPCODE_BITS);
    const { needs = 0, grows = 0 } = table[opcode] ?? {};
    limbs[(at + PRICE) >> 2] = Math.max(0, price);
    const least = price < 0 ? NEVER : WORD_BYTES * needs;
    limbs[(at + LEAST_HEIGHT) >> 2] = least;
    limbs[(at + HEIGHTS) >> 2] = price < 0 ? 0 : WORD_BYTES * (STACK_LIMIT - grows) - least;
  }
}

/** Runs one frame from where it stands until it ends or calls another; says which. */
function runFrame(machine: Machine, frame: Frame): number {
  const { record } = frame;
  for (;;) {
    const { limbs, doubles } = arena;
    doubles[(record + FRAME.gas) >> 3] = frame.gas;
    doubles[(record + FRAME.steps) >> 3] = machine.steps;
    limbs[(record + FRAME.pc) >> 2] = frame.pc;
    limbs[(record + FRAME.top) >> 2] = frame.top << 2;
    limbs[(record + FRAME.memory) >> 2] = frame.memoryAt;
    limbs[(record + FRAME.size) >> 2] = frame.size;
    limbs[(record + FRAME.room) >> 2] = frame.room;
    limbs[(record + FRAME.returnedLength) >> 2] = frame.returnedLength;
    const ended = arena.run(record);
    machine.steps = doubles[(record + FRAME.steps) >> 3] as number;
    const size = limbs[(record + FRAME.size) >> 2] as number;
    if (size !== frame.size) machine.countMemory(frame, size);
    if (ended === HALTED) return HALT;
    frame.gas = doubles[(record + FRAME.gas) >> 3] as number;
    frame.pc = limbs[(record + FRAME.pc) >> 2] as number;
    frame.top = (limbs[(record + FRAME.top) >> 2] as number) >> 2;
    if (ended === OUT_OF_STEPS) machine.giveUp();
    if (ended === OUT_OF_GAS) {
      attempt(machine, frame, frame.program.code[frame.pc] ?? 0);
      return HALT;
    }
    const instruction = instructions[ended];
    if (instruction === undefined) return HALT;
    const flow = instruction(machine, frame, ended);
    if (flow !== NEXT) {
      if (flow === HALT) attempt(machine, frame, ended);
      return flow;
    }
    frame.pc++;
  }
}
