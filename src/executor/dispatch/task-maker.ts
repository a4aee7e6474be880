/**
 * Tasks for the workers: each carries the values of the keys that were derived for its transaction, as they are
 * when it is given out. What an unanswered task of the same worker writes is there already, and is named
 * instead.
 */
import type { AccessSet } from '../../analysis/access.ts';
import { DELTA, WRITE } from '../../graph/access-table.ts';
import { type Location, Locations, type Rows } from '../../graph/locations.ts';
import type { Address, Transaction } from '../../input/block.ts';
import { accountKey } from '../../state/key.ts';
import type { AccountState } from '../../state/source.ts';
import type { BlockRun, OpenedBlock } from '../block-run.ts';
import type { Commutation, CurrentAccount } from '../current-state.ts';
import type { CodeStore } from './code-store.ts';
import type { TaskLayout } from './result-record.ts';
import {
  type AccountRecord,
  EXISTS,
  HAS_STORAGE,
  MAY_CLEAR,
  MODE_SHIFT,
  OWN_BALANCE,
  OWN_NONCE,
  type SlotRecord,
} from './task-record.ts';

/** A transaction with what it sees. */
export interface Task extends TaskLayout {
  readonly accounts: readonly AccountRecord[];
  readonly slots: readonly SlotRecord[];
  readonly rows: Rows;
  /** How its result is committed. */
  readonly commutation: Commutation;
}

/** `later`: what it needs is in unanswered tasks, and not by name; `unknown`: the state has to be asked first. */
export type Made = { readonly kind: 'task'; readonly task: Task } | { readonly kind: 'later' | 'unknown' };

type Draft = { -readonly [K in keyof AccountRecord]: AccountRecord[K] } & {
  /** Among the task's accounts. */
  readonly place: number;
  /** What was committed to it. */
  readonly changed: CurrentAccount | undefined;
  readonly before: AccountState | null | undefined;
};

const LATER: Made = { kind: 'later' };
const UNKNOWN: Made = { kind: 'unknown' };
const EMPTY = new Uint8Array(0);

export class TaskMaker {
  readonly #block: OpenedBlock;
  readonly #run: BlockRun;
  readonly #codes: CodeStore;
  readonly #locations = new Locations();
  /** By transaction: how many come before it of the same sender. */
  readonly #earlier: readonly number[];
  /** By location: the last unanswered task that writes there; how many that add to it. */
  readonly #writers: (number | undefined)[] = [];
  readonly #deltas: (number | undefined)[] = [];
  /** Accounts whose whole storage an unanswered task may write, with how many do. */
  readonly #clears = new Map<Address, number>();

  /** By account: the last draft of it. By location: the slot's value before the block. */
  readonly #drafts: (Draft | undefined)[] = [];
  readonly #values: (bigint | undefined)[] = [];

  constructor(block: OpenedBlock, run: BlockRun, codes: CodeStore) {
    this.#block = block;
    this.#run = run;
    this.#codes = codes;
    this.#earlier = countEarlier(block.input.transactions);
  }

