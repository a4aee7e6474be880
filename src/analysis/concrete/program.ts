/**
 * Code where the loop can run it: in the shared memory, with what is known of its jump destinations behind it.
 * It stays there as long as the shared memory holds it, also from block to block.
 */
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

const ofArrays = new WeakMap<Uint8Array, Program>();

/** By some bytes of the code: the one that was met last. */
const byContent = new Map<number, Program>();

/** The program of code that may run again. */
export function programOf(code: Uint8Array): Program {
  const known = ofArrays.get(code);
  if (known !== undefined && known.generation === arena.generation) return known;
  const program = sameContent(code);
  ofArrays.set(code, program);
  return program;
}

/** As `programOf`, for the code that a call to an account runs. */
export function programFor(account: { program: Program | null }, code: Uint8Array): Program {
  const { program } = account;
  if (program !== null && program.code === code && program.generation === arena.generation) return program;
  account.program = programOf(code);
  return account.program;
}

/** Another state source has the same code in other arrays. */
function sameContent(code: Uint8Array): Program {
  const sample = sampleOf(code);
  const known = byContent.get(sample);
  const isThere = known?.generation === arena.generation && known.code.length === code.length;
  if (isThere && Buffer.compare(code, arena.bytes.subarray(known.at, known.at + code.length)) === 0) {
    return { ...known, code };
  }
  const program = makeProgram(code);
  if (byContent.size >= MOST_SAMPLES) byContent.clear();
  byContent.set(sample, program);
  return program;
}

const MOST_SAMPLES = 1 << 14;
const SAMPLED = 32;

/** A hash of the length and of bytes from all over the code. */
function sampleOf(code: Uint8Array): number {
  const { length } = code;
  let hash = length;
  for (let i = 0; i < SAMPLED; i++) {
    hash = Math.imul(hash ^ (code[Math.floor((i * length) / SAMPLED)] ?? 0), 0x01000193);
  }
  return hash;
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
