/**
 * Operations on words of 256 bits, which lie in memory as four limbs of 64 bits, the lowest first. Operations of
 * two operands take the top of the stack at `a` and the word below it at `b`, and leave the result at `b`.
 * Addresses are those of lowest bytes, and are worked out again at each use: they are locals plus constants.
 */
import {
  addLimbs,
  and,
  andLimbs,
  branch,
  type Code,
  call,
  divLimbs,
  type FunctionBody,
  get,
  I32,
  I64,
  isAnySet,
  isLess,
  isLessLimb,
  isLessSignedLimb,
  isZeroLimb,
  type Local,
  limb,
  limbOf,
  loadByte,
  loadDigit,
  loadHalfWord,
  loadLimb,
  loop,
  lowOf,
  minus,
  mulLimbs,
  not,
  number,
  or,
  orHalfWords,
  orLimbs,
  plus,
  reversed,
  sameLimbs,
  sarLimb,
  sequence,
  set,
  shiftLeft,
  shiftRight,
  shlLimb,
  shrLimb,
  storeDigit,
  storeHalfWord,
  storeLimb,
  subLimbs,
  when,
  xorHalfWords,
  zeroHalfWord,
} from './assembler.ts';
import { PRODUCT, SHIFTED, SHIFTED_SIGNED } from './layout.ts';

const LIMBS = [0, 8, 16, 24];
const DIGITS = 8;

// Whole words.

export function copyWord(from: Code, to: Code): Code {
  return sequence(storeHalfWord(to, loadHalfWord(from)), storeHalfWord(to, loadHalfWord(from, 16), 16));
}

/** From or to bytes, of which the first is the highest. */
export function copyReversed(from: Code, to: Code, spare: Local): Code {
  return sequence(
    set(spare, reversed(loadHalfWord(from))),
    storeHalfWord(to, reversed(loadHalfWord(from, 16))),
    storeHalfWord(to, get(spare), 16),
  );
}

export function setZero(to: Code): Code {
  return sequence(storeHalfWord(to, zeroHalfWord), storeHalfWord(to, zeroHalfWord, 16));
}

export function setLimb(to: Code, value: Code): Code {
  return sequence(storeLimb(to, value), storeLimb(to, limb(0), 8), storeHalfWord(to, zeroHalfWord, 16));
}

export function setNumber(to: Code, value: Code): Code {
  return setLimb(to, limbOf(value));
}

export function isZero(at: Code): Code {
  return not(isAnySet(orHalfWords(loadHalfWord(at), loadHalfWord(at, 16))));
}

export function areSame(a: Code, b: Code): Code {
  const differing = (offset: number) => xorHalfWords(loadHalfWord(a, offset), loadHalfWord(b, offset));
  return not(isAnySet(orHalfWords(differing(0), differing(16))));
}

/** Whether the word is below 2^64. */
export function isShort(at: Code): Code {
  return isZeroLimb(orLimbs(loadLimb(at, 8), orLimbs(loadLimb(at, 16), loadLimb(at, 24))));
}

export function bitwise(operation: (a: Code, b: Code) => Code, a: Code, b: Code): Code {
  const half = (offset: number) =>
    storeHalfWord(b, operation(loadHalfWord(a, offset), loadHalfWord(b, offset)), offset);
  return sequence(half(0), half(16));
}

// Arithmetic.

/** Locals of an operation: numbers, and limbs. */
export interface Spare {
  readonly number: Local;
  readonly limbs: readonly [Local, Local, Local];
}

/** Carries are zero or one; the carry into the first limb is not added. */
export function add(a: Code, b: Code, { limbs: [x, sum, carry] }: Spare): Code {
  return sequence(
    ...LIMBS.map((at, i) => {
      const first = sequence(set(x, loadLimb(a, at)), set(sum, addLimbs(get(x), loadLimb(b, at))));
      const overflow = limbOf(isLessLimb(get(sum), get(x)));
      if (i === 0) return sequence(first, storeLimb(b, get(sum), at), set(carry, overflow));
      const all = sequence(first, set(x, overflow), set(sum, addLimbs(get(sum), get(carry))));
      const last = sequence(all, storeLimb(b, get(sum), at));
      if (i === LIMBS.length - 1) return last;
      return sequence(last, set(carry, orLimbs(get(x), limbOf(isLessLimb(get(sum), get(carry))))));
    }),
  );
}

