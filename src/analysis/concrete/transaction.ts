/**
 * Derives the access sets of a transaction of which everything is known: it runs once, on words without labels.
 * Gives up at the first thing that is not known exactly; the abstract interpreter then starts from the
 * beginning. Where both say `exact`, they say the same.
 */
import type { Transaction } from '../../input/block.ts';
import { binary } from '../arithmetic.ts';
import { creationAddress } from '../creation-address.ts';
import { delegateOf } from '../instructions/calls.ts';
import type { Knowledge } from '../knowledge.ts';
import type { BlockRules } from '../rules.ts';
import type { Derivation, Limits } from '../transaction.ts';
import { applicableAuthorizations, fundsLeft, startingGas, warmAccounts } from '../transaction-start.ts';
import { type Account, BALANCE, CODE, NONCE } from './accounts.ts';
import { NO_ROOM } from './arena.ts';
import { loadEntryCode, transfer } from './calls.ts';
import { beginCreation } from './creation.ts';
import type { Frame } from './frame.ts';
import { type Ending, run } from './interpreter.ts';
import { setBigint } from './limbs.ts';
import { ENTERED, LimitReached, Machine, MEMORY_LIMIT, SUCCESS } from './machine.ts';
import { programFor } from './program.ts';
import { resultOf } from './result.ts';
import { known, NOT_KNOWN, writeField } from './state.ts';

export type ConcreteDerivation =
  | { readonly kind: 'derived'; readonly derivation: Derivation }
  /** Something is not known exactly. */
  | { readonly kind: 'unknown' }
  /** More work than is allowed, be it known or not. */
  | { readonly kind: 'limit'; readonly limit: LimitReached };

const UNKNOWN: ConcreteDerivation = { kind: 'unknown' };

/** Derives transactions of one block, one after the other. */
export class ConcreteDeriver {
  readonly #block: BlockRules;
  readonly #machine: Machine;

  constructor(block: BlockRules, limits: Limits) {
    this.#block = block;
    this.#machine = new Machine(block, limits);
  }

  derive(tx: Transaction, knowledge: Knowledge): ConcreteDerivation {
    const first = this.#attempt(tx, knowledge);
    // What earlier transactions have left in the shared memory must not make a difference.
    return first ?? this.#attempt(tx, knowledge) ?? { kind: 'limit', limit: MEMORY_LIMIT };
  }

  /** `null`: there is not enough shared memory; it is empty again now. */
  #attempt(tx: Transaction, knowledge: Knowledge): ConcreteDerivation | null {
    const gas = startingGas(this.#block, tx);
    if (gas === null || !this.#block.isSupported) return UNKNOWN;
    const machine = this.#machine;
    try {
      machine.state.begin(knowledge);
      machine.begin(tx);
      this.#start(tx);
      const ending = this.#run(tx, gas);
      return { kind: 'derived', derivation: resultOf(machine, tx, ending) };
    } catch (error) {
      if (error === NOT_KNOWN) return UNKNOWN;
      if (error === NO_ROOM) return null;
      if (error instanceof LimitReached) return { kind: 'limit', limit: error };
      throw error;
    } finally {
      machine.end();
    }
  }

  /** Sender, fee recipient, warm accounts, authorisations. */
  #start(tx: Transaction): void {
    const { state, schedule } = this.#machine;
    const { accounts, slots } = state;
    const { block } = this.#block;
    const from = accounts.at(tx.from);
    from.credited |= NONCE | BALANCE;
    from.read |= CODE;
    if (block !== null) accounts.at(block.feeRecipient).credited |= BALANCE;
    // Validity is decided elsewhere: here the sender has the nonce and the funds.
    state.setNonce(from, tx.nonce + 1n);
    state.payUnseen(from, (balance) => fundsLeft(this.#block, tx, balance));
    if (schedule.hasAccessLists) {
      for (const address of warmAccounts(this.#block, tx)) state.warm(accounts.at(address));
      for (const entry of tx.accessList ?? []) {
        const account = accounts.at(entry.address);
        state.warm(account);
        for (const slot of entry.storageKeys) {
          setBigint(scratch, 0, BigInt(slot));
          slots.warm(slots.cell(account, scratch, 0));
        }
      }
    }
    if (tx.authorizationList.length > 0) this.#authorise(tx);
  }

  /** EIP-7702: each valid tuple sets its authority's code and counts its nonce, whatever the call does. */
  #authorise(tx: Transaction): void {
    const { state } = this.#machine;
    for (const { authority, nonce, code } of applicableAuthorizations(this.#block, tx)) {
      const account = state.accounts.at(authority);
      state.warm(account);
      account.read |= CODE | NONCE;
      const old = state.codeOf(account);
      if (old.length > 0 && delegateOf(old) === null) continue;
      if (known(state.nonceOf(account)) !== nonce) continue;
      if (this.#block.schedule.refunds.authorization > 0) {
        // An account that counts as there without a look at its balance.
        if (nonce > 0n || old.length > 0) state.refund += this.#block.schedule.refunds.authorization;
        else state.isRefundKnown = false;
      }
      writeField(account, NONCE | CODE);
      state.setCode(account, code);
      state.setNonce(account, nonce + 1n);
    }
  }

  #run(tx: Transaction, gas: number): Ending {
    const machine = this.#machine;
    const { state, rules } = machine;
    const frame = machine.frame(0);
    state.mark(frame);
    frame.gas = gas;
    const from = state.accounts.at(tx.from);
    if (tx.to === null) {
      const made = state.accounts.at(creationAddress(tx.from, tx.nonce));
      state.warm(made);
      const flow = beginCreation(machine, frame, from, made, tx.value, tx.data);
      if (flow === ENTERED) return run(machine, frame);
      return flow === SUCCESS ? { isSuccess: true, gas } : this.#failed(frame);
    }
    const to = state.accounts.at(tx.to);
    const code = to.isPrecompile ? null : loadEntryCode(machine, to);
    if (tx.value > 0n && from !== to) {
      // The sender's value is part of what its funds cover: a delta, not a debit by code.
      state.payUnseen(from, (balance) => binary('sub', balance, tx.value));
      state.credit(to, tx.value);
    } else if (!rules.clearsEmptyAccounts) transfer(machine, from, to, 0n);
    if (code === null) return this.#runPrecompile(tx, to, frame);
    if (code.length === 0) return { isSuccess: true, gas };
    frame.kind = 'call';
    frame.isStatic = false;
    frame.begin(programFor(to, code), to, from);
    setBigint(frame.stack, frame.valueAt, tx.value);
    frame.setInput(machine.placeCallData(tx.data), tx.data.length);
    return run(machine, frame);
  }

  /** A precompile called by the transaction itself touches no state beyond the value. */
  #runPrecompile(tx: Transaction, to: Account, frame: Frame): Ending {
    const result = this.#machine.runPrecompile(to.address, tx.data, frame.gas);
    return result.isSuccess ? { isSuccess: true, gas: frame.gas - result.gasUsed } : this.#failed(frame);
  }

  #failed(frame: Frame): Ending {
    this.#machine.state.rollBack(frame);
    return { isSuccess: false, gas: 0 };
  }
}

const scratch = new Int32Array(8);
