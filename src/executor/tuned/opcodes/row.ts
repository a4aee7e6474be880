/** What the opcode table is made of. */
import type { Frame } from '../frame.ts';
import type { Machine } from '../machine.ts';

/** Does what an opcode does, its fixed price being paid and its operands on the stack; throws `HALT`. */
export type Run = (frame: Frame, machine: Machine) => void;

export interface OpcodeRow {
  readonly code: number;
  /** Words that have to be on the stack. */
  readonly takes: number;
  /** Words that it leaves in their place. */
  readonly gives: number;
  readonly run: Run;
}
