/**
 * A block that is being filled, order by order: each transaction is derived on what those before it leave, so that its
 * gas, its end and its validity are known nearly exactly before anything runs. An order that does not fit leaves no
 * trace.
 */
import { isOpen } from '../analysis/block.ts';
import { type BlockEnding, growBlock } from '../analysis/growing-block.ts';
import type { TransactionAnalysis } from '../analysis/result.ts';
import type { Address, Transaction } from '../input/block.ts';
import type { StateSource } from '../state/source.ts';
import type { Inclusion } from './inclusion.ts';
import type { Order } from './order.ts';
import type { LeftOutReason, Risk } from './ordering.ts';
import { SenderLedger } from './sender-ledger.ts';

/** A transaction in its place. */
export interface Step {
  readonly tx: Transaction;
  /** Number in its order. */
  readonly number: number;
  readonly analysis: TransactionAnalysis;
}

/** An order as it would run next. */
export interface Fit {
  readonly order: Order;
  readonly steps: readonly Step[];
  readonly dropped: readonly number[];
  /** Gas that it is expected to use, refunds counted. */
  readonly gas: bigint;
  /** The most that it can use. */
  readonly mostGas: bigint;
  readonly blobs: number;
  readonly value: bigint;
  readonly risks: readonly Risk[];
  /** It may touch anything. */
  readonly isOpen: boolean;
}

/** What came of trying an order. */
export type Trial =
  | { readonly kind: 'fits'; readonly fit: Fit }
  /** An earlier transaction of the sender has to come first. */
  | {
      readonly kind: 'too-early';
      readonly from: Address;
      readonly nonce: bigint;
      readonly transaction: number;
    }
  | { readonly kind: 'refused'; readonly reason: LeftOutReason; readonly from: Address };

export class Filling {
  readonly #inclusion: Inclusion;
  readonly #end: BlockEnding;
  #ledger: SenderLedger;
  #count = 0;
  #gasUsed = 0n;
  #blobs = 0;

  /** @param state - Before the block. */
  constructor(inclusion: Inclusion, state: StateSource) {
    const { end, state: before } = growBlock(inclusion.input, state);
    this.#inclusion = inclusion;
    this.#end = end;
    this.#ledger = new SenderLedger(inclusion, before);
  }

  /** The most gas that the transactions so far can have used. */
  get gasUsed(): bigint {
    return this.#gasUsed;
  }

