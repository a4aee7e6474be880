/**
 * Leaves out predecessors that other predecessors already wait for (transitive reduction), one transaction
 * after the other in block order, with one bit for each pair of transactions.
 */

/** Above this many transactions the bits would take more than 32 MB, and no predecessor is left out. */
const MAX_TRANSACTIONS = 16_384;

export class PathPruner {
  readonly #words: number;
  /** Row `i`: everything that transaction `i` waits for, directly or not. */
  readonly #ancestors: Uint32Array | null;
  readonly #candidates: Uint32Array;

  constructor(transactions: number) {
    this.#words = (transactions + 31) >>> 5;
    this.#ancestors = transactions > MAX_TRANSACTIONS ? null : new Uint32Array(this.#words * transactions);
    this.#candidates = new Uint32Array(this.#words);
  }

  /**
   * Those transactions that do not come before another one of them, ascending, each once.
   *
   * From the last one down: a transaction is implied exactly if a later one waits for it.
   * O(transactions given + those left × block / 32).
   *
   * @param transactions - Any order, with repeats; all entered already.
   */
  lastOf(transactions: readonly number[]): number[] {
    if (transactions.length === 0) return [];
    const candidates = this.#candidates.fill(0);
    let last = 0;
    for (const index of transactions) {
      candidates[index >>> 5] = (candidates[index >>> 5] as number) | (1 << (index & 31));
      if (index > last) last = index;
    }
    const left: number[] = [];
    for (let word = last >>> 5; word >= 0; word--) {
      for (let bits = candidates[word] as number; bits !== 0; bits = candidates[word] as number) {
        const bit = 31 - Math.clz32(bits);
        const index = (word << 5) | bit;
        candidates[word] = bits & ~(1 << bit);
        left.push(index);
        this.#dropAncestors(index);
      }
    }
    return left.reverse();
  }

  /**
   * Enters a transaction with its direct predecessors.
   *
   * @param transaction - In block order, each once.
   */
  enter(transaction: number, predecessors: readonly number[]): void {
    const ancestors = this.#ancestors;
    if (ancestors === null) return;
    const own = transaction * this.#words;
    for (const predecessor of predecessors) {
      const other = predecessor * this.#words;
      const top = predecessor >>> 5;
      for (let word = 0; word <= top; word++) {
        ancestors[own + word] = (ancestors[own + word] as number) | (ancestors[other + word] as number);
      }
      ancestors[own + top] = (ancestors[own + top] as number) | (1 << (predecessor & 31));
    }
  }

  #dropAncestors(transaction: number): void {
    const ancestors = this.#ancestors;
    if (ancestors === null) return;
    const row = transaction * this.#words;
    const top = transaction >>> 5;
    for (let word = 0; word <= top; word++) {
      this.#candidates[word] = (this.#candidates[word] as number) & ~(ancestors[row + word] as number);
    }
  }
}
