/**
 * Instructions that the loop leaves to functions: surroundings, copies, hashing, storage, logs. Each works on
 * the operands where they lie and moves the top of the stack last, so that those of one that halts are still
 * there. Prices, accesses and their order are as in `../instructions/`.
 */

import { bytesToBigint } from '../../input/hex.ts';
import { keccak256 } from '../../input/keccak.ts';
import { concrete } from '../arithmetic.ts';
import { within } from '../head-window.ts';
import { knownValue, type Word } from '../word.ts';
import { BALANCE, NONCE } from './accounts.ts';
import { arena } from './arena.ts';
import { call } from './calls.ts';
import { create, selfDestruct } from './creation.ts';
import type { Bytes, Frame } from './frame.ts';
import {
  byBigint,
  byteLength,
  copyWord,
  isZeroWord,
  leadingZeros,
  loadBytes,
  modular,
  sameWords,
  setBigint,
  setFromBytes,
  setNumber,
  signExtend,
  storeBytes,
  toBigint,
  toNumber,
  WORD,
} from './limbs.ts';
import { HALT, type Instruction, type Machine, NEXT, REVERT, SUCCESS, WORK } from './machine.ts';
import { known, NOT_KNOWN } from './state.ts';

/** Preimages are kept up to this length, as in the abstract interpreter. */
const LONGEST_PREIMAGE = 512;

// Arithmetic.

function byWords(operation: (a: bigint, b: bigint) => bigint): Instruction {
  return (machine, frame) => {
    machine.work(WORK.bigint);
    const at = frame.top - WORD;
    byBigint(operation, frame.stack, at, at - WORD);
    frame.top = at;
    return NEXT;
  };
}

function byModulus(operation: 'addmod' | 'mulmod'): Instruction {
  return (machine, frame) => {
    machine.work(WORK.bigint);
    const at = frame.top - WORD;
    modular(operation, frame.stack, at, at - WORD, at - 2 * WORD);
    frame.top -= 2 * WORD;
    return NEXT;
  };
}

const exp: Instruction = (machine, frame) => {
  const at = frame.top - WORD;
  const bytes = byteLength(frame.stack, at - WORD);
  if (!machine.charge(frame, bytes * machine.schedule.expByte)) return HALT;
  machine.work(WORK.bigint * (1 + bytes));
  raise(frame.stack, at, at - WORD);
  frame.top = at;
  return NEXT;
};

/** Ten to the number of decimals, and places of a byte in a word, come again and again. */
function raise(stack: Int32Array, base: number, exponent: number): void {
  const x = toNumber(stack, base);
  const n = toNumber(stack, exponent);
  if (x >= SMALL || n >= SMALL) {
    byBigint(concrete.exp, stack, base, exponent);
    return;
  }
  const known = powers.get(SMALL * x + n);
  if (known !== undefined) {
    copyWord(known, 0, stack, exponent);
    return;
  }
  byBigint(concrete.exp, stack, base, exponent);
  if (powers.size < MOST_POWERS) powers.set(SMALL * x + n, stack.slice(exponent, exponent + WORD));
}

const SMALL = 1 << 12;
const MOST_POWERS = 1 << 12;
const powers = new Map<number, Int32Array>();

const signExtension: Instruction = (_machine, frame) => {
  const at = frame.top - WORD;
  signExtend(frame.stack, at, at - WORD);
  frame.top = at;
  return NEXT;
};

const countZeros: Instruction = (_machine, frame) => {
  leadingZeros(frame.stack, frame.top - WORD);
  return NEXT;
};

const keccak: Instruction = (machine, frame) => {
  const { stack } = frame;
  const at = frame.top - WORD;
  const length = toNumber(stack, at - WORD);
  const offset = length === 0 ? 0 : toNumber(stack, at);
  if (!machine.expand(frame, offset, length)) return HALT;
  if (!machine.chargePerWord(frame, length, machine.schedule.keccakWord)) return HALT;
  machine.work(WORK.hash + (length >> 3));
  arena.hash(frame.memoryAt + offset, length, (at - WORD) << 2);
  if (length > 0 && length <= LONGEST_PREIMAGE) {
    machine.keepPreimage(stack, at - WORD, { at: frame.memoryAt + offset, length });
  }
  frame.top = at;
  return NEXT;
};

