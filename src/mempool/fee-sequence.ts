/** One way through the orders of a pool: by what they pay for each unit of gas, each as soon as it may come. */
import { nonceAfter } from '../analysis/growing-block.ts';
import { Heap } from '../graph/heap.ts';
import type { Address } from '../input/block.ts';
import type { StateSource } from '../state/source.ts';
import { Filling, type Fit, type Step } from './filling.ts';
import type { Inclusion } from './inclusion.ts';
import type { Order } from './order.ts';
import type { LeftOut, LeftOutReason } from './ordering.ts';
import { type Need, Room } from './room.ts';

/** An order that may be in the block, with what it is expected to come to. */
export interface Candidate {
  readonly order: Order;
  /** In wei. */
  readonly value: bigint;
  /** Gas that it is expected to use. */
  readonly gas: bigint;
  /** Gas that it is expected to use at most. */
  readonly mostGas: bigint;
}

/** Orders in the sequence of a block, as far as they fit, and why the others do not. */
export interface Sequence {
  readonly fits: readonly Fit[];
  readonly leftOut: readonly LeftOut[];
  readonly value: bigint;
}

/** What a way through the orders starts from. */
export interface SequenceTask {
  readonly inclusion: Inclusion;
  /** Before the block. */
  readonly state: StateSource;
  /** In the order in which they are to be tried. */
  readonly candidates: readonly Candidate[];
  /** What becomes of orders that may touch anything. */
  readonly open: 'last' | 'leave-out';
}

/** The place of a transaction in its sender's sequence. */
function turnOf(from: Address, nonce: bigint): string {
  return `${from} ${nonce}`;
}

/** Whose turn it is once a transaction has run: its sender's next one's, and that of whoever signed an authorisation. */
function turnsAfter({ tx, analysis }: Step): string[] {
  const turns = [turnOf(tx.from, tx.nonce + 1n)];
  for (const address of analysis.nonceWrites) {
    const nonce = nonceAfter(analysis, address);
    if (nonce !== null) turns.push(turnOf(address, nonce));
  }
  return turns;
}

/** How often orders that were refused are tried again, when others have come before them. */
const MOST_ROUNDS = 3;

/** Takes candidates in their order, each as soon as nonce, funds and conditions allow, and as long as there is room. */
export function fillBlock({ inclusion, state, candidates, open }: SequenceTask): Sequence {
  const filling = new Filling(inclusion, state);
  const room = roomFor(candidates, state, inclusion.gasLimit);
  const ready = new Heap((a, b) => a < b);
  const byTurn = new Map<string, number[]>();
  const byFunds = new Map<Address, number[]>();
  const refused = new Map<number, LeftOutReason>();
  const last: number[] = [];
  const fits: Fit[] = [];

  const refuse = (at: number, reason: LeftOutReason, from: Address): void => {
    refused.set(at, reason);
    room.release(at);
    if (reason.kind === 'invalid' && reason.code === 'funds') {
      byFunds.set(from, [...(byFunds.get(from) ?? []), at]);
    }
  };

  const take = (at: number, fit: Fit): void => {
    fits.push(fit);
    room.release(at);
    refused.delete(at);
    for (const address of filling.take(fit)) {
      for (const other of byFunds.get(address) ?? []) if (refused.has(other)) ready.push(other);
      byFunds.delete(address);
    }
    for (const turn of fit.steps.flatMap(turnsAfter)) {
      for (const other of byTurn.get(turn) ?? []) ready.push(other);
      byTurn.delete(turn);
    }
  };

  const attempt = (at: number, isLast: boolean): void => {
    const { order } = candidates[at] as Candidate;
    const trial = filling.try(order);
    switch (trial.kind) {
      case 'too-early': {
        const turn = turnOf(trial.from, trial.nonce);
        byTurn.set(turn, [...(byTurn.get(turn) ?? []), at]);
        refused.set(at, { kind: 'nonce', transaction: trial.transaction });
        return;
      }
      case 'refused':
        refuse(at, trial.reason, trial.from);
        return;
      case 'fits':
        if (trial.fit.isOpen && !isLast) {
          if (open === 'last') last.push(at);
          else refuse(at, { kind: 'open' }, order.id as Address);
          return;
        }
        if (room.isWaiting(at)) room.makeEnough(filling.gasUsed + trial.fit.mostGas, at);
        if (room.isEnough(filling.gasUsed + trial.fit.mostGas, at)) take(at, trial.fit);
        else refuse(at, { kind: 'no-room', of: 'gas' }, order.id as Address);
        return;
      default:
        trial satisfies never;
    }
  };

  /** Takes whoever would find no room any more if this one came first. */
  const takeUrgent = (at: number): void => {
    const { mostGas: gas } = candidates[at] as Candidate;
    for (const other of [...room.urgent]) {
      if (room.isEnough(filling.gasUsed + gas, at)) return;
      if (other === at || !room.isWaiting(other)) continue;
      const trial = filling.try((candidates[other] as Candidate).order);
      if (trial.kind === 'fits' && !trial.fit.isOpen) take(other, trial.fit);
    }
  };

  const drain = (): void => {
    for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
      if (isTaken(at)) continue;
      if (room.isWaiting(at)) takeUrgent(at);
      if (!isTaken(at)) attempt(at, false);
    }
  };
  const taken = new Set<Order>();
  const isTaken = (at: number): boolean => {
    for (let i = taken.size; i < fits.length; i++) taken.add((fits[i] as Fit).order);
    return taken.has((candidates[at] as Candidate).order);
  };

  for (const at of candidates.keys()) ready.push(at);
  drain();
  for (let round = 0, before = -1; round < MOST_ROUNDS && fits.length !== before; round++) {
    before = fits.length;
    for (const [at, reason] of [...refused]) if (isTransient(reason)) ready.push(at);
    drain();
  }
  for (const at of last) attempt(at, true);
  return summary(fits, candidates, refused, isTaken);
}

