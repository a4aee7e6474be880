/** How observed slots came about, from the hashes that were seen to be made. */
import type { Preimage, PreimageWord, SlotOrigin } from '../../src/analysis/access.ts';
import { parseKey, type StateKey } from '../../src/state/key.ts';

/** A slot less than this above a hash belongs to it. */
const HASH_DISTANCE = 1n << 64n;

/** Origins of those slots that are a recorded hash, or lie just above one. */
export function originsOf(
  keys: Iterable<StateKey>,
  preimages: ReadonlyMap<bigint, Uint8Array>,
): ReadonlyMap<StateKey, SlotOrigin> {
  const finder = new OriginFinder(preimages);
  const origins = new Map<StateKey, SlotOrigin>();
  for (const key of keys) {
    const { slot } = parseKey(key);
    const origin = slot === null ? null : finder.find(slot);
    if (origin !== null) origins.set(key, origin);
  }
  return origins;
}

class OriginFinder {
  readonly #bytes: ReadonlyMap<bigint, Uint8Array>;
  /** Descending. */
  readonly #hashes: readonly bigint[];
  /** Shared, as a Merkle tree that was hashed is exponentially larger when it is written out. */
  readonly #preimages = new Map<bigint, Preimage>();

  constructor(bytes: ReadonlyMap<bigint, Uint8Array>) {
    this.#bytes = bytes;
    this.#hashes = [...bytes.keys()].sort((a, b) => (a < b ? 1 : -1));
  }

  find(slot: bigint): SlotOrigin | null {
    const hash = this.#hashes.find((candidate) => candidate <= slot);
    if (hash === undefined || slot - hash >= HASH_DISTANCE) return null;
    return { preimage: this.#preimage(hash), offset: slot - hash };
  }

  #preimage(hash: bigint): Preimage {
    const known = this.#preimages.get(hash);
    if (known !== undefined) return known;
    const bytes = this.#bytes.get(hash) ?? new Uint8Array(0);
    const words: PreimageWord[] = [];
    for (let at = 0; at < bytes.length; at += 32) {
      const part = Buffer.from(bytes.subarray(at, at + 32)).toString('hex');
      const value = BigInt(`0x${part.padEnd(64, '0')}`);
      const origin = part.length === 64 ? this.find(value) : null;
      words.push(origin === null ? { kind: 'constant', value } : { kind: 'hash', ...origin });
    }
    const preimage: Preimage = { byteLength: bytes.length, words };
    this.#preimages.set(hash, preimage);
    return preimage;
  }
}
