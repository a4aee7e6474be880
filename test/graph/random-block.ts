/** Random analysed blocks over a small universe of keys and regions, so that they meet often. */

import fc from 'fast-check';
import type { AccessMode, AccessSet, PreimageWord, Region, SlotOrigin } from '../../src/analysis/access.ts';
import { NO_INPUTS } from '../../src/analysis/inputs.ts';
import { hashOf } from '../../src/analysis/known-hashes.ts';
import type { BlockAnalysis, TransactionAnalysis } from '../../src/analysis/result.ts';
import { NO_EFFECTS } from '../../src/analysis/write-index.ts';
import type { Address } from '../../src/input/block.ts';
import { accountKey, type StateKey, storageKey } from '../../src/state/key.ts';

export const A: Address = `0x${'aa'.repeat(20)}`;
export const B: Address = `0x${'bb'.repeat(20)}`;

/** What a test says of a transaction; the rest is filled in. */
export interface Draft {
  readonly keys?: Readonly<Record<StateKey, AccessMode>>;
  readonly regions?: readonly Region[];
  readonly origins?: ReadonlyMap<StateKey, SlotOrigin>;
  readonly gas?: bigint;
  readonly resolveAfter?: readonly number[];
  readonly pending?: readonly Region[];
  readonly heldBy?: readonly number[];
}

export function analysisOf(drafts: readonly Draft[]): BlockAnalysis {
  const transactions = drafts.map((draft, index): TransactionAnalysis => {
    const accesses: AccessSet = {
      keys: new Map(Object.entries(draft.keys ?? {})),
      regions: draft.regions ?? [],
      origins: draft.origins ?? new Map(),
    };
    const resolveAfter = draft.resolveAfter ?? [];
    return {
      index,
      status: resolveAfter.length === 0 ? 'exact' : 'deferred',
      reasons: [],
      accesses,
      assumptions: new Set(),
      inputs: NO_INPUTS,
      effects: NO_EFFECTS,
      debits: new Set(),
      nonceWrites: new Set(),
      gasEstimate: draft.gas ?? 1n,
      waitsFor: [],
      resolveAfter,
      pending: draft.pending ?? [],
      heldBy: draft.heldBy ?? [],
      derivedAccessList: [],
    };
  });
  return {
    input: {
      block: null,
      transactions: [],
      chainId: 1n,
      hardfork: 'cancun',
      blockHashes: new Map(),
    },
    transactions,
    missing: [],
    options: { unordered: false, trustAccessLists: false, skipInvalid: false },
  };
}

const address = fc.constantFrom(A, B);
const mode = fc.constantFrom<AccessMode>('read', 'read', 'write', 'delta');
const unknown: PreimageWord = { kind: 'unknown' };
const constant = (value: bigint): PreimageWord => ({ kind: 'constant', value });
const small = fc.bigInt(0n, 2n);

/** `keccak256(words) + offset`, as a known slot. */
const hashedSlot = fc
  .tuple(fc.oneof(fc.tuple(small), fc.tuple(small, small)), fc.bigInt(0n, 1n))
  .map(([values, offset]) => {
    const preimage = { byteLength: values.length * 32, words: values.map(constant) };
    return { slot: (hashOf(preimage) ?? 0n) + offset, origin: { preimage, offset } };
  });

interface KeyAccess {
  readonly key: StateKey;
  readonly mode: AccessMode;
  readonly origin: SlotOrigin | null;
}

const keyAccess: fc.Arbitrary<KeyAccess> = fc.oneof(
  fc
    .tuple(address, fc.constantFrom('balance' as const, 'nonce' as const, 'code' as const), mode)
    .map(([of, field, how]) => ({ key: accountKey(of, field), mode: how, origin: null })),
  fc
    .tuple(address, small, mode)
    .map(([of, slot, how]) => ({ key: storageKey(of, slot), mode: how, origin: null })),
  fc.tuple(address, hashedSlot, fc.boolean(), mode).map(([of, { slot, origin }, isKnown, how]) => ({
    key: storageKey(of, slot),
    mode: how,
    origin: isKnown ? origin : null,
  })),
);