// Surroundings.

function pushWord(frame: Frame, word: Word): number {
  const value = knownValue(word);
  if (value === null) throw NOT_KNOWN;
  setBigint(frame.stack, frame.top, value);
  frame.top += WORD;
  return NEXT;
}

function blockValue(
  read: (block: NonNullable<Machine['block']['block']>, machine: Machine) => Word,
): Instruction {
  return (machine, frame) => {
    const { block } = machine.block;
    if (block === null) throw NOT_KNOWN;
    return pushWord(frame, known(read(block, machine)));
  };
}

const origin: Instruction = (machine, frame) => {
  copyWord(machine.origin.word, 0, frame.stack, frame.top);
  frame.top += WORD;
  return NEXT;
};

const balance: Instruction = (machine, frame) => {
  const at = frame.top - WORD;
  const account = machine.state.accounts.ofWord(frame.stack, at);
  if (!machine.chargeAccount(frame, account)) return HALT;
  setBigint(frame.stack, at, machine.state.loadBalance(account));
  return NEXT;
};

const selfBalance: Instruction = (machine, frame) =>
  pushWord(frame, machine.state.loadBalance(frame.account));

const extCodeSize: Instruction = (machine, frame) => {
  const at = frame.top - WORD;
  const account = machine.state.accounts.ofWord(frame.stack, at);
  if (!machine.chargeAccount(frame, account)) return HALT;
  setNumber(frame.stack, at, machine.state.loadCode(account).length);
  return NEXT;
};

const codeHashes = new WeakMap<Uint8Array, bigint>();

function hashOfCode(machine: Machine, code: Uint8Array): bigint {
  let hash = codeHashes.get(code);
  if (hash === undefined) {
    machine.work(WORK.hash + (code.length >> 3));
    hash = bytesToBigint(keccak256(code));
    codeHashes.set(code, hash);
  }
  return hash;
}

const NO_CODE = new Uint8Array(0);

/** EIP-1052: zero for an empty account. */
const extCodeHash: Instruction = (machine, frame) => {
  const { state } = machine;
  const at = frame.top - WORD;
  const account = state.accounts.ofWord(frame.stack, at);
  if (!machine.chargeAccount(frame, account)) return HALT;
  const code = state.loadCode(account);
  if (code.length > 0) setBigint(frame.stack, at, hashOfCode(machine, code));
  else {
    account.read |= BALANCE | NONCE;
    setBigint(frame.stack, at, state.isEmpty(account) ? 0n : hashOfCode(machine, NO_CODE));
  }
  return NEXT;
};

const blockHash: Instruction = (machine, frame) => {
  const { block, span, blockHashOf } = machine.block;
  if (block === null) throw NOT_KNOWN;
  const current = known(within(block.number, span.blocks));
  const at = frame.top - WORD;
  const number = toBigint(frame.stack, at);
  const isRecent = number < current && current - number <= 256n;
  const hash = isRecent ? blockHashOf(number) : 0n;
  if (hash === null) throw NOT_KNOWN;
  setBigint(frame.stack, at, hash);
  return NEXT;
};

const blobHash: Instruction = (machine, frame) => {
  const at = frame.top - WORD;
  const hash = machine.blobHashes[toNumber(frame.stack, at)];
  setBigint(frame.stack, at, BigInt(hash ?? 0n));
  return NEXT;
};

const blobBaseFee: Instruction = (machine, frame) => {
  if (machine.block.block === null) throw NOT_KNOWN;
  return pushWord(frame, machine.block.blobBaseFee);
};

// Copies.

/** Copies to memory as the copy opcodes do, with zeros beyond the end of the source. */
function copyBytes(frame: Frame, source: Bytes, from: number, to: number, length: number): void {
  if (length === 0) return;
  const { bytes } = arena;
  const target = frame.memoryAt + to;
  const available = Math.max(0, Math.min(length, source.length - from));
  if (available > 0) bytes.copyWithin(target, source.at + from, source.at + from + available);
  if (available < length) bytes.fill(0, target + available, target + length);
}