  /** A task for a transaction all of whose predecessors are committed, or unanswered at the same worker. */
  make(index: number, accesses: AccessSet): Made {
    const transaction = this.#block.input.transactions[index];
    if (transaction === undefined) return UNKNOWN;
    const rows = this.#locations.rowsOf(accesses);
    const drafts: Draft[] = [];
    const slots: SlotRecord[] = [];
    for (const [row, location] of rows.locations.entries()) {
      const what = this.#locations.all[location];
      const mode = rows.modes[row] ?? WRITE;
      if (what === undefined) return UNKNOWN;
      const { address, field, slot } = what;
      const writer = this.#writers[location];
      if (mode === DELTA ? writer !== undefined : (this.#deltas[location] ?? 0) > 0) return LATER;
      const isStorage = field === 'storage' || field === 'all-storage';
      if (isStorage && this.#clears.has(address)) return LATER;
      const draft = this.#draftOf(what, drafts);
      if (field === 'all-storage') {
        draft.flags |= MAY_CLEAR;
      } else if (field === 'storage') {
        const value = writer === undefined ? this.#valueOf(location, slot, draft) : null;
        if (value === undefined) return UNKNOWN;
        slots.push({ account: draft.place, mode, slot, value, writer: writer ?? -1 });
      } else {
        draft.flags |= mode << MODE_SHIFT[field];
        if (writer === undefined) continue;
        // Code is named by no writer: those that set it are waited for.
        if (field === 'code') return LATER;
        draft.flags |= field === 'balance' ? OWN_BALANCE : OWN_NONCE;
        draft[field] = BigInt(writer);
      }
    }
    return this.#complete(index, transaction, accesses, { rows, slots, drafts });
  }

  #draftOf({ address, account }: Location, drafts: Draft[]): Draft {
    const last = this.#drafts[account];
    if (last !== undefined && drafts[last.place] === last) return last;
    const changed = this.#run.current.changed(address);
    const before = last?.before ?? this.#block.state.account(address);
    const draft = {
      place: drafts.length,
      changed,
      before,
      address,
      flags: 0,
      balance: 0n,
      nonce: 0n,
      code: 0,
    };
    drafts.push(draft);
    this.#drafts[account] = draft;
    return draft;
  }

  /** As it is now; `undefined`: not known. */
  #valueOf(location: number, slot: bigint, { address, changed }: Draft): bigint | undefined {
    const value = changed?.slots.get(slot);
    if (value !== undefined) return value;
    if (changed?.isWiped === true) return 0n;
    this.#values[location] ??= this.#block.state.storage(address, slot);
    return this.#values[location];
  }

  /** The task is given out: until it is answered, others at its worker find there what it writes. */
  give({ transaction, rows }: Task): void {
    for (const [row, location] of rows.locations.entries()) {
      const mode = rows.modes[row];
      if (mode === DELTA) this.#deltas[location] = (this.#deltas[location] ?? 0) + 1;
      if (mode !== WRITE) continue;
      this.#writers[location] = transaction;
      const what = this.#locations.all[location];
      if (what?.field === 'all-storage') {
        this.#clears.set(what.address, (this.#clears.get(what.address) ?? 0) + 1);
      }
    }
  }

  /** The task is answered, or has failed. */
  takeBack({ transaction, rows }: Task): void {
    for (const [row, location] of rows.locations.entries()) {
      const mode = rows.modes[row];
      if (mode === DELTA) this.#deltas[location] = (this.#deltas[location] ?? 1) - 1;
      if (mode !== WRITE) continue;
      if (this.#writers[location] === transaction) this.#writers[location] = undefined;
      const what = this.#locations.all[location];
      if (what?.field !== 'all-storage') continue;
      const left = (this.#clears.get(what.address) ?? 1) - 1;
      if (left > 0) this.#clears.set(what.address, left);
      else this.#clears.delete(what.address);
    }
  }

  /**
   * What a sender's nonce at a transaction's turn is more than it is now. The block's order decides it: those
   * before it count, finished or not; those after it do not. It has not finished itself.
   */
  nonceCorrection(sender: Address, index: number): bigint {
    return BigInt((this.#earlier[index] ?? 0) - this.#run.doneOf(sender));
  }

  #complete(
    index: number,
    { from }: Transaction,
    accesses: AccessSet,
    { rows, slots, drafts }: { rows: Rows; slots: SlotRecord[]; drafts: readonly Draft[] },
  ): Made {
    const { current } = this.#run;
    const seen = new Map<Address, bigint>();
    for (const draft of drafts) {
      const { address, before, changed } = draft;
      const now = changed === undefined ? before : current.account(address);
      if (before === undefined || now === undefined) return UNKNOWN;
      if (isSeen(draft, before, now)) draft.flags |= EXISTS;
      const isSender = address === from;
      if ((draft.flags & OWN_BALANCE) === 0) {
        const mode = modeOf(draft, 'balance');
        // Escrow: what is there now covers this debit, whichever others are still to come.
        const isCurrent = (mode !== 0 && mode !== DELTA) || (mode === DELTA && isSender);
        draft.balance = (isCurrent ? now : before)?.balance ?? 0n;
        if (mode === DELTA) seen.set(address, (draft.flags & EXISTS) === 0 ? 0n : draft.balance);
      }
      if ((draft.flags & OWN_NONCE) === 0) {
        const mode = modeOf(draft, 'nonce');
        draft.nonce = (mode === 0 ? before : now)?.nonce ?? 0n;
        if (mode === DELTA && isSender) draft.nonce += this.nonceCorrection(from, index);
      }
      // A sender that comes into being with an earlier transaction, which is still under way.
      if (before === null && now === null && draft.nonce > 0n) draft.flags |= EXISTS;
      draft.code = this.#codes.numberOf((modeOf(draft, 'code') === 0 ? before : now)?.code ?? EMPTY);
      if ((draft.flags & MAY_CLEAR) !== 0 && current.hasStorage(address)) draft.flags |= HAS_STORAGE;
    }
    const commutation: Commutation = {
      isDelta: (address, field) => accesses.keys.get(accountKey(address, field)) === 'delta',
      seenBalance: (address) => seen.get(address) ?? 0n,
    };
    return { kind: 'task', task: { transaction: index, accounts: drafts, slots, rows, commutation } };
  }
}

function countEarlier(transactions: readonly Transaction[]): number[] {
  const counts = new Map<Address, number>();
  return transactions.map(({ from }) => {
    const count = counts.get(from) ?? 0;
    counts.set(from, count + 1);
    return count;
  });
}

function modeOf({ flags }: Draft, field: keyof typeof MODE_SHIFT): number {
  return (flags >> MODE_SHIFT[field]) & 3;
}

/**
 * Whether the transaction sees the account as existing. One that came into being may have done so by a mere
 * credit, which those who only credit it do not wait for: they see it as it was before the block.
 */
function isSeen(draft: Draft, before: AccountState | null, now: AccountState | null): boolean {
  const existed = before !== null;
  const exists = now !== null;
  if (exists === existed) return exists;
  const modes = (['balance', 'nonce', 'code'] as const).map((field) => modeOf(draft, field));
  if (modes.every((mode) => mode === 0)) return existed;
  return exists && modes.some((mode) => mode !== 0 && mode !== DELTA);
}
