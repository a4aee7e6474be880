/** Message calls (Yellow Paper section 8; EIP-150, EIP-2929, EIP-7702), as in `../instructions/calls.ts`. */
import type { Address } from '../../input/block.ts';
import { allButOneSixtyFourth } from '../gas.ts';
import { delegateOf } from '../instructions/calls.ts';
import { type Account, BALANCE } from './accounts.ts';
import { arena } from './arena.ts';
import type { Bytes, Frame } from './frame.ts';
import { copyWord, isZeroWord, setNumber, toBigint, toNumber, WORD } from './limbs.ts';
import { ENTERED, type Flow, HALT, type Instruction, type Machine, NEXT, SUCCESS } from './machine.ts';
import { programFor } from './program.ts';
import { writeField } from './state.ts';

const MAX_DEPTH = 1024;

const CALL = 0xf1;
const CALLCODE = 0xf2;
const DELEGATECALL = 0xf4;
const STATICCALL = 0xfa;

/** CALL, CALLCODE, DELEGATECALL and STATICCALL. */
export const call: Instruction = (machine, frame, opcode) => {
  const { state, schedule } = machine;
  const { stack } = frame;
  const at = frame.top - WORD;
  const hasValue = opcode === CALL || opcode === CALLCODE;
  const first = hasValue ? at - 3 * WORD : at - 2 * WORD;
  const isPaid = hasValue && !isZeroWord(stack, at - 2 * WORD);
  if (opcode === CALL && frame.isStatic && isPaid) return HALT;
  const inLength = toNumber(stack, first - WORD);
  const inOffset = inLength === 0 ? 0 : toNumber(stack, first);
  const outLength = toNumber(stack, first - 3 * WORD);
  const outOffset = outLength === 0 ? 0 : toNumber(stack, first - 2 * WORD);
  if (!machine.expand(frame, inOffset, inLength)) return HALT;
  if (!machine.expand(frame, outOffset, outLength)) return HALT;
  const to = state.accounts.ofWord(stack, at - WORD);
  if (!machine.chargeAccount(frame, to)) return HALT;
  if (!chargeValue(machine, frame, opcode, to, isPaid)) return HALT;
  let code: Uint8Array = NO_CODE;
  if (!to.isPrecompile) {
    const found = loadRunnableCode(machine, frame, to);
    if (found === null) return HALT;
    code = found;
  }
  const requested = toNumber(stack, at);
  if (!schedule.keepsSixtyFourth && requested > frame.gas) return HALT;
  const granted = schedule.keepsSixtyFourth
    ? Math.min(requested, allButOneSixtyFourth(frame.gas))
    : requested;
  frame.gas -= granted;
  const gas = granted + (isPaid ? schedule.callStipend : 0);

  frame.returnedLength = 0;
  const value = isPaid ? toBigint(stack, at - 2 * WORD) : 0n;
  frame.top = first - 2 * WORD;
  if (frame.depth >= MAX_DEPTH || (isPaid && state.loadBalance(frame.account) < value)) {
    frame.gas += gas;
    setNumber(stack, frame.top - WORD, 0);
    return NEXT;
  }
  frame.outputOffset = outOffset;
  frame.outputLength = outLength;
  const callee = machine.frame(frame.depth + 1);
  state.mark(callee);
  callee.gas = gas;
  callee.kind = 'call';
  if (opcode === CALL) transfer(machine, frame.account, to, value);
  else if (isPaid) writeField(frame.account, BALANCE);
  if (to.isPrecompile) return runPrecompile(machine, frame, callee, to, inOffset, inLength);
  if (code.length === 0) {
    finish(frame, SUCCESS, gas, NOTHING);
    return NEXT;
  }
  const account = opcode === CALL || opcode === STATICCALL ? to : frame.account;
  callee.begin(programFor(to, code), account, opcode === DELEGATECALL ? frame.caller : frame.account);
  const { limbs } = arena;
  if (opcode === DELEGATECALL) copyWord(limbs, frame.valueAt, limbs, callee.valueAt);
  else if (isPaid) copyWord(limbs, at - 2 * WORD, limbs, callee.valueAt);
  else setNumber(limbs, callee.valueAt, 0);
  callee.isStatic = frame.isStatic || opcode === STATICCALL;
  callee.setInput(frame.memoryAt + inOffset, inLength);
  machine.entered = callee;
  return ENTERED;
};

