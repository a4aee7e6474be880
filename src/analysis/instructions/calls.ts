/** Message calls (Yellow Paper section 8; EIP-150, EIP-2929, EIP-7702): followed into the callee's byte code. */
import type { Address } from '../../input/block.ts';
import { binary } from '../arithmetic.ts';
import { type CellSet, NO_CELLS, unionCells } from '../cells.ts';
import { type Code, knownCode } from '../code.ts';
import { allButOneSixtyFourth, type GasInterval, NO_GAS } from '../gas.ts';
import {
  abandon,
  charge,
  divide,
  type Flow,
  type Frame,
  type FrameResult,
  HALT,
  type Instruction,
  type Machine,
  meterBy,
  NEXT,
  type Outcome,
  Path,
} from '../machine.ts';
import { emptyString, SymbolicBytes, type SymbolicString } from '../memory.ts';
import {
  cellsOfAll,
  copyString,
  knownString,
  type MemoryRange,
  memoryRange,
  pop,
  readRange,
} from '../operands.ts';
import { cellsOf, knownValue, maxOf, minOf, rangeWord, unknownWord, type Word } from '../word.ts';
import { addressOfWord, chargeAccount } from './environment.ts';

const MAX_DEPTH = 1024;
const DELEGATION_LENGTH = 23;

type CallKind = 'call' | 'callcode' | 'delegatecall' | 'staticcall';

/** The delegate of an EIP-7702 delegation designator, or `null`. */
export function delegateOf(bytes: Uint8Array): Address | null {
  if (bytes.length !== DELEGATION_LENGTH || bytes[0] !== 0xef || bytes[1] !== 0x01 || bytes[2] !== 0x00)
    return null;
  return `0x${Buffer.from(bytes.subarray(3)).toString('hex')}`;
}

export function callInstruction(kind: CallKind): Instruction {
  const call = callOfKnownCode(kind);
  return (machine, path, opcode) => {
    const target = knownValue(path.stack[path.stack.length - 2] as Word);
    if (target === null) return call(machine, path, opcode);
    const sides = splitByRunnableCode(machine, path, addressOfWord(target));
    return sides.length === 1 ? call(machine, path, opcode) : onEachSide(machine, sides, call, opcode);
  };
}

/**
 * The path once for each code that a call to `to` may run, where these are few; else the path itself. Each of
 * several knows the code from then on.
 */
export function splitByRunnableCode(machine: Machine, path: Path, to: Address): readonly Path[] {
  const { state, rules, precompiles } = machine.tx;
  if (precompiles.has(to)) return [path];
  return splitByCode(machine, path, to).flatMap((side) => {
    if (!rules.hasDelegation) return [side];
    const own = state.peekCode(side.world, to);
    const delegate = own.kind === 'known' ? delegateOf(own.code.bytes) : null;
    return delegate === null || precompiles.has(delegate) ? [side] : splitByCode(machine, side, delegate);
  });
}

function splitByCode(machine: Machine, path: Path, address: Address): readonly Path[] {
  const { state, recorder, cells } = machine.tx;
  const code = state.peekCode(path.world, address);
  if (code.kind === 'known' || code.candidates === null) return [path];
  recorder.access(path.certain, cells.account(address, 'code'), 'read');
  const decision = recorder.reasons.decide('unknown-code', code.cells);
  return code.candidates.map((candidate) => {
    const side = path.fork(code.cells);
    side.marks = recorder.reasons.side(decision, path.marks);
    side.world.codes.set(address, [candidate]);
    return side;
  });
}

/** Runs one instruction on several paths that stand before it. */
function onEachSide(machine: Machine, sides: readonly Path[], run: Instruction, opcode: number): Flow {
  const ways: Path[] = [];
  for (const side of sides) {
    const flow = run(machine, side, opcode);
    if (flow.kind === 'fork') ways.push(...flow.paths);
    else if (flow.kind === 'halt') machine.mayHalt(side);
    else {
      side.pc++;
      ways.push(side);
    }
  }
  return { kind: 'fork', paths: ways };
}

