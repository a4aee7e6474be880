/** Creation and destruction of accounts, and logs (EIP-150, EIP-1014, EIP-3541, EIP-3860, EIP-6780). */
import type { Address } from '../../input/block.ts';
import { binary } from '../arithmetic.ts';
import { type CellSet, unionCells } from '../cells.ts';
import { madeCode } from '../code.ts';
import { create2Address, creationAddress } from '../creation-address.ts';
import { allButOneSixtyFourth, NO_GAS } from '../gas.ts';
import {
  abandon,
  abandonAccount,
  charge,
  divide,
  type Frame,
  HALT,
  type Instruction,
  type Machine,
  meterBy,
  NEXT,
  type Outcome,
  Path,
} from '../machine.ts';
import { emptyString, type SymbolicString } from '../memory.ts';
import { chargePerWord, knownString, memoryRange, pop, readRange } from '../operands.ts';
import { cellsOf, joinWords, knownValue, maxOf, minOf, type Word } from '../word.ts';
import { canPay, continueAfter, ending, transfer } from './calls.ts';
import { accessPrice, addressOfWord, addressWord } from './environment.ts';

const MAX_DEPTH = 1024;
const MAX_NONCE = (1n << 64n) - 1n;

export function createInstruction(kind: 'create' | 'create2'): Instruction {
  return (machine, path) => {
    const { frame, tx } = machine;
    const { schedule, state, recorder, cells } = tx;
    if (frame.isStatic) return HALT;
    const value = pop(path);
    const offset = pop(path);
    const length = pop(path);
    const salt = kind === 'create2' ? pop(path) : 0n;
    recorder.assume(cellsOf(length));
    if (
      minOf(length) > BigInt(Number.isFinite(schedule.maxInitCodeSize) ? schedule.maxInitCodeSize : MAX_NONCE)
    ) {
      return HALT;
    }
    const range = memoryRange(machine, path, offset, length);
    if (range.kind === 'halt') return HALT;
    if (!chargePerWord(machine, path, length, schedule.initCodeWord)) return HALT;
    if (kind === 'create2' && !chargePerWord(machine, path, length, schedule.keccakWord)) return HALT;
    const initCode = readRange(machine, path, range, length);
    path.returned = emptyString(tx.labels);

    if (frame.depth >= MAX_DEPTH) return pushZero(path);
    const affordable = canPay(machine, path, frame.address, value);
    if (affordable === false) return pushZero(path);
    const poor = affordable === null ? divide(machine, path, 'unknown-balance', cellsOf(value)) : null;

    const nonce = state.peekNonce(path.world, frame.address);
    const nonceValue = knownValue(nonce);
    recorder.access(path.certain, cells.account(frame.address, 'nonce'), 'write');
    if (nonceValue === null && kind === 'create') {
      abandon(
        machine,
        path,
        'unknown-create-address',
        'creates a contract at a nonce that is not known',
        cellsOf(nonce),
      );
    }
    if (nonceValue !== null) recorder.assume(cellsOf(nonce));
    if (nonceValue !== null && nonceValue >= MAX_NONCE) return pushZero(path);
    path.world.nonces.set(frame.address, binary('add', nonce, 1n));

    const address =
      kind === 'create'
        ? creationAddress(frame.address, nonceValue ?? 0n)
        : addressOfCreate2(machine, path, initCode, salt);
    state.warmAccount(path.world, address);
    const { gas } = path;
    const granted = schedule.keepsSixtyFourth
      ? { min: allButOneSixtyFourth(gas.min), max: allButOneSixtyFourth(gas.max) }
      : gas;
    path.gas = { min: gas.min - granted.min, max: gas.max - granted.max };

    const start = Path.start(
      tx.labels,
      path.world.fork(),
      granted,
      path.gasCells,
      path.certain.fork(),
      path.control,
    );
    start.marks = path.marks;
    const result = runCreation(machine, start, frame.address, address, value, initCode, frame.depth + 1);
    const ways: Path[] = [];
    const outcomes = [result.success, result.failure].filter((outcome) => outcome !== null);
    for (const outcome of outcomes) {
      const isSuccess = outcome === result.success;
      const way = outcomes.length > 1 || poor !== null ? path.fork([]) : path;
      continueAfter(way, outcome, isSuccess);
      way.stack.push(isSuccess ? addressWord(address) : 0n);
      way.pc = path.pc + 1;
      ways.push(way);
    }
    if (poor !== null) {
      poor.stack.push(0n);
      poor.pc = path.pc + 1;
      ways.push(poor);
    }
    return { kind: 'fork', paths: ways };
  };
}

function pushZero(path: Path) {
  path.stack.push(0n);
  return NEXT;
}

