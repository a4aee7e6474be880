/**
 * The state of a block as far as one worker has it: what came with its tasks, and what its own transactions have
 * left since. A transaction sees the keys that were derived for it and no others, so whatever else it reaches
 * for shows at once.
 */
import { WRITE } from '../../graph/access-table.ts';
import type { Address } from '../../input/block.ts';
import { accountKey, storageKey } from '../../state/key.ts';
import type { AccountState, StateSource } from '../../state/source.ts';
import { FIELD_SHIFT, OBSERVED_STORAGE } from '../observed.ts';
import { type AccountDiff, type Cell, observedBits, observedSlotBits } from '../transaction-state.ts';
import {
  type AccountRecord,
  EXISTS,
  HAS_STORAGE,
  MAY_CLEAR,
  MODE_SHIFT,
  OWN_BALANCE,
  OWN_NONCE,
  type SlotRecord,
  type StateReceiver,
} from './task-record.ts';

const NOBODY = -1;
const EMPTY = new Uint8Array(0);
/** The bits of what is touched, without those that say nothing of keys. */
const KEY_BITS = (1 << 9) - 1;

/** Something that was not derived was reached for, or what should be here is not. */
class OutsideError extends Error {
  override readonly name = 'OutsideError';
  readonly code: 'outside-of-sets' | 'not-here';

  constructor(code: 'outside-of-sets' | 'not-here', what: string) {
    super(code === 'not-here' ? `${what} is not on this worker` : `${what} is not in the derived sets`);
    this.code = code;
  }
}

interface LocalSlot {
  /** Of the worker's own transactions, who wrote the value. */
  writer: number;
  value: bigint;
  /** The task that it was derived for last, its place there, and with which mode. */
  task: number;
  place: number;
  mode: number;
}

interface LocalAccount {
  readonly address: Address;
  task: number;
  place: number;
  flags: number;
  /** As the current task sees it. */
  seen: AccountState | null;
  /** As the worker's own transactions left it. */
  balance: bigint;
  balanceWriter: number;
  nonce: bigint;
  nonceWriter: number;
  exists: boolean;
  readonly slots: Map<bigint, LocalSlot>;
}

export class WorkerState implements StateSource, StateReceiver {
  readonly #codes: ReadonlyMap<number, Uint8Array>;
  #accounts = new Map<Address, LocalAccount>();
  #precompiles: ReadonlyMap<Address, AccountState | null> = new Map();
  #task = 0;
  /** Of the current task, in its order. */
  readonly #ownAccounts: LocalAccount[] = [];
  readonly #ownSlots: LocalSlot[] = [];

  /** @param codes - By number; may grow. */
  constructor(codes: ReadonlyMap<number, Uint8Array>) {
    this.#codes = codes;
  }

  startBlock(precompiles: ReadonlyMap<Address, AccountState | null>): void {
    this.#accounts = new Map();
    this.#precompiles = precompiles;
  }

  /** Starts another task, whose records follow. */
  begin(): void {
    this.#task++;
    this.#ownAccounts.length = 0;
    this.#ownSlots.length = 0;
  }

  account(address: Address): AccountState | null | undefined {
    const local = this.#accounts.get(address);
    return local?.task === this.#task ? local.seen : this.#precompiles.get(address);
  }

  receiveSlot({ account, mode, slot, value, writer }: SlotRecord): void {
    const owner = this.#ownAccounts[account];
    if (owner === undefined) throw new OutsideError('not-here', `account ${account} of the task`);
    let local = owner.slots.get(slot);
    if (local === undefined) {
      local = { writer: NOBODY, value: 0n, task: 0, place: 0, mode: 0 };
      owner.slots.set(slot, local);
    }
    if (value !== null) {
      local.value = value;
      local.writer = NOBODY;
    } else if (local.writer !== writer) {
      throw new OutsideError(
        'not-here',
        `what transaction ${writer} left at ${storageKey(owner.address, slot)}`,
      );
    }
    local.task = this.#task;
    local.mode = mode;
    local.place = this.#ownSlots.push(local) - 1;
  }

  receiveAccount({ address, flags, balance, nonce, code }: AccountRecord): void {
    let local = this.#accounts.get(address);
    if (local === undefined) {
      local = newAccount(address);
      this.#accounts.set(address, local);
    }
    const bytes = code === 0 ? EMPTY : this.#codes.get(code);
    if (bytes === undefined) throw new OutsideError('not-here', `code ${code}`);
    const hasOwn = (flags & (OWN_BALANCE | OWN_NONCE)) !== 0;
    if (!hasOwn) local.exists = (flags & EXISTS) !== 0;
    local.task = this.#task;
    local.flags = flags;
    local.place = this.#ownAccounts.push(local) - 1;
    if ((flags & OWN_BALANCE) !== 0) {
      if (local.balanceWriter !== Number(balance)) throw notLeft(balance, address, 'balance');
    } else if (modeOf(local, 'balance') !== 0) local.balanceWriter = NOBODY;
    if ((flags & OWN_NONCE) !== 0) {
      if (local.nonceWriter !== Number(nonce)) throw notLeft(nonce, address, 'nonce');
    } else if (modeOf(local, 'nonce') !== 0) local.nonceWriter = NOBODY;
    local.seen = local.exists
      ? {
          balance: (flags & OWN_BALANCE) === 0 ? balance : local.balance,
          nonce: (flags & OWN_NONCE) === 0 ? nonce : local.nonce,
          code: bytes,
        }
      : null;
  }