function callOfKnownCode(kind: CallKind): Instruction {
  const hasValue = kind === 'call' || kind === 'callcode';
  return (machine, path) => {
    const requested = pop(path);
    const target = pop(path);
    let value: Word = hasValue ? pop(path) : 0n;
    const inOffset = pop(path);
    const inLength = pop(path);
    const outOffset = pop(path);
    const outLength = pop(path);
    const { frame, tx } = machine;
    const { schedule, recorder } = tx;

    recorder.assume(cellsOf(value));
    if (kind === 'call' && frame.isStatic) {
      if (minOf(value) > 0n) return HALT;
      if (maxOf(value) > 0n) machine.mayHalt(path, 'unknown-value', cellsOf(value));
      value = 0n;
    }
    const input = memoryRange(machine, path, inOffset, inLength);
    if (input.kind === 'halt') return HALT;
    const output = memoryRange(machine, path, outOffset, outLength);
    if (output.kind === 'halt') return HALT;

    const targetValue = knownValue(target);
    if (targetValue === null) {
      return abandon(
        machine,
        path,
        'unknown-call-target',
        `${kind.toUpperCase()} to an address that is not known`,
        cellsOf(target),
      );
    }
    recorder.assume(cellsOf(target));
    const to = addressOfWord(targetValue);
    if (!chargeAccount(machine, path, to)) return HALT;
    if (!chargeValue(machine, path, kind, to, value)) return HALT;

    const isPrecompile = tx.precompiles.has(to);
    let code: Code = NO_CODE;
    let codeAddress = to;
    if (!isPrecompile) {
      const found = loadRunnableCode(machine, path, to, true);
      if (found === null) return HALT;
      code = found.code;
      codeAddress = found.address;
    }

    const before = path.gas.max;
    const allowance = calleeGas(machine, path, requested);
    if (allowance === null) return HALT;
    const isPaid = maxOf(value) > 0n;
    const stipend: GasInterval = {
      min: minOf(value) > 0n ? schedule.callStipend : 0,
      max: isPaid ? schedule.callStipend : 0,
    };
    const granted: GasInterval = { min: allowance.min + stipend.min, max: allowance.max + stipend.max };

    const argument = readRange(machine, path, input, inLength);
    path.returned = emptyString(tx.labels);
    if (frame.depth >= MAX_DEPTH) return fail(path, granted);

    const affordable =
      kind === 'call' || kind === 'callcode' ? canPay(machine, path, frame.address, value) : true;
    if (affordable === false) return fail(path, granted);
    const poor = affordable === null ? divide(machine, path, 'unknown-balance', cellsOf(value)) : null;

    const start = Path.start(
      tx.labels,
      path.world.fork(),
      granted,
      path.gasCells,
      path.certain.fork(),
      path.control,
    );
    start.marks = path.marks;
    if (kind === 'call') transfer(machine, start, frame.address, to, value);
    else if (kind === 'callcode' && isPaid) {
      // Value to oneself: the balance is looked at, and stays.
      recorder.access(start.certain, tx.cells.account(frame.address, 'balance'), 'write');
    }
    let result: FrameResult;
    if (isPrecompile) result = runPrecompile(machine, start, to, argument);
    else if (code.bytes.length === 0)
      result = { success: ending(start, emptyString(tx.labels)), failure: null };
    else {
      const callee: Frame = {
        code,
        address: kind === 'call' || kind === 'staticcall' ? to : frame.address,
        caller: kind === 'delegatecall' ? frame.caller : frame.address,
        value: kind === 'delegatecall' ? frame.value : value,
        input: argument,
        isStatic: frame.isStatic || kind === 'staticcall',
        depth: frame.depth + 1,
        kind: 'call',
        codeAddress,
      };
      result = machine.runFrame(callee, start);
    }
    return resume(
      machine,
      path,
      result,
      output,
      outLength,
      poor === null ? null : { path: poor, gas: granted },
      before + stipend.max,
    );
  };
}

const NO_CODE = knownCode(new Uint8Array(0));

/** Price of sending value, and of the account that it may create. False when the gas does not suffice. */
function chargeValue(machine: Machine, path: Path, kind: CallKind, to: Address, value: Word): boolean {
  const { schedule, state, rules } = machine.tx;
  const isPaid = maxOf(value) > 0n;
  const isCertainlyPaid = minOf(value) > 0n;
  if (isPaid) {
    if (!isCertainlyPaid) meterBy(machine, path, cellsOf(value));
    if (!charge(machine, path, isCertainlyPaid ? schedule.callValue : 0, schedule.callValue)) return false;
  }
  if (kind !== 'call') return true;
  if (rules.clearsEmptyAccounts && !isPaid) return true;
  const { answer, cells } = rules.clearsEmptyAccounts ? state.isEmpty(path, to) : state.isAbsent(path, to);
  if (answer === false) return true;
  const isCertain = answer === true && (isCertainlyPaid || !rules.clearsEmptyAccounts);
  if (!isCertain) meterBy(machine, path, unionCells(cells, path.control));
  return charge(machine, path, isCertain ? schedule.callNewAccount : 0, schedule.callNewAccount);
}

/**
 * The code that a call to `to` runs, and whose it is: its own, or its delegate's (EIP-7702). Abandons when it
 * is not known.
 *
 * @returns `null` when the gas for looking at the delegate does not suffice.
 */
