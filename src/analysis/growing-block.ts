/**
 * A block that grows: transactions are derived one by one on what those that were added before them leave, and are
 * added, or not, by what that says of them.
 */
import type { Address, BlockInput, Transaction } from '../input/block.ts';
import { accountKey } from '../state/key.ts';
import type { StateSource } from '../state/source.ts';
import { BlockDeriver, beforeTransactions } from './block.ts';
import { type Predecessors, predecessorsIn } from './block-knowledge.ts';
import type { Knowledge } from './knowledge.ts';
import type { TransactionAnalysis } from './result.ts';
import { DEFAULT_LIMITS } from './transaction.ts';
import { knownValue, minOf } from './word.ts';
import { WriteIndex } from './write-index.ts';

/** The end of a block so far. */
export class BlockEnding {
  readonly #deriver: BlockDeriver;
  readonly #before: Predecessors | null;
  readonly #writes = new WriteIndex();
  readonly #knowledge: Knowledge;

  /** @param before - What comes before the first that is added here. */
  constructor(deriver: BlockDeriver, before: Predecessors | null = null) {
    const own = predecessorsIn(this.#writes);
    this.#deriver = deriver;
    this.#before = before;
    this.#knowledge = deriver.knowledge(before === null ? own : layered(own, before));
  }

  /** An end of its own, to which others can be added without changing this one. */
  trial(): BlockEnding {
    const own = predecessorsIn(this.#writes);
    return new BlockEnding(this.#deriver, this.#before === null ? own : layered(own, this.#before));
  }

  /** At least so much is there, in wei. */
  leastBalance(address: Address): bigint {
    const fact = this.#knowledge.balance(address);
    if (fact.kind === 'missing') return 0n;
    return fact.kind === 'stable' ? fact.value : minOf(fact.bounds);
  }

  /** `null`: it is not known. */
  codeOf(address: Address): Uint8Array | null {
    const fact = this.#knowledge.code(address);
    return fact.kind === 'stable' ? fact.code : null;
  }

  /** `null`: it is not known. */
  slotOf(address: Address, slot: bigint): bigint | null {
    const fact = this.#knowledge.storage(address, slot, null);
    return fact.kind === 'stable' ? fact.value : null;
  }

  /** @param index - Its place in the block. */
  derive(tx: Transaction, index: number): TransactionAnalysis {
    return this.#deriver.of(tx, index, this.#knowledge, () => NOBODY);
  }

  /** Adds one that was derived here. */
  add(one: TransactionAnalysis): void {
    this.#deriver.addWithFees(this.#writes, one, this.#knowledge);
  }
}

const NOBODY: readonly number[] = [];

/** The start of a block, and the state that its first transaction finds. */
export function growBlock(
  input: BlockInput,
  state: StateSource,
): { readonly end: BlockEnding; readonly state: StateSource } {
  const before = beforeTransactions(input, state);
  const options = { unordered: false, trustAccessLists: false, skipInvalid: false };
  return { end: new BlockEnding(new BlockDeriver(input, before, options, DEFAULT_LIMITS)), state: before };
}

/** At least so much of an account's balance is there after a transaction that may write it, in wei. */
export function leastBalanceAfter({ effects }: TransactionAnalysis, address: Address): bigint {
  const after = effects.values.get(accountKey(address, 'balance'));
  return after === undefined ? 0n : minOf(after);
}

/** An account's nonce after a transaction that may write it; `null`: it is not known. */
export function nonceAfter({ effects }: TransactionAnalysis, address: Address): bigint | null {
  const after = effects.values.get(accountKey(address, 'nonce'));
  return after === undefined ? null : knownValue(after);
}

/** What later ones leave, else what earlier ones do. */
function layered(later: Predecessors, earlier: Predecessors): Predecessors {
  return {
    value: (key, address, origin) => later.value(key, address, origin) ?? earlier.value(key, address, origin),
    code: (address) => later.code(address) ?? earlier.code(address),
  };
}
