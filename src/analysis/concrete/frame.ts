/**
 * One call frame: a record, a stack and memory in the shared memory, and what the frame was called with. Frames
 * are made once for each depth and used again; `clear` makes one new.
 */
import type { Account } from './accounts.ts';
import { arena } from './arena.ts';
import { copyWord } from './limbs.ts';
import { makeProgram, type Program } from './program.ts';
import { FRAME, FRAME_BYTES } from './wasm/layout.ts';

const FIRST_MEMORY = 4096;
/** Beyond this many bytes room does not double any more. */
const LARGEST_STEP = 1 << 18;

/** Bytes of the shared memory. */
export interface Bytes {
  readonly at: number;
  readonly length: number;
}

const NOTHING = makeProgram(new Uint8Array(0));

export class Frame {
  readonly depth: number;
  /** Where its record is. */
  readonly record: number;
  /** Where its memory is, and for how many bytes there is room. */
  memoryAt: number;
  room = FIRST_MEMORY;
  /** Bytes of memory that are paid for. */
  size = 0;

  pc = 0;
  /** Index of the first free limb of the stack. */
  top = 0;
  gas = 0;
  /** What runs in it. */
  program: Program = NOTHING;
  /** Whose storage and balance it works on. */
  account: Account;
  caller: Account;
  isStatic = false;
  kind: 'call' | 'create' = 'call';
  inputAt = 0;
  inputLength = 0;
  /** Return data of the last call. */
  returnedAt = 0;
  returnedLength = 0;
  /** Where the caller wants the return data of the call that runs. */
  outputOffset = 0;
  outputLength = 0;
  /** State before the frame, as marks of the journals. */
  slotMark = 0;
  refundMark = 0;
  accountMark = 0;

  constructor(depth: number, account: Account) {
    this.depth = depth;
    this.account = account;
    this.caller = account;
    this.record = arena.take(FRAME_BYTES);
    this.memoryAt = arena.take(FIRST_MEMORY);
    arena.bytes.fill(0, this.memoryAt, this.memoryAt + FIRST_MEMORY);
  }

  /** Limbs of all stacks; those of this one end at `top`. */
  get stack(): Int32Array {
    return arena.limbs;
  }

  /** Index of the lowest limb of the value that it was called with. */
  get valueAt(): number {
    return (this.record + FRAME.value) >> 2;
  }

  /** Empties stack, memory and return data. */
  clear(): void {
    if (this.size > 0) arena.bytes.fill(0, this.memoryAt, this.memoryAt + this.size);
    this.size = 0;
    this.pc = 0;
    this.top = (this.record + FRAME.stack) >> 2;
    this.returnedLength = 0;
  }

  /** Which code, and for whom; its input and its value are set apart. */
  begin(program: Program, account: Account, caller: Account): void {
    const { limbs } = arena;
    const { record } = this;
    this.program = program;
    this.account = account;
    this.caller = caller;
    limbs[(record + FRAME.bottom) >> 2] = record + FRAME.stack;
    limbs[(record + FRAME.code) >> 2] = program.at;
    limbs[(record + FRAME.codeLength) >> 2] = program.code.length;
    limbs[(record + FRAME.destinations) >> 2] = program.destinations;
    copyWord(account.word, 0, limbs, (record + FRAME.address) >> 2);
    copyWord(caller.word, 0, limbs, (record + FRAME.caller) >> 2);
  }

  /** Bytes that are not changed while it runs. */
  setInput(at: number, length: number): void {
    this.inputAt = at;
    this.inputLength = length;
    arena.limbs[(this.record + FRAME.input) >> 2] = at;
    arena.limbs[(this.record + FRAME.inputLength) >> 2] = length;
  }

  /** Makes room for `size` bytes of memory. */
  growMemory(size: number): void {
    if (size <= this.room) return;
    const from = this.memoryAt;
    this.room = Math.max(size, Math.min(2 * this.room, this.room + LARGEST_STEP));
    this.memoryAt = arena.take(this.room);
    arena.bytes.copyWithin(this.memoryAt, from, from + this.size);
    arena.bytes.fill(0, this.memoryAt + this.size, this.memoryAt + this.room);
  }

  /** A part of its memory that is paid for. */
  memory(offset: number, length: number): Uint8Array {
    return arena.bytes.subarray(this.memoryAt + offset, this.memoryAt + offset + length);
  }
}
