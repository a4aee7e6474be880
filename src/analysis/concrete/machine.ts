/**
 * The concrete machine: what the frames of one transaction share, how they pay, and how one of them ends.
 * One machine serves all transactions of a block, one after the other.
 */
import type { Address, Transaction } from '../../input/block.ts';
import { type GasSchedule, memoryPrice } from '../gas.ts';
import type { Budget, Rules } from '../machine.ts';
import type { PrecompileResult, Precompiles } from '../precompiles.ts';
import { type BlockRules, effectiveGasPrice } from '../rules.ts';
import type { Word } from '../word.ts';
import type { Account } from './accounts.ts';
import { arena } from './arena.ts';
import { type Bytes, Frame } from './frame.ts';
import { NOT_KNOWN, State } from './state.ts';

/**
 * Steps here are so much shorter than those of the abstract interpreter that the limits allow more of them; the
 * dearer instructions count several times, and bytes that are moved count.
 */
const STEPS = 6;
/** Memory of frames that have ended is kept until others need it. */
const MEMORY = 2;

/** What follows an instruction. */
export type Flow = number;
export const NEXT: Flow = 0;
/** All gas is gone. */
export const HALT: Flow = 1;
/** Another frame runs now. */
export const ENTERED: Flow = 2;
/** The frame ends, with `returned` of the machine. */
export const SUCCESS: Flow = 3;
export const REVERT: Flow = 4;

/** What one opcode does to a frame whose stack holds its operands, and whose static gas is paid. */
export type Instruction = (machine: Machine, frame: Frame, opcode: number) => Flow;

/** Thrown where the work is more than is allowed. */
export class LimitReached {
  readonly code: 'step-limit' | 'memory-limit';
  readonly message: string;

  constructor(code: 'step-limit' | 'memory-limit', message: string) {
    this.code = code;
    this.message = message;
  }
}

const STEP_LIMIT = new LimitReached('step-limit', 'takes more steps than the analysis allows');

export const MEMORY_LIMIT = new LimitReached('memory-limit', 'takes more memory than the analysis allows');

/** Steps for which a frame, a byte, a look-up and the like count; about the time of so many instructions. */
export const WORK = {
  frame: 16,
  lookUp: 40,
  hash: 24,
  bigint: 12,
  creation: 200,
  precompile: 12_000,
  precompileByte: 200,
};

/** So many bytes moved, as a power of two, take about as long as one step. */
const BYTES_BITS = 7;

export class Machine {
  readonly block: BlockRules;
  readonly schedule: GasSchedule;
  readonly rules: Rules;
  readonly precompiles: Precompiles;
  readonly state: State;
  readonly #limits: Omit<Budget, 'forks'>;
  readonly #precompileBudget = { precompileSteps: 0 };
  origin: Account;
  #tx: Transaction | null = null;
  /** Steps left. */
  steps = 0;
  #memoryLeft = 0;
  #deepest = 0;
  /** The frame that an instruction has set up to run next. */
  entered: Frame;
  /** Where in the ending frame's memory its return data lies. */
  returnedOffset = 0;
  returnedLength = 0;

  constructor(block: BlockRules, limits: Omit<Budget, 'forks'>) {
    this.#limits = limits;
    this.block = block;
    this.schedule = block.schedule;
    this.rules = block.rules;
    this.precompiles = block.precompiles;
    this.state = new State((address) => block.precompiles.has(address));
    this.state.accounts.begin();
    this.origin = this.state.accounts.at(`0x${'0'.repeat(40)}`);
    this.entered = this.#frameAt(0);
  }

  begin(tx: Transaction): void {
    this.origin = this.state.accounts.at(tx.from);
    this.#tx = tx;
    this.steps = STEPS * this.#limits.steps;
    this.#memoryLeft = MEMORY * this.#limits.memoryBytes;
    this.#precompileBudget.precompileSteps = this.#limits.precompileSteps;
  }

  get gasPrice(): Word {
    return this.#tx === null ? 0n : effectiveGasPrice(this.#tx, this.block.block);
  }

  get blobHashes(): Transaction['blobVersionedHashes'] {
    return this.#tx?.blobVersionedHashes ?? [];
  }

