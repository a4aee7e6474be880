/**
 * The loop that runs frames, one instruction after the other, until the outermost has ended. Frequent
 * instructions that touch nothing but stack and memory are here; all others are functions of a table.
 */
import { table } from '../instructions/table.ts';
import { attempt } from './attempt.ts';
import { continueCaller } from './calls.ts';
import { deposit } from './creation.ts';
import type { Frame } from './frame.ts';
import { instructions } from './instructions.ts';
import {
  add,
  byteOf,
  copyWord,
  div,
  isLess,
  isLessSigned,
  isZeroWord,
  loadBytes,
  mod,
  mul,
  sameWords,
  sar,
  setFromBytes,
  setNumber,
  shl,
  shr,
  storeBytes,
  sub,
  toNumber,
  WORD,
} from './limbs.ts';
import { ENTERED, HALT, type Machine, NEXT, SUCCESS } from './machine.ts';

/** How the outermost frame ended. */
export interface Ending {
  readonly isSuccess: boolean;
  readonly gas: number;
}

/** Limbs that must be on the stack, and by how many it grows; by opcode. */
const needs = new Int32Array(256);
const grows = new Int32Array(256);
for (const [opcode, row] of table.entries()) {
  needs[opcode] = WORD * (row?.needs ?? 0);
  grows[opcode] = WORD * (row?.grows ?? 0);
}

/** Runs a frame that has been set up, and all that it calls. */
export function run(machine: Machine, outermost: Frame): Ending {
  let frame = outermost;
  for (;;) {
    const flow = runFrame(machine, frame);
    if (flow === ENTERED) {
      frame = machine.entered;
      continue;
    }
    const ended = flow === SUCCESS && frame.kind === 'create' ? deposit(machine, frame) : flow;
    if (ended !== SUCCESS) machine.state.rollBack(frame);
    const gas = ended === HALT ? 0 : frame.gas;
    const caller = machine.caller(frame);
    if (caller === null) return { isSuccess: ended === SUCCESS, gas };
    continueCaller(machine, caller, frame, ended, gas);
    frame = caller;
  }
}

