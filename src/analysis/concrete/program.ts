/** Code where the loop can run it: in the shared memory, with what is known of its jump destinations behind it. */
import { arena } from './arena.ts';
import { CODE_PADDING } from './wasm/layout.ts';

export interface Program {
  readonly code: Uint8Array;
  /** Where the code is, and where the bytes of its destinations. */
  readonly at: number;
  readonly destinations: number;
  /** Of the shared memory when it was put there. */
  readonly generation: number;
}

const programs = new WeakMap<Uint8Array, Program>();

/** The program of code, the same for each array as long as the shared memory holds it. */
export function programOf(code: Uint8Array): Program {
  const known = programs.get(code);
  if (known !== undefined && known.generation === arena.generation) return known;
  const program = makeProgram(code);
  programs.set(code, program);
  return program;
}

/** For code that runs once. */
export function makeProgram(code: Uint8Array): Program {
  const { length } = code;
  // The loop looks at the 31 bytes before a PUSH as well, which may be anything.
  const at = arena.take(2 * length + CODE_PADDING);
  arena.bytes.set(code, at);
  const destinations = at + length + CODE_PADDING;
  arena.bytes.fill(0, at + length, destinations + length);
  return { code, at, destinations, generation: arena.generation };
}