/** Whether others that come before it may change that. */
function isTransient({ kind }: LeftOutReason): boolean {
  return kind === 'fails' || kind === 'condition' || kind === 'no-room';
}

function summary(
  fits: readonly Fit[],
  candidates: readonly Candidate[],
  refused: ReadonlyMap<number, LeftOutReason>,
  isTaken: (at: number) => boolean,
): Sequence {
  const leftOut = [...candidates.keys()].flatMap((at): LeftOut[] => {
    const reason = refused.get(at) ?? { kind: 'no-room', of: 'gas' };
    return isTaken(at) ? [] : [{ id: (candidates[at] as Candidate).order.id, reason }];
  });
  return {
    fits,
    leftOut,
    value: fits.reduce((sum, { value }) => sum + value, 0n),
  };
}

/** Reserves room for candidates, in their order as far as nonces allow it, and as far as it goes. */
function roomFor(candidates: readonly Candidate[], state: StateSource, gasLimit: bigint): Room {
  const turns = new Map<string, number>();
  for (const [at, { order }] of candidates.entries()) {
    for (const { from, nonce } of order.transactions) {
      if (!turns.has(turnOf(from, nonce))) turns.set(turnOf(from, nonce), at);
    }
  }
  const needs = candidates.map(({ order, mostGas: gas }, at): Need => {
    const next = order.transactions
      .map(({ from, nonce }) => turns.get(turnOf(from, nonce + 1n)))
      .find((other) => other !== undefined && other !== at);
    return { gas, limit: limitOf(order, gas), next: next ?? null, rank: order.transactions[0]?.nonce ?? 0n };
  });
  const room = new Room(needs, gasLimit);
  const ready = new Heap((a, b) => a < b);
  const reserve = (at: number): void => {
    const { next } = needs[at] as Need;
    if (room.reserve(at) && next !== null) ready.push(next);
  };
  const isFirst = ({ order }: Candidate): boolean =>
    order.transactions.every(
      ({ from, nonce }) =>
        nonce <= (state.account(from)?.nonce ?? 0n) ||
        order.transactions.some((other) => other.from === from && other.nonce === nonce - 1n),
    );
  for (const [at, candidate] of candidates.entries()) if (isFirst(candidate)) ready.push(at);
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) if (!room.isWaiting(at)) reserve(at);
  return room;
}

/** Gas that has to be left when an order starts: each transaction's limit has to fit when its turn comes. */
function limitOf({ transactions }: Order, gas: bigint): bigint {
  const [first] = transactions;
  if (transactions.length === 1) return first?.gasLimit ?? 0n;
  // Where the others' gas is not known one by one, the largest limit counts beside all of it.
  const largest = transactions.reduce((most, tx) => (tx.gasLimit > most ? tx.gasLimit : most), 0n);
  const sum = transactions.reduce((all, tx) => all + tx.gasLimit, 0n);
  return sum < gas + largest ? sum : gas + largest;
}
