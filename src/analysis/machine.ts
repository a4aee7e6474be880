/**
 * The abstract machine: what a transaction, a call frame and a path through it consist of. Transfer functions
 * change a path; they never iterate over paths, and the solver that does knows no opcode.
 */
import type { Address, BlockHeader, Hex } from '../input/block.ts';
import type { AccessBits } from './access-bits.ts';
import { type CellSet, type CellTable, NO_CELLS, unionCells } from './cells.ts';
import type { Code } from './code.ts';
import { type GasInterval, type GasSchedule, memoryPrice } from './gas.ts';
import type { Hashes } from './hashes.ts';
import type { InstructionTable } from './instructions/table.ts';
import type { Knowledge } from './knowledge.ts';
import { type LabelTable, SymbolicBytes, type SymbolicString } from './memory.ts';
import type { Precompiles } from './precompiles.ts';
import type { Place, ReasonCode } from './reason.ts';
import { type Marks, NO_MARKS, placeOf } from './reason-recorder.ts';
import type { Recorder } from './recorder.ts';
import type { BlockRules } from './rules.ts';
import type { StateAccess } from './state-access.ts';
import type { Word } from './word.ts';
import type { World } from './world.ts';

/** Rules of a hardfork that decide more than prices. */
export interface Rules {
  /** EIP-161: empty accounts do not exist. */
  readonly clearsEmptyAccounts: boolean;
  /** EIP-6780: SELFDESTRUCT destroys only what the transaction created. */
  readonly keepsOldAccounts: boolean;
  /** EIP-7702. */
  readonly hasDelegation: boolean;
  /** EIP-3541: deployed code must not start with 0xef. */
  readonly rejectsEf: boolean;
  /** EIP-3651. */
  readonly warmsFeeRecipient: boolean;
  /** Homestead: a creation that cannot pay for its code fails. */
  readonly failsUnpaidCode: boolean;
  readonly isTangerineWhistle: boolean;
  readonly hasPrevRandao: boolean;
}

/** What all frames of one transaction share. */
export interface TransactionContext {
  readonly cells: CellTable;
  readonly labels: LabelTable;
  readonly recorder: Recorder;
  readonly knowledge: Knowledge;
  readonly state: StateAccess;
  readonly schedule: GasSchedule;
  readonly rules: Rules;
  readonly precompiles: Precompiles;
  readonly block: BlockHeader | null;
  readonly span: BlockRules['span'];
  readonly chainId: bigint;
  readonly blockHashOf: BlockRules['blockHashOf'];
  readonly origin: Address;
  readonly gasPrice: Word;
  readonly blobHashes: readonly Hex[];
  readonly blobBaseFee: Word;
  /** The hashes met so far. */
  readonly hashes: Hashes;
  readonly budget: Budget;
  readonly instructions: InstructionTable;
}

/** Work left before the analysis gives up with a sound answer. */
export interface Budget {
  /** One is an ordinary instruction; what takes longer counts for more. */
  steps: number;
  forks: number;
  /** Memory of all frames that are open. */
  memoryBytes: number;
  /** As `steps`, for precompiles; beyond it their results are unknown. */
  precompileSteps: number;
}

/** What stays the same while one frame runs. */
export interface Frame {
  readonly code: Code;
  /** Whose storage and balance it works on. */
  readonly address: Address;
  readonly caller: Address;
  readonly value: Word;
  readonly input: SymbolicString;
  readonly isStatic: boolean;
  readonly depth: number;
  readonly kind: 'call' | 'create';
  /** Whose code runs, for reasons. */
  readonly codeAddress: Address;
}

/** How many words of memory are paid for, at least and at most. */
export interface MemoryWords {
  readonly min: number;
  readonly max: number;
}

/** One way through a frame. */
export class Path {
  pc = 0;
  readonly stack: Word[];
  memory: SymbolicBytes;
  words: MemoryWords;
  /** Return data of the last call. */
  returned: SymbolicString;
  world: World;
  gas: GasInterval;
  /** Cells that the gas left depends on, where it is not known exactly. */
  gasCells: CellSet;
  /** Accesses made for certain. */
  certain: AccessBits;
  /** Cells that decided which of several paths this is. */
  control: CellSet;
  /** Whether it may have run out of gas before, which is then recorded already. */
  mayHaveHalted = false;
  /** Backward jumps by stack height: pairs of height and count, heights ascending. Orders the solver's work. */
  loops: number[] = [];
  /** Sides of open decisions that it is on. */
  marks: Marks = NO_MARKS;

  constructor(
    stack: Word[],
    memory: SymbolicBytes,
    words: MemoryWords,
    returned: SymbolicString,
    world: World,
    gas: GasInterval,
    gasCells: CellSet,
    certain: AccessBits,
    control: CellSet,
  ) {
    this.stack = stack;
    this.memory = memory;
    this.words = words;
    this.returned = returned;
    this.world = world;
    this.gas = gas;
    this.gasCells = gasCells;
    this.certain = certain;
    this.control = control;
  }

  static start(
    labels: LabelTable,
    world: World,
    gas: GasInterval,
    gasCells: CellSet,
    certain: AccessBits,
    control: CellSet,
  ): Path {
    const empty: SymbolicString = { bytes: SymbolicBytes.empty(labels), length: 0n };
    return new Path(
      [],
      SymbolicBytes.empty(labels),
      { min: 0, max: 0 },
      empty,
      world,
      gas,
      gasCells,
      certain,
      control,
    );
  }

