/**
 * Where code may be jumped to, found out destination by destination: most code that runs is far longer than
 * what a transaction runs of it, so reading all of it first would cost more than running it.
 */

const PUSH1 = 0x60;
const PUSH32 = 0x7f;
const JUMPDEST = 0x5b;

/** Bytes before a destination that are looked at before all code is. */
const LONGEST_LOOK = 512;

const UNKNOWN = 0;
const VALID = 1;
const INVALID = 2;

export class Destinations {
  readonly #code: Uint8Array;
  /** By offset; looked at from outside only through `has`. */
  readonly #found: Uint8Array;

  constructor(code: Uint8Array) {
    this.#code = code;
    this.#found = new Uint8Array(code.length);
  }

  /** Whether one may jump to `pc`, a whole number from 0 on. */
  has(pc: number): boolean {
    if (pc >= this.#found.length) return false;
    const found = this.#found[pc] as number;
    return found === UNKNOWN ? this.#find(pc) : found === VALID;
  }

  #find(pc: number): boolean {
    if (this.#code[pc] !== JUMPDEST) {
      this.#found[pc] = INVALID;
      return false;
    }
    // Instructions begin at `start`, whatever stands before.
    let start = pc;
    while (start > 0 && this.#mayBeData(start)) {
      start--;
      if (pc - start > LONGEST_LOOK) return this.#findAll(pc);
    }
    let at = start;
    while (at < pc) at += this.#lengthAt(at);
    this.#found[pc] = at === pc ? VALID : INVALID;
    return at === pc;
  }

  /** Whether some byte before `pc` would, as an instruction, push the byte there. */
  #mayBeData(pc: number): boolean {
    const code = this.#code;
    for (let back = 1; back <= 32 && back <= pc; back++) {
      const opcode = code[pc - back] as number;
      if (opcode >= PUSH1 + back - 1 && opcode <= PUSH32) return true;
    }
    return false;
  }

  #lengthAt(pc: number): number {
    const opcode = this.#code[pc] as number;
    return opcode >= PUSH1 && opcode <= PUSH32 ? opcode - PUSH1 + 2 : 1;
  }

  #findAll(pc: number): boolean {
    this.#found.fill(INVALID);
    for (let at = 0; at < this.#code.length; at += this.#lengthAt(at)) {
      if (this.#code[at] === JUMPDEST) this.#found[at] = VALID;
    }
    return this.#found[pc] === VALID;
  }
}

const cache = new WeakMap<Uint8Array, Destinations>();

/** The destinations of code, one object for each array. */
export function destinationsOf(code: Uint8Array): Destinations {
  let found = cache.get(code);
  if (found === undefined) {
    found = new Destinations(code);
    cache.set(code, found);
  }
  return found;
}
