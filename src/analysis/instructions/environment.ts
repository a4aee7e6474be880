/** What a frame sees of its surroundings: message, code, other accounts, block (Yellow Paper App. H, 30s and 40s). */

import type { Address } from '../../input/block.ts';
import { keccak256 } from '../../input/keccak.ts';
import { type CellSet, NO_CELLS, unionCells } from '../cells.ts';
import { within } from '../head-window.ts';
import { charge, HALT, type Instruction, type Machine, meterBy, NEXT, type Path } from '../machine.ts';
import { loadString, type SymbolicString, wordOfBytes } from '../memory.ts';
import { chargePerWord, copyString, memoryRange, pop } from '../operands.ts';
import { cellsOf, knownValue, knownWord, minOf, unknownWord, type Word } from '../word.ts';
import type { Certainty } from '../world.ts';

const ADDRESS_MASK = (1n << 160n) - 1n;

export function addressWord(address: Address): bigint {
  return BigInt(address);
}

export function addressOfWord(word: bigint): Address {
  return `0x${(word & ADDRESS_MASK).toString(16).padStart(40, '0')}`;
}

/** Price of touching something that may be warm already. */
export function accessPrice(
  before: Certainty | null,
  warm: number,
  cold: number,
): { min: number; max: number } {
  if (before === 'certain') return { min: warm, max: warm };
  return { min: before === 'possible' ? warm : cold, max: cold };
}

/** EIP-2929 price of an account; false when the gas does not suffice. */
export function chargeAccount(machine: Machine, path: Path, address: Address): boolean {
  const { schedule, state } = machine.tx;
  if (!schedule.hasAccessLists) return true;
  const price = accessPrice(state.warmAccount(path.world, address), schedule.warmRead, schedule.coldAccount);
  return charge(machine, path, price.min, price.max);
}

/** The account of an operand, or `null` with everything that may follow recorded by `record`. */
function knownAccount(machine: Machine, operand: Word): Address | null {
  const value = knownValue(operand);
  if (value === null) return null;
  machine.tx.recorder.assume(cellsOf(operand));
  return addressOfWord(value);
}

function chargeUnknownAccount(machine: Machine, path: Path, cells: CellSet): boolean {
  const { schedule } = machine.tx;
  if (!schedule.hasAccessLists) return true;
  meterBy(machine, path, cells);
  return charge(machine, path, schedule.warmRead, schedule.coldAccount);
}

function readEverywhere(machine: Machine, field: 'balance' | 'nonce' | 'code', operand: Word): void {
  const region = { shape: 'everything', address: null, field, mode: 'read' } as const;
  machine.tx.recorder.region(region, cellsOf(operand));
}

/** An opcode that pushes one word. */
export function pushes(word: (machine: Machine, path: Path) => Word): Instruction {
  return (machine, path) => {
    path.stack.push(word(machine, path));
    return NEXT;
  };
}

export const balanceOf: Instruction = (machine, path) => {
  const operand = pop(path);
  const address = knownAccount(machine, operand);
  if (address === null) {
    if (!chargeUnknownAccount(machine, path, cellsOf(operand))) return HALT;
    readEverywhere(machine, 'balance', operand);
    path.stack.push(unknownWord(unionCells(cellsOf(operand), path.control)));
    return NEXT;
  }
  if (!chargeAccount(machine, path, address)) return HALT;
  path.stack.push(machine.tx.state.loadBalance(path, address));
  return NEXT;
};

export const selfBalance = pushes((machine, path) =>
  machine.tx.state.loadBalance(path, machine.frame.address),
);

export const callDataLoad: Instruction = (machine, path) => {
  const offset = pop(path);
  const start = knownValue(offset);
  const { input } = machine.frame;
  if (start === null) path.stack.push(unknownWord(unionCells(cellsOf(offset), path.control)));
  else {
    machine.tx.recorder.assume(cellsOf(offset));
    path.stack.push(loadString(input, start));
  }
  return NEXT;
};

export const callDataSize = pushes((machine) => machine.frame.input.length);

function copies(source: (machine: Machine, path: Path) => SymbolicString): Instruction {
  return (machine, path) => {
    const to = pop(path);
    const from = pop(path);
    const length = pop(path);
    const range = memoryRange(machine, path, to, length);
    if (range.kind === 'halt') return HALT;
    if (!chargePerWord(machine, path, length, machine.tx.schedule.copy)) return HALT;
    copyString(machine, path, source(machine, path), from, range);
    return NEXT;
  };
}

export const callDataCopy = copies((machine) => machine.frame.input);

export const codeSize = pushes((machine) => BigInt(machine.frame.code.bytes.length));

export const codeCopy = copies((machine) => machine.tx.state.stringOfCode(machine.frame.code));

export const returnDataSize = pushes((_machine, path) => path.returned.length);

export const returnDataCopy: Instruction = (machine, path, opcode) => {
  const { stack, returned } = path;
  const from = stack[stack.length - 2] as Word;
  const length = stack[stack.length - 3] as Word;
  const start = knownValue(from);
  const size = knownValue(length);
  const end = knownValue(returned.length);
  for (const word of [from, length, returned.length]) machine.tx.recorder.assume(cellsOf(word));
  if (start !== null && size !== null) {
    if (start + size > (end ?? (typeof returned.length === 'bigint' ? returned.length : returned.length.max)))
      return HALT;
    if (end === null && start + size > minOf(returned.length)) {
      machine.mayHalt(path, 'unknown-return-data', cellsOf(returned.length));
    }
  } else {
    const cells = unionCells(cellsOf(from), unionCells(cellsOf(length), cellsOf(returned.length)));
    machine.mayHalt(path, 'unknown-return-data', cells);
  }
  return copyReturned(machine, path, opcode);
};

