/**
 * Derives transactions one after the other: by the concrete core where everything is known, else by the
 * abstract interpreter. Where the concrete core says anything, both say the same, but that it assumes every
 * value that it looked up.
 */
import type { Transaction } from '../input/block.ts';
import { ConcreteDeriver } from './concrete/transaction.ts';
import type { Knowledge } from './knowledge.ts';
import type { BlockRules } from './rules.ts';
import { abandonTransaction, type Derivation, deriveTransaction, type Limits } from './transaction.ts';

export class Deriver {
  readonly #block: BlockRules;
  readonly #limits: Limits;
  readonly #concrete: ConcreteDeriver;

  constructor(block: BlockRules, limits: Limits) {
    this.#block = block;
    this.#limits = limits;
    this.#concrete = new ConcreteDeriver(block, limits);
  }

  derive(tx: Transaction, knowledge: Knowledge): Derivation {
    const result = this.#concrete.derive(tx, knowledge);
    switch (result.kind) {
      case 'derived':
        return result.derivation;
      case 'unknown':
        return deriveTransaction(this.#block, tx, knowledge, this.#limits);
      case 'limit':
        // The abstract interpreter would reach its own limit, later.
        return abandonTransaction(this.#block, tx, knowledge, result.limit);
      default:
        return result satisfies never;
    }
  }
}
