/** The hashes that one transaction made of bytes that it knew, with what was hashed. */
import type { Preimage, SlotOrigin } from './access.ts';

/** A slot counts as a hash plus an offset up to this many bits of it. */
const OFFSET_BITS = 16n;

export class Hashes {
  readonly #preimages = new Map<bigint, Preimage>();
  /** The hashes by their upper bits: a slot behind one has the same, or the next. */
  readonly #byUpperBits = new Map<bigint, bigint[]>();

  get(hash: bigint): Preimage | undefined {
    return this.#preimages.get(hash);
  }

  add(hash: bigint, preimage: Preimage): void {
    this.#preimages.set(hash, preimage);
    const upper = hash >> OFFSET_BITS;
    const others = this.#byUpperBits.get(upper);
    if (others === undefined) this.#byUpperBits.set(upper, [hash]);
    else others.push(hash);
  }

  /** How a slot came about, if it lies less than 2^16 behind one of the hashes. */
  originOf(slot: bigint): SlotOrigin | null {
    const exact = this.#preimages.get(slot);
    if (exact !== undefined) return { preimage: exact, offset: 0n };
    const upper = slot >> OFFSET_BITS;
    for (const bits of [upper, upper - 1n]) {
      for (const hash of this.#byUpperBits.get(bits) ?? []) {
        const offset = slot - hash;
        const preimage = this.#preimages.get(hash);
        if (preimage !== undefined && offset > 0n && offset >> OFFSET_BITS === 0n)
          return { preimage, offset };
      }
    }
    return null;
  }
}
