/** Long division (Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D), in digits of 32 bits. */
import {
  addLimbs,
  andLimbs,
  branch,
  type Code,
  divLimbs,
  type FunctionBody,
  get,
  I32,
  I64,
  isMoreLimb,
  isNatural,
  isNegativeLimb,
  isZeroLimb,
  type Local,
  leadingZeros,
  limb,
  limbOf,
  loadDigit,
  loadLimb,
  loop,
  minus,
  mulLimbs,
  not,
  number,
  or,
  orLimbs,
  plus,
  sequence,
  set,
  shlLimb,
  shrLimb,
  storeDigit,
  storeLimb,
  subLimbs,
  when,
} from './assembler.ts';
import { DIVIDEND, DIVISOR, QUOTIENT } from './layout.ts';
import { setZero } from './words.ts';

/** The operands: words, of which the second has two digits or more. */
const A = 0;
const B = 1;
/** Bytes of the divisor's digits, and how far the quotient's digit is from the lowest. */
const LENGTH = 2;
const AT = 3;
const I = 4;
/** Bits by which both are moved, so that the divisor's highest bit is set. */
const BITS = 5;
const HIGHEST = 6;
const SECOND = 7;
const DIGIT = 8;
const REST = 9;
const CARRY = 10;
const PART = 11;

const LIMBS = [0, 8, 16, 24];
const ALL_DIGITS = 32;

const digit = (base: number, at: Code): Code => loadDigit(at, base);
const next = (local: Local, by: number): Code => set(local, plus(get(local), number(by)));

/** The bits of a limb that another one takes in, shifted twice as a shift by 64 would be one by none. */
const outgoing = (shift: (a: Code, b: Code) => Code, from: Code): Code =>
  shift(shift(from, limb(1)), subLimbs(limb(63), get(BITS)));

function moveUp(from: Code, to: number): Code {
  return sequence(
    ...LIMBS.map((at) => {
      const own = shlLimb(loadLimb(from, at), get(BITS));
      const value = at === 0 ? own : orLimbs(own, outgoing(shrLimb, loadLimb(from, at - 8)));
      return storeLimb(number(to), value, at);
    }),
  );
}

const restDown = sequence(
  ...LIMBS.map((at) => {
    const own = shrLimb(loadLimb(number(DIVIDEND), at), get(BITS));
    return storeLimb(
      number(DIVIDEND),
      orLimbs(own, outgoing(shlLimb, loadLimb(number(DIVIDEND), at + 8))),
      at,
    );
  }),
);

/** The digit of the dividend above those that the divisor now stands over, and those below it. */
const above = plus(get(AT), get(LENGTH));
const dividendAbove = (down: number): Code => digit(DIVIDEND - 4 * down, above);

const findLength = sequence(
  set(LENGTH, number(ALL_DIGITS)),
  loop(
    when(
      isZeroLimb(loadDigit(minus(plus(get(B), get(LENGTH)), number(4)))),
      sequence(next(LENGTH, -4), branch(1)),
    ),
  ),
);

/** From the two highest digits, then corrected by the third: at most one too large. */
const estimate = sequence(
  set(PART, orLimbs(shlLimb(dividendAbove(0), limb(32)), dividendAbove(1))),
  set(DIGIT, divLimbs(get(PART), get(HIGHEST))),
  set(REST, subLimbs(get(PART), mulLimbs(get(DIGIT), get(HIGHEST)))),
  loop(
    when(
      or(
        not(isZeroLimb(shrLimb(get(DIGIT), limb(32)))),
        isMoreLimb(
          mulLimbs(get(DIGIT), get(SECOND)),
          orLimbs(shlLimb(get(REST), limb(32)), dividendAbove(2)),
        ),
      ),
      sequence(
        set(DIGIT, subLimbs(get(DIGIT), limb(1))),
        set(REST, addLimbs(get(REST), get(HIGHEST))),
        when(isZeroLimb(shrLimb(get(REST), limb(32))), branch(2)),
      ),
    ),
  ),
);

function overDivisor(step: Code): Code {
  return sequence(
    set(I, number(0)),
    set(CARRY, limb(0)),
    loop(sequence(step, next(I, 4), when(minus(get(I), get(LENGTH)), branch(1)))),
  );
}

const place = plus(get(AT), get(I));
const LOW = andLimbs(get(PART), shrLimb(limb(-1), limb(32)));

const subtract = sequence(
  overDivisor(
    sequence(
      set(PART, addLimbs(mulLimbs(get(DIGIT), digit(DIVISOR, get(I))), get(CARRY))),
      set(CARRY, shrLimb(get(PART), limb(32))),
      set(PART, subLimbs(digit(DIVIDEND, place), LOW)),
      storeDigit(place, get(PART), DIVIDEND),
      set(CARRY, addLimbs(get(CARRY), limbOf(isNegativeLimb(get(PART))))),
    ),
  ),
  set(PART, subLimbs(dividendAbove(0), get(CARRY))),
  storeDigit(above, get(PART), DIVIDEND),
);

const addBack = sequence(
  set(DIGIT, subLimbs(get(DIGIT), limb(1))),
  overDivisor(
    sequence(
      set(PART, addLimbs(addLimbs(digit(DIVIDEND, place), digit(DIVISOR, get(I))), get(CARRY))),
      storeDigit(place, get(PART), DIVIDEND),
      set(CARRY, shrLimb(get(PART), limb(32))),
    ),
  ),
  storeDigit(above, addLimbs(dividendAbove(0), get(CARRY)), DIVIDEND),
);

/** Leaves the quotient at `QUOTIENT`, and the rest at `DIVIDEND`. */
export const divide: FunctionBody = {
  parameters: 2,
  result: null,
  locals: [I32, I32, I32, I64, I64, I64, I64, I64, I64, I64],
  code: sequence(
    findLength,
    set(BITS, subLimbs(leadingZeros(loadDigit(minus(plus(get(B), get(LENGTH)), number(4)))), limb(32))),
    moveUp(get(A), DIVIDEND),
    storeLimb(number(DIVIDEND), outgoing(shrLimb, loadLimb(get(A), 24)), ALL_DIGITS),
    moveUp(get(B), DIVISOR),
    set(HIGHEST, digit(DIVISOR - 4, get(LENGTH))),
    set(SECOND, digit(DIVISOR - 8, get(LENGTH))),
    setZero(number(QUOTIENT)),
    set(AT, minus(number(ALL_DIGITS), get(LENGTH))),
    loop(
      sequence(
        estimate,
        subtract,
        when(isNegativeLimb(get(PART)), addBack),
        storeDigit(get(AT), get(DIGIT), QUOTIENT),
        next(AT, -4),
        when(isNatural(get(AT)), branch(1)),
      ),
    ),
    restDown,
  ),
};