const copyReturned = copies((_machine, path) => path.returned);

export const extCodeSize: Instruction = (machine, path) => {
  const operand = pop(path);
  const address = knownAccount(machine, operand);
  if (address === null) {
    if (!chargeUnknownAccount(machine, path, cellsOf(operand))) return HALT;
    readEverywhere(machine, 'code', operand);
    path.stack.push(unknownWord(unionCells(cellsOf(operand), path.control)));
    return NEXT;
  }
  if (!chargeAccount(machine, path, address)) return HALT;
  const code = machine.tx.state.loadCode(path, address);
  if (code.kind === 'known') path.stack.push(BigInt(code.code.bytes.length));
  else path.stack.push(unknownWord(unionCells(code.cells, path.control)));
  return NEXT;
};

export const extCodeCopy: Instruction = (machine, path) => {
  const operand = pop(path);
  const to = pop(path);
  const from = pop(path);
  const length = pop(path);
  const range = memoryRange(machine, path, to, length);
  if (range.kind === 'halt') return HALT;
  if (!chargePerWord(machine, path, length, machine.tx.schedule.copy)) return HALT;
  const address = knownAccount(machine, operand);
  let cells = cellsOf(operand);
  if (address === null) {
    if (!chargeUnknownAccount(machine, path, cells)) return HALT;
    readEverywhere(machine, 'code', operand);
  } else {
    if (!chargeAccount(machine, path, address)) return HALT;
    const code = machine.tx.state.loadCode(path, address);
    if (code.kind === 'known') {
      copyString(machine, path, machine.tx.state.stringOfCode(code.code), from, range);
      return NEXT;
    }
    cells = unionCells(cells, code.cells);
  }
  if (range.kind === 'known') path.memory.forget(range.offset, range.length, unionCells(cells, path.control));
  else path.memory.forgetFrom(range.start, unionCells(cells, range.cells));
  return NEXT;
};

const EMPTY_HASH = hashBytes(new Uint8Array(0));

function hashBytes(bytes: Uint8Array): bigint {
  return wordOfBytes(keccak256(bytes), 0);
}

/** EIP-1052: zero for an empty account. */
export const extCodeHash: Instruction = (machine, path) => {
  const operand = pop(path);
  const address = knownAccount(machine, operand);
  if (address === null) {
    if (!chargeUnknownAccount(machine, path, cellsOf(operand))) return HALT;
    for (const field of ['code', 'balance', 'nonce'] as const) readEverywhere(machine, field, operand);
    path.stack.push(unknownWord(unionCells(cellsOf(operand), path.control)));
    return NEXT;
  }
  if (!chargeAccount(machine, path, address)) return HALT;
  path.stack.push(codeHash(machine, path, address));
  return NEXT;
};

/** Without code it is balance and nonce that tell whether there is an account. */
function readOthers(machine: Machine, path: Path, address: Address): void {
  const { recorder, cells } = machine.tx;
  for (const field of ['balance', 'nonce'] as const) {
    recorder.access(path.certain, cells.account(address, field), 'read');
  }
}

function codeHash(machine: Machine, path: Path, address: Address): Word {
  const code = machine.tx.state.loadCode(path, address);
  if (code.kind === 'unknown') {
    readOthers(machine, path, address);
    const emptiness = machine.tx.state.isEmpty(path, address);
    return unknownWord(unionCells(unionCells(code.cells, emptiness.cells), path.control));
  }
  const { bytes, knownLength, cells } = code.code;
  if (bytes.length > 0) {
    return knownLength < bytes.length ? unknownWord(cells) : knownWord(hashBytes(bytes), cells);
  }
  readOthers(machine, path, address);
  const { answer, cells: decisive } = machine.tx.state.isEmpty(path, address);
  if (answer === null) return unknownWord(unionCells(decisive, path.control));
  return knownWord(answer ? 0n : EMPTY_HASH, decisive);
}

/** Hashes of the last 256 blocks. */
export const blockHash: Instruction = (machine, path) => {
  const operand = pop(path);
  const number = knownValue(operand);
  const { block, span, blockHashOf, recorder } = machine.tx;
  const current = block === null ? null : knownValue(within(block.number, span.blocks));
  if (number === null || current === null) {
    path.stack.push(unknownWord(unionCells(cellsOf(operand), path.control)));
    return NEXT;
  }
  recorder.assume(cellsOf(operand));
  const isRecent = number < current && current - number <= 256n;
  const hash = isRecent ? blockHashOf(number) : 0n;
  if (hash === null) recorder.missingBlockHashes.add(number);
  path.stack.push(hash ?? unknownWord(path.control));
  return NEXT;
};

export const blobHash: Instruction = (machine, path) => {
  const operand = pop(path);
  const index = knownValue(operand);
  if (index === null) path.stack.push(unknownWord(unionCells(cellsOf(operand), path.control)));
  else {
    machine.tx.recorder.assume(cellsOf(operand));
    path.stack.push(BigInt(machine.tx.blobHashes[Number(index)] ?? 0n));
  }
  return NEXT;
};

/** A field of the block; unknown when the transaction has no block yet. */
export function blockValue(
  read: (block: NonNullable<Machine['tx']['block']>, machine: Machine) => Word,
): Instruction {
  return pushes((machine) =>
    machine.tx.block === null ? unknownWord(NO_CELLS) : read(machine.tx.block, machine),
  );
}
