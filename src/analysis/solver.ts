/**
 * Runs frames over all their paths: forks where a decision is not known, merges paths where they meet again,
 * and joins all that leave a frame in the same way. Knows no opcode.
 *
 * Of several paths the one that is behind runs first (fewer rounds of the outer loops, then deeper in internal
 * calls, then the lower pc), so that the sides of a branch meet where it ends. Two paths are merged when they
 * are at the same pc and stack height and no known stack word is lost by it; paths that differ more are kept
 * apart up to a limit. Order and limits change how tight the result is, never whether it is sound.
 */
import { AccessBits } from './access-bits.ts';
import { type CellSet, NO_CELLS, unionCells } from './cells.ts';
import { NO_GAS } from './gas.ts';
import { LoopHeads } from './loop-heads.ts';
import {
  abandon,
  type Frame,
  type FrameResult,
  type Machine,
  type Outcome,
  type Path,
  type TransactionContext,
} from './machine.ts';
import { emptyString, type SymbolicString } from './memory.ts';
import { joinStrings, mergePaths } from './path-merge.ts';
import type { ReasonCode } from './reason.ts';
import { NO_MARKS } from './reason-recorder.ts';
import { knownValue, type Word } from './word.ts';
import { World } from './world.ts';

const STACK_LIMIT = 1024;
/** Frames within frames take half of the stack that Node has by default (measured); execution allows 1,024. */
const MAX_FOLLOWED_DEPTH = 400;
/** Entering a frame takes about as long as so many steps. */
const FRAME_STEPS = 32;
/** Copying and comparing so many bytes of memory, as a power of two, takes about as long as one step. */
const MEMORY_STEP_BITS = 7;
const NO_OPERANDS: readonly Word[] = [];
/** Paths of one frame at the same pc that are kept apart. */
const MAX_APART = 4;
/** Solidity's free memory pointer: two paths that disagree on it would lose all memory when merged. */
const FREE_POINTER = 0x40;

/** Runs a frame from its start; `start` becomes the solver's. */
export function runFrame(tx: TransactionContext, frame: Frame, start: Path): FrameResult {
  return new FrameSolver(tx, frame).solve(start);
}

class FrameSolver implements Machine {
  readonly tx: TransactionContext;
  readonly frame: Frame;
  /** The one that runs. */
  #path: Path | null = null;
  #success: Outcome | null = null;
  #failure: Outcome | null = null;
  readonly #loopHeads: LoopHeads;
  /** Paths that wait; the one to run next is last. */
  #waiting: Path[] = [];

  constructor(tx: TransactionContext, frame: Frame) {
    this.tx = tx;
    this.frame = frame;
    this.#loopHeads = new LoopHeads(tx, frame.code.jumpDestinations);
  }

  solve(start: Path): FrameResult {
    const { budget } = this.tx;
    budget.steps -= FRAME_STEPS;
    const { memoryBytes } = budget;
    let path: Path | undefined = start;
    while (path !== undefined) {
      this.#run(path);
      path = this.#waiting.pop();
    }
    budget.memoryBytes = memoryBytes;
    return { success: this.#success, failure: this.#failure };
  }

  runFrame(frame: Frame, start: Path): FrameResult {
    const path = this.#path as Path;
    if (frame.depth > MAX_FOLLOWED_DEPTH) return this.#giveUpBelow(path);
    try {
      return new FrameSolver(this.tx, frame).solve(start);
    } catch (error) {
      if (!isStackOverflow(error)) throw error;
      return this.#giveUpBelow(path);
    } finally {
      this.tx.recorder.reasons.enter(this.frame, path);
    }
  }

  #giveUpBelow(path: Path): never {
    return abandon(this, path, 'depth-limit', 'calls nest deeper than the analysis follows', NO_CELLS);
  }

  mayHalt(path: Path, code: ReasonCode = 'may-run-out-of-gas', cells: CellSet = path.gasCells): void {
    if (path.mayHaveHalted) return;
    path.mayHaveHalted = true;
    const { reasons } = this.tx.recorder;
    const decision = reasons.decide(code, cells);
    const outcome = outcomeOf(path, emptyString(this.tx.labels));
    const control = unionCells(path.control, path.gasCells);
    const marks = reasons.side(decision, path.marks);
    path.marks = reasons.side(decision, path.marks);
    const halted = { ...outcome, certain: path.certain.fork(), control, gas: NO_GAS, marks };
    this.#failure = joinFailures(this.tx, this.#failure, halted);
  }