  /** Leaves the frames empty, and forgets what is large. */
  end(): void {
    this.state.end();
    this.#tx = null;
    for (let depth = 0; depth <= this.#deepest; depth++) frames[depth]?.clear();
    this.#deepest = 0;
    if (!arena.takeBack()) return;
    frames.length = 0;
    callData = { at: 0, length: 0 };
  }

  /** The frame of a depth, empty. */
  frame(depth: number): Frame {
    const frame = this.#frameAt(depth);
    this.#memoryLeft += frame.size;
    this.work(WORK.frame + (frame.size >> BYTES_BITS));
    if (depth > this.#deepest) this.#deepest = depth;
    frame.clear();
    return frame;
  }

  #frameAt(depth: number): Frame {
    let frame = frames[depth];
    if (frame === undefined) {
      frame = new Frame(depth, this.origin);
      frames[depth] = frame;
    }
    return frame;
  }

  caller(frame: Frame): Frame | null {
    return frame.depth === 0 ? null : (frames[frame.depth - 1] as Frame);
  }

  // Work and gas.

  /** Counts work that is more than that of one instruction. */
  work(steps: number): void {
    this.steps -= steps;
    if (this.steps < 0) this.giveUp();
  }

  giveUp(): never {
    throw STEP_LIMIT;
  }

  /** Counts the work of moving bytes. */
  workOn(bytes: number): void {
    this.work(bytes >> BYTES_BITS);
  }

  /** Where the data of the transaction is in the shared memory. */
  placeCallData(data: Uint8Array): number {
    if (data.length > callData.length) {
      const length = Math.max(2 * callData.length, data.length);
      callData = { at: arena.take(length), length };
    }
    arena.bytes.set(data, callData.at);
    return callData.at;
  }

  /** Runs a precompile, unless that takes too long. */
  runPrecompile(address: Address, input: Uint8Array, gas: number): PrecompileResult {
    const result = this.precompiles.run(address, input, gas, this.#precompileBudget);
    if (result === null) throw NOT_KNOWN;
    return result;
  }

  /** Keeps what a hash on the stack is of. */
  keepPreimage(words: Int32Array, at: number, bytes: Bytes): void {
    if (!this.state.preimages.add(words, at, arena.bytes, bytes.at, bytes.length)) {
      throw MEMORY_LIMIT;
    }
    this.work(this.state.takeProbes());
  }

  charge(frame: Frame, price: number): boolean {
    if (frame.gas < price) return false;
    frame.gas -= price;
    return true;
  }

  /** Pays for memory up to the end of a range; false when the gas does not suffice. */
  expand(frame: Frame, offset: number, length: number): boolean {
    if (length === 0) return true;
    const end = offset + length;
    if (end > frame.size) {
      const words = Math.ceil(end / 32);
      const price = memoryPrice(this.schedule, words) - memoryPrice(this.schedule, frame.size / 32);
      if (!this.charge(frame, price)) return false;
      this.reserve(frame, 32 * words);
    }
    this.workOn(length);
    return true;
  }

  /** Makes a frame's memory longer. */
  reserve(frame: Frame, size: number): void {
    if (size - frame.size > this.#memoryLeft) throw MEMORY_LIMIT;
    frame.growMemory(size);
    this.countMemory(frame, size);
  }

  /** Takes note that a frame's memory is longer now. */
  countMemory(frame: Frame, size: number): void {
    this.#memoryLeft -= size - frame.size;
    const bytes = size - frame.size;
    frame.size = size;
    if (this.#memoryLeft < 0) throw MEMORY_LIMIT;
    this.workOn(bytes);
  }

  /** Gas for each begun word of a length. */
  chargePerWord(frame: Frame, length: number, price: number): boolean {
    return price === 0 || this.charge(frame, Math.ceil(length / 32) * price);
  }

  /** EIP-2929 price of an account. */
  chargeAccount(frame: Frame, account: Account): boolean {
    const { schedule } = this;
    if (!schedule.hasAccessLists) return true;
    return this.charge(frame, this.state.warm(account) ? schedule.warmRead : schedule.coldAccount);
  }
}

/** Frames, and room for call data, are shared by all machines, of which one runs at a time. */
const frames: Frame[] = [];
let callData: Bytes = { at: 0, length: 0 };
