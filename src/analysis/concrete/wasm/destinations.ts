/**
 * Where code may be jumped to, found out destination by destination: most code that runs is far longer than
 * what a transaction runs of it, so reading all of it first would cost more than running it.
 */
import {
  and,
  branch,
  type Code,
  differ,
  type FunctionBody,
  get,
  I32,
  isAtLeast,
  isAtMost,
  isLess,
  isMore,
  leave,
  loadByte,
  loop,
  minus,
  not,
  number,
  plus,
  same,
  select,
  sequence,
  set,
  storeByte,
  when,
} from './assembler.ts';
import { INVALID, VALID } from './layout.ts';

const PUSH1 = 0x60;
const PUSH32 = 0x7f;
const JUMPDEST = 0x5b;

/** Bytes before a destination that are looked at before all code is. */
const LONGEST_LOOK = 512;

/** Parameters: where code and what is known of it lie, its length, and the offset in question. */
const CODE = 0;
const KNOWN = 1;
const LENGTH = 2;
const PC = 3;
const START = 4;
const AT = 5;
const BACK = 6;
const OPCODE = 7;

const byteAt = (pc: Code): Code => loadByte(plus(get(CODE), pc));
const know = (pc: Code, what: Code): Code => storeByte(plus(get(KNOWN), pc), what);
const isPush = (opcode: Code): Code => isAtMost(minus(opcode, number(PUSH1)), number(PUSH32 - PUSH1));

/** `AT` at the next instruction. */
const next = sequence(
  set(OPCODE, byteAt(get(AT))),
  set(AT, plus(get(AT), select(minus(get(OPCODE), number(PUSH1 - 2)), number(1), isPush(get(OPCODE))))),
);

/** All destinations, from the beginning of the code. */
const findAll = sequence(
  set(AT, number(0)),
  loop(
    when(
      isLess(get(AT), get(LENGTH)),
      sequence(when(same(byteAt(get(AT)), number(JUMPDEST)), know(get(AT), number(VALID))), next, branch(1)),
    ),
  ),
  when(not(same(loadByte(plus(get(KNOWN), get(PC))), number(VALID))), know(get(PC), number(INVALID))),
  leave(loadByte(plus(get(KNOWN), get(PC)))),
);

/** Back to where no byte before could, as an instruction, push the byte there: instructions begin at `START`. */
const findStart = sequence(
  set(START, get(PC)),
  set(BACK, number(1)),
  loop(
    when(
      and(isAtMost(get(BACK), number(32)), isAtMost(get(BACK), get(START))),
      sequence(
        set(OPCODE, byteAt(minus(get(START), get(BACK)))),
        when(
          and(
            isAtLeast(get(OPCODE), plus(get(BACK), number(PUSH1 - 1))),
            isAtMost(get(OPCODE), number(PUSH32)),
          ),
          sequence(
            set(START, minus(get(START), number(1))),
            set(BACK, number(1)),
            when(isMore(minus(get(PC), get(START)), number(LONGEST_LOOK)), findAll),
            branch(2),
          ),
        ),
        set(BACK, plus(get(BACK), number(1))),
        branch(1),
      ),
    ),
  ),
);

/** Finds out whether one may jump to an offset below the length: `VALID` or `INVALID`, which it also notes. */
export const findDestination: FunctionBody = {
  parameters: 4,
  result: I32,
  locals: [I32, I32, I32, I32],
  code: sequence(
    when(
      differ(byteAt(get(PC)), number(JUMPDEST)),
      sequence(know(get(PC), number(INVALID)), leave(number(INVALID))),
    ),
    findStart,
    set(AT, get(START)),
    loop(sequence(when(isLess(get(AT), get(PC)), sequence(next, branch(1))))),
    set(OPCODE, select(number(VALID), number(INVALID), same(get(AT), get(PC)))),
    know(get(PC), get(OPCODE)),
    get(OPCODE),
  ),
};