  joinFailures(a: Outcome | null, b: Outcome | null): Outcome | null {
    return joinFailures(this.tx, a, b);
  }

  /** Runs one path until it leaves the frame, forks, or has to wait for one that is behind it. */
  #run(path: Path): void {
    this.#path = path;
    this.tx.recorder.reasons.enter(this.frame, path);
    const { code } = this.frame;
    const { budget, schedule, instructions } = this.tx;
    const { base } = schedule;
    const { bytes, knownLength } = code;
    let isFirst = true;
    while (true) {
      if (path.pc >= knownLength) {
        if (path.pc >= bytes.length) {
          this.#succeed(path, emptyString(this.tx.labels));
          return;
        }
        abandon(this, path, 'unknown-code', 'runs code whose bytes are not known', code.cells);
      }
      const opcode = bytes[path.pc] as number;
      if (opcode === 0x5b && !isFirst && this.#waiting.length > 0 && this.#mustWait(path)) return;
      isFirst = false;
      if (--budget.steps < 0) {
        abandon(this, path, 'step-limit', 'takes more steps than the analysis allows', path.control);
      }
      const row = instructions[opcode];
      const price = base[opcode] as number;
      if (
        row === undefined ||
        price < 0 ||
        path.stack.length < row.needs ||
        path.stack.length + row.grows > STACK_LIMIT
      ) {
        this.#halt(path);
        return;
      }
      const operands = row.attempt === null ? NO_OPERANDS : path.stack.slice(path.stack.length - row.needs);
      if (path.gas.max < price) {
        row.attempt?.(this, path, operands);
        this.#halt(path);
        return;
      }
      if (path.gas.min < price) {
        this.mayHalt(path);
        path.gas = { min: 0, max: path.gas.max - price };
      } else path.gas = { min: path.gas.min - price, max: path.gas.max - price };
      const { pc } = path;
      const flow = row.run(this, path, opcode);
      switch (flow.kind) {
        case 'next':
          path.pc++;
          break;
        case 'jumped':
          if (path.pc <= pc && this.#mayHaveWaysOut) {
            const next = this.#revisit(path, pc);
            if (next !== path) {
              if (next !== null) this.#wait(next);
              return;
            }
          }
          break;
        case 'halt':
          row.attempt?.(this, path, operands);
          this.#halt(path);
          return;
        case 'success':
          this.#succeed(path, flow.returned);
          return;
        case 'revert':
          this.#fail(path, flow.returned, false);
          return;
        case 'fork': {
          const [first, ...others] = flow.paths;
          if (others.length === 0 && first === path) break;
          if (others.length > 0 && --budget.forks < 0) {
            abandon(this, path, 'fork-limit', 'has more branches than the analysis allows', path.control);
          }
          // Each has its own memory as soon as it writes, and it is compared where they meet.
          budget.steps -= others.length * (path.stack.length + (path.memory.extent >> MEMORY_STEP_BITS));
          for (const fork of flow.paths) {
            if (fork.pc > pc) this.#wait(fork);
          }
          for (const fork of flow.paths) {
            const next = fork.pc > pc ? null : this.#revisit(fork, pc);
            if (next !== null) this.#wait(next);
          }
          return;
        }
        default:
          flow satisfies never;
      }
    }
  }