  /** What would come of an order if it were next. */
  try(order: Order): Trial {
    const attempt = new Attempt(this.#inclusion, order, this.#gasUsed, this.#blobs);
    const isSingle = order.transactions.length === 1;
    // What a bundle's transactions leave to each other is forgotten if it does not fit.
    const end = isSingle ? this.#end : this.#end.trial();
    const ledger = isSingle ? this.#ledger : this.#ledger.copy();
    for (const [number, tx] of order.transactions.entries()) {
      const index = this.#count + attempt.steps.length;
      const derive = () => end.derive(tx, index);
      const step = attempt.next(number, tx, end, ledger, derive);
      if (step === 'ended') return attempt.end;
      if (step === 'dropped' || isSingle) continue;
      ledger.add(tx, step);
      end.add(step);
    }
    return attempt.finish();
  }

  /** Puts an order next that fits; says whose balances have changed. */
  take({ steps, mostGas, blobs }: Fit): ReadonlySet<Address> {
    const changed = new Set<Address>();
    for (const { tx, analysis } of steps) {
      for (const address of this.#ledger.add(tx, analysis)) changed.add(address);
      this.#end.add(analysis);
    }
    this.#count += steps.length;
    this.#gasUsed += mostGas;
    this.#blobs += blobs;
    return changed;
  }
}

/** One order, transaction by transaction. */
class Attempt {
  readonly #inclusion: Inclusion;
  readonly #order: Order;
  readonly #gasBefore: bigint;
  readonly #blobsBefore: number;
  readonly steps: Step[] = [];
  readonly #dropped: number[] = [];
  readonly #risks: Risk[] = [];
  #gas = 0n;
  #mostGas = 0n;
  #blobs = 0;
  #value: bigint;
  end: Trial;

  constructor(inclusion: Inclusion, order: Order, gasBefore: bigint, blobsBefore: number) {
    this.#inclusion = inclusion;
    this.#order = order;
    this.#gasBefore = gasBefore;
    this.#blobsBefore = blobsBefore;
    this.#value = order.payment;
    this.end = { kind: 'refused', reason: { kind: 'no-room', of: 'gas' }, from: '0x' };
  }

  next(
    number: number,
    tx: Transaction,
    end: BlockEnding,
    ledger: SenderLedger,
    derive: () => TransactionAnalysis,
  ): TransactionAnalysis | 'dropped' | 'ended' {
    const obstacle = this.#obstacle(number, tx, end, ledger);
    if (obstacle !== null) return this.#without(number, obstacle);
    const analysis = derive();
    const { order, inclusion } = { order: this.#order, inclusion: this.#inclusion };
    const { receipt } = analysis;
    if (!order.canRevert.has(number) && receipt?.isSuccess !== true) {
      if (receipt !== undefined) {
        return this.#without(number, refused(tx, { kind: 'fails', transaction: number }));
      }
      this.#risks.push({ kind: 'may-fail', transaction: number });
    }
    if (tx.conditions?.knownAccounts.some(({ kind }) => kind === 'storage-root') === true) {
      this.#risks.push({ kind: 'storage-root', transaction: number });
    }
    const { likely, most } = inclusion.gasOf(tx, analysis);
    this.steps.push({ tx, number, analysis });
    this.#gas += likely;
    this.#mostGas += most;
    this.#blobs += tx.blobVersionedHashes.length;
    this.#value += likely * inclusion.tipOf(tx);
    return analysis;
  }

  finish(): Trial {
    if (this.steps.length === 0) return this.end;
    const fit: Fit = {
      order: this.#order,
      steps: this.steps,
      dropped: this.#dropped,
      gas: this.#gas,
      mostGas: this.#mostGas,
      blobs: this.#blobs,
      value: this.#value,
      risks: this.#risks,
      isOpen: this.steps.some(({ analysis }) => isOpen(analysis)),
    };
    return { kind: 'fits', fit };
  }

  /** What is known against a transaction before it is looked into. */
  #obstacle(number: number, tx: Transaction, end: BlockEnding, ledger: SenderLedger): Trial | null {
    const code = this.#inclusion.invalidityOf(tx);
    if (code !== null) return refused(tx, { kind: 'invalid', transaction: number, code });
    const standing = ledger.standingOf(tx, end);
    switch (standing.kind) {
      case 'too-early':
        return { kind: 'too-early', from: tx.from, nonce: tx.nonce, transaction: number };
      case 'too-late':
        return refused(tx, { kind: 'nonce', transaction: number });
      case 'funds':
      case 'sender-code':
        return refused(tx, { kind: 'invalid', transaction: number, code: standing.kind });
      case 'valid':
        break;
      default:
        return standing satisfies never;
    }
    if (this.#gasBefore + this.#mostGas + tx.gasLimit > this.#inclusion.gasLimit) {
      return refused(tx, { kind: 'no-room', of: 'gas' });
    }
    if (this.#blobsBefore + this.#blobs + tx.blobVersionedHashes.length > this.#inclusion.blobLimit) {
      return refused(tx, { kind: 'no-room', of: 'blobs' });
    }
    return isKept(tx, end) ? null : refused(tx, { kind: 'condition', transaction: number });
  }

  /** Goes on without a transaction that may be left out. */
  #without(number: number, end: Trial): 'dropped' | 'ended' {
    this.end = end;
    if (!this.#order.canDrop.has(number)) return 'ended';
    this.#dropped.push(number);
    return 'dropped';
  }
}

function refused({ from }: Transaction, reason: LeftOutReason): Trial {
  return { kind: 'refused', reason, from };
}

/** Whether the slots that a transaction's conditions name are known to be as demanded (ERC-7796). */
function isKept({ conditions }: Transaction, end: BlockEnding): boolean {
  for (const known of conditions?.knownAccounts ?? []) {
    if (known.kind !== 'slots') continue;
    for (const [slot, value] of known.slots) {
      if (end.slotOf(known.address, slot) !== value) return false;
    }
  }
  return true;
}
