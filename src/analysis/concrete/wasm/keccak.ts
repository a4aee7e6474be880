/**
 * Keccak-256 as Ethereum has it: FIPS 202's permutation with the padding of the original submission. The hash
 * of 64 bytes, a key and the slot of a mapping, is remembered: more than half of those in a block come again
 * (measured), and nearly all hashes are of 64 bytes.
 */
import {
  and,
  andLimbs,
  branch,
  type Code,
  call,
  type FunctionBody,
  get,
  I32,
  I64,
  isAnySet,
  isAtLeast,
  isLess,
  isZeroLimb,
  type Local,
  leave,
  limb,
  loadByte,
  loadHalfWord,
  loadLimb,
  loop,
  lowOf,
  minus,
  mulLimbs,
  mulNumbers,
  not,
  number,
  orHalfWords,
  plus,
  rotateLimb,
  same,
  sequence,
  set,
  shrLimb,
  storeByte,
  storeLimb,
  V128,
  when,
  xorHalfWords,
  xorLimbs,
  xorNumbers,
} from './assembler.ts';
import { HASH_BYTES, HASHES, KECCAK_ROUNDS, KECCAK_STATE, REMEMBERED_HASHES } from './layout.ts';
import { copyReversed, copyWord } from './words.ts';

const LANES = 25;
const ROUNDS = 24;
/** Bytes of a block for a hash of 256 bits. */
const RATE = 136;

/** FIPS 202, 3.2.2 and 3.2.3: the lanes in the order in which pi moves them, and by how much rho turns them. */
const PI = [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];
const RHO = [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];

/** FIPS 202, 3.2.5: the constants of iota, from its shift register. */
export function roundConstants(): bigint[] {
  let register = 1;
  return Array.from({ length: ROUNDS }, () => {
    let constant = 0n;
    for (let bit = 0; bit <= 6; bit++) {
      if ((register & 1) !== 0) constant |= 1n << ((1n << BigInt(bit)) - 1n);
      register = (register << 1) ^ ((register >> 7) * 0x171);
    }
    return constant;
  });
}

// Locals of the permutation: the round's place, lanes, and what theta and chi need of a row or column.
const ROUND = 0;
const LANE = 1;
const FIVE = LANE + LANES;
const MOVED = FIVE + 5;

const five = [0, 1, 2, 3, 4];
const lane = (index: number): Local => LANE + index;
const at = (index: number): Local => FIVE + (index % 5);

const theta = sequence(
  ...five.map((x) =>
    set(
      at(x),
      five.map((y) => get(lane(x + 5 * y))).reduce((a, b) => xorLimbs(a, b)),
    ),
  ),
  ...five.map((x) => {
    const column = xorLimbs(get(at(x + 4)), rotateLimb(get(at(x + 1)), limb(1)));
    return sequence(
      set(MOVED, column),
      ...five.map((y) => set(lane(x + 5 * y), xorLimbs(get(lane(x + 5 * y)), get(MOVED)))),
    );
  }),
);

/** `MOVED` and the first of the five change places. */
const rhoAndPi = sequence(
  set(MOVED, get(lane(1))),
  ...PI.map((to, i) =>
    sequence(
      set(FIVE, get(lane(to))),
      set(lane(to), rotateLimb(get(MOVED), limb(RHO[i] ?? 0))),
      set(MOVED, get(FIVE)),
    ),
  ),
);

const chi = sequence(
  ...five.map((y) =>
    sequence(
      ...five.map((x) => set(at(x), get(lane(x + 5 * y)))),
      ...five.map((x) => {
        const others = andLimbs(xorLimbs(get(at(x + 1)), limb(-1)), get(at(x + 2)));
        return set(lane(x + 5 * y), xorLimbs(get(at(x)), others));
      }),
    ),
  ),
);

const lanes = Array.from({ length: LANES }, (_, index) => index);

/** Works on `KECCAK_STATE`. */
export const permute: FunctionBody = {
  parameters: 0,
  result: null,
  locals: [I32, ...new Array<number>(LANES + 6).fill(I64)],
  code: sequence(
    ...lanes.map((index) => set(lane(index), loadLimb(number(KECCAK_STATE), 8 * index))),
    loop(
      sequence(
        theta,
        rhoAndPi,
        chi,
        set(LANE, xorLimbs(get(LANE), loadLimb(get(ROUND), KECCAK_ROUNDS))),
        set(ROUND, plus(get(ROUND), number(8))),
        when(isLess(get(ROUND), number(8 * ROUNDS)), branch(1)),
      ),
    ),
    ...lanes.map((index) => storeLimb(number(KECCAK_STATE), get(lane(index)), 8 * index)),
  ),
};