  storage(address: Address, slot: bigint): bigint | undefined {
    const local = this.#accounts.get(address)?.slots.get(slot);
    return local?.task === this.#task ? local.value : undefined;
  }

  hasStorage(address: Address): boolean {
    const local = this.#accounts.get(address);
    return local?.task === this.#task && (local.flags & HAS_STORAGE) !== 0;
  }

  /** Where an account stands in the current task; `null` for a precompile that does not exist as an account. */
  placeOf(address: Address): number | null {
    const local = this.#accounts.get(address);
    if (local?.task === this.#task) return local.place;
    if (this.#precompiles.get(address) === null) return null;
    throw new OutsideError('outside-of-sets', address);
  }

  /** Where a slot stands in the current task. */
  placeOfSlot(address: Address, slot: bigint): number {
    const local = this.#accounts.get(address)?.slots.get(slot);
    if (local?.task !== this.#task) throw new OutsideError('outside-of-sets', storageKey(address, slot));
    return local.place;
  }

  /**
   * What was observed of the task's accounts and slots, by place, and which other accounts were reached.
   *
   * @throws OutsideError for the first access that was not derived.
   */
  check(cells: Iterable<Cell>): {
    readonly accounts: Uint16Array;
    readonly slots: Uint8Array;
    readonly others: readonly Address[];
  } {
    const accounts = new Uint16Array(this.#ownAccounts.length);
    const slots = new Uint8Array(this.#ownSlots.length);
    const others: Address[] = [];
    for (const cell of cells) {
      const local = this.#accounts.get(cell.address);
      const bits = observedBits(cell);
      if (local?.task !== this.#task) {
        if ((bits & (KEY_BITS | OBSERVED_STORAGE)) !== 0)
          throw new OutsideError('outside-of-sets', cell.address);
        if (bits !== 0) others.push(cell.address);
        continue;
      }
      checkAccount(local, bits);
      accounts[local.place] = bits;
      for (const [key, slot] of cell.slots) {
        const own = local.slots.get(key);
        if (own?.task !== this.#task || !covers(own.mode, slot.observed)) {
          throw new OutsideError('outside-of-sets', storageKey(cell.address, key));
        }
        slots[own.place] = observedSlotBits(slot);
      }
    }
    return { accounts, slots, others };
  }

  /** Keeps what the current task's transaction has left, for those that follow it here. */
  keep(index: number, diffs: readonly AccountDiff[]): void {
    for (const slot of this.#ownSlots) if (slot.mode === WRITE) slot.writer = index;
    for (const local of this.#ownAccounts) {
      if (modeOf(local, 'balance') === WRITE) {
        local.balance = local.seen?.balance ?? 0n;
        local.balanceWriter = index;
      }
      if (modeOf(local, 'nonce') === WRITE) {
        local.nonce = local.seen?.nonce ?? 0n;
        local.nonceWriter = index;
      }
    }
    for (const diff of diffs) this.#apply(diff);
  }

  #apply({ address, balance, nonce, slots, ...diff }: AccountDiff): void {
    const local = this.#accounts.get(address);
    if (local === undefined) return;
    if (diff.isDestroyed || diff.isWiped) {
      // Nobody is sent after such a transaction before it is committed.
      this.#accounts.delete(address);
      return;
    }
    if (balance !== undefined && local.balanceWriter !== NOBODY) local.balance = balance;
    if (nonce !== undefined && local.nonceWriter !== NOBODY) local.nonce = nonce;
    const { seen } = local;
    const isEmpty =
      (balance ?? seen?.balance ?? 0n) === 0n &&
      (nonce ?? seen?.nonce ?? 0n) === 0n &&
      (diff.code ?? seen?.code ?? EMPTY).length === 0;
    if (diff.isClearedIfEmpty) local.exists &&= !isEmpty;
    else if (!isEmpty || diff.isCreated) local.exists = true;
    for (const [slot, value] of slots) {
      const own = local.slots.get(slot);
      if (own !== undefined) own.value = value;
    }
  }
}

function newAccount(address: Address): LocalAccount {
  return {
    address,
    task: 0,
    place: 0,
    flags: 0,
    seen: null,
    balance: 0n,
    balanceWriter: NOBODY,
    nonce: 0n,
    nonceWriter: NOBODY,
    exists: false,
    slots: new Map(),
  };
}

function notLeft(writer: bigint, address: Address, field: 'balance' | 'nonce'): OutsideError {
  return new OutsideError('not-here', `what transaction ${writer} left at ${accountKey(address, field)}`);
}

function modeOf({ flags }: LocalAccount, field: keyof typeof MODE_SHIFT): number {
  return (flags >> MODE_SHIFT[field]) & 3;
}

/** Whether a derived mode, as in `access-table.ts`, allows what was observed. */
function covers(mode: number, observed: number): boolean {
  if (observed === 0 || mode === WRITE) return true;
  // Read is 1 in both; delta is 2 in the one and 4 in the other.
  return observed === (mode === 1 ? 1 : mode === 2 ? 4 : 0);
}

function checkAccount(local: LocalAccount, bits: number): void {
  for (const field of ['balance', 'nonce', 'code'] as const) {
    if (!covers(modeOf(local, field), (bits >> FIELD_SHIFT[field]) & 7)) {
      throw new OutsideError('outside-of-sets', accountKey(local.address, field));
    }
  }
  if ((bits & OBSERVED_STORAGE) !== 0 && (local.flags & MAY_CLEAR) === 0) {
    throw new OutsideError('outside-of-sets', `the storage of ${local.address}`);
  }
}
