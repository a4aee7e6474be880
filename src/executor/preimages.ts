/** Records what the EVM hashes, so that a slot can be traced back to its mapping: for transactions with regions. */
import type { Preimage, PreimageWord, SlotOrigin } from '../analysis/access.ts';
import type { Keccak } from './crypto.ts';
import { unprefixedHex } from './state-view.ts';

/** Longer inputs are no storage locations: Solidity hashes 32 or 64 bytes, or a key of a string's length. */
const LONGEST_PREIMAGE = 512;
/** Slots this far above a hash still belong to its array or struct. */
const HASH_DISTANCE = 1n << 64n;

/**
 * Hashes within hashes are written out so deep; deeper ones stay constants. Mappings of mappings are shallow,
 * while a Merkle tree would double at each step.
 */
const LARGEST_DEPTH = 6;

/** A keccak that remembers, while it is switched on. */
export class PreimageRecorder {
  readonly keccak: Keccak;
  #inputs: Map<bigint, Uint8Array> | null = null;
  #sorted: bigint[] | null = null;

  constructor(keccak: Keccak) {
    this.keccak = (message) => {
      const hash = keccak(message);
      if (this.#inputs !== null && message.length > 0 && message.length <= LONGEST_PREIMAGE) {
        this.#inputs.set(BigInt(`0x${unprefixedHex(hash)}`), message.slice());
        this.#sorted = null;
      }
      return hash;
    };
  }

  get isRecording(): boolean {
    return this.#inputs !== null;
  }

  /** Forgets everything; records from now on or not. */
  reset(recording: 'on' | 'off'): void {
    this.#inputs = recording === 'on' ? new Map() : null;
    this.#sorted = null;
  }

  /** The recorded hash that a slot stands at or just above, with its preimage; `null` if there is none. */
  originOf(slot: bigint): SlotOrigin | null {
    return this.#originAt(slot, LARGEST_DEPTH);
  }

  #originAt(slot: bigint, depth: number): SlotOrigin | null {
    const hash = depth === 0 ? null : this.#hashBelow(slot);
    if (hash === null) return null;
    const input = this.#inputs?.get(hash);
    return input === undefined ? null : { preimage: this.#preimage(input, depth - 1), offset: slot - hash };
  }

  #hashBelow(slot: bigint): bigint | null {
    if (this.#inputs === null) return null;
    this.#sorted ??= [...this.#inputs.keys()].sort((a, b) => (a < b ? -1 : 1));
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? 0n) <= slot) low = middle + 1;
      else high = middle;
    }
    const hash = this.#sorted[low - 1];
    return hash === undefined || slot - hash >= HASH_DISTANCE ? null : hash;
  }

  #preimage(input: Uint8Array, depth: number): Preimage {
    const words: PreimageWord[] = [];
    for (let at = 0; at < input.length; at += 32) {
      const word = new Uint8Array(32);
      word.set(input.subarray(at, at + 32));
      words.push(this.#word(BigInt(`0x${unprefixedHex(word)}`), input.length - at >= 32 ? depth : 0));
    }
    return { byteLength: input.length, words };
  }

  #word(value: bigint, depth: number): PreimageWord {
    const origin = this.#originAt(value, depth);
    return origin === null ? { kind: 'constant', value } : { kind: 'hash', ...origin };
  }
}
