/**
 * Where code may be jumped to, found out destination by destination: most code that runs is far longer than
 * what a transaction runs of it, so reading all of it first would cost more than running it.
 */
import {
  branch,
  bytesAreAtMost,
  type Code,
  differ,
  type FunctionBody,
  get,
  halfWord,
  I32,
  isAnySet,
  isAtMost,
  isLess,
  isMore,
  leave,
  loadByte,
  loadHalfWord,
  loop,
  minus,
  not,
  number,
  orHalfWords,
  plus,
  same,
  select,
  sequence,
  set,
  storeByte,
  subBytes,
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
const OPCODE = 6;

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

/** Bytes that one PUSH can push. */
const MOST_DATA = 32;

/** Which of the 16 bytes from so many before `START` on would, as an instruction, push the byte at `START`. */
function pushes(back: number): Code {
  // A byte so many places before has to push as many at least.
  const least = (place: number) => PUSH1 + back - place - 1;
  const bytes = loadHalfWord(minus(plus(get(CODE), get(START)), number(back)));
  return bytesAreAtMost(
    subBytes(bytes, halfWord(least)),
    halfWord((place) => PUSH32 - least(place)),
  );
}

const mayBeData = isAnySet(orHalfWords(pushes(MOST_DATA), pushes(MOST_DATA / 2)));

/** Back to where no byte before could push the byte there: instructions begin at `START`. */
const findStart = sequence(
  set(START, get(PC)),
  loop(
    sequence(
      when(isLess(get(START), number(MOST_DATA)), set(START, number(0))),
      when(
        get(START),
        when(
          mayBeData,
          sequence(
            set(START, minus(get(START), number(1))),
            when(isMore(minus(get(PC), get(START)), number(LONGEST_LOOK)), findAll),
            branch(2),
          ),
        ),
      ),
    ),
  ),
);

/** Finds out whether one may jump to an offset below the length: `VALID` or `INVALID`, which it also notes. */
export const findDestination: FunctionBody = {
  parameters: 4,
  result: I32,
  locals: [I32, I32, I32],
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