  get #mayHaveWaysOut(): boolean {
    return this.#waiting.length > 0 || this.#success !== null;
  }

  /** What goes on where a path has jumped back to, from `pc`. */
  #revisit(path: Path, pc: number): Path | null {
    return this.#loopHeads.revisit(path, pc, this.#waiting, this.#success?.marks ?? NO_MARKS);
  }

  /** Whether a waiting path is behind this one; then this one waits too, merged if it can be. */
  #mustWait(path: Path): boolean {
    const next = this.#waiting[this.#waiting.length - 1] as Path;
    if (compare(path, next) < 0) return false;
    this.#wait(path);
    return true;
  }

  /** Puts a path among those that wait, in order, merging it with one that is where it is. */
  #wait(path: Path): void {
    const waiting = this.#waiting;
    let apart = 0;
    for (let i = waiting.length - 1; i >= 0; i--) {
      const other = waiting[i] as Path;
      if (other.pc !== path.pc || other.stack.length !== path.stack.length) continue;
      apart++;
      const loses = this.#lossOf(path, other);
      if (loses === 'target') continue;
      if (loses === 'nothing' || apart >= MAX_APART) {
        waiting.splice(i, 1);
        this.#wait(mergePaths(this.tx, other, path));
        return;
      }
    }
    let at = waiting.length;
    while (at > 0 && compare(path, waiting[at - 1] as Path) > 0) at--;
    waiting.splice(at, 0, path);
  }

  /** What merging would lose: nothing that matters, some value, or where to jump. */
  #lossOf(a: Path, b: Path): 'nothing' | 'value' | 'target' {
    let loss: 'nothing' | 'value' = 'nothing';
    const { jumpDestinations } = this.frame.code;
    for (let i = 0; i < a.stack.length; i++) {
      const x = a.stack[i] as Word;
      const y = b.stack[i] as Word;
      if (x === y) continue;
      const u = knownValue(x);
      const v = knownValue(y);
      if (u === null || v === null || u === v) continue;
      const isTarget = (value: bigint) => value < 65536n && jumpDestinations[Number(value)] === 1;
      if (isTarget(u) && isTarget(v)) return 'target';
      loss = 'value';
    }
    const p = knownValue(a.memory.loadWord(FREE_POINTER));
    const q = knownValue(b.memory.loadWord(FREE_POINTER));
    return p !== null && q !== null && p !== q ? 'value' : loss;
  }

  #succeed(path: Path, returned: SymbolicString): void {
    this.#success = joinSuccesses(this.tx, this.#success, outcomeOf(path, returned));
  }

  #halt(path: Path): void {
    this.#fail(path, emptyString(this.tx.labels), true);
  }

  #fail(path: Path, returned: SymbolicString, isHalt: boolean): void {
    const outcome = outcomeOf(path, returned);
    this.#failure = joinFailures(this.tx, this.#failure, isHalt ? { ...outcome, gas: NO_GAS } : outcome);
  }
}

function outcomeOf(path: Path, returned: SymbolicString): Outcome {
  const { world, gas, gasCells, certain, control, marks } = path;
  return { world, gas, gasCells, returned, certain, control, marks };
}

/** What holds of either of two results of one frame. */
export function joinResults(tx: TransactionContext, a: FrameResult, b: FrameResult): FrameResult {
  return {
    success: b.success === null ? a.success : joinSuccesses(tx, a.success, b.success),
    failure: joinFailures(tx, a.failure, b.failure),
  };
}

function joinSuccesses(tx: TransactionContext, a: Outcome | null, b: Outcome): Outcome {
  if (a === null) return b;
  const joined = joinFailures(tx, a, b) as Outcome;
  return { ...joined, world: World.join(a.world, b.world, joined.control, tx.state) };
}

/** As for successes, but for the world: nobody goes on in the world of a failed frame. */
export function joinFailures(
  { recorder }: TransactionContext,
  a: Outcome | null,
  b: Outcome | null,
): Outcome | null {
  if (a === null || b === null) return a ?? b;
  const control = unionCells(a.control, b.control);
  return {
    world: a.world,
    gas: { min: Math.min(a.gas.min, b.gas.min), max: Math.max(a.gas.max, b.gas.max) },
    gasCells: unionCells(unionCells(a.gasCells, b.gasCells), control),
    returned: joinStrings(a.returned, b.returned, control),
    certain: AccessBits.intersection(a.certain, b.certain),
    control,
    marks: recorder.reasons.meet(a, b),
  };
}

/** Whether whoever called the analysis had left it too little stack even for `MAX_FOLLOWED_DEPTH`. */
function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}

/** Negative when `a` is behind `b` and runs first. */
function compare(a: Path, b: Path): number {
  const height = Math.min(a.stack.length, b.stack.length);
  const order = compareLoops(a.loops, b.loops, height);
  if (order !== 0) return order;
  return b.stack.length - a.stack.length || a.pc - b.pc;
}

/** Compares the rounds of the loops that both are in. */
function compareLoops(a: readonly number[], b: readonly number[], height: number): number {
  for (let i = 0; ; i += 2) {
    const inA = i < a.length && (a[i] as number) <= height;
    const inB = i < b.length && (b[i] as number) <= height;
    if (!inA && !inB) return 0;
    if (inA !== inB) return inA ? 1 : -1;
    if (a[i] !== b[i]) return (b[i] as number) - (a[i] as number);
    if (a[i + 1] !== b[i + 1]) return (a[i + 1] as number) - (b[i + 1] as number);
  }
}