function addressOfCreate2(machine: Machine, path: Path, initCode: SymbolicString, salt: Word): Address {
  const bytes = knownString(initCode);
  const saltValue = knownValue(salt);
  if (bytes === null || saltValue === null) {
    const cells = unionCells(cellsOf(salt), cellsOf(initCode.length));
    return abandon(
      machine,
      path,
      'unknown-create-address',
      'CREATE2 with code or salt that is not known',
      cells,
    );
  }
  machine.tx.recorder.assume(unionCells(cellsOf(salt), initCode.bytes.cells(0, bytes.length)));
  return create2Address(machine.frame.address, saltValue, bytes);
}

/** Everything of the account may be written: it is new, or it goes. */
function writeWholeAccount(machine: Machine, path: Path, address: Address): void {
  const { recorder, cells } = machine.tx;
  for (const field of ['nonce', 'code', 'balance'] as const) {
    recorder.access(path.certain, cells.account(address, field), 'write');
  }
  recorder.ownRegion({ shape: 'account', address, field: 'storage', mode: 'write' });
}

/** Finding the jump destinations of so many bytes, as a power of two, takes about as long as one step. */
const CODE_STEP_BITS = 4;

/** Runs init code at `address` and deposits what it returns. The outcomes return data only on a revert. */
export function runCreation(
  machine: Machine,
  start: Path,
  creator: Address,
  address: Address,
  value: Word,
  initCode: SymbolicString,
  depth: number,
): { success: Outcome | null; failure: Outcome | null } {
  const { tx } = machine;
  const { state, rules, labels, recorder } = tx;
  writeWholeAccount(machine, start, address);
  const lost = (path: Path): Outcome => ({ ...ending(path, emptyString(labels)), gas: NO_GAS });

  // EIP-684, EIP-7610: an account with a nonce, code or storage stays.
  const nonce = state.peekNonce(start.world, address);
  const code = state.peekCode(start.world, address);
  recorder.assume(cellsOf(nonce));
  const hasCode = code.kind === 'known' ? code.code.bytes.length > 0 : null;
  if (minOf(nonce) > 0n || hasCode === true || tx.knowledge.hasStorage(address))
    return { success: null, failure: lost(start) };
  const collisionCells: CellSet = unionCells(cellsOf(nonce), code.kind === 'unknown' ? code.cells : []);
  const mayCollide = maxOf(nonce) > 0n || hasCode === null;
  const collision = mayCollide ? lost(divide(machine, start, 'unknown-collision', collisionCells)) : null;

  const { world } = start;
  for (const cell of tx.cells.slotsOf(address).values())
    if (world.storage.has(cell)) world.storage.set(cell, 0n);
  world.created.set(address, 'certain');
  world.nonces.set(address, rules.clearsEmptyAccounts ? 1n : 0n);
  transfer(machine, start, creator, address, value);

  const length = knownValue(initCode.length);
  if (length === null) {
    return abandon(
      machine,
      start,
      'unknown-code',
      'creates a contract from code of unknown length',
      cellsOf(initCode.length),
    );
  }
  recorder.assume(cellsOf(initCode.length));
  if (length === 0n) return { success: ending(start, emptyString(labels)), failure: collision };
  tx.budget.steps -= Number(length) >> CODE_STEP_BITS;
  const made = madeCode(initCode, Number(length));
  recorder.assume(made.cells);
  const frame: Frame = {
    code: made,
    address,
    caller: creator,
    value,
    input: emptyString(labels),
    isStatic: false,
    depth,
    kind: 'create',
    codeAddress: address,
  };
  const result = machine.runFrame(frame, start);
  const deposited = result.success === null ? null : deposit(machine, result.success, address);
  return {
    success: deposited?.success ?? null,
    failure: machine.joinFailures(
      machine.joinFailures(result.failure, deposited?.failure ?? null),
      collision,
    ),
  };
}

/** Pays for the code and stores it. */
function deposit(
  machine: Machine,
  outcome: Outcome,
  address: Address,
): { success: Outcome | null; failure: Outcome | null } {
  const { schedule, rules, labels, recorder } = machine.tx;
  const { returned, gas } = outcome;
  const length = knownValue(returned.length);
  if (length === null) {
    return abandonAccount(
      address,
      'unknown-code',
      'deploys code of unknown length',
      cellsOf(returned.length),
    );
  }
  recorder.assume(cellsOf(returned.length));
  const size = Number(length);
  const nothing = emptyString(labels);
  const failure: Outcome = { ...outcome, returned: nothing, gas: NO_GAS };
  const code = madeCode({ bytes: returned.bytes, length }, size);
  if (size > schedule.maxCodeSize) return { success: null, failure };
  if (rules.rejectsEf && size > 0) {
    const first = returned.bytes.loadWord(0);
    if (code.knownLength === 0)
      return abandonAccount(address, 'unknown-code', 'deploys code that is not known', cellsOf(first));
    if (code.bytes[0] === 0xef) return { success: null, failure };
  }
  const price = size * schedule.codeDeposit;
  const { world } = outcome;
  if (gas.max < price) {
    // Before Homestead the contract stays, without code.
    if (rules.failsUnpaidCode) return { success: null, failure };
    return { success: { ...outcome, returned: nothing }, failure: null };
  }
  if (gas.min < price && !rules.failsUnpaidCode) {
    return abandonAccount(address, 'unknown-code', 'deploys code that may not be paid for', outcome.gasCells);
  }
  world.codes.set(address, [code]);
  const paid = { min: Math.max(0, gas.min - price), max: gas.max - price };
  const success = { ...outcome, returned: nothing, gas: paid };
  if (gas.min >= price) return { success, failure: null };
  const { reasons } = recorder;
  const decision = reasons.decide('may-run-out-of-gas', outcome.gasCells);
  return {
    success: { ...success, marks: reasons.side(decision, outcome.marks) },
    failure: { ...failure, marks: reasons.side(decision, outcome.marks) },
  };
}

