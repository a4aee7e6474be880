/** Where things lie in the memory that the loop and the rest of the concrete core share. Byte offsets. */

/** 32 bytes of zeros, a word that is shifted, 32 bytes of zeros. */
export const SHIFTED = 64;

/** As `SHIFTED`, with the sign above the word. */
export const SHIFTED_SIGNED = 192;

/** A product, digit by digit. */
export const PRODUCT = 320;

/** For PUSH1 to PUSH32 the bytes of a word that count: 32 bytes each. */
export const PUSH_MASKS = 512;

/** By opcode: price, least height of the stack before it and how much higher it may be, in bytes; 16 bytes each. */
export const OPCODES = 2048;
export const OPCODE_BITS = 4;
export const PRICE = 0;
export const LEAST_HEIGHT = 4;
export const HEIGHTS = 8;

/** Of Keccak: the lanes, and the constants of its rounds. */
export const KECCAK_STATE = 6144;
export const KECCAK_ROUNDS = 6400;

/** Of a division: the dividend, and then the rest, one digit longer than a word; the other operand; the result. */
export const DIVIDEND = 6656;
export const DIVISOR = 6720;
export const QUOTIENT = 6784;

/** Hashes of 64 bytes that are remembered: the bytes, then the hash as a word. */
export const HASHES = 8192;
export const REMEMBERED_HASHES = 4096;
export const HASH_BYTES = 96;

/** Where the first free byte is. */
export const FIRST_FREE = HASHES + REMEMBERED_HASHES * HASH_BYTES;

/** Words of a stack (Yellow Paper section 9.1). */
export const STACK_LIMIT = 1024;

export const WORD_BYTES = 32;

/** A frame's record, which its stack follows. Numbers of 32 bits but for the first two, which are doubles. */
export const FRAME = {
  gas: 0,
  steps: 8,
  pc: 16,
  /** Where the first free word of the stack is, and where the first one. */
  top: 20,
  bottom: 24,
  memory: 28,
  /** Bytes of memory that are paid for. */
  size: 32,
  code: 36,
  codeLength: 40,
  /** A byte for each byte of code; see `destinations.ts`. */
  destinations: 44,
  input: 48,
  inputLength: 52,
  returnedLength: 56,
  /** Bytes of memory that there is room for. */
  room: 60,
  /** Words. */
  caller: 64,
  value: 96,
  address: 128,
  stack: 192,
} as const;

export const FRAME_BYTES = FRAME.stack + STACK_LIMIT * WORD_BYTES;

/** Zeros behind code: what a PUSH at its end reads, and the STOP behind that. */
export const CODE_PADDING = 64;

/** What the loop ends with, unless it is an opcode: that of an instruction to be run outside, its price paid. */
export const HALTED = 256;
/** Before an instruction that the gas does not suffice for. */
export const OUT_OF_GAS = 257;
export const OUT_OF_STEPS = 258;

/** What is known of a byte of code as a destination of jumps. */
export const UNKNOWN = 0;
export const VALID = 1;
export const INVALID = 2;
