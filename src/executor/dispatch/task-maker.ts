/**
 * Tasks for the workers: each carries the values of the keys that were derived for its transaction, as they are
 * when it is given out. What an unanswered task of the same worker writes is there already, and is named
 * instead.
 */
import type { AccessSet } from '../../analysis/access.ts';
import { DELTA, WRITE } from '../../graph/access-table.ts';
import { Locations, type Rows } from '../../graph/locations.ts';
import type { Address, Transaction } from '../../input/block.ts';
import { accountKey } from '../../state/key.ts';
import type { AccountState } from '../../state/source.ts';
import { type BlockRun, indicesBySender, type OpenedBlock } from '../block-run.ts';
import type { Commutation } from '../current-state.ts';
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

type Draft = { -readonly [K in keyof AccountRecord]: AccountRecord[K] } & { readonly place: number };

const LATER: Made = { kind: 'later' };
const UNKNOWN: Made = { kind: 'unknown' };
const EMPTY = new Uint8Array(0);

export class TaskMaker {
  readonly #block: OpenedBlock;
  readonly #run: BlockRun;
  readonly #codes: CodeStore;
  readonly #locations = new Locations();
  readonly #bySender: ReadonlyMap<Address, readonly number[]>;
  /** By location: the last unanswered task that writes there; how many that add to it. */
  readonly #writers: (number | undefined)[] = [];
  readonly #deltas: (number | undefined)[] = [];
  /** Accounts whose whole storage an unanswered task may write, with how many do. */
  readonly #clears = new Map<Address, number>();

  constructor(block: OpenedBlock, run: BlockRun, codes: CodeStore) {
    this.#block = block;
    this.#run = run;
    this.#codes = codes;
    this.#bySender = indicesBySender(block.input);
  }

  /** A task for a transaction all of whose predecessors are committed, or unanswered at the same worker. */
  make(index: number, accesses: AccessSet): Made {
    const transaction = this.#block.input.transactions[index];
    if (transaction === undefined) return UNKNOWN;
    const rows = this.#locations.rowsOf(accesses);
    const drafts = new Map<Address, Draft>();
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
      const draft = draftOf(drafts, address);
      if (field === 'all-storage') {
        draft.flags |= MAY_CLEAR;
      } else if (field === 'storage') {
        const value = writer === undefined ? this.#run.current.storage(address, slot) : null;
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
   * before it count, finished or not; those after it do not.
   */
  nonceCorrection(sender: Address, index: number): bigint {
    let correction = 0n;
    for (const other of this.#bySender.get(sender) ?? []) {
      const isDone = this.#run.results[other] !== undefined;
      if (other < index && !isDone) correction++;
      if (other > index && isDone) correction--;
    }
    return correction;
  }

  #complete(
    index: number,
    { from }: Transaction,
    accesses: AccessSet,
    { rows, slots, drafts }: { rows: Rows; slots: SlotRecord[]; drafts: ReadonlyMap<Address, Draft> },
  ): Made {
    const { current } = this.#run;
    const { state } = this.#block;
    const seen = new Map<Address, bigint>();
    const accounts: AccountRecord[] = [];
    for (const draft of drafts.values()) {
      const { address } = draft;
      const before = state.account(address);
      const now = current.account(address);
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
      accounts.push(draft);
    }
    const commutation: Commutation = {
      isDelta: (address, field) => accesses.keys.get(accountKey(address, field)) === 'delta',
      seenBalance: (address) => seen.get(address) ?? 0n,
    };
    return { kind: 'task', task: { transaction: index, accounts, slots, rows, commutation } };
  }
}

function draftOf(drafts: Map<Address, Draft>, address: Address): Draft {
  let draft = drafts.get(address);
  if (draft === undefined) {
    draft = { place: drafts.size, address, flags: 0, balance: 0n, nonce: 0n, code: 0 };
    drafts.set(address, draft);
  }
  return draft;
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
