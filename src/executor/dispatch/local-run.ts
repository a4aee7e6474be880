/** Transactions that the main thread runs itself in a parallel run: those that a worker cannot, or did not. */
import { isOpen } from '../../analysis/block.ts';
import type { TransactionAnalysis } from '../../analysis/result.ts';
import { accountKey } from '../../state/key.ts';
import type { BlockRun, OpenedBlock } from '../block-run.ts';
import type { Commutation } from '../current-state.ts';
import { PatchedState, seenBalance, statePatch } from '../state-patch.ts';
import type { RunResult } from '../transaction-runner.ts';
import type { TaskMaker } from './task-maker.ts';

/** Whether there are regions in its sets that can only be looked at with all state at hand. */
export function needsLocalRun({ accesses }: TransactionAnalysis): boolean {
  // To a worker the whole storage of an account is one that may be cleared.
  return accesses.regions.some(({ shape, mode }) => shape !== 'account' || mode === 'read');
}

export class LocalRun {
  readonly #block: OpenedBlock;
  readonly #run: BlockRun;
  readonly #maker: TaskMaker;

  constructor(block: OpenedBlock, run: BlockRun, maker: TaskMaker) {
    this.#block = block;
    this.#run = run;
    this.#maker = maker;
  }

  /** After all its predecessors are committed; others may be on their way. */
  async run(
    index: number,
    analysis: TransactionAnalysis,
  ): Promise<{ readonly result: RunResult; readonly commutation: Commutation | null }> {
    if (isOpen(analysis)) {
      // It could not be resolved: all earlier ones are done, and none of the later ones start.
      const result = await this.#run.run(index, this.#run.current, analysis);
      return { result, commutation: null };
    }
    const { state } = this.#block;
    const { accesses } = analysis;
    const patches = this.#patches(index, analysis);
    const result = await this.#run.run(index, new PatchedState(state, [...patches.values()]), analysis);
    const commutation: Commutation = {
      isDelta: (address, field) => accesses.keys.get(accountKey(address, field)) === 'delta',
      seenBalance: (address) => seenBalance(patches.get(address), state.account(address) ?? null),
    };
    return { result, commutation };
  }

  /** What the transaction sees of the current state. */
  #patches(index: number, { accesses }: TransactionAnalysis) {
    const { current, origins } = this.#run;
    const patches = statePatch(accesses, current, origins);
    const from = this.#block.input.transactions[index]?.from;
    if (from === undefined) return patches;
    const isDelta = (field: 'balance' | 'nonce') => accesses.keys.get(accountKey(from, field)) === 'delta';
    const sender = current.account(from) ?? null;
    const patch = patches.get(from) ?? { address: from, slots: [] };
    // Escrow: what is there now covers this debit, whichever others are still to come.
    const balance = isDelta('balance') ? sender?.balance : patch.balance;
    const correction = this.#maker.nonceCorrection(from, index);
    const nonce = isDelta('nonce') ? (sender?.nonce ?? 0n) + correction : patch.nonce;
    return patches.set(from, {
      ...patch,
      ...(balance !== undefined && { balance }),
      ...(nonce !== undefined && { nonce }),
    });
  }
}
