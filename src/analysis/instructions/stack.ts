/** Stack, memory, transient storage and control flow (Yellow Paper App. H, 50s to 90s; EIP-1153, EIP-3855, EIP-5656). */
import { unionCells } from '../cells.ts';
import type { Code } from '../code.ts';
import {
  abandon,
  divide,
  type Flow,
  HALT,
  type Instruction,
  JUMPED,
  type Machine,
  NEXT,
  type Path,
} from '../machine.ts';
import { emptyString, SymbolicBytes, wordOfBytes } from '../memory.ts';
import { chargePerWord, copyString, memoryRange, pop } from '../operands.ts';
import { cellsOf, knownValue, knownWord, minOf, rangeWord, unknownWord, type Word } from '../word.ts';

export const pushZero: Instruction = (_machine, path) => {
  path.stack.push(0n);
  return NEXT;
};

/** The data of PUSHn; bytes beyond the code's end are zero. */
function pushData(code: Code, pc: number, size: number): bigint {
  const word = new Uint8Array(32);
  word.set(code.bytes.subarray(pc + 1, pc + 1 + size), 32 - size);
  const value = wordOfBytes(word, 0);
  code.pushed.set(pc, value);
  return value;
}

export const push: Instruction = (machine, path, opcode) => {
  const { code } = machine.frame;
  const size = opcode - 0x5f;
  const start = path.pc + 1;
  if (start + size > code.knownLength && code.knownLength < code.bytes.length) {
    abandon(machine, path, 'unknown-code', 'runs code whose bytes are not known', code.cells);
  }
  const value = code.pushed.get(path.pc) ?? pushData(code, path.pc, size);
  path.stack.push(value);
  path.pc = start + size;
  return JUMPED;
};

export const duplicate: Instruction = (_machine, path, opcode) => {
  path.stack.push(path.stack[path.stack.length - (opcode - 0x7f)] as Word);
  return NEXT;
};

export const swap: Instruction = (_machine, path, opcode) => {
  const { stack } = path;
  const top = stack.length - 1;
  const other = top - (opcode - 0x8f);
  const word = stack[top] as Word;
  stack[top] = stack[other] as Word;
  stack[other] = word;
  return NEXT;
};

export const drop: Instruction = (_machine, path) => {
  path.stack.pop();
  return NEXT;
};

export const nothing: Instruction = () => NEXT;

export const mload: Instruction = (machine, path) => {
  const range = memoryRange(machine, path, pop(path), 32n);
  if (range.kind === 'halt') return HALT;
  if (range.kind === 'unknown') path.stack.push(unknownWord(unionCells(range.cells, path.control)));
  else path.stack.push(path.memory.loadWord(range.offset));
  return NEXT;
};

export const mstore: Instruction = (machine, path) => {
  const range = memoryRange(machine, path, pop(path), 32n);
  const value = pop(path);
  if (range.kind === 'halt') return HALT;
  if (range.kind === 'unknown') path.memory.forgetFrom(range.start, unionCells(range.cells, cellsOf(value)));
  else path.memory.storeWord(range.offset, value);
  return NEXT;
};

export const mstore8: Instruction = (machine, path) => {
  const range = memoryRange(machine, path, pop(path), 1n);
  const value = pop(path);
  if (range.kind === 'halt') return HALT;
  if (range.kind === 'unknown') path.memory.forgetFrom(range.start, unionCells(range.cells, cellsOf(value)));
  else path.memory.storeByte(range.offset, value);
  return NEXT;
};

export const mcopy: Instruction = (machine, path) => {
  const to = pop(path);
  const from = pop(path);
  const length = pop(path);
  const source = memoryRange(machine, path, from, length);
  if (source.kind === 'halt') return HALT;
  const target = memoryRange(machine, path, to, length);
  if (target.kind === 'halt') return HALT;
  if (!chargePerWord(machine, path, length, machine.tx.schedule.copy)) return HALT;
  if (source.kind === 'known' && target.kind === 'known') {
    path.memory.copyFrom(path.memory, source.offset, target.offset, target.length);
  } else if (target.kind === 'known') {
    path.memory.forget(target.offset, target.length, source.kind === 'unknown' ? source.cells : []);
  } else copyString(machine, path, { bytes: path.memory, length: 0n }, 0n, target);
  return NEXT;
};