export function loadRunnableCode(
  machine: Machine,
  path: Path,
  to: Address,
  paysForDelegate: boolean,
): { readonly code: Code; readonly address: Address } | null {
  const { state, rules, precompiles, recorder } = machine.tx;
  const own = state.loadCode(path, to);
  if (own.kind === 'unknown')
    return abandon(machine, path, 'unknown-code', `runs the code of ${to}, which is not known`, own.cells);
  // Code that the transaction made may hold bytes from state: what runs is assumed.
  recorder.assume(own.code.cells);
  const delegate = rules.hasDelegation ? delegateOf(own.code.bytes) : null;
  if (delegate === null) return { code: own.code, address: to };
  if (paysForDelegate && !chargeAccount(machine, path, delegate)) return null;
  if (!paysForDelegate) state.warmAccount(path.world, delegate);
  // A precompile has no code to delegate to.
  if (precompiles.has(delegate)) return { code: NO_CODE, address: delegate };
  const code = state.loadCode(path, delegate);
  if (code.kind === 'unknown') {
    return abandon(
      machine,
      path,
      'unknown-code',
      `runs the code of ${delegate}, which is not known`,
      code.cells,
    );
  }
  recorder.assume(code.code.cells);
  return { code: code.code, address: delegate };
}

/** The gas that goes to the callee, taken from the path; `null`: not enough. */
function calleeGas(machine: Machine, path: Path, requested: Word): GasInterval | null {
  const { schedule, recorder } = machine.tx;
  const atLeast = Number(minOf(requested));
  const atMost = Number(maxOf(requested));
  const { gas } = path;
  const allowed = schedule.keepsSixtyFourth ? allButOneSixtyFourth : (available: number) => available;
  if (knownValue(requested) !== null) recorder.assume(cellsOf(requested));
  else meterBy(machine, path, cellsOf(requested));
  if (!schedule.keepsSixtyFourth) {
    if (atLeast > gas.max) return null;
    if (atMost > gas.min) machine.mayHalt(path);
  }
  // Both the grant and the rest grow with what there is.
  const granted = { min: Math.min(atLeast, allowed(gas.min)), max: Math.min(atMost, allowed(gas.max)) };
  path.gas = {
    min: gas.min - Math.min(atMost, allowed(gas.min)),
    max: gas.max - Math.min(atLeast, allowed(gas.max)),
  };
  return granted;
}

/** Whether the balance covers the value; `null` when that is not known. Records the payer's balance. */
export function canPay(machine: Machine, path: Path, payer: Address, value: Word): boolean | null {
  const { state, recorder } = machine.tx;
  recorder.assume(cellsOf(value));
  if (maxOf(value) === 0n) return true;
  const balance = state.loadBalance(path, payer);
  const isShort = binary('lt', balance, value);
  const answer = knownValue(isShort);
  if (answer === null) return null;
  recorder.assume(cellsOf(isShort));
  return answer === 0n;
}

/** Moves value inside the callee's world; before EIP-161 a call touches its target even without value. */
export function transfer(machine: Machine, path: Path, from: Address, to: Address, value: Word): void {
  const { state, rules, recorder, cells } = machine.tx;
  if (maxOf(value) === 0n) {
    if (!rules.clearsEmptyAccounts) state.credit(path, to, 0n);
    return;
  }
  if (from === to) {
    recorder.access(path.certain, cells.account(from, 'balance'), 'write');
    return;
  }
  state.debit(path, from, value);
  state.credit(path, to, value);
}

/** The end of a frame that did nothing more. */
export function ending(path: Path, returned: SymbolicString): Outcome {
  return {
    world: path.world,
    gas: path.gas,
    gasCells: path.gasCells,
    returned,
    certain: path.certain,
    control: path.control,
    marks: path.marks,
  };
}

/** A call that fails before it starts: the gas comes back. */
function fail(path: Path, granted: GasInterval): Flow {
  path.gas = { min: path.gas.min + granted.min, max: path.gas.max + granted.max };
  path.stack.push(0n);
  return NEXT;
}

/**
 * The caller after a call, once for each way in which it can end.
 *
 * @param mostGas - That it can have then: grant and rest together are what it had.
 */
