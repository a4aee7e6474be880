/**
 * Which access sets and regions may meet. All answers err to the side of "may": a `false` is a proof, under
 * the one assumption that Keccak-256 is collision-free and that distinct hashes lie at least 2^64 from each
 * other and from 0. Slots and offsets are modulo 2^256; an interval may run over the end.
 */
import { type KeyParts, parseKey, type StateKey } from '../state/key.ts';
import type {
  AccessMode,
  AccessSet,
  ArrayRegion,
  MappingRegion,
  Preimage,
  PreimageWord,
  Region,
  SlotOrigin,
} from './access.ts';
import { HASH_DISTANCE, hashOf, knownOrigin } from './known-hashes.ts';

/** Whether two accesses to one key do not commute: not both reads, not both deltas. */
export function modesConflict(a: AccessMode, b: AccessMode): boolean {
  return a === 'write' || b === 'write' || a !== b;
}

/** Whether an access of mode `derived` allows one of mode `observed`. */
function modeCovers(derived: AccessMode, observed: AccessMode): boolean {
  return derived === 'write' || derived === observed;
}

/** `first` to `last`, both included. */
interface Interval {
  readonly first: bigint;
  readonly last: bigint;
}

function intervalHas(interval: Interval, value: bigint): boolean {
  return BigInt.asUintN(256, value - interval.first) <= interval.last - interval.first;
}

function intervalsMeet(a: Interval, b: Interval): boolean {
  return intervalHas(a, b.first) || intervalHas(b, a.first);
}

function at(offset: bigint): Interval {
  return { first: offset, last: offset };
}

/** Whether all offsets of the two are less than 2^64 apart, so that added to distinct hashes they never meet. */
function offsetsAreNear(a: Interval, b: Interval): boolean {
  const distance = BigInt.asIntN(256, a.first - b.first);
  return distance + (a.last - a.first) < HASH_DISTANCE && distance - (b.last - b.first) > -HASH_DISTANCE;
}

/** Whether `keccak256(p) + i` may equal `keccak256(q) + j` for some offsets `i` and `j` of the intervals. */
function hashSumsMayMeet(p: Preimage, i: Interval, q: Preimage, j: Interval): boolean {
  return !offsetsAreNear(i, j) || (intervalsMeet(i, j) && preimagesUnify(p, q));
}

/** Whether a known number may be `keccak256(preimage) + i` for some offset `i` of the interval. */
function mayBeHashSum(value: bigint, preimage: Preimage, offsets: Interval): boolean {
  if (value < HASH_DISTANCE && offsetsAreNear(offsets, at(0n))) return false;
  const hash = hashOf(preimage);
  if (hash !== null) return intervalHas(offsets, value - hash);
  const known = knownOrigin(value);
  return known === null || hashSumsMayMeet(preimage, offsets, known.preimage, at(known.offset));
}

function wordsUnify(a: PreimageWord, b: PreimageWord): boolean {
  if (a.kind === 'unknown' || b.kind === 'unknown') return true;
  if (a.kind === 'constant') {
    return b.kind === 'constant' ? a.value === b.value : mayBeHashSum(a.value, b.preimage, at(b.offset));
  }
  if (b.kind === 'constant') return mayBeHashSum(b.value, a.preimage, at(a.offset));
  return hashSumsMayMeet(a.preimage, at(a.offset), b.preimage, at(b.offset));
}

/** The last word where only its first `byteLength % 32` bytes were hashed: a cut hash may equal any other. */
function partialWordsUnify(a: PreimageWord, b: PreimageWord, byteLength: number): boolean {
  if (a.kind !== 'constant' || b.kind !== 'constant') return true;
  const shift = BigInt(8 * (32 - byteLength));
  return a.value >> shift === b.value >> shift;
}

/** Whether some bytes fit both preimages. */
export function preimagesUnify(a: Preimage, b: Preimage): boolean {
  if (a === b) return true;
  if (a.byteLength !== b.byteLength) return false;
  const partial = a.byteLength % 32;
  return a.words.every((word, index) => {
    const other = b.words[index];
    if (other === undefined) return true;
    const isPartial = partial !== 0 && index === a.words.length - 1;
    return isPartial ? partialWordsUnify(word, other, partial) : wordsUnify(word, other);
  });
}

function mappingMayContain(region: MappingRegion, slot: bigint, origin: SlotOrigin | null): boolean {
  if (origin !== null) return hashSumsMayMeet(region.preimage, region, origin.preimage, at(origin.offset));
  return mayBeHashSum(slot, region.preimage, region);
}

/**
 * Whether a slot of the region's account (of any account, if it names none) may lie in the region.
 *
 * @param origin - How the slot came about; absent or `null` when it is not known. Makes the answer precise for
 *   mapping regions.
 */
export function regionMayContainSlot(region: Region, slot: bigint, origin?: SlotOrigin | null): boolean {
  switch (region.shape) {
    case 'everything':
      return region.field === 'storage' || region.field === 'any';
    case 'account':
      return true;
    case 'array':
      return intervalHas(region, slot);
    case 'mapping':
      return mappingMayContain(region, slot, origin ?? null);
    default:
      return region satisfies never;
  }
}

/**
 * Whether a key may lie in a region.
 *
 * @param origin - As for `regionMayContainSlot`.
 */
export function regionMayContainKey(region: Region, key: StateKey, origin?: SlotOrigin | null): boolean {
  if (region.address !== null && !key.startsWith(region.address)) return false;
  return region.field === 'any' || regionMayContain(region, parseKey(key), origin);
}