const FROM = 0;
const LENGTH = 1;
const TO = 2;
const AT = 3;
/** Where the hash is remembered, or 0. */
const ENTRY = 4;
const MIXED = 5;
const HALF_WORD = 6;

const state = number(KECCAK_STATE);

/** What is hashed most: a key and the slot of a mapping. */
const REMEMBERED_LENGTH = 64;
const ODD = limb(0x2545f491);

/** A place for the 64 bytes, by the lower halves of their two words. */
const findEntry = sequence(
  set(MIXED, mulLimbs(xorLimbs(loadLimb(get(FROM), 16), loadLimb(get(FROM), 56)), ODD)),
  set(MIXED, xorLimbs(get(MIXED), shrLimb(get(MIXED), limb(29)))),
  set(MIXED, mulLimbs(xorLimbs(get(MIXED), loadLimb(get(FROM), 24)), ODD)),
  set(ENTRY, and(lowOf(shrLimb(get(MIXED), limb(40))), number(REMEMBERED_HASHES - 1))),
  set(ENTRY, plus(mulNumbers(get(ENTRY), number(HASH_BYTES)), number(HASHES))),
);

/** An entry without a hash is empty. */
const isRemembered = and(
  not(isZeroLimb(loadLimb(get(ENTRY), REMEMBERED_LENGTH))),
  not(
    isAnySet(
      [0, 16, 32, 48]
        .map((offset) => xorHalfWords(loadHalfWord(get(ENTRY), offset), loadHalfWord(get(FROM), offset)))
        .reduce((a, b) => orHalfWords(a, b)),
    ),
  ),
);

const entryHash = plus(get(ENTRY), number(REMEMBERED_LENGTH));

const lookUp = sequence(findEntry, when(isRemembered, sequence(copyWord(entryHash, get(TO)), leave([]))));

const remember = sequence(
  copyWord(get(FROM), get(ENTRY)),
  copyWord(plus(get(FROM), number(32)), plus(get(ENTRY), number(32))),
  copyWord(get(TO), entryHash),
);

/** Parameters: where the bytes are, how many, and where the hash goes, as a word. */
export function hashWith({ permute }: { readonly permute: number }): FunctionBody {
  const absorbLimbs = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      storeLimb(state, xorLimbs(loadLimb(state, 8 * i), loadLimb(get(FROM), 8 * i)), 8 * i),
    );
  const absorbByte = (offset: Code, byte: Code) => {
    const place = plus(state, offset);
    return storeByte(place, xorNumbers(loadByte(place), byte));
  };
  const blocks = loop(
    when(
      isAtLeast(get(LENGTH), number(RATE)),
      sequence(
        ...absorbLimbs(RATE / 8),
        call(permute),
        set(FROM, plus(get(FROM), number(RATE))),
        set(LENGTH, minus(get(LENGTH), number(RATE))),
        branch(1),
      ),
    ),
  );
  const rest = sequence(
    set(AT, number(0)),
    loop(
      when(
        isLess(get(AT), get(LENGTH)),
        sequence(
          absorbByte(get(AT), loadByte(plus(get(FROM), get(AT)))),
          set(AT, plus(get(AT), number(1))),
          branch(1),
        ),
      ),
    ),
  );
  return {
    parameters: 3,
    result: null,
    locals: [I32, I32, I64, V128],
    code: sequence(
      when(same(get(LENGTH), number(REMEMBERED_LENGTH)), lookUp),
      ...Array.from({ length: LANES }, (_, index) => storeLimb(state, limb(0), 8 * index)),
      blocks,
      when(get(ENTRY), sequence(...absorbLimbs(REMEMBERED_LENGTH / 8)), rest),
      absorbByte(get(LENGTH), number(0x01)),
      absorbByte(number(RATE - 1), number(0x80)),
      call(permute),
      copyReversed(state, get(TO), HALF_WORD),
      when(get(ENTRY), remember),
    ),
  };
}
