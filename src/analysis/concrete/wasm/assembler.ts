/**
 * WebAssembly as expressions (WebAssembly Core Specification 2.0, chapter 5, "Binary Format"): each function
 * here gives the bytes of one instruction behind those of its operands, so that code is written by nesting
 * calls. A `Code` that leaves a value on the stack is an operand, one that leaves none a statement.
 */

/** Bytes, nested as they were put together. */
export type Code = readonly (number | Code)[];

/** Value types. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const V128 = 0x7b;

/** Index of a local or of a parameter. */
export type Local = number;

/** One after the other. */
export function sequence(...parts: readonly Code[]): Code {
  return parts;
}

function unsignedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
  return bytes;
}

function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    bytes.push(isLast ? byte : byte | 0x80);
    if (isLast) return bytes;
  }
}

function unary(...opcode: readonly number[]) {
  return (a: Code): Code => [a, opcode];
}

function binary(...opcode: readonly number[]) {
  return (a: Code, b: Code): Code => [a, b, opcode];
}

/** Alignment is only a hint. */
function load(...opcode: readonly number[]) {
  return (address: Code, offset = 0): Code => [address, opcode, 0, unsignedLeb(offset)];
}

function store(...opcode: readonly number[]) {
  return (address: Code, value: Code, offset = 0): Code => [address, value, opcode, 0, unsignedLeb(offset)];
}

// Variables and control.

export function get(local: Local): Code {
  return [0x20, unsignedLeb(local)];
}

export function set(local: Local, value: Code): Code {
  return [value, 0x21, unsignedLeb(local)];
}

/** Without a value; branches inside count it as one level. */
export function when(condition: Code, then: Code, otherwise: Code = []): Code {
  const rest = otherwise.length === 0 ? [] : [0x05, otherwise];
  return [condition, 0x04, 0x40, then, rest, 0x0b];
}

export function block(body: Code): Code {
  return [0x02, 0x40, body, 0x0b];
}

/** Branches to its label go back to its start. */
export function loop(body: Code): Code {
  return [0x03, 0x40, body, 0x0b];
}

/** @param level - How many blocks, loops and conditions lie between: 0 for the innermost. */
export function branch(level: number): Code {
  return [0x0c, unsignedLeb(level)];
}

/** Branches to one of the levels by an index, or to the last one. */
export function branchTable(index: Code, levels: readonly number[]): Code {
  return [index, 0x0e, unsignedLeb(levels.length - 1), levels.map(unsignedLeb)];
}

export function leave(value: Code): Code {
  return [value, 0x0f];
}

export function call(index: number, ...operands: readonly Code[]): Code {
  return [operands, 0x10, unsignedLeb(index)];
}

/** `a` where the condition holds, else `b`; both are worked out. */
export function select(a: Code, b: Code, condition: Code): Code {
  return [a, b, condition, 0x1b];
}

// Numbers of 32 bits, which are also addresses and conditions.

export function number(value: number): Code {
  return [0x41, signedLeb(value)];
}

export const loadNumber = load(0x28);
export const loadByte = load(0x2d);
export const loadHalf = load(0x2f);
export const storeNumber = store(0x36);
export const storeByte = store(0x3a);
export const not = unary(0x45);
export const same = binary(0x46);
export const differ = binary(0x47);
export const isLess = binary(0x49);
export const isMore = binary(0x4b);
export const isAtMost = binary(0x4d);
export const isAtLeast = binary(0x4f);
export const isNatural = (a: Code): Code => binary(0x4e)(a, number(0));
export const plus = binary(0x6a);
export const minus = binary(0x6b);
export const and = binary(0x71);
export const or = binary(0x72);
export const xorNumbers = binary(0x73);
export const mulNumbers = binary(0x6c);
export const shiftLeft = binary(0x74);
export const shiftRight = binary(0x76);

// Limbs of 64 bits.

export function limb(value: number): Code {
  return [0x42, signedLeb(value)];
}

