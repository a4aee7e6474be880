/** Creation and destruction of accounts (EIP-150, EIP-684, EIP-3541, EIP-3860, EIP-6780), as in `../instructions/system.ts`. */
import { create2Address, creationAddress } from '../creation-address.ts';
import { allButOneSixtyFourth } from '../gas.ts';
import { minOf } from '../word.ts';
import { type Account, BALANCE, NONCE } from './accounts.ts';
import { arena } from './arena.ts';
import { transfer } from './calls.ts';
import type { Frame } from './frame.ts';
import { copyWord, isZeroWord, setBigint, setNumber, toBigint, toNumber, WORD } from './limbs.ts';
import { ENTERED, type Flow, HALT, type Instruction, type Machine, NEXT, SUCCESS, WORK } from './machine.ts';
import { makeProgram } from './program.ts';
import { known, writeField, writeWholeAccount } from './state.ts';

const MAX_DEPTH = 1024;
const MAX_NONCE = (1n << 64n) - 1n;
const CREATE2 = 0xf5;
const EMPTY = new Uint8Array(0);

/** CREATE and CREATE2. */
export const create: Instruction = (machine, frame, opcode) => {
  if (frame.isStatic) return HALT;
  const { state, schedule } = machine;
  const { stack, account } = frame;
  const at = frame.top - WORD;
  const isHashed = opcode === CREATE2;
  const length = toNumber(stack, at - 2 * WORD);
  if (length > schedule.maxInitCodeSize) return HALT;
  const offset = length === 0 ? 0 : toNumber(stack, at - WORD);
  if (!machine.expand(frame, offset, length)) return HALT;
  if (!machine.chargePerWord(frame, length, schedule.initCodeWord)) return HALT;
  if (isHashed && !machine.chargePerWord(frame, length, schedule.keccakWord)) return HALT;
  machine.work(WORK.creation + (length >> 3));
  frame.returnedLength = 0;
  const value = isZeroWord(stack, at) ? 0n : toBigint(stack, at);
  const salt = isHashed ? at - 3 * WORD : 0;
  const into = isHashed ? salt : at - 2 * WORD;
  const fail = (): Flow => {
    frame.top = into + WORD;
    setNumber(stack, into, 0);
    return NEXT;
  };
  if (frame.depth >= MAX_DEPTH) return fail();
  if (value > 0n && state.loadBalance(account) < value) return fail();
  writeField(account, NONCE);
  const nonce = known(state.nonceOf(account));
  if (nonce >= MAX_NONCE) return fail();
  state.setNonce(account, nonce + 1n);
  const initCode = frame.memory(offset, length).slice();
  const address = isHashed
    ? create2Address(account.address, toBigint(stack, salt), initCode)
    : creationAddress(account.address, nonce);
  const made = state.accounts.at(address);
  state.warm(made);
  const gas = schedule.keepsSixtyFourth ? allButOneSixtyFourth(frame.gas) : frame.gas;
  frame.gas -= gas;
  frame.top = into + WORD;

  const callee = machine.frame(frame.depth + 1);
  state.mark(callee);
  callee.gas = gas;
  const flow = beginCreation(machine, callee, account, made, value, initCode);
  if (flow === ENTERED) {
    machine.entered = callee;
    return ENTERED;
  }
  if (flow === SUCCESS) {
    frame.gas += gas;
    copyWord(made.word, 0, stack, into);
  } else {
    state.rollBack(callee);
    setNumber(stack, into, 0);
  }
  return NEXT;
};

/**
 * Makes an account and sets up the frame of its init code, whose gas and marks are set.
 *
 * @returns HALT for a collision, SUCCESS where there is no code to run, else ENTERED.
 */
export function beginCreation(
  machine: Machine,
  callee: Frame,
  creator: Account,
  made: Account,
  value: bigint,
  initCode: Uint8Array,
): Flow {
  const { state, rules } = machine;
  writeWholeAccount(made);
  // EIP-684, EIP-7610: an account with a nonce, code or storage stays.
  const nonce = state.nonceOf(made);
  const code = state.peekCode(made);
  if (minOf(nonce) > 0n || (code !== null && code.length > 0) || state.hasStorage(made)) return HALT;
  known(nonce);
  state.codeOf(made);
  machine.work(state.clearStorage(made) >> 2);
  state.accounts.save(made);
  made.isCreated = true;
  made.nonce = rules.clearsEmptyAccounts ? 1n : 0n;
  transfer(machine, creator, made, value);
  if (initCode.length === 0) return SUCCESS;
  callee.kind = 'create';
  callee.isStatic = false;
  callee.begin(makeProgram(initCode), made, creator);
  setBigint(callee.stack, callee.valueAt, value);
  callee.setInput(0, 0);
  return ENTERED;
}

/** Pays for the code that an init code returned and stores it; what the creation comes to. */
export function deposit(machine: Machine, frame: Frame): Flow {
  const { schedule, rules, state, returnedOffset, returnedLength } = machine;
  if (returnedLength > schedule.maxCodeSize) return HALT;
  if (rules.rejectsEf && returnedLength > 0 && arena.bytes[frame.memoryAt + returnedOffset] === 0xef)
    return HALT;
  const price = returnedLength * schedule.codeDeposit;
  // Before Homestead a contract that cannot pay stays, without code.
  if (frame.gas < price) return rules.failsUnpaidCode ? HALT : SUCCESS;
  frame.gas -= price;
  machine.workOn(returnedLength);
  const code = frame.memory(returnedOffset, returnedLength).slice();
  state.setCode(frame.account, returnedLength === 0 ? EMPTY : code);
  return SUCCESS;
}

export const selfDestruct: Instruction = (machine, frame) => {
  if (frame.isStatic) return HALT;
  const { schedule, state, rules } = machine;
  const { account } = frame;
  const beneficiary = state.accounts.ofWord(frame.stack, frame.top - WORD);
  const balance = state.loadBalance(account);
  writeField(account, BALANCE);
  if (schedule.hasAccessLists && !state.warm(beneficiary) && !machine.charge(frame, schedule.coldAccount)) {
    return HALT;
  }
  if (rules.isTangerineWhistle && !(rules.clearsEmptyAccounts && balance === 0n)) {
    const isNew = rules.clearsEmptyAccounts ? state.isEmpty(beneficiary) : state.isAbsent(beneficiary);
    if (isNew && !machine.charge(frame, schedule.callNewAccount)) return HALT;
  }
  if (beneficiary !== account) state.credit(beneficiary, balance);
  if (!account.isDestroyed) state.refund += schedule.refunds.destroy;
  const goes = !rules.keepsOldAccounts || account.isCreated;
  if (goes) {
    writeWholeAccount(account);
    state.accounts.save(account);
    account.isDestroyed = true;
  }
  // Value to itself is lost only with the account.
  if (beneficiary !== account || goes) state.setBalance(account, 0n);
  machine.returnedOffset = 0;
  machine.returnedLength = 0;
  return SUCCESS;
};