const mappingWords = fc.oneof(
  small.map((base) => [unknown, constant(base)]),
  small.map((base) => [constant(base), unknown]),
  fc.constant([unknown]),
);

const accountRegion: fc.Arbitrary<Region> = fc.oneof(
  fc.tuple(address, mode, mappingWords, fc.bigInt(0n, 1n)).map(
    ([of, how, words, last]): Region => ({
      shape: 'mapping',
      address: of,
      field: 'storage',
      mode: how,
      preimage: { byteLength: words.length * 32, words },
      first: 0n,
      last,
    }),
  ),
  fc.tuple(address, mode, small, small).map(
    ([of, how, first, extent]): Region => ({
      shape: 'array',
      address: of,
      field: 'storage',
      mode: how,
      first,
      last: first + extent,
      origin: null,
    }),
  ),
  fc.tuple(address, mode, hashedSlot, small, fc.boolean()).map(
    ([of, how, { slot, origin }, extent, isKnown]): Region => ({
      shape: 'array',
      address: of,
      field: 'storage',
      mode: how,
      first: slot,
      last: slot + extent,
      origin: isKnown ? origin : null,
    }),
  ),
  fc
    .tuple(address, mode)
    .map(([of, how]): Region => ({ shape: 'account', address: of, field: 'storage', mode: how })),
);

const everythingRegion: fc.Arbitrary<Region> = fc
  .tuple(fc.constantFrom('balance', 'nonce', 'code', 'storage', 'any'), mode)
  .map(([field, how]) => ({ shape: 'everything', address: null, field, mode: how }) as const);

const draft = fc
  .record({
    accesses: fc.array(keyAccess, { maxLength: 3 }),
    regions: fc.oneof(
      { weight: 5, arbitrary: fc.constant([]) },
      { weight: 3, arbitrary: fc.array(accountRegion, { minLength: 1, maxLength: 2 }) },
      { weight: 1, arbitrary: fc.array(everythingRegion, { minLength: 1, maxLength: 1 }) },
    ),
    gas: fc.bigInt(0n, 20n),
    waits: fc.oneof(
      { weight: 6, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.record({ resolveAfter: fc.array(fc.nat(), { maxLength: 2 }) }) },
    ),
    holders: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(fc.nat(), { maxLength: 2 }) },
    ),
  })
  .map((parts) => ({
    ...parts,
    keys: Object.fromEntries(parts.accesses.map((access) => [access.key, access.mode])),
  }));

/** Up to 12 transactions, some deferred, some held. */
export const randomAnalysis: fc.Arbitrary<BlockAnalysis> = fc.array(draft, { maxLength: 12 }).map((parts) =>
  analysisOf(
    parts.map(({ accesses, keys, regions, gas, waits, holders }, index) => {
      const earlier = (list: readonly number[]) =>
        index === 0 ? [] : [...new Set(list.map((n) => n % index))].sort((a, b) => a - b);
      const known = accesses.filter((access) => access.origin !== null);
      return {
        keys,
        regions,
        origins: new Map(known.map((access) => [access.key, access.origin as SlotOrigin])),
        gas,
        resolveAfter: earlier(waits?.resolveAfter ?? []),
        heldBy: earlier(holders),
      };
    }),
  ),
);

/** A random graph: gas of each transaction, and any edges from lower to higher indices. */
export const randomDag = fc.integer({ min: 0, max: 60 }).chain((count) =>
  fc.record({
    gas: fc.array(fc.bigInt(0n, 30n), { minLength: count, maxLength: count }),
    pairs: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: count < 2 ? 0 : 2 * count }).map((list) =>
      list.map(([a, b]): [number, number] => {
        const to = 1 + (a % (count - 1));
        return [b % to, to];
      }),
    ),
  }),
);
