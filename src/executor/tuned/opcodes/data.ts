/** Memory, call data, code, return data and hashing (Yellow Paper appendix H, 20, 30s, 50s). */
import { type Frame, HALT } from '../frame.ts';
import type { Machine } from '../machine.ts';
import { readWord } from '../words.ts';
import { chargeWords, expand } from './expand.ts';
import type { OpcodeRow } from './row.ts';

function hash(frame: Frame, machine: Machine): void {
  const { stack, memory } = frame;
  const at = Number(stack.pop());
  const length = Number(stack.top());
  chargeWords(frame, length, machine.rules.hashWord);
  expand(frame, machine, at, length);
  stack.replace(machine.hashes.hashOf(memory, at, length));
}

function loadInput(frame: Frame): void {
  const { stack, message } = frame;
  const { input } = message;
  const at = Number(stack.top());
  if (at + 32 <= input.length) {
    stack.replace(readWord(frame.inputView, at));
  } else if (at >= input.length) {
    stack.replace(0n);
  } else {
    const word = new Uint8Array(32);
    word.set(input.subarray(at));
    stack.replace(readWord(new DataView(word.buffer), 0));
  }
}

/** Copies from somewhere outside into memory; what lies beyond the end of `data` is zero. */
function copy(frame: Frame, machine: Machine, data: Uint8Array): void {
  const { stack, memory } = frame;
  const to = Number(stack.pop());
  const from = Number(stack.pop());
  const length = Number(stack.pop());
  chargeWords(frame, length, machine.rules.copyWord);
  expand(frame, machine, to, length);
  memory.write(to, data, from, length);
}

function copyReturned(frame: Frame, machine: Machine): void {
  const { stack, memory, returned } = frame;
  const to = Number(stack.pop());
  const from = Number(stack.pop());
  const length = Number(stack.pop());
  // EIP-211: no reading beyond the end, not even of nothing.
  if (from + length > returned.length) throw HALT;
  chargeWords(frame, length, machine.rules.copyWord);
  expand(frame, machine, to, length);
  memory.write(to, returned, from, length);
}

function copyMemory(frame: Frame, machine: Machine): void {
  const { stack, memory } = frame;
  const to = Number(stack.pop());
  const from = Number(stack.pop());
  const length = Number(stack.pop());
  chargeWords(frame, length, machine.rules.copyWord);
  expand(frame, machine, Math.max(to, from), length);
  memory.move(to, from, length);
}

function load(frame: Frame, machine: Machine): void {
  const at = Number(frame.stack.top());
  expand(frame, machine, at, 32);
  frame.stack.replace(frame.memory.load(at));
}

function store(frame: Frame, machine: Machine): void {
  const at = Number(frame.stack.pop());
  expand(frame, machine, at, 32);
  frame.memory.store(at, frame.stack.pop());
}

function storeByte(frame: Frame, machine: Machine): void {
  const at = Number(frame.stack.pop());
  expand(frame, machine, at, 1);
  frame.memory.storeByte(at, Number(frame.stack.pop() & 0xffn));
}

function sizeRow(code: number, sizeOf: (frame: Frame) => number): OpcodeRow {
  return { code, takes: 0, gives: 1, run: (frame) => frame.stack.push(BigInt(sizeOf(frame))) };
}

export const DATA: readonly OpcodeRow[] = [
  { code: 0x20, takes: 2, gives: 1, run: hash },
  { code: 0x35, takes: 1, gives: 1, run: loadInput },
  sizeRow(0x36, ({ message }) => message.input.length),
  { code: 0x37, takes: 3, gives: 0, run: (frame, machine) => copy(frame, machine, frame.message.input) },
  sizeRow(0x38, ({ program }) => program.code.length),
  { code: 0x39, takes: 3, gives: 0, run: (frame, machine) => copy(frame, machine, frame.program.code) },
  sizeRow(0x3d, ({ returned }) => returned.length),
  { code: 0x3e, takes: 3, gives: 0, run: copyReturned },
  { code: 0x51, takes: 1, gives: 1, run: load },
  { code: 0x52, takes: 2, gives: 0, run: store },
  { code: 0x53, takes: 2, gives: 0, run: storeByte },
  sizeRow(0x59, ({ memory }) => memory.size),
  { code: 0x5e, takes: 3, gives: 0, run: copyMemory },
];