/** As `regionMayContainKey`, for a key that is taken apart already. */
export function regionMayContain(region: Region, key: KeyParts, origin?: SlotOrigin | null): boolean {
  if (region.address !== null && region.address !== key.address) return false;
  if (region.field === 'any') return true;
  return key.field === region.field && (key.slot === null || regionMayContainSlot(region, key.slot, origin));
}

function mappingMeetsArray(mapping: MappingRegion, array: ArrayRegion): boolean {
  const length = array.last - array.first;
  const origin = array.origin ?? knownOrigin(array.first);
  if (origin !== null) {
    const offsets = { first: origin.offset, last: origin.offset + length };
    return hashSumsMayMeet(mapping.preimage, mapping, origin.preimage, offsets);
  }
  if (array.last < HASH_DISTANCE && offsetsAreNear(mapping, at(0n))) return false;
  const hash = hashOf(mapping.preimage);
  if (hash === null) return true;
  return intervalsMeet({ first: hash + mapping.first, last: hash + mapping.last }, array);
}

/** Whether two regions may have a key in common. */
export function regionsMayOverlap(a: Region, b: Region): boolean {
  if (a.address !== null && b.address !== null && a.address !== b.address) return false;
  if (a.field !== b.field && a.field !== 'any' && b.field !== 'any') return false;
  if (a.shape === 'mapping') {
    if (b.shape === 'mapping') return hashSumsMayMeet(a.preimage, a, b.preimage, b);
    return b.shape === 'array' ? mappingMeetsArray(a, b) : true;
  }
  if (a.shape === 'array') {
    if (b.shape === 'mapping') return mappingMeetsArray(b, a);
    return b.shape === 'array' ? intervalsMeet(a, b) : true;
  }
  return true;
}

/**
 * Whether an observed access lies inside a derived set; if not, it is an escape.
 *
 * @param origin - How the key's slot came about, when the observer knows better than the set itself.
 */
export function accessCovers(
  set: AccessSet,
  key: StateKey,
  mode: AccessMode,
  origin?: SlotOrigin | null,
): boolean {
  const derived = set.keys.get(key);
  if (derived !== undefined && modeCovers(derived, mode)) return true;
  const known = origin ?? set.origins.get(key) ?? null;
  return set.regions.some(
    (region) => modeCovers(region.mode, mode) && regionMayContainKey(region, key, known),
  );
}

/** The first key of `keys` that conflicts with a region of `regions`. */
function conflictWithRegions(keys: AccessSet, regions: readonly Region[]): string | null {
  for (const region of regions) {
    for (const [key, mode] of keys.keys) {
      if (!modesConflict(region.mode, mode)) continue;
      if (regionMayContainKey(region, key, keys.origins.get(key))) return key;
    }
  }
  return null;
}

/**
 * What two access sets conflict on, or `null`. By comparing all pairs, for small uses and as the reference
 * that the conflict graph is tested against.
 *
 * @returns A key, or the text of one of two regions that overlap.
 */
export function firstConflict(a: AccessSet, b: AccessSet): string | null {
  for (const [key, mode] of a.keys) {
    const other = b.keys.get(key);
    if (other !== undefined && modesConflict(mode, other)) return key;
  }
  const key = conflictWithRegions(a, b.regions) ?? conflictWithRegions(b, a.regions);
  if (key !== null) return key;
  for (const region of a.regions) {
    for (const other of b.regions) {
      if (modesConflict(region.mode, other.mode) && regionsMayOverlap(region, other)) {
        return describeRegion(region);
      }
    }
  }
  return null;
}

function describeWord(word: PreimageWord | undefined): string {
  if (word === undefined || word.kind === 'unknown') return 'unknown';
  if (word.kind === 'hash') return `(${describeHash(word.preimage)}${describeOffsets(at(word.offset))})`;
  return word.value < HASH_DISTANCE ? String(word.value) : `0x${word.value.toString(16)}`;
}

/** Text of the place whose hash's preimage has `word` as its base slot, or `null` if it does not look like one. */
function describeBase(word: PreimageWord | undefined): string | null {
  if (word?.kind === 'hash') return describeWord(word);
  return word?.kind === 'constant' && word.value < HASH_DISTANCE ? `slot ${word.value}` : null;
}

function describeHash(preimage: Preimage): string {
  const [first, second] = preimage.words;
  if (preimage.byteLength === 32) {
    return `data of ${describeBase(first) ?? `slot ${describeWord(first)}`}`;
  }
  if (preimage.byteLength === 64) {
    const solidity = describeBase(second);
    if (solidity !== null) return `mapping at ${solidity}, key ${describeWord(first)}`;
    const vyper = describeBase(first);
    if (vyper !== null) return `Vyper mapping at ${vyper}, key ${describeWord(second)}`;
  }
  return `hash of ${preimage.byteLength} bytes (${preimage.words.map(describeWord).join(', ')})`;
}

function describeOffsets({ first, last }: Interval): string {
  if (first === last) return first === 0n ? '' : `, offset ${first}`;
  return `, offsets ${first} to ${last}`;
}

/** A region in a few words for reports, without its mode, e.g. `0x…: mapping at slot 3, key unknown`. */
export function describeRegion(region: Region): string {
  switch (region.shape) {
    case 'mapping':
      return `${region.address}: ${describeHash(region.preimage)}${describeOffsets(region)}`;
    case 'array':
      return `${region.address}: slots ${describeSlot(region.first)} to ${describeSlot(region.last)}`;
    case 'account':
      return `${region.address}: all storage`;
    case 'everything':
      return region.field === 'any' ? 'everything' : `${region.field} of every account`;
    default:
      return region satisfies never;
  }
}

function describeSlot(slot: bigint): string {
  return describeWord({ kind: 'constant', value: slot });
}
