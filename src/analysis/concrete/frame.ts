/**
 * One call frame: a stack of limbs, memory, and what the frame was called with. Frames are made once for each
 * depth and used again; `enter` makes one new.
 */
import type { Account } from './accounts.ts';
import type { Destinations } from './destinations.ts';
import { WORD } from './limbs.ts';

/** Words of a stack (Yellow Paper section 9.1), and how many a frame begins with room for. */
const STACK_LIMIT = 1024;
const FIRST_STACK = 64;

const FIRST_MEMORY = 1024;
/** Arrays of memory and stack above this many bytes are not kept for the next transaction. */
const LARGEST_KEPT = 1 << 18;

/** Bytes that lie in another array: call data in the caller's memory, return data in the callee's. */
export interface Bytes {
  array: Uint8Array;
  view: DataView;
  offset: number;
  length: number;
}

const NOTHING = new Uint8Array(0);
const NO_VIEW = new DataView(NOTHING.buffer);

function noBytes(): Bytes {
  return { array: NOTHING, view: NO_VIEW, offset: 0, length: 0 };
}

export class Frame {
  readonly depth: number;
  stack = new Int32Array(FIRST_STACK * WORD);
  memory = new Uint8Array(FIRST_MEMORY);
  view = new DataView(this.memory.buffer);
  /** Bytes of memory that are paid for. */
  size = 0;

  pc = 0;
  /** Index of the first free limb of the stack. */
  top = 0;
  gas = 0;
  code: Uint8Array = NOTHING;
  destinations: Destinations;
  /** Whose storage and balance it works on. */
  account: Account;
  caller: Account;
  readonly value = new Int32Array(WORD);
  isStatic = false;
  kind: 'call' | 'create' = 'call';
  readonly input = noBytes();
  /** Return data of the last call. */
  readonly returned = noBytes();
  /** Where the caller wants the return data of the call that runs. */
  outputOffset = 0;
  outputLength = 0;
  /** State before the frame, as marks of the journals. */
  slotMark = 0;
  accountMark = 0;

  constructor(depth: number, account: Account, destinations: Destinations) {
    this.depth = depth;
    this.account = account;
    this.caller = account;
    this.destinations = destinations;
  }

  /** Empties stack, memory and return data. */
  clear(): void {
    if (this.size > 0) this.memory.fill(0, 0, this.size);
    this.size = 0;
    this.pc = 0;
    this.top = 0;
    clearBytes(this.returned);
  }

  /** Makes room for one instruction more; false when the stack is as high as it may be. */
  growStack(): boolean {
    const { stack } = this;
    if (stack.length >= STACK_LIMIT * WORD) return false;
    this.stack = new Int32Array(Math.min(4 * stack.length, STACK_LIMIT * WORD));
    this.stack.set(stack);
    return true;
  }

  /** Makes the arrays of memory long enough for `size` bytes. */
  growMemory(size: number): void {
    const { memory } = this;
    if (size <= memory.length) return;
    const grown = new Uint8Array(Math.max(size, Math.min(2 * memory.length, memory.length + LARGEST_KEPT)));
    grown.set(memory.subarray(0, this.size));
    this.memory = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Empty, without arrays that are too large to keep, and referring to nothing. */
  release(): void {
    if (this.memory.length > LARGEST_KEPT) {
      this.memory = new Uint8Array(FIRST_MEMORY);
      this.view = new DataView(this.memory.buffer);
      this.size = 0;
    }
    this.clear();
    clearBytes(this.input);
  }
}

export function clearBytes(bytes: Bytes): void {
  bytes.array = NOTHING;
  bytes.view = NO_VIEW;
  bytes.offset = 0;
  bytes.length = 0;
}

export function setBytes(
  bytes: Bytes,
  array: Uint8Array,
  view: DataView,
  offset: number,
  length: number,
): void {
  bytes.array = array;
  bytes.view = view;
  bytes.offset = offset;
  bytes.length = length;
}

/** A view of a whole array. */
export function viewOf(array: Uint8Array): DataView {
  return new DataView(array.buffer, array.byteOffset, array.length);
}
