/** KECCAK256 of memory. Most of what contracts hash are mapping keys, two words, and the same ones many times. */
import type { Keccak } from '../crypto.ts';
import type { Memory } from './memory.ts';
import { readWord, viewOf } from './words.ts';

/** First words with known hashes before all are forgotten: some megabytes. */
const MAXIMUM_ENTRIES = 20_000;

export class MemoryHashes {
  /** Whether each hash has to be computed, since somebody records what is hashed. */
  isRecording = false;
  readonly #keccak: Keccak;
  readonly #pairs = new Map<bigint, Map<bigint, bigint>>();
  #size = 0;

  constructor(keccak: Keccak) {
    this.#keccak = keccak;
  }

  hashOf(memory: Memory, at: number, length: number): bigint {
    if (length !== 64 || at % 32 !== 0 || this.isRecording) return this.#compute(memory, at, length);
    const first = memory.load(at);
    const second = memory.load(at + 32);
    let bySecond = this.#pairs.get(second);
    if (bySecond === undefined) {
      bySecond = new Map();
      this.#pairs.set(second, bySecond);
    }
    let hash = bySecond.get(first);
    if (hash === undefined) {
      hash = this.#compute(memory, at, length);
      bySecond.set(first, hash);
      if (++this.#size > MAXIMUM_ENTRIES) {
        this.#pairs.clear();
        this.#size = 0;
      }
    }
    return hash;
  }

  #compute(memory: Memory, at: number, length: number): bigint {
    return readWord(viewOf(this.#keccak(memory.window(at, length))), 0);
  }
}
