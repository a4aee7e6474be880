/**
 * Slots named by the view functions that read them, found out by asking these functions: `balanceOf` is whatever
 * mapping the contract looks into when it is asked for a balance, wherever it lies and however it is hashed.
 */
import { knownOrigin } from '../analysis/known-hashes.ts';
import type { Address } from '../input/block.ts';
import { mayHaveFunction } from './implementation.ts';
import { FIRST_HASHED_SLOT, placeOfSlot, type StoragePlace } from './place.ts';
import { type Answer, type AskedState, askAll, type Query } from './query.ts';
import { selectorOf } from './well-known.ts';

/** A slot that a name is wanted for. */
export interface UnnamedSlot {
  readonly address: Address;
  readonly slot: bigint;
  readonly place: StoragePlace | null;
}

/** Functions by the slots that they read. */
export interface Getters {
  /** Of one slot, e.g. `totalSupply()`; several where values share it. By `slotId`. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Of all slots of a mapping. By `patternOf`, within the account. */
  readonly mappings: ReadonlyMap<string, MappingGetter>;
}

/** A function of mapping keys. */
export interface MappingGetter {
  readonly name: string;
  /** For each argument, which key it is, outermost first. */
  readonly order: readonly number[];
}

/** Functions that often read a single slot. */
const VALUE_GETTERS = [
  'totalSupply', // ERC-20
  'totalAssets', // ERC-4626
  'owner', // ERC-173
  'paused', // OpenZeppelin, Pausable.sol
  'nonce', // Safe.sol
  'getReserves', // Uniswap V2, UniswapV2Pair.sol, as the next three
  'price0CumulativeLast',
  'price1CumulativeLast',
  'kLast',
  'slot0', // Uniswap V3, IUniswapV3PoolState.sol, as the next three
  'liquidity',
  'feeGrowthGlobal0X128',
  'feeGrowthGlobal1X128',
];

const MAPPING_GETTERS: readonly { readonly signature: string; readonly order: readonly number[] }[] = [
  { signature: 'balanceOf(address)', order: [0] }, // ERC-20, ERC-721
  { signature: 'nonces(address)', order: [0] }, // ERC-2612
  { signature: 'ownerOf(uint256)', order: [0] }, // ERC-721
  { signature: 'getApproved(uint256)', order: [0] }, // ERC-721
  { signature: 'ticks(int24)', order: [0] }, // Uniswap V3, as the next two
  { signature: 'tickBitmap(int16)', order: [0] },
  { signature: 'positions(bytes32)', order: [0] },
  { signature: 'allowance(address,address)', order: [0, 1] }, // ERC-20
  { signature: 'isApprovedForAll(address,address)', order: [0, 1] }, // ERC-721, ERC-1155
  { signature: 'balanceOf(address,uint256)', order: [1, 0] }, // ERC-1155, OpenZeppelin: accounts within tokens
  { signature: 'balanceOf(address,uint256)', order: [0, 1] },
];

/** Roots of what proxies keep for themselves, and read in every call. */
const PROXY_ROOT = /^(eip1967\.|org\.zeppelinos\.|PROXIABLE$)/;

/** Names that a text has room for. */
const MAX_NAMES = 3;

export function slotId({ address, slot }: Pick<UnnamedSlot, 'address' | 'slot'>): string {
  return `${address}:${slot}`;
}

/** Equal for all slots of one mapping, whatever their keys are; `null` for what is in none. */
export function patternOf(address: Address, place: StoragePlace | null): string | null {
  if (place === null || keysOf(place) === null) return null;
  const { root, steps } = place;
  const start = root.kind === 'slot' ? `${root.slot}` : root.kind === 'name' ? root.name : null;
  return start === null ? null : `${address}:${start}${'[]'.repeat(steps.length)}`;
}

/** The keys on the way to a place; `null` unless it is that of a value in a mapping, known key by key. */
export function keysOf({ steps }: StoragePlace): readonly bigint[] | null {
  const keys: bigint[] = [];
  for (const step of steps) {
    if (step.kind !== 'key' || step.key === null) return null;
    keys.push(step.key);
  }
  return keys.length === 0 ? null : keys;
}