/** The operands of a copy from `at` downwards: target, source, length. Pays; `null` where that fails. */
function copyOperands(
  machine: Machine,
  frame: Frame,
  at: number,
): { to: number; from: number; length: number } | null {
  const { stack } = frame;
  const length = toNumber(stack, at - 2 * WORD);
  const to = length === 0 ? 0 : toNumber(stack, at);
  if (!machine.expand(frame, to, length)) return null;
  if (!machine.chargePerWord(frame, length, machine.schedule.copy)) return null;
  return { to, from: toNumber(stack, at - WORD), length };
}

const callDataCopy: Instruction = (machine, frame) => {
  const operands = copyOperands(machine, frame, frame.top - WORD);
  if (operands === null) return HALT;
  copyBytes(
    frame,
    { at: frame.inputAt, length: frame.inputLength },
    operands.from,
    operands.to,
    operands.length,
  );
  frame.top -= 3 * WORD;
  return NEXT;
};

const codeCopy: Instruction = (machine, frame) => {
  const operands = copyOperands(machine, frame, frame.top - WORD);
  if (operands === null) return HALT;
  copyBytes(
    frame,
    { at: frame.program.at, length: frame.program.code.length },
    operands.from,
    operands.to,
    operands.length,
  );
  frame.top -= 3 * WORD;
  return NEXT;
};

const extCodeCopy: Instruction = (machine, frame) => {
  const at = frame.top - WORD;
  const operands = copyOperands(machine, frame, at - WORD);
  if (operands === null) return HALT;
  const account = machine.state.accounts.ofWord(frame.stack, at);
  if (!machine.chargeAccount(frame, account)) return HALT;
  const code = machine.state.loadCode(account);
  const { to, from, length } = operands;
  const copied = code.subarray(Math.min(from, code.length), from + length);
  const target = frame.memory(to, length);
  target.set(copied);
  target.fill(0, copied.length);
  frame.top -= 4 * WORD;
  return NEXT;
};

const returnDataCopy: Instruction = (machine, frame) => {
  const at = frame.top - WORD;
  const { stack } = frame;
  if (toNumber(stack, at - WORD) + toNumber(stack, at - 2 * WORD) > frame.returnedLength) return HALT;
  const operands = copyOperands(machine, frame, at);
  if (operands === null) return HALT;
  copyBytes(
    frame,
    { at: frame.returnedAt, length: frame.returnedLength },
    operands.from,
    operands.to,
    operands.length,
  );
  frame.top -= 3 * WORD;
  return NEXT;
};

const mstore8: Instruction = (machine, frame) => {
  const at = frame.top - WORD;
  const offset = toNumber(frame.stack, at);
  if (!machine.expand(frame, offset, 1)) return HALT;
  arena.bytes[frame.memoryAt + offset] = frame.stack[at - WORD] as number;
  frame.top -= 2 * WORD;
  return NEXT;
};

const mcopy: Instruction = (machine, frame) => {
  const at = frame.top - WORD;
  const { stack } = frame;
  const length = toNumber(stack, at - 2 * WORD);
  const to = length === 0 ? 0 : toNumber(stack, at);
  const from = length === 0 ? 0 : toNumber(stack, at - WORD);
  if (!machine.expand(frame, from, length) || !machine.expand(frame, to, length)) return HALT;
  if (!machine.chargePerWord(frame, length, machine.schedule.copy)) return HALT;
  const { memoryAt } = frame;
  arena.bytes.copyWithin(memoryAt + to, memoryAt + from, memoryAt + from + length);
  frame.top -= 3 * WORD;
  return NEXT;
};

// What the loop leaves when it is about bytes that are not paid for, or not there.

const mload: Instruction = (machine, frame) => {
  const at = frame.top - WORD;
  const offset = toNumber(frame.stack, at);
  if (!machine.expand(frame, offset, 32)) return HALT;
  loadBytes(frame.stack, at, arena.view, frame.memoryAt + offset);
  return NEXT;
};

const mstore: Instruction = (machine, frame) => {
  const at = frame.top - WORD;
  const offset = toNumber(frame.stack, at);
  if (!machine.expand(frame, offset, 32)) return HALT;
  storeBytes(frame.stack, at - WORD, arena.view, frame.memoryAt + offset);
  frame.top -= 2 * WORD;
  return NEXT;
};

