/**
 * Access sets: the state keys and regions that a transaction may touch, each with a mode. A write implies a
 * read of the same key (SSTORE's gas depends on the current value); a delta implies neither.
 */
import type { Address } from '../input/block.ts';
import type { StateKey } from '../state/key.ts';

/** A write reads as well; a delta adds to a value that nobody looks at. */
export type AccessMode = 'read' | 'write' | 'delta';

/** One 32-byte word of a hash's preimage; the last one is padded with zeros on the right. */
export type PreimageWord =
  | { readonly kind: 'constant'; readonly value: bigint }
  | { readonly kind: 'hash'; readonly preimage: Preimage; readonly offset: bigint }
  | { readonly kind: 'unknown' };

/** What was hashed: exactly `byteLength` bytes, word by word. */
export interface Preimage {
  readonly byteLength: number;
  readonly words: readonly PreimageWord[];
}

/** How a known slot number came about: `keccak256(preimage) + offset`. */
export interface SlotOrigin {
  readonly preimage: Preimage;
  readonly offset: bigint;
}

/** Slots `keccak256(p) + i` for every `p` that fits the preimage and `first <= i <= last`, `last - first < 2^64`. */
export interface MappingRegion {
  readonly shape: 'mapping';
  readonly address: Address;
  readonly field: 'storage';
  readonly mode: AccessMode;
  readonly preimage: Preimage;
  readonly first: bigint;
  readonly last: bigint;
}

/** Slots `first` to `last`, both included, `last - first < 2^64`; `origin` is that of `first`, where it is known. */
export interface ArrayRegion {
  readonly shape: 'array';
  readonly address: Address;
  readonly field: 'storage';
  readonly mode: AccessMode;
  readonly first: bigint;
  readonly last: bigint;
  readonly origin: SlotOrigin | null;
}

/** All storage of one account. */
export interface AccountRegion {
  readonly shape: 'account';
  readonly address: Address;
  readonly field: 'storage';
  readonly mode: AccessMode;
}

/** A field of every account, or every field of every account. */
export interface EverythingRegion {
  readonly shape: 'everything';
  readonly address: null;
  readonly field: 'balance' | 'nonce' | 'code' | 'storage' | 'any';
  readonly mode: AccessMode;
}

/** A set of keys that are not known one by one. */
export type Region = MappingRegion | ArrayRegion | AccountRegion | EverythingRegion;

/** What a transaction may touch: keys one by one, and regions of keys. */
export interface AccessSet {
  /** Strongest mode of each key; a key that is both read and credited is a write. */
  readonly keys: ReadonlyMap<StateKey, AccessMode>;
  readonly regions: readonly Region[];
  /** Preimages of those slots of `keys` that are known to be hashes; needed to compare them with regions. */
  readonly origins: ReadonlyMap<StateKey, SlotOrigin>;
}
