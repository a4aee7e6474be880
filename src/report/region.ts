/** Regions in an author's terms, as the document has them: which mapping or array, which of its keys. */
import type { Preimage, PreimageWord, SlotOrigin } from '../analysis/access.ts';

/** A storage layout reading of a preimage: `m[k1][k2]…` with `m` at the base slot. `null`: not known. */
export interface MappingPlace {
  readonly baseSlot: bigint | null;
  /** Outermost first. */
  readonly keys: readonly (bigint | null)[];
}

/** Slots beyond this are hashes rather than positions in a source file. */
const HIGHEST_DECLARED_SLOT = 2n ** 64n - 1n;

/** Solidity hashes `key . slot`, Vyper `slot . key`: the slot's end is the one with a base slot or a nested hash. */
export function mappingPlace(preimage: Preimage): MappingPlace {
  const [first, second] = preimage.words;
  if (preimage.byteLength !== 64 || first === undefined || second === undefined) {
    return { baseSlot: null, keys: preimage.words.map(constantOf) };
  }
  const [slot, key] = !isSlotLike(second) && isSlotLike(first) ? [first, second] : [second, first];
  if (slot.kind === 'hash' && slot.offset === 0n) {
    const outer = mappingPlace(slot.preimage);
    return { baseSlot: outer.baseSlot, keys: [...outer.keys, constantOf(key)] };
  }
  return { baseSlot: constantOf(slot), keys: [constantOf(key)] };
}

/** Base slot of a dynamic array whose elements start at this place; `null`: not known to be one. */
export function arrayBaseSlot(origin: SlotOrigin): bigint | null {
  const [word] = origin.preimage.words;
  return origin.preimage.byteLength === 32 && word !== undefined ? constantOf(word) : null;
}

function constantOf(word: PreimageWord): bigint | null {
  return word.kind === 'constant' ? word.value : null;
}

function isSlotLike(word: PreimageWord): boolean {
  return word.kind === 'hash' || (word.kind === 'constant' && word.value <= HIGHEST_DECLARED_SLOT);
}
