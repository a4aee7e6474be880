/** The loop in WebAssembly, instruction by instruction, against the same operations on `bigint`. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { concrete } from '../../../src/analysis/arithmetic.ts';
import { arena } from '../../../src/analysis/concrete/arena.ts';
import { setBigint, toBigint, WORD } from '../../../src/analysis/concrete/limbs.ts';
import { makeProgram } from '../../../src/analysis/concrete/program.ts';
import {
  FRAME,
  FRAME_BYTES,
  HALTED,
  HEIGHTS,
  OPCODE_BITS,
  OPCODES,
  OUT_OF_GAS,
  OUT_OF_STEPS,
  PRICE,
  STACK_LIMIT,
  WORD_BYTES,
} from '../../../src/analysis/concrete/wasm/layout.ts';
import { MAX, number } from '../../generators/word.ts';

const record = arena.take(FRAME_BYTES);
const memory = arena.take(256);
const data = arena.take(256);
const STOP = 0x00;
const GAS = 1_000_000;

/** Each instruction costs one; none asks for words on the stack, or leaves room for more. */
beforeAll(() => {
  for (let opcode = 0; opcode < 256; opcode++) {
    const at = OPCODES + (opcode << OPCODE_BITS);
    arena.limbs[(at + PRICE) >> 2] = 1;
    arena.limbs[(at + HEIGHTS) >> 2] = WORD_BYTES * STACK_LIMIT;
  }
});

interface Run {
  readonly ended: number;
  readonly pc: number;
  readonly gas: number;
  readonly stack: readonly bigint[];
}

/** Runs code on a stack, of which the last word is on top, with 64 bytes of memory and some call data. */
function run(
  code: readonly number[],
  stack: readonly bigint[],
  { gas = GAS, steps = GAS, input = new Uint8Array(0), room = 64 } = {},
): Run {
  const program = makeProgram(new Uint8Array(code));
  const bottom = record + FRAME.stack;
  const { limbs, doubles } = arena;
  arena.bytes.set(input, data);
  for (const [index, word] of stack.entries()) setBigint(limbs, (bottom >> 2) + WORD * index, word);
  const fields: [number, number][] = [
    [FRAME.pc, 0],
    [FRAME.top, bottom + WORD_BYTES * stack.length],
    [FRAME.bottom, bottom],
    [FRAME.memory, memory],
    [FRAME.size, 64],
    [FRAME.room, room],
    [FRAME.code, program.at],
    [FRAME.codeLength, code.length],
    [FRAME.destinations, program.destinations],
    [FRAME.input, data],
    [FRAME.inputLength, input.length],
    [FRAME.returnedLength, 7],
  ];
  for (const [field, value] of fields) limbs[(record + field) >> 2] = value;
  doubles[(record + FRAME.gas) >> 3] = gas;
  doubles[(record + FRAME.steps) >> 3] = steps;
  const ended = arena.run(record);
  const top = limbs[(record + FRAME.top) >> 2] as number;
  return {
    ended,
    pc: limbs[(record + FRAME.pc) >> 2] as number,
    gas: doubles[(record + FRAME.gas) >> 3] as number,
    stack: Array.from({ length: (top - bottom) / WORD_BYTES }, (_, i) =>
      toBigint(limbs, (bottom >> 2) + WORD * i),
    ),
  };
}

const word = fc.oneof(
  { weight: 4, arbitrary: number },
  { weight: 1, arbitrary: fc.bigInt(0n, 1n << 34n) },
  { weight: 1, arbitrary: fc.bigInt(0n, 1n << 66n) },
  { weight: 1, arbitrary: fc.nat(255).map((bit) => 1n << BigInt(bit)) },
  { weight: 2, arbitrary: fc.bigInt(0n, MAX) },
);
const small = fc.bigInt(0n, 300n);
const runs = { numRuns: 2_000 };
const GUARD = 0x5a5an;

const BINARY: Readonly<Record<number, (a: bigint, b: bigint) => bigint>> = {
  1: concrete.add,
  2: concrete.mul,
  3: concrete.sub,
  4: concrete.div,
  6: concrete.mod,
  16: concrete.lt,
  17: concrete.gt,
  18: concrete.slt,
  19: concrete.sgt,
  20: concrete.eq,
  22: concrete.and,
  23: concrete.or,
  24: concrete.xor,
  26: concrete.byte,
  27: concrete.shl,
  28: concrete.shr,
  29: concrete.sar,
};

