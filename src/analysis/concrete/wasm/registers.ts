/** The locals of the loop, in which the state of a frame is while it runs, and the ways to leave it. */
import {
  type Code,
  get,
  I32,
  I64,
  leave,
  loadAsLimb,
  loadNumber,
  minus,
  number,
  plus,
  sequence,
  set,
  storeAsDouble,
  storeNumber,
  V128,
} from './assembler.ts';
import { FRAME, HALTED, WORD_BYTES } from './layout.ts';
import type { Spare } from './words.ts';

/** The parameter: where the frame's record is. */
const FRAME_AT = 0;
/** Address of the instruction. */
export const PC = 1;
/** Address of the first free word of the stack. */
export const TOP = 2;
export const BOTTOM = 3;
export const CODE_AT = 4;
export const CODE_LENGTH = 5;
export const DESTINATIONS = 6;
export const MEMORY = 7;
export const SIZE = 8;
export const OPCODE = 9;
export const ROW = 10;
export const HEIGHT = 11;
export const NUMBER = 12;
const OTHER = 13;
export const GAS = 14;
export const STEPS = 15;
export const LIMB = 16;
export const HALF_WORD = 19;

/** Types of all but the parameter. */
export const LOCALS = [...new Array<number>(13).fill(I32), ...new Array<number>(5).fill(I64), V128];

export const SPARE: Spare = { number: OTHER, limbs: [LIMB, LIMB + 1, LIMB + 2] };

export const field = (offset: number): Code => loadNumber(get(FRAME_AT), offset);

export const recordAt = (offset: number): Code => plus(get(FRAME_AT), number(offset));

export const load = sequence(
  set(CODE_AT, field(FRAME.code)),
  set(PC, plus(get(CODE_AT), field(FRAME.pc))),
  set(TOP, field(FRAME.top)),
  set(BOTTOM, field(FRAME.bottom)),
  set(CODE_LENGTH, field(FRAME.codeLength)),
  set(DESTINATIONS, field(FRAME.destinations)),
  set(MEMORY, field(FRAME.memory)),
  set(SIZE, field(FRAME.size)),
  set(GAS, loadAsLimb(get(FRAME_AT), FRAME.gas)),
  set(STEPS, loadAsLimb(get(FRAME_AT), FRAME.steps)),
);

/** What was paid for of memory, for those outside. */
export const keepSize = storeNumber(get(FRAME_AT), get(SIZE), FRAME.size);

const keepSteps = storeAsDouble(get(FRAME_AT), get(STEPS), FRAME.steps);

/** Ends with what the code says, for somebody who goes on from here. */
export function leaveWith(code: Code): Code {
  return sequence(
    storeAsDouble(get(FRAME_AT), get(GAS), FRAME.gas),
    keepSteps,
    storeNumber(get(FRAME_AT), minus(get(PC), get(CODE_AT)), FRAME.pc),
    storeNumber(get(FRAME_AT), get(TOP), FRAME.top),
    leave(code),
  );
}

/** Leaves the instruction to others. */
export const outside = leaveWith(get(OPCODE));

export const halt = sequence(keepSteps, leave(number(HALTED)));

/** The word on top, the one below, and the place for the next. */
export const top = minus(get(TOP), number(WORD_BYTES));
export const second = minus(get(TOP), number(2 * WORD_BYTES));
export const free = get(TOP);

export const drop = set(TOP, top);
export const rise = set(TOP, plus(get(TOP), number(WORD_BYTES)));
