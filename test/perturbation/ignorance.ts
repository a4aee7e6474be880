/**
 * What an analysis is not told of the state before a transaction: keys whose value may be another one when it
 * runs, or keys that the state source lacks. And a state source over the oracle's state that lacks them.
 */

import type { Random } from '../../examples/generator/random.ts';
import type { Address } from '../../src/input/block.ts';
import { accountKey, parseKey, type StateKey, storageKey } from '../../src/state/key.ts';
import type { AccountState, StateSource } from '../../src/state/source.ts';
import type { OracleState } from '../oracle/state.ts';

/** How keys are not known: with a value that may change, or not at all. */
export type Manner = 'unstable' | 'missing';

export interface Ignorance {
  readonly name: string;
  readonly manner: Manner;
  readonly covers: (key: StateKey) => boolean;
}

/** The state as it is, without the keys that are not known. An account is known as a whole or not at all. */
export function sourceWithout(state: OracleState, lacks: (key: StateKey) => boolean): StateSource {
  const accounts = new Map<Address, AccountState | null | undefined>();
  return {
    account: (address) => {
      if (!accounts.has(address)) accounts.set(address, accountOf(state, address, lacks));
      return accounts.get(address);
    },
    hasStorage: (address) => state.slotsOf(address).length > 0,
    storage: (address, slot) => (lacks(storageKey(address, slot)) ? undefined : state.slotOf(address, slot)),
  };
}

const FIELDS = ['balance', 'nonce', 'code'] as const;

function accountOf(
  state: OracleState,
  address: Address,
  lacks: (key: StateKey) => boolean,
): AccountState | null | undefined {
  if (FIELDS.some((field) => lacks(accountKey(address, field)))) return undefined;
  if (!state.hasAccount(address)) return null;
  return { balance: state.balanceOf(address), nonce: state.nonceOf(address), code: state.codeOf(address) };
}

const isStorage = (key: StateKey): boolean => parseKey(key).field === 'storage';
const isBalance = (key: StateKey): boolean => parseKey(key).field === 'balance';

/** All storage, all balances, or both, in both manners. */
export const WHOLE_KINDS: readonly Ignorance[] = (['unstable', 'missing'] as const).flatMap((manner) => [
  { name: `${manner} storage`, manner, covers: isStorage },
  { name: `${manner} balances`, manner, covers: isBalance },
  { name: `${manner} storage and balances`, manner, covers: (key) => isStorage(key) || isBalance(key) },
]);

/**
 * Draws what is not known: a few keys, all keys of one kind, everything of one account, or each key by chance.
 *
 * @param keys - Those that the transaction is seen to touch.
 * @param isFixed - Keys without which the transaction would be another one, or invalid.
 */
export function drawIgnorance(
  random: Random,
  keys: readonly StateKey[],
  isFixed: (key: StateKey) => boolean,
): Ignorance {
  const manner = random.pickWeighted<Manner>([
    [4, 'unstable'],
    [1, 'missing'],
  ]);
  const { name, covers } = drawKeys(random, keys);
  // Who lacks one field of an account lacks them all.
  const spread = (key: StateKey): boolean => {
    const { address, field } = parseKey(key);
    if (manner === 'unstable' || field === 'storage') return covers(key) && !isFixed(key);
    return FIELDS.some((other) => covers(accountKey(address, other))) && !isFixed(key);
  };
  return { name: `${manner} ${name}`, manner, covers: spread };
}

function drawKeys(random: Random, keys: readonly StateKey[]): Pick<Ignorance, 'name' | 'covers'> {
  const kind = random.pickWeighted([
    [keys.length === 0 ? 0 : 8, 'few'],
    [2, 'storage'],
    [1, 'balances'],
    [1, 'storage and balances'],
    [keys.length === 0 ? 0 : 2, 'account'],
    [2, 'by chance'],
    [keys.length === 0 ? 0 : 1, 'slots of one account'],
  ] as const);
  switch (kind) {
    case 'few': {
      // Slots decide more often than balances and nonces.
      const slots = keys.filter(isStorage);
      const from = slots.length > 0 && random.chance(0.7) ? slots : keys;
      const chosen = new Set(Array.from({ length: 1 + random.below(4) }, () => random.pick(from)));
      return { name: [...chosen].join(', '), covers: (key) => chosen.has(key) };
    }
    case 'storage':
      return { name: kind, covers: isStorage };
    case 'balances':
      return { name: kind, covers: isBalance };
    case 'storage and balances':
      return { name: kind, covers: (key) => isStorage(key) || isBalance(key) };
    case 'account': {
      const { address } = parseKey(random.pick(keys));
      return { name: `all of ${address}`, covers: (key) => key.startsWith(address) };
    }
    case 'slots of one account': {
      const { address } = parseKey(random.pick(keys));
      return { name: `slots of ${address}`, covers: (key) => key.startsWith(address) && isStorage(key) };
    }
    case 'by chance': {
      const salt = random.below(1 << 16);
      const share = 1 + random.below(7);
      return {
        name: `${share} of 8 keys (salt ${salt})`,
        covers: (key) => hashOf(key, salt) % 8 < share && parseKey(key).field !== 'code',
      };
    }
    default:
      return kind satisfies never;
  }
}

function hashOf(text: string, salt: number): number {
  let hash = salt;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return (hash >>> 3) & 0xffff;
}