export function sub(a: Code, b: Code, { limbs: [x, y, borrow] }: Spare): Code {
  return sequence(
    ...LIMBS.map((at, i) => {
      const both = sequence(set(x, loadLimb(a, at)), set(y, loadLimb(b, at)));
      const underflow = limbOf(isLessLimb(get(x), get(y)));
      const difference = subLimbs(get(x), get(y));
      if (i === 0) return sequence(both, storeLimb(b, difference, at), set(borrow, underflow));
      const first = sequence(both, storeLimb(b, subLimbs(difference, get(borrow)), at));
      if (i === LIMBS.length - 1) return first;
      const further = limbOf(isLessLimb(difference, get(borrow)));
      return sequence(first, set(borrow, orLimbs(underflow, further)));
    }),
  );
}

/** From the lowest limb upwards: a higher one decides, unless it is the same. */
function isLessBy(highest: (a: Code, b: Code) => Code, a: Code, b: Code): Code {
  return LIMBS.reduce<Code>((lower, at, i) => {
    const x = loadLimb(a, at);
    const y = loadLimb(b, at);
    const here = i === LIMBS.length - 1 ? highest(x, y) : isLessLimb(x, y);
    return i === 0 ? here : or(here, and(sameLimbs(x, y), lower));
  }, []);
}

export function isLessWord(a: Code, b: Code): Code {
  return isLessBy(isLessLimb, a, b);
}

export function isLessSignedWord(a: Code, b: Code): Code {
  return isLessBy(isLessSignedLimb, a, b);
}

const A = 0;
const B = 1;
const I = 2;
const J = 3;
const DIGIT = 4;
const CARRY = 5;
const SUM = 6;

/** Digits of 32 bits: a product of two and two more digits fit a limb. */
const multiplyRow = sequence(
  set(J, number(0)),
  set(CARRY, limb(0)),
  loop(
    sequence(
      set(
        SUM,
        addLimbs(
          addLimbs(mulLimbs(get(DIGIT), loadDigit(plus(get(B), get(J)))), get(CARRY)),
          loadDigit(plus(get(I), get(J)), PRODUCT),
        ),
      ),
      storeDigit(plus(get(I), get(J)), get(SUM), PRODUCT),
      set(CARRY, shrLimb(get(SUM), limb(32))),
      set(J, plus(get(J), number(4))),
      when(isLess(plus(get(I), get(J)), number(4 * DIGITS)), branch(1)),
    ),
  ),
);

/** Parameters: `a` and `b`. */
export const multiply: FunctionBody = {
  parameters: 2,
  result: null,
  locals: [I32, I32, I64, I64, I64],
  code: sequence(
    setZero(number(PRODUCT)),
    set(I, number(0)),
    loop(
      sequence(
        set(DIGIT, loadDigit(plus(get(A), get(I)))),
        when(not(isZeroLimb(get(DIGIT))), multiplyRow),
        set(I, plus(get(I), number(4))),
        when(isLess(get(I), number(4 * DIGITS)), branch(1)),
      ),
    ),
    copyWord(number(PRODUCT), get(B)),
  ),
};

/** Both operands below 2^32 is the most frequent case. */
export function mul(index: number, a: Code, b: Code): Code {
  const upper = (at: Code) =>
    orLimbs(
      shrLimb(loadLimb(at), limb(32)),
      orLimbs(loadLimb(at, 8), orLimbs(loadLimb(at, 16), loadLimb(at, 24))),
    );
  return when(
    isZeroLimb(orLimbs(upper(a), upper(b))),
    storeLimb(b, mulLimbs(loadLimb(a), loadLimb(b))),
    call(index, a, b),
  );
}

