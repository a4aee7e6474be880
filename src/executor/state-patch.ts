/**
 * What a task carries of the state: the current values of the keys that its transaction may read, where they
 * differ from the pre-state. Everything else is seen as before the block, so nothing depends on timing.
 */

import type { AccessMode, AccessSet, Region, SlotOrigin } from '../analysis/access.ts';
import { regionMayContainKey } from '../analysis/overlap.ts';
import type { Address } from '../input/block.ts';
import { addressOf, parseKey, type StateKey, storageKey } from '../state/key.ts';
import type { AccountState, StateSource } from '../state/source.ts';
import type { CurrentAccount, CurrentState } from './current-state.ts';

/** Current values of one account; absent fields are those of the pre-state. */
export interface AccountPatch {
  readonly address: Address;
  readonly balance?: bigint;
  readonly nonce?: bigint;
  readonly code?: Uint8Array;
  readonly exists?: boolean;
  /** The storage from before the block is not to be seen. */
  readonly isWiped?: boolean;
  readonly slots: readonly (readonly [slot: bigint, value: bigint])[];
}

export type StatePatch = readonly AccountPatch[];

type Draft = { -readonly [K in keyof Omit<AccountPatch, 'slots'>]: AccountPatch[K] } & {
  slots: Map<bigint, bigint>;
};

/**
 * The patch of a transaction.
 *
 * @param origins - Preimages of slots that were written in this block, as far as they are known.
 */
export function statePatch(
  accesses: AccessSet,
  current: CurrentState,
  origins: ReadonlyMap<StateKey, SlotOrigin>,
): Map<Address, AccountPatch> {
  const drafts = new Map<Address, Draft>();
  for (const [key, mode] of accesses.keys) {
    const changed = current.changed(addressOf(key));
    if (changed === undefined) continue;
    if (parseKey(key).field !== 'storage') patchExistence(drafts, changed, mode);
    if (mode !== 'delta') patchKey(drafts, key, changed, current);
  }
  for (const region of accesses.regions) {
    if (region.mode !== 'delta') patchRegion(drafts, region, current, origins);
  }
  const patches = new Map<Address, AccountPatch>();
  for (const [address, draft] of drafts) {
    patches.set(address, { ...draft, slots: [...draft.slots] });
  }
  return patches;
}

function draftOf(drafts: Map<Address, Draft>, address: Address): Draft {
  let draft = drafts.get(address);
  if (draft === undefined) {
    draft = { address, slots: new Map() };
    drafts.set(address, draft);
  }
  return draft;
}

function patchKey(
  drafts: Map<Address, Draft>,
  key: StateKey,
  changed: CurrentAccount,
  current: CurrentState,
): void {
  const { address, field, slot } = parseKey(key);
  const draft = draftOf(drafts, address);
  if (field !== 'storage') {
    patchField(draft, field, changed);
  } else if (changed.isWiped || changed.slots.has(slot)) {
    draft.slots.set(slot, current.storage(address, slot) ?? 0n);
  }
}

function patchField(draft: Draft, field: 'balance' | 'nonce' | 'code', changed: CurrentAccount): void {
  switch (field) {
    case 'balance':
      draft.balance = changed.balance;
      break;
    case 'nonce':
      draft.nonce = changed.nonce;
      break;
    case 'code':
      draft.code = changed.code;
      break;
    default:
      field satisfies never;
  }
}

function patchRegion(
  drafts: Map<Address, Draft>,
  region: Region,
  current: CurrentState,
  origins: ReadonlyMap<StateKey, SlotOrigin>,
): void {
  if (region.address !== null) {
    const changed = current.changed(region.address);
    if (changed !== undefined) patchStorage(draftOf(drafts, region.address), region, changed, origins);
    return;
  }
  for (const changed of current.allChanged()) {
    const draft = draftOf(drafts, changed.address);
    if (region.field !== 'storage') patchExistence(drafts, changed, region.mode);
    for (const field of ['balance', 'nonce', 'code'] as const) {
      if (region.field === field || region.field === 'any') patchField(draft, field, changed);
    }
    if (region.field === 'storage' || region.field === 'any') patchStorage(draft, region, changed, origins);
  }
}

function patchStorage(
  draft: Draft,
  region: Region,
  changed: CurrentAccount,
  origins: ReadonlyMap<StateKey, SlotOrigin>,
): void {
  if (changed.isWiped) draft.isWiped = true;
  for (const [slot, value] of changed.slots) {
    const key = storageKey(changed.address, slot);
    if (regionMayContainKey(region, key, origins.get(key))) draft.slots.set(slot, value);
  }
}

/**
 * An account that came or went, though its fields may not say so (an empty one, before EIP-161). One that went
 * was destroyed: whoever may touch any of its fields has waited for that, and sees no account. One that came
 * may have come by a mere credit, which those who only credit it do not wait for.
 */
function patchExistence(drafts: Map<Address, Draft>, changed: CurrentAccount, mode: AccessMode): void {
  const { address, before, exists } = changed;
  if (exists === (before !== null) || (exists && mode === 'delta')) return;
  draftOf(drafts, address).exists = exists;
}

/** The balance that a transaction sees where it only adds to it: the one sent, or that from before the block. */
export function seenBalance(patch: AccountPatch | undefined, before: AccountState | null): bigint {
  return patch?.exists === false ? 0n : (patch?.balance ?? before?.balance ?? 0n);
}

/** A pre-state with a patch on it: what a worker's transaction reads. */
export class PatchedState implements StateSource {
  readonly #base: StateSource;
  readonly #patches = new Map<Address, AccountPatch & { readonly values: ReadonlyMap<bigint, bigint> }>();

  constructor(base: StateSource, patch: StatePatch) {
    this.#base = base;
    for (const account of patch) {
      this.#patches.set(account.address, { ...account, values: new Map(account.slots) });
    }
  }

  account(address: Address): AccountState | null | undefined {
    const base = this.#base.account(address);
    const patch = this.#patches.get(address);
    if (patch === undefined || base === undefined) return base;
    const { balance, nonce, code, exists } = patch;
    if (exists === false) return null;
    if (balance === undefined && nonce === undefined && code === undefined && exists === undefined)
      return base;
    if (base === null && exists === undefined && !balance && !nonce && (code?.length ?? 0) === 0) return null;
    return {
      balance: balance ?? base?.balance ?? 0n,
      nonce: nonce ?? base?.nonce ?? 0n,
      code: code ?? base?.code ?? EMPTY,
    };
  }

  storage(address: Address, slot: bigint): bigint | undefined {
    const patch = this.#patches.get(address);
    const value = patch?.values.get(slot);
    if (value !== undefined) return value;
    return patch?.isWiped === true ? 0n : this.#base.storage(address, slot);
  }

  hasStorage(address: Address): boolean {
    const patch = this.#patches.get(address);
    if (patch?.slots.some(([, value]) => value !== 0n) === true) return true;
    return patch?.isWiped === true ? false : (this.#base.hasStorage?.(address) ?? false);
  }
}

const EMPTY = new Uint8Array(0);