export const msize: Instruction = (_machine, path) => {
  const { min, max } = path.words;
  path.stack.push(
    min === max ? BigInt(32 * min) : rangeWord(BigInt(32 * min), BigInt(32 * max), path.gasCells),
  );
  return NEXT;
};

export const programCounter: Instruction = (_machine, path) => {
  path.stack.push(BigInt(path.pc));
  return NEXT;
};

export const gasLeft: Instruction = (_machine, path) => {
  const { min, max } = path.gas;
  if (min === max) path.stack.push(BigInt(min));
  else path.stack.push(rangeWord(BigInt(min), BigInt(max), unionCells(path.gasCells, path.control)));
  return NEXT;
};

/** Whether one may jump there; code that is not known cannot tell. */
function isDestination(machine: Machine, path: Path, target: bigint): boolean {
  const { code } = machine.frame;
  if (target >= BigInt(code.bytes.length)) return false;
  if (target >= BigInt(code.knownLength)) {
    abandon(machine, path, 'unknown-code', 'jumps into code whose bytes are not known', code.cells);
  }
  return code.jumpDestinations[Number(target)] === 1;
}

function jumpTo(machine: Machine, path: Path, target: Word): Flow {
  const destination = knownValue(target);
  if (destination === null) {
    return abandon(
      machine,
      path,
      'unknown-jump-target',
      'jumps to a computed destination that is not known',
      cellsOf(target),
    );
  }
  machine.tx.recorder.assume(cellsOf(target));
  if (!isDestination(machine, path, destination)) return HALT;
  const to = Number(destination);
  if (to <= path.pc) countLoop(path);
  path.pc = to;
  return JUMPED;
}

/** Notes a backward jump at this stack height; counts of deeper heights are over. */
function countLoop(path: Path): void {
  const { loops } = path;
  const height = path.stack.length;
  while (loops.length > 0 && (loops[loops.length - 2] as number) > height) loops.length -= 2;
  if (loops.length > 0 && loops[loops.length - 2] === height) {
    loops[loops.length - 1] = (loops[loops.length - 1] as number) + 1;
  } else loops.push(height, 1);
}

export const jump: Instruction = (machine, path) => jumpTo(machine, path, pop(path));

export const jumpIf: Instruction = (machine, path) => {
  const target = pop(path);
  const condition = pop(path);
  const value = knownValue(condition);
  if (value !== null || minOf(condition) > 0n) {
    machine.tx.recorder.assume(cellsOf(condition));
    return value === 0n ? NEXT : jumpTo(machine, path, target);
  }
  const cells = cellsOf(condition);
  const stays = path.fork(cells);
  const jumps = divide(machine, stays, 'unknown-branch', cells);
  stays.pc = path.pc + 1;
  const flow = jumpTo(machine, jumps, target);
  if (flow.kind === 'halt') {
    path.control = unionCells(path.control, cells);
    machine.mayHalt(path, 'unknown-branch', cells);
    stays.marks = path.marks;
    stays.mayHaveHalted = true;
    return { kind: 'fork', paths: [stays] };
  }
  return { kind: 'fork', paths: [stays, jumps] };
};

export const stop: Instruction = (machine) => ({ kind: 'success', returned: emptyString(machine.tx.labels) });

export const leave: Instruction = (machine, path, opcode) => {
  const offset = pop(path);
  const length = pop(path);
  const range = memoryRange(machine, path, offset, length);
  if (range.kind === 'halt') return HALT;
  const kind = opcode === 0xf3 ? 'success' : 'revert';
  if (range.kind === 'known') {
    const bytes = path.memory.slice(range.offset, range.length);
    return { kind, returned: { bytes, length: knownWord(BigInt(range.length), cellsOf(length)) } };
  }
  const start = knownValue(offset);
  const bytes =
    start === null
      ? SymbolicBytes.unknown(machine.tx.labels, unionCells(range.cells, path.control))
      : path.memory.suffix(Number(start));
  return { kind, returned: { bytes, length } };
};
