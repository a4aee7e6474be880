/** Stack, jumps and the ends of a frame (Yellow Paper appendix H, 00, 50s to 90s, f0s). */
import { type Frame, HALT } from '../frame.ts';
import type { Machine } from '../machine.ts';
import { expand } from './expand.ts';
import type { OpcodeRow } from './row.ts';

const EMPTY = new Uint8Array(0);
/** Numbers as the stack holds them, made when first pushed: literals of one and two bytes are most of all. */
const smallWords: bigint[] = [];

function smallWord(value: number): bigint {
  let word = smallWords[value];
  if (word === undefined) {
    word = BigInt(value);
    smallWords[value] = word;
  }
  return word;
}

function jump(frame: Frame, target: bigint): void {
  const pc = Number(target);
  if (!frame.program.isJumpTarget(pc)) throw HALT;
  frame.pc = pc;
}

function jumpIf(frame: Frame): void {
  const target = frame.stack.pop();
  if (frame.stack.pop() !== 0n) jump(frame, target);
}

function push1(frame: Frame): void {
  frame.stack.push(smallWord(frame.program.instructions[frame.pc] ?? 0));
  frame.pc++;
}

function push2(frame: Frame): void {
  const { instructions } = frame.program;
  frame.stack.push(smallWord(((instructions[frame.pc] ?? 0) << 8) | (instructions[frame.pc + 1] ?? 0)));
  frame.pc += 2;
}

function pushRow(length: number): OpcodeRow {
  const run = (frame: Frame): void => {
    frame.stack.push(frame.program.literal(frame.pc, length));
    frame.pc += length;
  };
  return { code: 0x5f + length, takes: 0, gives: 1, run: length === 1 ? push1 : length === 2 ? push2 : run };
}

function dupRow(depth: number): OpcodeRow {
  return { code: 0x7f + depth, takes: depth, gives: depth + 1, run: ({ stack }) => stack.dup(depth) };
}

function swapRow(distance: number): OpcodeRow {
  const height = distance + 1;
  return { code: 0x8f + distance, takes: height, gives: height, run: ({ stack }) => stack.swap(distance) };
}

function output(frame: Frame, machine: Machine): Uint8Array {
  const at = Number(frame.stack.pop());
  const length = Number(frame.stack.pop());
  expand(frame, machine, at, length);
  return frame.memory.read(at, length);
}

const SIXTEEN = Array.from({ length: 16 }, (_, index) => index + 1);

export const FLOW: readonly OpcodeRow[] = [
  { code: 0x00, takes: 0, gives: 0, run: (frame) => frame.end('stopped', EMPTY) },
  { code: 0x50, takes: 1, gives: 0, run: ({ stack }) => void stack.pop() },
  { code: 0x56, takes: 1, gives: 0, run: (frame) => jump(frame, frame.stack.pop()) },
  { code: 0x57, takes: 2, gives: 0, run: jumpIf },
  { code: 0x58, takes: 0, gives: 1, run: (frame) => frame.stack.push(smallWord(frame.pc - 1)) },
  { code: 0x5a, takes: 0, gives: 1, run: (frame) => frame.stack.push(BigInt(frame.gas)) },
  { code: 0x5b, takes: 0, gives: 0, run: () => {} },
  { code: 0x5f, takes: 0, gives: 1, run: ({ stack }) => stack.push(0n) },
  ...Array.from({ length: 32 }, (_, index) => pushRow(index + 1)),
  ...SIXTEEN.map(dupRow),
  ...SIXTEEN.map(swapRow),
  {
    code: 0xf3,
    takes: 2,
    gives: 0,
    run: (frame, machine) => frame.end('stopped', output(frame, machine)),
  },
  {
    code: 0xfd,
    takes: 2,
    gives: 0,
    run: (frame, machine) => frame.end('reverted', output(frame, machine)),
  },
];