const NO_CODE = new Uint8Array(0);
const NOTHING: Bytes = { at: 0, length: 0 };

/** Price of sending value, and of the account that it may create. */
function chargeValue(machine: Machine, frame: Frame, opcode: number, to: Account, isPaid: boolean): boolean {
  const { schedule, state, rules } = machine;
  if (isPaid && !machine.charge(frame, schedule.callValue)) return false;
  if (opcode !== CALL || (rules.clearsEmptyAccounts && !isPaid)) return true;
  const isNew = rules.clearsEmptyAccounts ? state.isEmpty(to) : state.isAbsent(to);
  return !isNew || machine.charge(frame, schedule.callNewAccount);
}

/** The code that a call runs: the target's own, or its delegate's (EIP-7702); `null` where gas does not suffice. */
function loadRunnableCode(machine: Machine, frame: Frame, to: Account): Uint8Array | null {
  const { state, rules } = machine;
  const own = state.loadCode(to);
  const address = rules.hasDelegation ? delegateOf(own) : null;
  if (address === null) return own;
  const delegate = state.accounts.at(address);
  if (!machine.chargeAccount(frame, delegate)) return null;
  return codeOfDelegate(machine, delegate);
}

/** A precompile has no code to delegate to. */
function codeOfDelegate({ state }: Machine, delegate: Account): Uint8Array {
  return delegate.isPrecompile ? NO_CODE : state.loadCode(delegate);
}

/** The code that the transaction itself runs, with its delegate warm for free. */
export function loadEntryCode(machine: Machine, to: Account): Uint8Array {
  const { state, rules } = machine;
  const own = state.loadCode(to);
  const address: Address | null = rules.hasDelegation ? delegateOf(own) : null;
  if (address === null) return own;
  const delegate = state.accounts.at(address);
  state.warm(delegate);
  return codeOfDelegate(machine, delegate);
}

/** Moves value; before EIP-161 a call touches its target even without. */
export function transfer(machine: Machine, from: Account, to: Account, value: bigint): void {
  const { state, rules } = machine;
  if (value === 0n) {
    if (!rules.clearsEmptyAccounts) state.credit(to, 0n);
    return;
  }
  if (from === to) {
    writeField(from, BALANCE);
    return;
  }
  state.debit(from, value);
  state.credit(to, value);
}

function runPrecompile(
  machine: Machine,
  frame: Frame,
  callee: Frame,
  to: Account,
  inOffset: number,
  inLength: number,
): Flow {
  const input = frame.memory(inOffset, inLength).slice();
  const result = machine.runPrecompile(to.address, input, callee.gas);
  if (!result.isSuccess) {
    machine.state.rollBack(callee);
    finish(frame, HALT, 0, NOTHING);
    return NEXT;
  }
  const { length } = result.returned;
  machine.reserve(callee, 32 * Math.ceil(length / 32));
  arena.bytes.set(result.returned, callee.memoryAt);
  finish(frame, SUCCESS, callee.gas - result.gasUsed, { at: callee.memoryAt, length });
  return NEXT;
}

/** The caller after a call: gas comes back, return data, and whether it succeeded; the operands are gone. */
function finish(frame: Frame, flow: Flow, gas: number, returned: Bytes): void {
  frame.gas += gas;
  frame.returnedAt = returned.at;
  frame.returnedLength = returned.length;
  const length = Math.min(frame.outputLength, returned.length);
  if (length > 0) {
    arena.bytes.copyWithin(frame.memoryAt + frame.outputOffset, returned.at, returned.at + length);
  }
  setNumber(frame.stack, frame.top - WORD, flow === SUCCESS ? 1 : 0);
}

/**
 * The caller after a frame that it entered has ended.
 *
 * @param flow - How: its own end, or that of the deposit of the code it made.
 */
export function continueCaller(machine: Machine, caller: Frame, ended: Frame, flow: Flow, gas: number): void {
  caller.pc++;
  const isCreation = ended.kind === 'create';
  const isEmpty = flow === HALT || (isCreation && flow === SUCCESS);
  const returned = { at: ended.memoryAt + machine.returnedOffset, length: machine.returnedLength };
  if (isCreation) caller.outputLength = 0;
  finish(caller, flow, gas, isEmpty ? NOTHING : returned);
  if (isCreation && flow === SUCCESS) copyWord(ended.account.word, 0, caller.stack, caller.top - WORD);
}
