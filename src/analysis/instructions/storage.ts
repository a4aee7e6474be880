/** SLOAD, SSTORE (EIP-1283, EIP-2200, EIP-2929) and transient storage (EIP-1153). */
import { unionCells } from '../cells.ts';
import type { GasInterval, GasSchedule } from '../gas.ts';
import { charge, HALT, type Instruction, type Machine, meterBy, NEXT, type Path } from '../machine.ts';
import { pop } from '../operands.ts';
import { cellsOf, knownValue, maxOf, mayEqual, minOf, unknownWord, type Word } from '../word.ts';
import { accessPrice } from './environment.ts';

export const sload: Instruction = (machine, path) => {
  const slot = pop(path);
  const { schedule, state } = machine.tx;
  if (!chargeSlot(machine, path, slot, schedule.warmRead)) return HALT;
  path.stack.push(state.loadSlot(path, machine.frame.address, slot));
  return NEXT;
};

/** EIP-2929 price of a slot, over `warm` when it was touched before. */
function chargeSlot(machine: Machine, path: Path, slot: Word, warm: number): boolean {
  const { schedule, state, cells } = machine.tx;
  if (!schedule.hasAccessLists) return true;
  const value = knownValue(slot);
  const cold = schedule.coldSlot;
  if (value === null) {
    meterBy(machine, path, cellsOf(slot));
    return charge(machine, path, warm, cold);
  }
  machine.tx.recorder.assume(cellsOf(slot));
  const before = state.warmSlot(path.world, cells.storage(machine.frame.address, value));
  const price = accessPrice(before, warm, cold);
  return charge(machine, path, price.min, price.max);
}

export const sstore: Instruction = (machine, path) => {
  if (machine.frame.isStatic) return HALT;
  const slot = pop(path);
  const value = pop(path);
  const { schedule, state, cells, recorder } = machine.tx;
  const { address } = machine.frame;
  const { sentry } = schedule.sstore;
  if (sentry > 0) {
    // EIP-2200: fails when no more than the stipend is left; nothing is charged for looking.
    if (path.gas.max <= sentry) return HALT;
    if (path.gas.min <= sentry) machine.mayHalt(path);
  }
  const known = knownValue(slot);
  let current: Word;
  let original: Word;
  if (known === null) {
    current = unknownWord(unionCells(cellsOf(slot), path.control));
    original = current;
  } else {
    recorder.assume(cellsOf(slot));
    const cell = cells.storage(address, known);
    recorder.access(path.certain, cell, 'read');
    current = state.current(path.world, cell);
    original = schedule.sstore.kind === 'frontier' ? 0n : state.originalInTransaction(path.world, cell);
  }
  const price = sstorePrice(schedule, original, current, value);
  const decisive = unionCells(unionCells(cellsOf(original), cellsOf(current)), cellsOf(value));
  if (price.min === price.max) recorder.assume(decisive);
  else meterBy(machine, path, unionCells(decisive, path.control));
  if (!chargeSlot(machine, path, slot, 0)) return HALT;
  if (!charge(machine, path, price.min, price.max)) return HALT;
  state.storeSlot(path, address, slot, value);
  return NEXT;
};

/** Price of SSTORE without the price of a cold slot; an interval when the values are not known. */
function sstorePrice(schedule: GasSchedule, original: Word, current: Word, value: Word): GasInterval {
  const { kind, set, reset, noop, dirty } = schedule.sstore;
  const possible: number[] = [];
  const mayBeZero = (word: Word) => minOf(word) === 0n;
  const mayBeOther = (word: Word) => maxOf(word) > 0n;
  if (kind === 'frontier') {
    if (mayBeZero(current) && mayBeOther(value)) possible.push(set);
    if (mayBeOther(current) || mayBeZero(value)) possible.push(reset);
  } else {
    if (mayEqual(current, value)) possible.push(noop);
    if (!areSame(current, value)) {
      if (mayEqual(original, current)) {
        if (mayBeZero(original)) possible.push(set);
        if (mayBeOther(original)) possible.push(reset);
      }
      if (!areSame(original, current)) possible.push(dirty);
    }
  }
  return { min: Math.min(...possible), max: Math.max(...possible) };
}

/** Whether two words are certainly the same value. */
function areSame(a: Word, b: Word): boolean {
  const value = knownValue(a);
  return value !== null && value === knownValue(b);
}

export const tload: Instruction = (machine, path) => {
  path.stack.push(machine.tx.state.loadTransient(path, machine.frame.address, pop(path)));
  return NEXT;
};

export const tstore: Instruction = (machine, path) => {
  if (machine.frame.isStatic) return HALT;
  const slot = pop(path);
  machine.tx.state.storeTransient(path, machine.frame.address, slot, pop(path));
  return NEXT;
};