/** Asks the accounts of these slots. */
export async function askGetters(slots: readonly UnnamedSlot[], state: AskedState): Promise<Getters> {
  const questions = [...valueQuestions(slots), ...mappingQuestions(slots)].filter(({ query }) =>
    mayHaveFunction(query.to, query.selector, state.state),
  );
  const answers = await askAll(
    questions.map(({ query }) => query),
    state,
  );
  const answered = questions.flatMap((question, index) => {
    const answer = answers[index] ?? null;
    return answer === null ? [] : [{ ...question, answer }];
  });
  const shared = slotsOfAll(answered);
  const values = new Map<string, string[]>();
  const mappings = new Map<string, MappingGetter>();
  for (const { query, target, answer } of answered) {
    const own = answer.slots.filter((slot) => shared.get(query.to)?.has(slot) !== true && !isOfProxy(slot));
    if (target.kind === 'value') {
      const [slot] = own;
      if (slot === undefined || own.length > 1) continue;
      const id = slotId({ address: query.to, slot });
      const names = values.get(id) ?? [];
      if (names.length < MAX_NAMES) values.set(id, [...names, `${target.name}()`]);
    } else {
      const hashed = own.filter((slot) => slot >= FIRST_HASHED_SLOT);
      if (hashed.length !== 1 || hashed[0] !== target.slot || mappings.has(target.pattern)) continue;
      mappings.set(target.pattern, { name: target.name, order: target.order });
    }
  }
  return { values, mappings };
}

type Target =
  | { readonly kind: 'value'; readonly name: string }
  | ({ readonly kind: 'mapping'; readonly pattern: string; readonly slot: bigint } & MappingGetter);

interface Question {
  readonly query: Query;
  readonly target: Target;
}

function valueQuestions(slots: readonly UnnamedSlot[]): Question[] {
  const accounts = slots.filter(({ address, place }) => patternOf(address, place) === null);
  return [...new Set(accounts.map(({ address }) => address))].flatMap((to) =>
    VALUE_GETTERS.map((name) => ({
      query: { to, selector: selectorOf(`${name}()`), words: [] },
      target: { kind: 'value', name },
    })),
  );
}

/** One slot of each mapping stands for all. */
function mappingQuestions(slots: readonly UnnamedSlot[]): Question[] {
  const questions: Question[] = [];
  const seen = new Set<string>();
  for (const { address, slot, place } of slots) {
    const pattern = patternOf(address, place);
    const keys = place === null ? null : keysOf(place);
    if (pattern === null || keys === null || seen.has(pattern)) continue;
    seen.add(pattern);
    for (const { signature, order } of MAPPING_GETTERS) {
      if (order.length !== keys.length) continue;
      const name = signature.replace(/\(.*$/, '');
      questions.push({
        query: { to: address, selector: selectorOf(signature), words: order.map((key) => keys[key] ?? 0n) },
        target: { kind: 'mapping', name, order, pattern, slot },
      });
    }
  }
  return questions;
}

function isOfProxy(slot: bigint): boolean {
  const place = placeOfSlot(slot, { order: 'solidity', originOf: knownOrigin });
  return place?.root.kind === 'name' && PROXY_ROOT.test(place.root.name);
}

/** Slots that several functions of an account all read, such as that of a proxy's implementation. */
function slotsOfAll(
  answered: readonly { readonly query: Query; readonly answer: Answer }[],
): ReadonlyMap<Address, ReadonlySet<bigint>> {
  const reads = new Map<Address, (readonly bigint[])[]>();
  for (const { query, answer } of answered) {
    const lists = reads.get(query.to);
    if (lists === undefined) reads.set(query.to, [answer.slots]);
    else lists.push(answer.slots);
  }
  const shared = new Map<Address, ReadonlySet<bigint>>();
  for (const [address, [first, ...others]] of reads) {
    if (first === undefined || others.length === 0) continue;
    const everywhere = first.filter((slot) => others.every((slots) => slots.includes(slot)));
    shared.set(address, new Set(everywhere));
  }
  return shared;
}