export const loadLimb = load(0x29);
export const storeLimb = store(0x37);
export const loadDigit = load(0x35);
export const storeDigit = store(0x3e);
export const isZeroLimb = unary(0x50);
export const leadingZeros = unary(0x79);
export const sameLimbs = binary(0x51);
export const isNegativeLimb = (a: Code): Code => binary(0x53)(a, limb(0));
export const isLessLimb = binary(0x54);
export const isLessSignedLimb = binary(0x53);
export const isMoreLimb = binary(0x56);
export const isAtLeastLimb = binary(0x5a);
export const addLimbs = binary(0x7c);
export const subLimbs = binary(0x7d);
export const mulLimbs = binary(0x7e);
export const divLimbs = binary(0x80);
export const remLimbs = binary(0x82);
export const andLimbs = binary(0x83);
export const orLimbs = binary(0x84);
export const xorLimbs = binary(0x85);
export const rotateLimb = binary(0x89);
export const shlLimb = binary(0x86);
export const sarLimb = binary(0x87);
export const shrLimb = binary(0x88);
export const lowOf = unary(0xa7);
export const limbOf = unary(0xad);
export const loadAsLimb = (address: Code, offset: number): Code => [load(0x2b)(address, offset), 0xb0];
export const storeAsDouble = (address: Code, value: Code, offset: number): Code =>
  store(0x39)(address, [value, 0xb9], offset);

// Half words of 128 bits.

export const loadHalfWord = load(0xfd, 0x00);
export const storeHalfWord = store(0xfd, 0x0b);
/** By the byte of each of the 16 places. */
export const halfWord = (byteAt: (place: number) => number): Code => [
  0xfd,
  0x0c,
  Array.from({ length: 16 }, (_, place) => byteAt(place)),
];
export const zeroHalfWord: Code = halfWord(() => 0);
/** Byte by byte; where it holds, all bits are set. */
export const bytesAreAtMost = binary(0xfd, 0x2a);
export const subBytes = binary(0xfd, 0x71);
export const andHalfWords = binary(0xfd, 0x4e);
export const orHalfWords = binary(0xfd, 0x50);
export const xorHalfWords = binary(0xfd, 0x51);
export const notHalfWord = unary(0xfd, 0x4d);
export const isAnySet = unary(0xfd, 0x53);
/** The 16 bytes in reverse order. */
export const reversed = (a: Code): Code => [
  a,
  zeroHalfWord,
  0xfd,
  0x0d,
  ...Array.from({ length: 16 }, (_, i) => 15 - i),
];

// Modules.

export interface FunctionBody {
  /** All of them `I32`. */
  readonly parameters: number;
  readonly result: typeof I32 | null;
  /** Types of the locals, which stand behind the parameters. */
  readonly locals: readonly number[];
  readonly code: Code;
}

/** The bytes in a row. */
function flat(code: Code): number[] {
  const bytes: number[] = [];
  const add = (part: Code): void => {
    for (const one of part) {
      if (typeof one === 'number') bytes.push(one);
      else add(one);
    }
  };
  add(code);
  return bytes;
}

function withLength(code: Code): Code {
  const bytes = flat(code);
  return [unsignedLeb(bytes.length), bytes];
}

function section(id: number, content: Code): Code {
  return [id, withLength(content)];
}

function vector(items: readonly Code[]): Code {
  return [unsignedLeb(items.length), items];
}

function text(value: string): Code {
  return withLength([...Buffer.from(value)]);
}

function signature({ parameters, result }: FunctionBody): Code {
  return [0x60, vector(new Array<Code>(parameters).fill([I32])), vector(result === null ? [] : [[result]])];
}

function body({ locals, code }: FunctionBody): Code {
  return withLength([vector(locals.map((type) => [1, type])), code, 0x0b]);
}

/** A module over the shared memory `memory.shared` that exports its functions by their indices. */
export function assemble(functions: readonly FunctionBody[], mostPages: number): Uint8Array<ArrayBuffer> {
  const memory = [text('memory'), text('shared'), 0x02, 0x03, 1, unsignedLeb(mostPages)];
  return new Uint8Array(
    flat([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, vector(functions.map(signature))),
      section(2, vector([memory])),
      section(3, vector(functions.map((_, index) => unsignedLeb(index)))),
      section(7, vector(functions.map((_, index) => [text(`${index}`), 0, unsignedLeb(index)]))),
      section(10, vector(functions.map(body))),
    ]),
  );
}