export const selfDestruct: Instruction = (machine, path) => {
  const { frame, tx } = machine;
  const { schedule, state, recorder, cells, rules } = tx;
  if (frame.isStatic) return HALT;
  const operand = pop(path);
  const target = knownValue(operand);
  const beneficiary = target === null ? null : addressOfWord(target);
  const balance = state.loadBalance(path, frame.address);
  recorder.access(path.certain, cells.account(frame.address, 'balance'), 'write');

  if (beneficiary === null) {
    meterBy(machine, path, cellsOf(operand));
    if (
      !charge(
        machine,
        path,
        0,
        schedule.coldAccount + (rules.isTangerineWhistle ? schedule.callNewAccount : 0),
      )
    ) {
      return HALT;
    }
    for (const field of ['balance', 'nonce', 'code'] as const) {
      recorder.region({ shape: 'everything', address: null, field, mode: 'read' }, cellsOf(operand));
    }
    recorder.region(
      { shape: 'everything', address: null, field: 'balance', mode: 'write' },
      cellsOf(operand),
    );
    path.world.unknownCredits = unionCells(
      path.world.unknownCredits ?? [],
      unionCells(cellsOf(operand), path.control),
    );
  } else {
    recorder.assume(cellsOf(operand));
    if (schedule.hasAccessLists) {
      const price = accessPrice(state.warmAccount(path.world, beneficiary), 0, schedule.coldAccount);
      if (!charge(machine, path, price.min, price.max)) return HALT;
    }
    if (!chargeNewBeneficiary(machine, path, beneficiary, balance)) return HALT;
    if (beneficiary !== frame.address) state.credit(path, beneficiary, balance);
  }
  const created = path.world.created.get(frame.address);
  const goes = !rules.keepsOldAccounts || created !== undefined;
  const isCertain = !rules.keepsOldAccounts || created === 'certain';
  if (goes) {
    writeWholeAccount(machine, path, frame.address);
    path.world.destroyed.set(frame.address, isCertain ? 'certain' : 'possible');
  }
  // Value to itself is lost only with the account.
  if (beneficiary !== frame.address || isCertain) state.setBalance(path.world, frame.address, 0n);
  else if (goes) state.setBalance(path.world, frame.address, joinWords(balance, 0n, path.control));
  return { kind: 'success', returned: emptyString(tx.labels) };
};

/** EIP-150 and EIP-161: value to an account that is not there costs extra. */
function chargeNewBeneficiary(machine: Machine, path: Path, beneficiary: Address, balance: Word): boolean {
  const { schedule, state, rules, recorder } = machine.tx;
  if (!rules.isTangerineWhistle) return true;
  if (rules.clearsEmptyAccounts && maxOf(balance) === 0n) {
    recorder.assume(cellsOf(balance));
    return true;
  }
  const { answer, cells } = rules.clearsEmptyAccounts
    ? state.isEmpty(path, beneficiary)
    : state.isAbsent(path, beneficiary);
  if (answer === false) return true;
  const isPaid = !rules.clearsEmptyAccounts || minOf(balance) > 0n;
  if (answer === true && isPaid) {
    recorder.assume(cellsOf(balance));
    return charge(machine, path, schedule.callNewAccount, schedule.callNewAccount);
  }
  meterBy(machine, path, unionCells(unionCells(cells, cellsOf(balance)), path.control));
  return charge(machine, path, 0, schedule.callNewAccount);
}

export const log: Instruction = (machine, path, opcode) => {
  if (machine.frame.isStatic) return HALT;
  const offset = pop(path);
  const length = pop(path);
  const topics = opcode - 0xa0;
  for (let i = 0; i < topics; i++) pop(path);
  const { schedule, recorder } = machine.tx;
  const range = memoryRange(machine, path, offset, length);
  if (range.kind === 'halt') return HALT;
  const fixed = topics * schedule.logTopic;
  if (knownValue(length) !== null) recorder.assume(cellsOf(length));
  else meterBy(machine, path, cellsOf(length));
  const least = fixed + Number(minOf(length)) * schedule.logData;
  const most = fixed + Number(maxOf(length)) * schedule.logData;
  return charge(machine, path, least, most) ? NEXT : HALT;
};