const callDataLoad: Instruction = (_machine, frame) => {
  const at = frame.top - WORD;
  const offset = toNumber(frame.stack, at);
  const { inputAt, inputLength } = frame;
  if (offset >= inputLength) setNumber(frame.stack, at, 0);
  else {
    const input = arena.bytes.subarray(inputAt, inputAt + inputLength);
    setFromBytes(frame.stack, at, input, offset, 32);
  }
  return NEXT;
};

// Storage.

const sload: Instruction = (machine, frame) => {
  const { state, schedule } = machine;
  const at = frame.top - WORD;
  const cell = state.locate(frame.account, frame.stack, at);
  machine.work(state.takeProbes());
  if (schedule.hasAccessLists) {
    const price = state.slots.warm(cell) ? schedule.warmRead : schedule.coldSlot;
    if (!machine.charge(frame, price)) return HALT;
  }
  state.slots.markRead(cell);
  if (!state.slots.hasValue(cell) && !state.slots.hasOriginal(cell)) machine.work(WORK.lookUp);
  state.copy(state.valueAt(cell), frame.stack, at);
  return NEXT;
};

const sstore: Instruction = (machine, frame) => {
  if (frame.isStatic) return HALT;
  const { state, schedule } = machine;
  const { slots } = state;
  const { stack } = frame;
  if (schedule.sstore.sentry > 0 && frame.gas <= schedule.sstore.sentry) return HALT;
  const at = frame.top - WORD;
  const cell = state.locate(frame.account, stack, at);
  machine.work(WORK.lookUp + state.takeProbes());
  slots.markRead(cell);
  const price = sstorePrice(machine, cell, stack, at - WORD);
  if (schedule.hasAccessLists && !slots.warm(cell) && !machine.charge(frame, schedule.coldSlot)) return HALT;
  if (!machine.charge(frame, price)) return HALT;
  state.refund += sstoreRefund(machine, stack, at - WORD);
  slots.markWritten(cell);
  slots.store(cell, stack, at - WORD);
  frame.top -= 2 * WORD;
  return NEXT;
};

/** Price of SSTORE without that of a cold slot (EIP-1283, EIP-2200). */
function sstorePrice(machine: Machine, cell: number, stack: Int32Array, at: number): number {
  const { state } = machine;
  const { kind, set, reset, noop, dirty } = machine.schedule.sstore;
  state.copy(state.valueAt(cell), words, 0);
  if (kind === 'frontier') return isZeroWord(words, 0) && !isZeroWord(stack, at) ? set : reset;
  state.copy(state.originalAt(cell), words, WORD);
  if (sameWords(words, 0, stack, at)) return noop;
  if (!sameWords(words, 0, words, WORD)) return dirty;
  return isZeroWord(words, WORD) ? set : reset;
}

/**
 * What SSTORE gives back, or takes back of that (EIP-1283, EIP-2200); the slot's values are in `words`, where its
 * price has put them.
 */
function sstoreRefund({ schedule }: Machine, stack: Int32Array, at: number): number {
  const { clear, init, clean } = schedule.refunds;
  const isClearing = isZeroWord(stack, at);
  const isCleared = isZeroWord(words, 0);
  if (schedule.sstore.kind === 'frontier') return isClearing && !isCleared ? clear : 0;
  if (sameWords(words, 0, stack, at)) return 0;
  const wasZero = isZeroWord(words, WORD);
  let refund = 0;
  if (!wasZero && isCleared) refund -= clear;
  if (!wasZero && isClearing) refund += clear;
  // It has another value by now, since it gets a new one.
  if (sameWords(words, WORD, stack, at)) refund += wasZero ? init : clean;
  return refund;
}

/** The value now, and the one at the start of the transaction. */
const words = new Int32Array(2 * WORD);

const tload: Instruction = (machine, frame) => {
  const { slots } = machine.state;
  const at = frame.top - WORD;
  const cell = slots.cell(frame.account, frame.stack, at);
  machine.work(machine.state.takeProbes());
  if (slots.hasTransient(cell)) copyWord(slots.words, slots.transientAt(cell), frame.stack, at);
  else setNumber(frame.stack, at, 0);
  return NEXT;
};

