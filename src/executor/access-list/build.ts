/**
 * Makes a block's access list (EIP-7928) from what its steps observed and changed. The steps are gone through in
 * block order, whichever order they ran in: only then is it known what balance a commuting credit left.
 */
import type { Address } from '../../input/block.ts';
import type {
  AccountChanges,
  BlockAccessList,
  CodeChange,
  ValueChange,
} from '../../input/block-access-list/list.ts';
import { addressOf, type StateKey, storageKey } from '../../state/key.ts';
import type { AccountState } from '../../state/source.ts';
import { CurrentState } from '../current-state.ts';
import { type AccountDiff, equalBytes } from '../transaction-state.ts';
import type { Step } from './step.ts';

/** An account on its way into the list. */
interface Entry {
  /** By key, whose order as text is that of the slots as numbers; without changes it was only read. */
  readonly slots: Map<StateKey, ValueChange[]>;
  readonly balances: ValueChange[];
  readonly nonces: ValueChange[];
  readonly codes: CodeChange[];
}

/** `<address>:` comes before the slot in its key. */
const SLOT_AT = 43;
const SLOT_KEY_LENGTH = SLOT_AT + 66;
const NONE: ReadonlySet<string> = new Set();
const NO_ACCOUNT: AccountState = { balance: 0n, nonce: 0n, code: new Uint8Array(0) };

/**
 * The list.
 *
 * @param steps - From what comes before the first transaction to what comes after the last, in block order; each
 *   in its parts.
 * @param before - Accounts before the first step, of those that any step changed.
 */
export function buildBlockAccessList(
  steps: Iterable<readonly Step[]>,
  before: (address: Address) => AccountState | null,
): BlockAccessList {
  const entries = new Map<Address, Entry>();
  const state = new CurrentState({ account: before, storage: () => 0n });
  let index = 0;
  for (const parts of steps) {
    for (const step of parts) {
      addAccesses(entries, step);
      for (const diff of step.diff) addChanges(entries, state, { index, diff, step });
    }
    index++;
  }
  return [...entries]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([address, entry]) => accountChanges(address, entry));
}

function entryOf(entries: Map<Address, Entry>, address: Address): Entry {
  let entry = entries.get(address);
  if (entry === undefined) {
    entry = { slots: new Map(), balances: [], nonces: [], codes: [] };
    entries.set(address, entry);
  }
  return entry;
}

function changesOf({ slots }: Entry, key: StateKey): ValueChange[] {
  let changes = slots.get(key);
  if (changes === undefined) {
    changes = [];
    slots.set(key, changes);
  }
  return changes;
}

function addAccesses(entries: Map<Address, Entry>, { keys, touched, unreached }: Step): void {
  const isLeftOut = unreached.length === 0 ? NONE : new Set<string>(unreached);
  let entry: Entry | null = null;
  let address: Address = '0x';
  for (const key of keys) {
    // Keys of one account come one after the other; to cut addresses out and hash them is most of the work.
    if (entry === null || !key.startsWith(address)) {
      const next = addressOf(key);
      entry = isLeftOut.has(next) ? null : entryOf(entries, next);
      if (entry === null) continue;
      address = next;
    }
    if (key.length === SLOT_KEY_LENGTH && !isLeftOut.has(key)) changesOf(entry, key);
  }
  for (const one of touched) entryOf(entries, one);
}

interface Change {
  readonly index: number;
  readonly diff: AccountDiff;
  readonly step: Step;
}

function addChanges(entries: Map<Address, Entry>, state: CurrentState, { index, diff, step }: Change): void {
  const { address, slots } = diff;
  const before = state.account(address) ?? NO_ACCOUNT;
  state.apply([diff], step.commutation ?? undefined);
  const { balance, nonce, code } = state.account(address) ?? NO_ACCOUNT;
  if (balance !== before.balance) add(entryOf(entries, address).balances, { index, value: balance });
  if (nonce !== before.nonce) add(entryOf(entries, address).nonces, { index, value: nonce });
  if (!equalBytes(code, before.code)) add(entryOf(entries, address).codes, { index, code });
  // The storage of a destroyed account goes with it; its slots count as read.
  if (diff.isDestroyed) return;
  for (const [slot, value] of slots) {
    add(changesOf(entryOf(entries, address), storageKey(address, slot)), { index, value });
  }
}

/** Of a step only the last value counts. */
function add<T extends { readonly index: number }>(changes: T[], change: T): void {
  if (changes.at(-1)?.index === change.index) changes.pop();
  changes.push(change);
}

function accountChanges(address: Address, { slots, balances, nonces, codes }: Entry): AccountChanges {
  const ordered = [...slots].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    address,
    storageChanges: ordered
      .filter(([, changes]) => changes.length > 0)
      .map(([key, changes]) => ({ slot: slotOf(key), changes })),
    storageReads: ordered.filter(([, changes]) => changes.length === 0).map(([key]) => slotOf(key)),
    balanceChanges: balances,
    nonceChanges: nonces,
    codeChanges: codes,
  };
}

function slotOf(key: StateKey): bigint {
  return BigInt(key.slice(SLOT_AT));
}
