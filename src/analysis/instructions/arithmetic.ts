/** Arithmetic, comparison, bits, and KECCAK256 (Yellow Paper App. H, 0s to 20s; EIP-145, EIP-7939). */
import { keccak256 } from '../../input/keccak.ts';
import type { PreimageWord } from '../access.ts';
import {
  type BinaryOperation,
  binary,
  countLeadingZeros,
  exponentBytes,
  isZero,
  modular,
  not,
} from '../arithmetic.ts';
import { unionCells } from '../cells.ts';
import type { Hashes } from '../hashes.ts';
import { charge, HALT, type Instruction, meterBy, NEXT, type TransactionContext } from '../machine.ts';
import { wordOfBytes } from '../memory.ts';
import { chargePerWord, memoryRange, pop } from '../operands.ts';
import { cellsOf, knownValue, knownWord, unknownWord, type Word } from '../word.ts';

/** Preimages are kept up to this length; slots of longer ones count as not known. */
const LONGEST_PREIMAGE = 512;

/** So many steps for each byte of an exponent. */
const EXPONENT_BYTE_STEPS = 4;

/** A hash takes about as long as so many steps, and one more for so many bytes, as a power of two. */
const HASH_STEPS = 60;
const HASH_STEP_BITS = 4;

export function binaryInstruction(operation: BinaryOperation): Instruction {
  return (_machine, path) => {
    const a = pop(path);
    path.stack.push(binary(operation, a, pop(path)));
    return NEXT;
  };
}

export function unaryInstruction(operation: 'iszero' | 'not' | 'clz'): Instruction {
  const apply = { iszero: isZero, not, clz: countLeadingZeros }[operation];
  return (_machine, path) => {
    path.stack.push(apply(pop(path)));
    return NEXT;
  };
}

export function modularInstruction(operation: 'addmod' | 'mulmod'): Instruction {
  return (_machine, path) => {
    const a = pop(path);
    const b = pop(path);
    path.stack.push(modular(operation, a, b, pop(path)));
    return NEXT;
  };
}

export const exp: Instruction = (machine, path) => {
  const base = pop(path);
  const exponent = pop(path);
  const bytes = exponentBytes(exponent);
  const price = machine.tx.schedule.expByte;
  if (knownValue(exponent) !== null) machine.tx.recorder.assume(cellsOf(exponent));
  else meterBy(machine, path, cellsOf(exponent));
  if (!charge(machine, path, bytes.min * price, bytes.max * price)) return HALT;
  machine.tx.budget.steps -= bytes.max * EXPONENT_BYTE_STEPS;
  path.stack.push(binary('exp', base, exponent));
  return NEXT;
};

export const keccak: Instruction = (machine, path) => {
  const offset = pop(path);
  const length = pop(path);
  const range = memoryRange(machine, path, offset, length);
  if (range.kind === 'halt') return HALT;
  if (!chargePerWord(machine, path, length, machine.tx.schedule.keccakWord)) return HALT;
  if (range.kind === 'unknown') {
    path.stack.push(unknownWord(unionCells(range.cells, path.control)));
    return NEXT;
  }
  machine.tx.budget.steps -= HASH_STEPS + (range.length >> HASH_STEP_BITS);
  path.stack.push(hashOf(machine.tx, path.memory, range.offset, range.length));
  return NEXT;
};

function hashOf(
  tx: TransactionContext,
  memory: Parameters<Instruction>[1]['memory'],
  offset: number,
  length: number,
): Word {
  const cells = memory.cells(offset, length);
  const bytes = memory.read(offset, length);
  if (bytes !== null) {
    const hash = wordOfBytes(keccak256(bytes), 0);
    if (length > 0 && length <= LONGEST_PREIMAGE && tx.hashes.get(hash) === undefined) {
      tx.hashes.add(
        hash,
        memory.preimage(offset, length, (value) => hashWord(tx.hashes, value)),
      );
    }
    return knownWord(hash, cells);
  }
  if (length > LONGEST_PREIMAGE) return unknownWord(cells);
  const preimage = memory.preimage(offset, length, (value) => hashWord(tx.hashes, value));
  return { ...unknownWord(cells), hash: { preimage, first: 0n, last: 0n } };
}

/** A word that is itself a hash, as part of a preimage. */
function hashWord(hashes: Hashes, value: bigint): PreimageWord | null {
  const preimage = hashes.get(value);
  return preimage === undefined ? null : { kind: 'hash', preimage, offset: 0n };
}