describe('two operands', () => {
  test.each(Object.entries(BINARY))('opcode %d', (opcode, operation) => {
    fc.assert(
      fc.property(fc.oneof(word, small), word, fc.boolean(), (a, other, isSame) => {
        const b = isSame ? a : other;
        const { ended, pc, stack } = run([Number(opcode), STOP], [GUARD, b, a]);
        expect({ ended, pc, stack }).toEqual({ ended: STOP, pc: 1, stack: [GUARD, operation(a, b)] });
      }),
      runs,
    );
  });
});

/** Digits at their ends, of any number: where the estimate of a quotient's digit is wrong. */
test('long division', () => {
  const digits = fc.array(fc.constantFrom(0n, 1n, 0x7fffffffn, 0x80000000n, 0xfffffffen, 0xffffffffn), {
    maxLength: 8,
  });
  const long = digits.map((all) => all.reduce<bigint>((value, digit) => (value << 32n) | digit, 0n));
  fc.assert(
    fc.property(long, long, (a, b) => {
      expect(run([0x04, STOP], [GUARD, b, a]).stack).toEqual([GUARD, concrete.div(a, b)]);
      expect(run([0x06, STOP], [GUARD, b, a]).stack).toEqual([GUARD, concrete.mod(a, b)]);
    }),
    { numRuns: 5_000 },
  );
});

test('one operand', () => {
  fc.assert(
    fc.property(fc.oneof(word, fc.constant(0n)), (a) => {
      expect(run([0x15, STOP], [GUARD, a]).stack).toEqual([GUARD, a === 0n ? 1n : 0n]);
      expect(run([0x19, STOP], [GUARD, a]).stack).toEqual([GUARD, MAX - a]);
    }),
    runs,
  );
});

test('pushes, also beyond the end of the code', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), fc.nat(32), (bytes, missing) => {
      const { length } = bytes;
      const present = bytes.subarray(0, Math.max(0, length - missing));
      const whole = Buffer.alloc(length);
      whole.set(present);
      expect(run([0x5b, 0x5f + length, ...present], [GUARD]).stack).toEqual([
        GUARD,
        BigInt(`0x${whole.toString('hex')}`),
      ]);
    }),
    runs,
  );
});

test('copies and swaps', () => {
  const words = Array.from({ length: 17 }, (_, i) => (1n << 200n) * BigInt(i + 1) + BigInt(i));
  for (let n = 1; n <= 16; n++) {
    expect(run([0x7f + n, STOP], words).stack).toEqual([...words, words[17 - n]]);
    const swapped = words.with(16, words[16 - n] as bigint).with(16 - n, words[16] as bigint);
    expect(run([0x8f + n, STOP], words).stack).toEqual(swapped);
  }
});

test('memory that is paid for, and any other', () => {
  fc.assert(
    fc.property(word, fc.oneof(fc.bigInt(0n, 70n), word), (value, offset) => {
      const written = run([0x52, STOP], [GUARD, value, offset]);
      const isPaid = offset <= 32n;
      expect(written.ended).toBe(isPaid ? STOP : 0x52);
      expect(written.stack).toEqual(isPaid ? [GUARD] : [GUARD, value, offset]);
      const read = run([0x51, STOP], [GUARD, offset]);
      expect(read.stack).toEqual([GUARD, isPaid ? value : offset]);
      if (!isPaid) return;
      const at = memory + Number(offset);
      const hex = Buffer.from(arena.bytes.slice(at, at + 32)).toString('hex');
      expect(BigInt(`0x${hex}`)).toBe(value);
    }),
    runs,
  );
});

test('memory that is paid for on the way', () => {
  const price = (words: number) => 3 * words + Math.floor((words * words) / 512);
  for (const offset of [33, 64, 65, 95, 160, 192]) {
    const words = Math.ceil((offset + 32) / 32);
    const cost = 1 + price(words) - price(2);
    const stack = [GUARD, 7n, BigInt(offset)];
    const code = [0x52, 0x59, STOP];
    const isThere = offset <= 192 - 32;
    const { ended, stack: after, gas } = run(code, stack, { room: 192 });
    if (!isThere) expect({ ended, after }).toEqual({ ended: 0x52, after: stack });
    else {
      expect({ ended, after, gas }).toEqual({
        ended: STOP,
        after: [GUARD, 32n * BigInt(words)],
        gas: GAS - cost - 2,
      });
      expect(run(code, stack, { room: 192, gas: cost - 1 })).toMatchObject({ ended: 0x52, stack });
    }
  }
});

