/** What the loop does for each instruction that it knows: one row for each, or for each run of them. */
import {
  addLimbs,
  and,
  andHalfWords,
  type Code,
  call,
  differ,
  divLimbs,
  get,
  isAtLeastLimb,
  isMoreLimb,
  isZeroLimb,
  limb,
  limbOf,
  loadByte,
  loadHalf,
  loadHalfWord,
  loadLimb,
  lowOf,
  minus,
  mulLimbs,
  not,
  notHalfWord,
  number,
  or,
  orHalfWords,
  orLimbs,
  plus,
  remLimbs,
  reversed,
  sequence,
  set,
  shiftLeft,
  shiftRight,
  shrLimb,
  storeHalfWord,
  subLimbs,
  when,
  xorHalfWords,
} from './assembler.ts';
import { DIVIDEND, FRAME, PUSH_MASKS, QUOTIENT, UNKNOWN, VALID, WORD_BYTES } from './layout.ts';
import {
  CODE_AT,
  CODE_LENGTH,
  DESTINATIONS,
  drop,
  field,
  free,
  GAS,
  HALF_WORD,
  halt,
  keepSize,
  LIMB,
  MEMORY,
  NUMBER,
  OPCODE,
  outside,
  PC,
  recordAt,
  rise,
  SIZE,
  SPARE,
  STEPS,
  second,
  TOP,
  top,
} from './registers.ts';
import {
  add,
  areSame,
  bitwise,
  byteOf,
  copyReversed,
  copyWord,
  divideByDigit,
  isLessSignedWord,
  isLessWord,
  isShort,
  isZero,
  mul,
  sar,
  setLimb,
  setNumber,
  shl,
  shr,
  sub,
} from './words.ts';

/** Indices of the module's other functions. */
export interface Functions {
  readonly findDestination: number;
  readonly divide: number;
  readonly multiply: number;
}

export interface Handler {
  /** The opcodes, both ends included. */
  readonly from: number;
  readonly to: number;
  /** Bytes that the instruction takes; 0 where the code moves `PC`. */
  readonly length: number;
  readonly code: Code;
}

/** After `drop`, the operands of an instruction of two. */
const a = free;
const b = top;

function row(opcode: number, code: Code, length = 1): Handler {
  return { from: opcode, to: opcode, length, code };
}

function bits(operation: (x: Code, y: Code) => Code): Code {
  return sequence(drop, bitwise(operation, a, b));
}

function flag(condition: Code): Code {
  return sequence(drop, set(NUMBER, condition), setNumber(b, get(NUMBER)));
}

function push(value: Code): Code {
  return sequence(setNumber(free, value), rise);
}

function pushWord(from: Code): Code {
  return sequence(copyWord(from, free), rise);
}

/** `result` is where a long division leaves what is asked for. */
function division(
  short: (x: Code, y: Code) => Code,
  byDigit: Code,
  { divide }: Functions,
  result: number,
): Code {
  const isOneDigit = isZeroLimb(shrLimb(loadLimb(b), limb(32)));
  const long = sequence(call(divide, a, b), copyWord(number(result), b));
  return sequence(
    set(STEPS, subLimbs(get(STEPS), limb(8))),
    drop,
    when(
      isShort(b),
      when(
        not(isZeroLimb(loadLimb(b))),
        when(isShort(a), setLimb(b, short(loadLimb(a), loadLimb(b))), when(isOneDigit, byDigit, long)),
      ),
      long,
    ),
  );
}

/** Runs the JUMPDEST that was jumped to, unless that is the end. */
const stepOver = when(
  and(isMoreLimb(get(GAS), limb(0)), isMoreLimb(get(STEPS), limb(0))),
  sequence(
    set(GAS, subLimbs(get(GAS), limb(1))),
    set(STEPS, subLimbs(get(STEPS), limb(1))),
    set(PC, plus(get(PC), number(1))),
  ),
);

function jumpTo(to: Code, { findDestination }: Functions): Code {
  const found = call(findDestination, get(CODE_AT), get(DESTINATIONS), get(CODE_LENGTH), get(NUMBER));
  const known = loadByte(plus(get(DESTINATIONS), get(NUMBER)));
  return sequence(
    when(or(not(isShort(to)), isAtLeastLimb(loadLimb(to), limbOf(get(CODE_LENGTH)))), halt),
    set(NUMBER, lowOf(loadLimb(to))),
    when(
      differ(known, number(VALID)),
      sequence(when(differ(known, number(UNKNOWN)), halt), when(differ(found, number(VALID)), halt)),
    ),
    set(PC, plus(get(CODE_AT), get(NUMBER))),
    stepOver,
  );
}

/** Whether 32 bytes from an offset on lie within a length. */
function isWithin(offset: Code, length: Code): Code {
  const upper = orLimbs(
    shrLimb(loadLimb(offset), limb(32)),
    orLimbs(loadLimb(offset, 8), orLimbs(loadLimb(offset, 16), loadLimb(offset, 24))),
  );
  const end = addLimbs(loadLimb(offset), limb(WORD_BYTES));
  return and(isZeroLimb(upper), not(isMoreLimb(end, limbOf(length))));
}

/** Price of so many words of memory (Yellow Paper, appendix H.1), the same in all hardforks. */
function memoryPrice(words: Code): Code {
  return addLimbs(mulLimbs(words, limb(3)), shrLimb(mulLimbs(words, words), limb(9)));
}

