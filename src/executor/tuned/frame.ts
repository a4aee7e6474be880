/** One call or creation that is running: its stack, memory and gas, and what it goes back to. */
import type { Cell } from '../transaction-state.ts';
import { Memory } from './memory.ts';
import type { Program } from './program.ts';
import { Stack } from './stack.ts';
import { viewOf } from './words.ts';

/** Ends a frame as a failure that takes all its gas. There is one only: making an error costs more than a call. */
export const HALT: Error = new Error('exceptional halt');

/** How a frame ended, or that it has not. */
export type FrameStatus = 'running' | 'waiting' | 'stopped' | 'reverted' | 'failed';

/** Where the results of a call or creation go. */
export interface Return {
  readonly frame: Frame;
  /** Place in the caller's memory for the data; no place for a creation. */
  readonly at: number;
  readonly length: number;
}

/** A message: what a frame is made from. */
export interface Message {
  readonly kind: 'call' | 'create';
  /** Whose balance and storage it acts on. */
  readonly self: Cell;
  readonly caller: Cell;
  readonly value: bigint;
  readonly input: Uint8Array;
  readonly gas: number;
  readonly isStatic: boolean;
  readonly depth: number;
  /** `null` for the transaction's own message. */
  readonly returnTo: Return | null;
}

/** Where things stood when a message began: what its failure goes back to. */
export interface Marks {
  readonly state: number;
  readonly logs: number;
  readonly refund: number;
}

export class Frame {
  pc = 0;
  gas: number;
  status: FrameStatus = 'running';
  /** What the last call from this frame returned. */
  returned: Uint8Array = EMPTY;
  /** What this frame returns. */
  output: Uint8Array = EMPTY;
  readonly stack = new Stack();
  readonly memory = new Memory();
  readonly message: Message;
  readonly program: Program;
  readonly marks: Marks;
  readonly self: Cell;
  #inputView: DataView | null = null;

  constructor(message: Message, program: Program, marks: Marks) {
    this.message = message;
    this.program = program;
    this.marks = marks;
    this.self = message.self;
    this.gas = message.gas;
  }

  get inputView(): DataView {
    this.#inputView ??= viewOf(this.message.input);
    return this.#inputView;
  }

  charge(gas: number): void {
    this.gas -= gas;
    if (this.gas < 0) throw HALT;
  }

  end(status: 'stopped' | 'reverted', output: Uint8Array): void {
    this.status = status;
    this.output = output;
  }
}

const EMPTY = new Uint8Array(0);