/** Divides `a` by a digit that is not zero, in `y`; the rest is left in `x`. */
export function divideByDigit(a: Code, b: Code, { limbs: [rest, divisor, part] }: Spare): Code {
  return sequence(
    set(divisor, loadDigit(b)),
    set(rest, limb(0)),
    ...Array.from({ length: DIGITS }, (_, i) => {
      const at = 4 * (DIGITS - 1 - i);
      return sequence(
        set(part, orLimbs(shlLimb(get(rest), limb(32)), loadDigit(a, at))),
        storeDigit(b, divLimbs(get(part), get(divisor)), at),
        set(rest, subLimbs(get(part), mulLimbs(divLimbs(get(part), get(divisor)), get(divisor)))),
      );
    }),
  );
}

// Shifts: a word between zeros is read from elsewhere, limb by limb, and then shifted by less than a limb.

/** Where a word that is moved by `by` bits, a number, begins: whole limbs of it. */
function limbsOf(by: Local): Code {
  return shiftLeft(shiftRight(get(by), number(6)), number(3));
}

function bitsOf(by: Local): Code {
  return andLimbs(limbOf(get(by)), limb(63));
}

/** Bits that come in from the next limb: shifted twice, as a shift by 64 would be one by none. */
function incoming(twice: (a: Code, b: Code) => Code, from: Code, bits: Local): Code {
  return twice(twice(from, limb(1)), subLimbs(limb(63), get(bits)));
}

/** @param by - Below 256. */
function shiftWordRight(from: Code, to: Code, by: Local, { number: at, limbs: [bits] }: Spare): Code {
  return sequence(
    set(bits, bitsOf(by)),
    set(at, plus(from, limbsOf(by))),
    ...LIMBS.map((i) =>
      storeLimb(
        to,
        orLimbs(shrLimb(loadLimb(get(at), i), get(bits)), incoming(shlLimb, loadLimb(get(at), i + 8), bits)),
        i,
      ),
    ),
  );
}

function shiftWordLeft(from: Code, to: Code, by: Local, { number: at, limbs: [bits] }: Spare): Code {
  return sequence(
    set(bits, bitsOf(by)),
    // One limb lower, so that no offset is negative.
    set(at, minus(minus(from, number(8)), limbsOf(by))),
    ...LIMBS.map((i) =>
      storeLimb(
        to,
        orLimbs(shlLimb(loadLimb(get(at), i + 8), get(bits)), incoming(shrLimb, loadLimb(get(at), i), bits)),
        i,
      ),
    ),
  );
}

/** Whether a word is below a number. */
function isBelow(at: Code, limit: number): Code {
  return and(isShort(at), isLessLimb(loadLimb(at), limb(limit)));
}

const shifted = number(SHIFTED + 32);
const shiftedSigned = number(SHIFTED_SIGNED + 32);

export function shl(a: Code, b: Code, by: Local, spare: Spare): Code {
  return when(
    isBelow(a, 256),
    sequence(set(by, lowOf(loadLimb(a))), copyWord(b, shifted), shiftWordLeft(shifted, b, by, spare)),
    setZero(b),
  );
}

export function shr(a: Code, b: Code, by: Local, spare: Spare): Code {
  return when(
    isBelow(a, 256),
    sequence(set(by, lowOf(loadLimb(a))), copyWord(b, shifted), shiftWordRight(shifted, b, by, spare)),
    setZero(b),
  );
}

export function sar(a: Code, b: Code, by: Local, spare: Spare): Code {
  const [sign] = spare.limbs;
  const fill = (to: Code, from = 0) => sequence(...LIMBS.map((i) => storeLimb(to, get(sign), from + i)));
  return sequence(
    set(sign, sarLimb(loadLimb(b, 24), limb(63))),
    when(
      isBelow(a, 256),
      sequence(
        set(by, lowOf(loadLimb(a))),
        copyWord(b, shiftedSigned),
        fill(shiftedSigned, 32),
        shiftWordRight(shiftedSigned, b, by, spare),
      ),
      fill(b),
    ),
  );
}

export function byteOf(a: Code, b: Code, spare: Spare): Code {
  const index = lowOf(loadLimb(a));
  return when(
    isBelow(a, 32),
    sequence(set(spare.number, loadByte(minus(plus(b, number(31)), index))), setNumber(b, get(spare.number))),
    setZero(b),
  );
}