test('call data', () => {
  const input = Uint8Array.from({ length: 80 }, (_, i) => 200 - i);
  fc.assert(
    fc.property(fc.oneof(fc.bigInt(0n, 90n), word), (offset) => {
      const { ended, stack } = run([0x35, STOP], [offset], { input });
      if (offset > 48n) expect({ ended, stack }).toEqual({ ended: 0x35, stack: [offset] });
      else {
        const bytes = Buffer.from(input.subarray(Number(offset), Number(offset) + 32));
        expect(stack).toEqual([BigInt(`0x${bytes.toString('hex')}`)]);
      }
    }),
    runs,
  );
  expect(run([0x36, 0x3d, 0x38, 0x58, 0x59, 0x5a, STOP], [], { input }).stack).toEqual([
    80n,
    7n,
    7n,
    3n,
    64n,
    BigInt(GAS - 6),
  ]);
});

/** Every instruction from the beginning. */
function destinationsOf(code: Uint8Array): Set<number> {
  const found = new Set<number>();
  for (let pc = 0; pc < code.length; pc++) {
    const opcode = code[pc] as number;
    if (opcode === 0x5b) found.add(pc);
    if (opcode >= 0x60 && opcode <= 0x7f) pc += opcode - 0x5f;
  }
  return found;
}

describe('jumps', () => {
  const opcode = fc.oneof(
    { weight: 3, arbitrary: fc.constant(0x5b) },
    { weight: 2, arbitrary: fc.integer({ min: 0x60, max: 0x7f }) },
    { weight: 2, arbitrary: fc.constant(STOP) },
  );

  test('to destinations only, whatever looks like one', () => {
    const bodies = fc.tuple(fc.array(opcode, { maxLength: 40 }), fc.constantFrom(1, 40));
    fc.assert(
      fc.property(bodies, ([body, repeats]) => {
        const bytes = new Array<number[]>(repeats).fill(body).flat();
        const code = new Uint8Array([0x56, ...bytes]);
        const valid = destinationsOf(code);
        for (let to = 0; to < code.length + 2; to++) {
          const { ended, gas } = run([...code], [BigInt(to)], { steps: 2 });
          const isTaken = ended !== HALTED;
          expect({ to, isTaken }).toEqual({ to, isTaken: valid.has(to) });
          if (isTaken) expect(gas).toBeLessThan(GAS - 1);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('on a condition', () => {
    const code = [0x57, STOP, 0x5b, 0x01];
    expect(run(code, [GUARD, 0n, 2n])).toMatchObject({ ended: STOP, pc: 1, stack: [GUARD] });
    expect(run(code, [GUARD, 0n, MAX])).toMatchObject({ ended: STOP, pc: 1 });
    expect(run(code, [1n, GUARD, 1n << 255n, 2n])).toMatchObject({ stack: [1n + GUARD] });
    expect(run(code, [GUARD, 1n, 1n << 64n]).ended).toBe(HALTED);
    expect(run(code, [GUARD, 1n, 1n]).ended).toBe(HALTED);
  });
});

describe('ends', () => {
  test('where gas or steps do not suffice', () => {
    const code = [0x5b, 0x5b, 0x5b];
    expect(run(code, [], { gas: 2 })).toMatchObject({ ended: OUT_OF_GAS, pc: 2 });
    expect(run(code, [], { steps: 2 })).toMatchObject({ ended: OUT_OF_STEPS, pc: 2 });
    expect(run(code, [], { gas: 4 })).toMatchObject({ ended: STOP, pc: 3, gas: 0 });
  });

  test('where the stack is too high', () => {
    const full = new Array<bigint>(STACK_LIMIT).fill(1n);
    expect(run([0x5b, STOP], full).ended).toBe(STOP);
    expect(run([0x5f, 0x5b, STOP], full).ended).toBe(HALTED);
  });
});
