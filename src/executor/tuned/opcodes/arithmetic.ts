/** Arithmetic, comparison and bitwise logic (Yellow Paper appendix H, 0s and 10s), as far as compiled code lives by it. */
import type { Stack } from '../stack.ts';
import type { OpcodeRow } from './row.ts';

const MODULUS = 1n << 256n;
const SIGN = 1n << 255n;
const ONES = MODULUS - 1n;

/** An opcode of two operands, the first from the top. */
function binary(code: number, compute: (a: bigint, b: bigint) => bigint): OpcodeRow {
  return {
    code,
    takes: 2,
    gives: 1,
    run: ({ stack }) => {
      const a = stack.pop();
      stack.replace(compute(a, stack.top()));
    },
  };
}

function comparison(code: number, holds: (a: bigint, b: bigint) => boolean): OpcodeRow {
  return {
    code,
    takes: 2,
    gives: 1,
    run: ({ stack }) => {
      const a = stack.pop();
      stack.replace(holds(a, stack.top()) ? 1n : 0n);
    },
  };
}

function add(stack: Stack): void {
  const sum = stack.pop() + stack.top();
  stack.replace(sum >= MODULUS ? sum - MODULUS : sum);
}

function sub(stack: Stack): void {
  const difference = stack.pop() - stack.top();
  stack.replace(difference < 0n ? difference + MODULUS : difference);
}

function signed(word: bigint): bigint {
  return word >= SIGN ? word - MODULUS : word;
}

function shiftRightSigned(shift: bigint, word: bigint): bigint {
  if (word < SIGN) return shift >= 256n ? 0n : word >> shift;
  return shift >= 256n ? ONES : ((word - MODULUS) >> shift) + MODULUS;
}

export const ARITHMETIC: readonly OpcodeRow[] = [
  { code: 0x01, takes: 2, gives: 1, run: ({ stack }) => add(stack) },
  binary(0x02, (a, b) => BigInt.asUintN(256, a * b)),
  { code: 0x03, takes: 2, gives: 1, run: ({ stack }) => sub(stack) },
  binary(0x04, (a, b) => (b === 0n ? 0n : a / b)),
  binary(0x06, (a, b) => (b === 0n ? 0n : a % b)),
  comparison(0x10, (a, b) => a < b),
  comparison(0x11, (a, b) => a > b),
  comparison(0x12, (a, b) => signed(a) < signed(b)),
  comparison(0x13, (a, b) => signed(a) > signed(b)),
  comparison(0x14, (a, b) => a === b),
  {
    code: 0x15,
    takes: 1,
    gives: 1,
    run: ({ stack }) => stack.replace(stack.top() === 0n ? 1n : 0n),
  },
  binary(0x16, (a, b) => a & b),
  binary(0x17, (a, b) => a | b),
  binary(0x18, (a, b) => a ^ b),
  { code: 0x19, takes: 1, gives: 1, run: ({ stack }) => stack.replace(ONES - stack.top()) },
  binary(0x1a, (index, word) => (index >= 32n ? 0n : (word >> (248n - 8n * index)) & 0xffn)),
  binary(0x1b, (shift, word) => (shift >= 256n ? 0n : BigInt.asUintN(256, word << shift))),
  binary(0x1c, (shift, word) => (shift >= 256n ? 0n : word >> shift)),
  binary(0x1d, shiftRightSigned),
];
