/** One transaction run with any access list at its place in the block, as often as its budget allows. */
import { createHash } from 'node:crypto';
import type { Trial } from '../executor/trials.ts';
import type { BlockInput, Transaction } from '../input/block.ts';
import type { AccessList } from './access-list.ts';
import { outcomeOf } from './outcome.ts';

/** What a run with some list came to. */
export type Probed =
  | { readonly status: 'ran'; readonly gas: bigint; readonly outcome: string }
  /** With this list the transaction may not be in the block. */
  | { readonly status: 'invalid'; readonly detail: string }
  /** It needs state that is not known. */
  | { readonly status: 'unknown' }
  /** Not run any more. */
  | { readonly status: 'spent' };

/** Gas that the runs of one transaction may use together, and how many there may be at most. */
export interface Budget {
  readonly gas: bigint;
  readonly runs: number;
}

export class Probe {
  readonly transaction: Transaction;
  readonly #trial: Trial;
  readonly #input: BlockInput;
  readonly #known = new Map<string, Probed>();
  #gasLeft: bigint;
  #runsLeft: number;
  #isSpent = false;

  constructor(trial: Trial, input: BlockInput, transaction: Transaction, budget: Budget) {
    this.transaction = transaction;
    this.#trial = trial;
    this.#input = input;
    this.#gasLeft = budget.gas;
    this.#runsLeft = budget.runs;
  }

  /** Whether a run was refused because the budget was used up. */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  /** @param list - `null`: as it would be without any. */
  async run(list: AccessList | null): Promise<Probed> {
    const isSpent = this.#runsLeft === 0 || this.#gasLeft <= 0n;
    // Naming a list takes as long as the list is: not for lists that nothing more is asked of.
    if (isSpent && this.#isSpent) return { status: 'spent' };
    const form = withList(this.transaction, list, this.#input.chainId);
    const name = nameOf(form.accessList ?? []);
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    if (isSpent) {
      this.#isSpent = true;
      return { status: 'spent' };
    }
    const probed = await this.#run(form);
    this.#runsLeft--;
    this.#gasLeft -= probed.status === 'ran' ? probed.gas : 0n;
    this.#known.set(name, probed);
    return probed;
  }

  async #run(form: Transaction): Promise<Probed> {
    const result = await this.#trial.run(form);
    if (result.status === 'unknown') return { status: 'unknown' };
    if (result.status === 'invalid') return { status: 'invalid', detail: result.detail };
    const at = { input: this.#input, state: this.#trial.state };
    return { status: 'ran', gas: result.gasUsed, outcome: outcomeOf(result, form, at) };
  }
}

/** Short, however long the list is. */
function nameOf(list: AccessList): string {
  return createHash('sha256').update(JSON.stringify(list)).digest('base64');
}

/**
 * The transaction with another list. The oldest type has none and becomes the one that EIP-2930 made of it, unless
 * there is nothing to list.
 */
function withList(transaction: Transaction, list: AccessList | null, chainId: bigint): Transaction {
  if (transaction.type > 0) return { ...transaction, accessList: list ?? [] };
  if (list === null || list.length === 0) return transaction;
  return { ...transaction, type: 1, chainId, accessList: list };
}