const tstore: Instruction = (machine, frame) => {
  if (frame.isStatic) return HALT;
  const at = frame.top - WORD;
  const cell = machine.state.locate(frame.account, frame.stack, at);
  machine.work(machine.state.takeProbes());
  machine.state.slots.storeTransient(cell, frame.stack, at - WORD);
  frame.top -= 2 * WORD;
  return NEXT;
};

// Logs and ends.

const log: Instruction = (machine, frame, opcode) => {
  if (frame.isStatic) return HALT;
  const at = frame.top - WORD;
  const topics = opcode - 0xa0;
  const { schedule } = machine;
  const length = toNumber(frame.stack, at - WORD);
  const offset = length === 0 ? 0 : toNumber(frame.stack, at);
  if (!machine.expand(frame, offset, length)) return HALT;
  if (!machine.charge(frame, topics * schedule.logTopic + length * schedule.logData)) return HALT;
  frame.top -= (2 + topics) * WORD;
  return NEXT;
};

const stop: Instruction = (machine) => {
  machine.returnedOffset = 0;
  machine.returnedLength = 0;
  return SUCCESS;
};

const leave: Instruction = (machine, frame, opcode) => {
  const at = frame.top - WORD;
  const length = toNumber(frame.stack, at - WORD);
  const offset = length === 0 ? 0 : toNumber(frame.stack, at);
  if (!machine.expand(frame, offset, length)) return HALT;
  machine.returnedOffset = offset;
  machine.returnedLength = length;
  return opcode === 0xf3 ? SUCCESS : REVERT;
};

const rows: (Instruction | undefined)[] = new Array(256).fill(undefined);
for (const [opcode, instruction] of [
  [0x00, stop],
  [0x05, byWords(concrete.sdiv)],
  [0x07, byWords(concrete.smod)],
  [0x08, byModulus('addmod')],
  [0x09, byModulus('mulmod')],
  [0x0a, exp],
  [0x0b, signExtension],
  [0x1e, countZeros],
  [0x20, keccak],
  [0x31, balance],
  [0x32, origin],
  [0x35, callDataLoad],
  [0x37, callDataCopy],
  [0x39, codeCopy],
  [0x3a, (machine, frame) => pushWord(frame, machine.gasPrice)],
  [0x3b, extCodeSize],
  [0x3c, extCodeCopy],
  [0x3e, returnDataCopy],
  [0x3f, extCodeHash],
  [0x40, blockHash],
  [0x41, blockValue((block) => BigInt(block.feeRecipient))],
  [0x42, blockValue((block, { block: { span } }) => within(block.timestamp, span.seconds))],
  [0x43, blockValue((block, { block: { span } }) => within(block.number, span.blocks))],
  [
    0x44,
    blockValue((block, { rules }) => (rules.hasPrevRandao ? BigInt(block.prevRandao) : block.difficulty)),
  ],
  [0x45, blockValue((block) => block.gasLimit)],
  [0x46, (machine, frame) => pushWord(frame, machine.block.chainId)],
  [0x47, selfBalance],
  [0x48, blockValue((block) => block.baseFeePerGas ?? 0n)],
  [0x49, blobHash],
  [0x4a, blobBaseFee],
  [0x51, mload],
  [0x52, mstore],
  [0x53, mstore8],
  [0x54, sload],
  [0x55, sstore],
  [0x5c, tload],
  [0x5d, tstore],
  [0x5e, mcopy],
  [0xa0, log],
  [0xa1, log],
  [0xa2, log],
  [0xa3, log],
  [0xa4, log],
  [0xf0, create],
  [0xf1, call],
  [0xf2, call],
  [0xf3, leave],
  [0xf4, call],
  [0xf5, create],
  [0xfa, call],
  [0xfd, leave],
  [0xff, selfDestruct],
] satisfies [number, Instruction][]) {
  rows[opcode] = instruction;
}

/** By opcode, for those that the loop does not know itself. */
export const instructions: readonly (Instruction | undefined)[] = rows;