/** Pays for memory up to the end of the word at an offset, where there is room; else that is for outside. */
const expand = sequence(
  when(not(isWithin(top, field(FRAME.room))), outside),
  set(LIMB, shrLimb(addLimbs(loadLimb(top), limb(2 * WORD_BYTES - 1)), limb(5))),
  set(LIMB + 1, subLimbs(memoryPrice(get(LIMB)), memoryPrice(shrLimb(limbOf(get(SIZE)), limb(5))))),
  when(isMoreLimb(get(LIMB + 1), get(GAS)), outside),
  set(GAS, subLimbs(get(GAS), get(LIMB + 1))),
  set(SIZE, shiftLeft(lowOf(get(LIMB)), number(5))),
  keepSize,
);

/** With `NUMBER` where the word's bytes are. */
const inMemory = sequence(
  when(not(isWithin(top, get(SIZE))), expand),
  set(NUMBER, plus(get(MEMORY), lowOf(loadLimb(top)))),
);

/** Of PUSH`n` the 32 bytes that end with its data, without those before it. */
const pushMany = sequence(
  set(NUMBER, plus(get(PC), minus(get(OPCODE), number(0x5f)))),
  set(HALF_WORD, reversed(loadHalfWord(minus(get(NUMBER), number(31))))),
  storeHalfWord(free, reversed(loadHalfWord(minus(get(NUMBER), number(15))))),
  storeHalfWord(free, get(HALF_WORD), 16),
  set(PC, plus(get(NUMBER), number(1))),
  set(NUMBER, plus(shiftLeft(minus(get(OPCODE), number(0x5f)), number(5)), number(PUSH_MASKS))),
  bitwise(andHalfWords, get(NUMBER), free),
  rise,
);

/** The word that lies as many words below the free one as the opcode's lower half says, and `more`. */
function below(more: number): Code {
  const words = plus(and(get(OPCODE), number(0xf)), number(more));
  return minus(get(TOP), shiftLeft(words, number(5)));
}

const swap = sequence(
  set(NUMBER, below(2)),
  ...[0, 16].map((offset) =>
    sequence(
      set(HALF_WORD, loadHalfWord(get(NUMBER), offset)),
      storeHalfWord(get(NUMBER), loadHalfWord(top, offset), offset),
      storeHalfWord(top, get(HALF_WORD), offset),
    ),
  ),
);

export function handlersWith(functions: Functions): readonly Handler[] {
  const next = set(PC, plus(get(PC), number(1)));
  return [
    row(0x01, sequence(drop, add(a, b, SPARE))),
    row(0x02, sequence(drop, mul(functions.multiply, a, b))),
    row(0x03, sequence(drop, sub(a, b, SPARE))),
    row(0x04, division(divLimbs, divideByDigit(a, b, SPARE), functions, QUOTIENT)),
    row(
      0x06,
      division(remLimbs, sequence(divideByDigit(a, b, SPARE), setLimb(b, get(LIMB))), functions, DIVIDEND),
    ),
    row(0x10, flag(isLessWord(a, b))),
    row(0x11, flag(isLessWord(b, a))),
    row(0x12, flag(isLessSignedWord(a, b))),
    row(0x13, flag(isLessSignedWord(b, a))),
    row(0x14, flag(areSame(a, b))),
    row(0x15, sequence(set(NUMBER, isZero(top)), setNumber(top, get(NUMBER)))),
    row(0x16, bits(andHalfWords)),
    row(0x17, bits(orHalfWords)),
    row(0x18, bits(xorHalfWords)),
    row(
      0x19,
      sequence(
        ...[0, 16].map((offset) => storeHalfWord(top, notHalfWord(loadHalfWord(top, offset)), offset)),
      ),
    ),
    row(0x1a, sequence(drop, byteOf(a, b, SPARE))),
    row(0x1b, sequence(drop, shl(a, b, NUMBER, SPARE))),
    row(0x1c, sequence(drop, shr(a, b, NUMBER, SPARE))),
    row(0x1d, sequence(drop, sar(a, b, NUMBER, SPARE))),
    row(0x30, pushWord(recordAt(FRAME.address))),
    row(0x33, pushWord(recordAt(FRAME.caller))),
    row(0x34, pushWord(recordAt(FRAME.value))),
    row(
      0x35,
      sequence(
        when(not(isWithin(top, field(FRAME.inputLength))), outside),
        set(NUMBER, plus(field(FRAME.input), lowOf(loadLimb(top)))),
        copyReversed(get(NUMBER), top, HALF_WORD),
      ),
    ),
    row(0x36, push(field(FRAME.inputLength))),
    row(0x38, push(get(CODE_LENGTH))),
    row(0x3d, push(field(FRAME.returnedLength))),
    row(0x50, drop),
    row(0x51, sequence(inMemory, copyReversed(get(NUMBER), top, HALF_WORD))),
    row(0x52, sequence(inMemory, copyReversed(second, get(NUMBER), HALF_WORD), set(TOP, second))),
    row(0x56, sequence(drop, jumpTo(free, functions)), 0),
    row(
      0x57,
      sequence(set(TOP, second), when(isZero(free), next, jumpTo(plus(free, number(WORD_BYTES)), functions))),
      0,
    ),
    row(0x58, push(minus(get(PC), get(CODE_AT)))),
    row(0x59, push(get(SIZE))),
    row(0x5a, sequence(setLimb(free, get(GAS)), rise)),
    row(0x5b, []),
    row(0x5f, push(number(0))),
    row(0x60, push(loadByte(get(PC), 1)), 2),
    row(
      0x61,
      sequence(
        set(NUMBER, loadHalf(get(PC), 1)),
        push(or(shiftRight(get(NUMBER), number(8)), shiftLeft(and(get(NUMBER), number(0xff)), number(8)))),
      ),
      3,
    ),
    { from: 0x62, to: 0x7f, length: 0, code: pushMany },
    { from: 0x80, to: 0x8f, length: 1, code: sequence(copyWord(below(1), free), rise) },
    { from: 0x90, to: 0x9f, length: 1, code: swap },
  ];
}
