/** How the slots of a block came about, gathered from the access sets of its transactions when first asked for. */
import type { Preimage, SlotOrigin } from '../analysis/access.ts';
import { hashOf, knownOrigin } from '../analysis/known-hashes.ts';
import type { BlockAnalysis } from '../analysis/result.ts';
import type { Address } from '../input/block.ts';
import { addressOf, parseKey, type StateKey } from '../state/key.ts';
import {
  FIRST_HASHED_SLOT,
  isHashLike,
  type PlaceContext,
  placeOfOrigin,
  placeOfSlot,
  type StoragePlace,
} from './place.ts';

/** Slots this far behind a hash are looked up by it: members of structs that hold mappings. */
const OFFSET_BITS = 16n;

/** Places of slots, by what the analysis saw hashed. */
export class SlotOrigins {
  readonly #analysis: Pick<BlockAnalysis, 'transactions'>;
  #byKey: ReadonlyMap<StateKey, SlotOrigin> | null = null;
  #byHash: ReadonlyMap<bigint, readonly SlotOrigin[]> | null = null;
  #orders: ReadonlyMap<Address, PlaceContext['order']> | null = null;

  constructor(analysis: Pick<BlockAnalysis, 'transactions'>) {
    this.#analysis = analysis;
  }

  /** `null` for what is no slot, and for a slot of which nothing is known. */
  placeOf(key: StateKey): StoragePlace | null {
    const { address, slot } = parseKey(key);
    if (slot === null) return null;
    const origin = this.#origins().get(key);
    const context = this.contextOf(address);
    return origin === undefined ? placeOfSlot(slot, context) : placeOfOrigin(origin, context);
  }

  /** What decoding a slot of this account, or a region within it, can rest on. */
  contextOf(address: Address): PlaceContext {
    this.#orders ??= mappingOrders(this.#origins());
    return {
      order: this.#orders.get(address) ?? 'solidity',
      originOf: (word) => this.#hashBelow(word) ?? knownOrigin(word),
    };
  }

  #origins(): ReadonlyMap<StateKey, SlotOrigin> {
    if (this.#byKey === null) {
      const origins = new Map<StateKey, SlotOrigin>();
      for (const { accesses } of this.#analysis.transactions) {
        for (const [key, origin] of accesses.origins) origins.set(key, origin);
      }
      this.#byKey = origins;
    }
    return this.#byKey;
  }

  #hashBelow(word: bigint): SlotOrigin | null {
    this.#byHash ??= hashesOf(this.#origins().values());
    const bucket = word >> OFFSET_BITS;
    let nearest: SlotOrigin | null = null;
    for (const { preimage, offset: hash } of [bucket, bucket - 1n].flatMap(
      (at) => this.#byHash?.get(at) ?? [],
    )) {
      const offset = word - hash;
      if (offset < 0n || offset >> OFFSET_BITS > 0n) continue;
      if (nearest === null || offset < nearest.offset) nearest = { preimage, offset };
    }
    return nearest;
  }
}

/** All hashes with what is nested in them, by their upper bits; `offset` stands for the hash itself. */
function hashesOf(origins: Iterable<SlotOrigin>): ReadonlyMap<bigint, readonly SlotOrigin[]> {
  const buckets = new Map<bigint, SlotOrigin[]>();
  const seen = new Set<Preimage>();
  const waiting = [...origins].map(({ preimage }) => preimage);
  for (let preimage = waiting.pop(); preimage !== undefined; preimage = waiting.pop()) {
    if (seen.has(preimage)) continue;
    seen.add(preimage);
    for (const word of preimage.words) if (word.kind === 'hash') waiting.push(word.preimage);
    const hash = hashOf(preimage);
    if (hash === null) continue;
    const bucket = hash >> OFFSET_BITS;
    const entry = { preimage, offset: hash };
    const entries = buckets.get(bucket);
    if (entries === undefined) buckets.set(bucket, [entry]);
    else entries.push(entry);
  }
  return buckets;
}

/**
 * The order in which contracts hash slots and keys, where it shows: in a pair of words of which only one can be a
 * slot. A contract whose pairs say both is taken for Solidity.
 */
function mappingOrders(
  origins: ReadonlyMap<StateKey, SlotOrigin>,
): ReadonlyMap<Address, PlaceContext['order']> {
  const orders = new Map<Address, PlaceContext['order']>();
  for (const [key, { preimage }] of origins) {
    const order = orderOf(preimage);
    if (order === null) continue;
    const address = addressOf(key);
    if (order === 'solidity' || !orders.has(address)) orders.set(address, order);
  }
  return orders;
}

function orderOf({ byteLength, words }: Preimage): PlaceContext['order'] | null {
  const [first, second] = words;
  if (byteLength !== 64 || first === undefined || second === undefined) return null;
  const [isFirst, isSecond] = [first, second].map(
    (word) => isHashLike(word) || (word.kind === 'constant' && word.value < FIRST_HASHED_SLOT),
  );
  if (isFirst === isSecond) return null;
  return isFirst === true ? 'vyper' : 'solidity';
}