function resume(
  machine: Machine,
  path: Path,
  result: FrameResult,
  output: MemoryRange,
  outLength: Word,
  poor: { readonly path: Path; readonly gas: GasInterval } | null,
  mostGas: number,
): Flow {
  const ways: Path[] = [];
  const outcomes = [result.success, result.failure].filter((outcome) => outcome !== null);
  for (const outcome of outcomes) {
    const isSuccess = outcome === result.success;
    const way = outcomes.length > 1 || poor !== null ? path.fork(NO_CELLS) : path;
    continueAfter(way, outcome, isSuccess);
    way.gas = { min: way.gas.min, max: Math.min(way.gas.max, mostGas) };
    writeOutput(machine, way, outcome.returned, output, outLength);
    way.stack.push(isSuccess ? 1n : 0n);
    way.pc = path.pc + 1;
    ways.push(way);
  }
  if (poor !== null) {
    fail(poor.path, poor.gas);
    poor.path.pc = path.pc + 1;
    ways.push(poor.path);
  }
  return { kind: 'fork', paths: ways };
}

/** Takes over what the callee left; a failed one left the world as it was. */
export function continueAfter(path: Path, outcome: Outcome, isSuccess: boolean): void {
  if (isSuccess) path.world = outcome.world;
  path.gas = { min: path.gas.min + outcome.gas.min, max: path.gas.max + outcome.gas.max };
  path.gasCells = unionCells(path.gasCells, outcome.gasCells);
  path.certain = outcome.certain;
  path.control = unionCells(path.control, outcome.control);
  path.marks = outcome.marks;
  path.returned = outcome.returned;
}

function writeOutput(
  machine: Machine,
  path: Path,
  returned: SymbolicString,
  output: MemoryRange,
  outLength: Word,
): void {
  if (maxOf(outLength) === 0n || maxOf(returned.length) === 0n) return;
  if (output.kind === 'known') {
    const length = knownValue(returned.length);
    if (length !== null) {
      machine.tx.recorder.assume(cellsOf(returned.length));
      const size = Math.min(output.length, Number(length));
      path.memory.copyFrom(returned.bytes, 0, output.offset, size);
      return;
    }
    // Bytes beyond a length that is not known may be the old ones.
    copyString(machine, path, returned, 0n, output);
    return;
  }
  if (output.kind === 'unknown') {
    path.memory.forgetFrom(output.start, unionCells(output.cells, cellsOfAll(returned)));
  }
}

function runPrecompile(machine: Machine, path: Path, address: Address, input: SymbolicString): FrameResult {
  const { precompiles, labels, recorder, budget } = machine.tx;
  const cells = unionCells(cellsOfAll(input), path.control);
  const failed = (certainty: Path): Outcome => ({
    ...ending(certainty, emptyString(labels)),
    gas: NO_GAS,
  });
  const bytes = knownString(input);
  if (bytes !== null) {
    const result = precompiles.run(address, bytes, path.gas.max, budget);
    if (result !== null) {
      recorder.assume(cellsOfAll(input));
      if (!result.isSuccess) return { success: null, failure: failed(path) };
      const mayLackGas = path.gas.min < result.gasUsed;
      const failure = mayLackGas ? failed(divide(machine, path, 'may-run-out-of-gas', path.gasCells)) : null;
      path.gas = { min: Math.max(0, path.gas.min - result.gasUsed), max: path.gas.max - result.gasUsed };
      const returned = {
        bytes: SymbolicBytes.known(labels, result.returned),
        length: BigInt(result.returned.length),
      };
      return { success: ending(path, returned), failure };
    }
  }
  const length = knownValue(input.length);
  const price = length === null ? null : precompiles.price(address, Number(length));
  if (price !== null && path.gas.max < price.min) return { success: null, failure: failed(path) };
  const mayFail = price === null || precompiles.mayFail(address) || path.gas.min < price.max;
  const failure = mayFail ? failed(divide(machine, path, 'unknown-result', cells)) : null;
  const least = price?.min ?? 0;
  path.gas = { min: price === null ? 0 : Math.max(0, path.gas.min - price.max), max: path.gas.max - least };
  meterBy(machine, path, cells);
  if (precompiles.isIdentity(address)) return { success: ending(path, input), failure };
  return { success: ending(path, unknownOutput(machine, address, cells)), failure };
}

/** Output of a precompile on unknown input: hashes are words, ECRECOVER may say nothing. */
function unknownOutput(machine: Machine, address: Address, cells: CellSet): SymbolicString {
  const bytes = SymbolicBytes.unknown(machine.tx.labels, cells);
  const index = Number(BigInt(address));
  if (index === 2 || index === 3) {
    const word = index === 2 ? unknownWord(cells) : rangeWord(0n, (1n << 160n) - 1n, cells);
    const memory = SymbolicBytes.empty(machine.tx.labels);
    memory.storeWord(0, word);
    return { bytes: memory, length: 32n };
  }
  if (index === 1) return { bytes, length: rangeWord(0n, 32n, cells) };
  return { bytes, length: unknownWord(cells) };
}