/** Runs one frame from where it stands until it ends or calls another; says which. */
function runFrame(machine: Machine, frame: Frame): number {
  const { code, destinations } = frame;
  const { base } = machine.schedule;
  const { length } = code;
  let { stack, view, size, pc, top, gas } = frame;
  let steps = machine.steps;
  for (;;) {
    const opcode = pc < length ? (code[pc] as number) : 0;
    const price = base[opcode] as number;
    if (price < 0 || top < (needs[opcode] as number)) return HALT;
    if (top + (grows[opcode] as number) > stack.length) {
      if (!frame.growStack()) return HALT;
      stack = frame.stack;
    }
    gas -= price;
    if (--steps < 0) machine.giveUp();
    if (gas < 0) {
      frame.top = top;
      machine.steps = steps;
      attempt(machine, frame, opcode);
      return HALT;
    }
    switch (opcode) {
      case 0x01: // ADD
        top -= WORD;
        add(stack, top, top - WORD);
        pc++;
        continue;
      case 0x02: // MUL
        top -= WORD;
        mul(stack, top, top - WORD);
        pc++;
        continue;
      case 0x03: // SUB
        top -= WORD;
        sub(stack, top, top - WORD);
        pc++;
        continue;
      case 0x04: // DIV
        top -= WORD;
        div(stack, top, top - WORD);
        steps -= 8;
        pc++;
        continue;
      case 0x06: // MOD
        top -= WORD;
        mod(stack, top, top - WORD);
        steps -= 8;
        pc++;
        continue;
      case 0x10: // LT
        top -= WORD;
        setFlag(stack, top - WORD, isLess(stack, top, top - WORD));
        pc++;
        continue;
      case 0x11: // GT
        top -= WORD;
        setFlag(stack, top - WORD, isLess(stack, top - WORD, top));
        pc++;
        continue;
      case 0x12: // SLT
        top -= WORD;
        setFlag(stack, top - WORD, isLessSigned(stack, top, top - WORD));
        pc++;
        continue;
      case 0x13: // SGT
        top -= WORD;
        setFlag(stack, top - WORD, isLessSigned(stack, top - WORD, top));
        pc++;
        continue;
      case 0x14: // EQ
        top -= WORD;
        setFlag(stack, top - WORD, sameWords(stack, top, stack, top - WORD));
        pc++;
        continue;
      case 0x15: // ISZERO
        setFlag(stack, top - WORD, isZeroWord(stack, top - WORD));
        pc++;
        continue;
      case 0x16: {
        // AND
        top -= WORD;
        const into = top - WORD;
        for (let i = 0; i < WORD; i++) {
          stack[into + i] = (stack[into + i] as number) & (stack[top + i] as number);
        }
        pc++;
        continue;
      }
      case 0x17: {
        // OR
        top -= WORD;
        const into = top - WORD;
        for (let i = 0; i < WORD; i++) {
          stack[into + i] = (stack[into + i] as number) | (stack[top + i] as number);
        }
        pc++;
        continue;
      }
      case 0x18: {
        // XOR
        top -= WORD;
        const into = top - WORD;
        for (let i = 0; i < WORD; i++) {
          stack[into + i] = (stack[into + i] as number) ^ (stack[top + i] as number);
        }
        pc++;
        continue;
      }
      case 0x19: // NOT
        for (let i = top - WORD; i < top; i++) stack[i] = ~(stack[i] as number);
        pc++;
        continue;
      case 0x1a: // BYTE
        top -= WORD;
        byteOf(stack, top, top - WORD);
        pc++;
        continue;
      case 0x1b: // SHL
        top -= WORD;
        shl(stack, top, top - WORD);
        pc++;
        continue;
      case 0x1c: // SHR
        top -= WORD;
        shr(stack, top, top - WORD);
        pc++;
        continue;
      case 0x1d: // SAR
        top -= WORD;
        sar(stack, top, top - WORD);
        pc++;
        continue;
      case 0x34: // CALLVALUE
        copyWord(frame.value, 0, stack, top);
        top += WORD;
        pc++;
        continue;
      case 0x33: // CALLER
        copyWord(frame.caller.word, 0, stack, top);
        top += WORD;
        pc++;
        continue;
      case 0x35: {
        // CALLDATALOAD
        const at = top - WORD;
        const { input } = frame;
        const offset = toNumber(stack, at);
        if (offset + 32 <= input.length) loadBytes(stack, at, input.view, input.offset + offset);
        else if (offset >= input.length) setNumber(stack, at, 0);
        else {
          const end = input.offset + input.length;
          setFromBytes(stack, at, input.array.subarray(0, end), input.offset + offset, 32);
        }
        pc++;
        continue;
      }
      case 0x36: // CALLDATASIZE
        setNumber(stack, top, frame.input.length);
        top += WORD;
        pc++;
        continue;
      case 0x3d: // RETURNDATASIZE
        setNumber(stack, top, frame.returned.length);
        top += WORD;
        pc++;
        continue;
      case 0x50: // POP
        top -= WORD;
        pc++;
        continue;
      case 0x51: {
        // MLOAD
        const at = top - WORD;
        const offset = toNumber(stack, at);
        if (offset + 32 > size) {
          frame.gas = gas;
          machine.steps = steps;
          if (!machine.expand(frame, offset, 32)) return HALT;
          ({ gas, view, size } = frame);
          steps = machine.steps;
        }
        loadBytes(stack, at, view, offset);
        pc++;
        continue;
      }
      case 0x52: {
        // MSTORE
        top -= WORD;
        const offset = toNumber(stack, top);
        if (offset + 32 > size) {
          frame.gas = gas;
          machine.steps = steps;
          if (!machine.expand(frame, offset, 32)) return HALT;
          ({ gas, view, size } = frame);
          steps = machine.steps;
        }
        top -= WORD;
        storeBytes(stack, top, view, offset);
        pc++;
        continue;
      }
      case 0x56: {
        // JUMP
        top -= WORD;
        const to = toNumber(stack, top);
        if (!destinations.has(to)) return HALT;
        pc = to;
        continue;
      }
      case 0x57: {
        // JUMPI
        top -= 2 * WORD;
        if (isZeroWord(stack, top)) {
          pc++;
          continue;
        }
        const to = toNumber(stack, top + WORD);
        if (!destinations.has(to)) return HALT;
        pc = to;
        continue;
      }
      case 0x58: // PC
        setNumber(stack, top, pc);
        top += WORD;
        pc++;
        continue;
      case 0x59: // MSIZE
        setNumber(stack, top, size);
        top += WORD;
        pc++;
        continue;
      case 0x5a: // GAS
        setNumber(stack, top, gas);
        top += WORD;
        pc++;
        continue;
      case 0x5b: // JUMPDEST
        pc++;
        continue;
      case 0x5f: // PUSH0
        setNumber(stack, top, 0);
        top += WORD;
        pc++;
        continue;
      case 0x60: // PUSH1
        setSmall(stack, top, pc + 1 < length ? (code[pc + 1] as number) : 0);
        top += WORD;
        pc += 2;
        continue;
      case 0x61: // PUSH2
        if (pc + 2 < length) {
          setSmall(stack, top, ((code[pc + 1] as number) << 8) | (code[pc + 2] as number));
        } else setFromBytes(stack, top, code, pc + 1, 2);
        top += WORD;
        pc += 3;
        continue;
      case 0x62:
      case 0x63:
      case 0x64:
      case 0x65:
      case 0x66:
      case 0x67:
      case 0x68:
      case 0x69:
      case 0x6a:
      case 0x6b:
      case 0x6c:
      case 0x6d:
      case 0x6e:
      case 0x6f:
      case 0x70:
      case 0x71:
      case 0x72:
      case 0x73:
      case 0x74:
      case 0x75:
      case 0x76:
      case 0x77:
      case 0x78:
      case 0x79:
      case 0x7a:
      case 0x7b:
      case 0x7c:
      case 0x7d:
      case 0x7e:
      case 0x7f: {
        // PUSH3 to PUSH32
        const bytes = opcode - 0x5f;
        setFromBytes(stack, top, code, pc + 1, bytes);
        top += WORD;
        pc += bytes + 1;
        continue;
      }
      case 0x80:
      case 0x81:
      case 0x82:
      case 0x83:
      case 0x84:
      case 0x85:
      case 0x86:
      case 0x87:
      case 0x88:
      case 0x89:
      case 0x8a:
      case 0x8b:
      case 0x8c:
      case 0x8d:
      case 0x8e:
      case 0x8f: // DUP1 to DUP16
        copyWord(stack, top - WORD * (opcode - 0x7f), stack, top);
        top += WORD;
        pc++;
        continue;
      case 0x90:
      case 0x91:
      case 0x92:
      case 0x93:
      case 0x94:
      case 0x95:
      case 0x96:
      case 0x97:
      case 0x98:
      case 0x99:
      case 0x9a:
      case 0x9b:
      case 0x9c:
      case 0x9d:
      case 0x9e:
      case 0x9f: {
        // SWAP1 to SWAP16
        const first = top - WORD;
        const second = first - WORD * (opcode - 0x8f);
        for (let i = 0; i < WORD; i++) {
          const limb = stack[first + i] as number;
          stack[first + i] = stack[second + i] as number;
          stack[second + i] = limb;
        }
        pc++;
        continue;
      }
      default: {
        const instruction = instructions[opcode];
        if (instruction === undefined) return HALT;
        frame.pc = pc;
        frame.top = top;
        frame.gas = gas;
        machine.steps = steps;
        const flow = instruction(machine, frame, opcode);
        if (flow !== NEXT) {
          if (flow === HALT) attempt(machine, frame, opcode);
          return flow;
        }
        ({ top, gas, view, size } = frame);
        steps = machine.steps;
        pc++;
      }
    }
  }
}

function setFlag(stack: Int32Array, at: number, flag: boolean): void {
  setSmall(stack, at, flag ? 1 : 0);
}

/** @param number - Below 2^31. */
function setSmall(stack: Int32Array, at: number, number: number): void {
  stack[at] = number;
  stack[at + 1] = 0;
  stack[at + 2] = 0;
  stack[at + 3] = 0;
  stack[at + 4] = 0;
  stack[at + 5] = 0;
  stack[at + 6] = 0;
  stack[at + 7] = 0;
}