  fork(control: CellSet): Path {
    const copy = new Path(
      this.stack.slice(),
      this.memory.fork(),
      this.words,
      this.returned,
      this.world.fork(),
      this.gas,
      this.gasCells,
      this.certain.fork(),
      unionCells(this.control, control),
    );
    copy.pc = this.pc;
    copy.mayHaveHalted = this.mayHaveHalted;
    copy.loops = this.loops.slice();
    copy.marks = this.marks;
    return copy;
  }
}

/** How a frame can end. */
export interface Outcome {
  readonly world: World;
  readonly gas: GasInterval;
  readonly gasCells: CellSet;
  readonly returned: SymbolicString;
  readonly certain: AccessBits;
  readonly control: CellSet;
  readonly marks: Marks;
}

/** The outcomes that are possible; at least one is. The world of a failure is nobody's. */
export interface FrameResult {
  readonly success: Outcome | null;
  readonly failure: Outcome | null;
}

/** What follows an instruction; `next` moves on by one, `jumped` has set the pc. */
export type Flow =
  | { readonly kind: 'next' }
  | { readonly kind: 'jumped' }
  /** The path goes on in each of these instead. */
  | { readonly kind: 'fork'; readonly paths: readonly Path[] }
  | { readonly kind: 'success'; readonly returned: SymbolicString }
  | { readonly kind: 'revert'; readonly returned: SymbolicString }
  /** All gas is gone. */
  | { readonly kind: 'halt' };

export const NEXT: Flow = { kind: 'next' };
export const JUMPED: Flow = { kind: 'jumped' };
export const HALT: Flow = { kind: 'halt' };

/** What instructions ask of the solver. */
export interface Machine {
  readonly tx: TransactionContext;
  readonly frame: Frame;
  /** Notes that the path may end here: for lack of gas, unless something else is not known. */
  mayHalt(path: Path, code?: ReasonCode, cells?: CellSet): void;
  /** Runs a callee on a world that is its own. */
  runFrame(frame: Frame, start: Path): FrameResult;
  /** What holds of either failure. */
  joinFailures(a: Outcome | null, b: Outcome | null): Outcome | null;
}

/** Transfer function of one opcode. The stack is known to hold its operands, the static gas is paid. */
export type Instruction = (machine: Machine, path: Path, opcode: number) => Flow;

/**
 * Thrown where nothing sound but "everything" can be said; the transaction's analysis ends there. Carries the
 * reason, and the cells that would have to be known.
 */
export class Abandoned extends Error {
  readonly code: ReasonCode;
  readonly at: Place;
  readonly cells: CellSet;

  constructor(code: ReasonCode, message: string, at: Place, cells: CellSet) {
    super(message);
    this.code = code;
    this.at = at;
    this.cells = cells;
  }
}

/** Abandons for something that is of an account, not of an instruction. */
export function abandonAccount(address: Address, code: ReasonCode, message: string, cells: CellSet): never {
  throw new Abandoned(code, message, { address, selector: null, pc: 0 }, cells);
}

export function abandon(
  machine: Machine,
  path: Path,
  code: ReasonCode,
  message: string,
  cells: CellSet,
): never {
  throw new Abandoned(code, message, placeOf(machine.frame, path.pc), unionCells(cells, path.control));
}

/** Another path from here on, for the other side of a decision that depends on these cells. */
export function divide(machine: Machine, path: Path, code: ReasonCode, cells: CellSet): Path {
  const { reasons } = machine.tx.recorder;
  const decision = reasons.decide(code, cells);
  const other = path.fork(cells);
  other.marks = reasons.side(decision, path.marks);
  path.marks = reasons.side(decision, path.marks);
  return other;
}

/**
 * Pays for something.
 *
 * @returns false when the gas certainly does not suffice.
 */
export function charge(machine: Machine, path: Path, min: number, max: number): boolean {
  const { gas } = path;
  if (gas.max < min) return false;
  if (gas.min < max) machine.mayHalt(path);
  path.gas = { min: gas.min > max ? gas.min - max : 0, max: gas.max - min };
  return true;
}

/** From here on the gas left depends on these cells; what is known of them bounds it, and so is assumed. */
export function meterBy(machine: Machine, path: Path, cells: CellSet): void {
  machine.tx.recorder.assume(cells);
  path.gasCells = unionCells(path.gasCells, cells);
}

/** Words of a memory that may have grown to anything. */
export const MAX_WORDS = 2 ** 60;

/** Pays for the memory up to the end of a known range. False when the gas does not suffice. */
export function expandMemory(machine: Machine, path: Path, offset: number, length: number): boolean {
  const end = offset + length;
  const words = Math.ceil(end / 32);
  if (words <= path.words.min) return true;
  const { schedule, budget } = machine.tx;
  const before = path.words.min;
  const price = memoryPrice(schedule, words);
  const least = words > path.words.max ? price - memoryPrice(schedule, path.words.max) : 0;
  const most = price - memoryPrice(schedule, path.words.min);
  path.words = { min: words, max: Math.max(words, path.words.max) };
  if (!charge(machine, path, least, most)) return false;
  budget.memoryBytes -= 32 * (words - before);
  if (budget.memoryBytes < 0) {
    abandon(machine, path, 'memory-limit', 'takes more memory than the analysis allows', NO_CELLS);
  }
  return true;
}

/** The memory may grow to any size that can be paid. */
export function expandMemoryUnknown(machine: Machine, path: Path, cells: CellSet): void {
  machine.mayHalt(path);
  path.gas = { min: 0, max: path.gas.max };
  meterBy(machine, path, cells);
  path.words = { min: path.words.min, max: MAX_WORDS };
}
