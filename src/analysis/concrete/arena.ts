/**
 * The memory that the loop (`wasm/loop.ts`) and the rest of the concrete core share: stacks, memories and call
 * data of frames, and code. It is handed out from the bottom upwards and taken back as a whole, between two
 * transactions. Shared memory, as views of it stay good while it grows; there is one for each thread, since
 * frames run one at a time.
 */
import { assemble } from './wasm/assembler.ts';
import { findDestination } from './wasm/destinations.ts';
import { divide } from './wasm/divide.ts';
import { hashWith, permute, roundConstants } from './wasm/keccak.ts';
import { FIRST_FREE, KECCAK_ROUNDS, PUSH_MASKS, WORD_BYTES } from './wasm/layout.ts';
import { loopWith } from './wasm/loop.ts';
import { multiply } from './wasm/words.ts';

const PAGE = 1 << 16;
const FIRST_PAGES = 32;
const MOST_PAGES = 1 << 14;

/** Bytes that may be handed out before all are taken back. */
const MOST_KEPT = 1 << 25;

const ALIGNMENT = 64;

/** Thrown where there is no room; one object, since nothing more is to be said. */
export const NO_ROOM = { kind: 'no-room' } as const;

/** As much of the host's interface as is used here; Node's types leave it to those of browsers. */
declare const WebAssembly: {
  readonly Memory: new (options: {
    initial: number;
    maximum: number;
    shared: true;
  }) => {
    readonly buffer: SharedArrayBuffer;
    grow(pages: number): number;
  };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: Record<string, unknown> };
};

class Arena {
  readonly #memory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: MOST_PAGES, shared: true });
  bytes = new Uint8Array(this.#memory.buffer);
  view = new DataView(this.#memory.buffer);
  /** Limbs of words, the lowest first. */
  limbs = new Int32Array(this.#memory.buffer);
  doubles = new Float64Array(this.#memory.buffer);
  #end = FIRST_FREE;
  #isExhausted = false;
  /** Counts how often all was taken back: addresses of earlier times mean nothing. */
  generation = 0;
  /** Runs the frame whose record is at an address; ends as `wasm/layout.ts` says. */
  readonly run: (frame: number) => number;
  /** Writes the Keccak-256 of bytes as a word. */
  readonly hash: (from: number, length: number, to: number) => void;

  constructor() {
    const loop = loopWith({ findDestination: 0, multiply: 1, divide: 4 });
    const functions = [findDestination, multiply, permute, hashWith({ permute: 2 }), divide, loop];
    const module = new WebAssembly.Module(assemble(functions, MOST_PAGES));
    const { exports } = new WebAssembly.Instance(module, { memory: { shared: this.#memory } });
    this.hash = exports[3] as Arena['hash'];
    this.run = exports[5] as Arena['run'];
    for (const [round, constant] of roundConstants().entries()) {
      this.view.setBigUint64(KECCAK_ROUNDS + 8 * round, constant, true);
    }
    for (let length = 1; length <= WORD_BYTES; length++) {
      const at = PUSH_MASKS + WORD_BYTES * length;
      this.bytes.fill(0xff, at, at + length);
    }
  }

  /**
   * Bytes of any content, from an address on that is a multiple of 64.
   *
   * @throws NO_ROOM where that is more than the memory may have.
   */
  take(length: number): number {
    const at = this.#end;
    const end = at + Math.ceil(length / ALIGNMENT) * ALIGNMENT;
    if (end > MOST_PAGES * PAGE) {
      this.#isExhausted = true;
      throw NO_ROOM;
    }
    this.#end = end;
    if (end > this.bytes.length) this.#grow();
    return at;
  }

  #grow(): void {
    const pages = Math.ceil((1.5 * this.#end) / PAGE);
    this.#memory.grow(Math.max(0, Math.min(pages, MOST_PAGES) - this.bytes.length / PAGE));
    const { buffer } = this.#memory;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.limbs = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  /** Takes all back if it has become much; says whether it did. To be called between two transactions. */
  takeBack(): boolean {
    if (this.#end <= MOST_KEPT && !this.#isExhausted) return false;
    this.#end = FIRST_FREE;
    this.#isExhausted = false;
    this.generation++;
    return true;
  }
}

export const arena = new Arena();
