/** The heaviest chain of transactions that wait for each other. */

export interface CriticalPath {
  /** Ascending; empty for an empty block. */
  readonly transactions: readonly number[];
  readonly gas: bigint;
}

/**
 * The heaviest path through the graph: no schedule of any width finishes sooner than its gas.
 *
 * O(transactions + edges), by dynamic programming in block order. Among equally heavy paths it takes, from the
 * end back, the transaction with the lowest index.
 *
 * @param gas - Of each transaction, in block order.
 * @param predecessors - Of each transaction, all lower than itself, ascending.
 */
export function findCriticalPath(
  gas: readonly bigint[],
  predecessors: readonly (readonly number[])[],
): CriticalPath {
  /** By transaction: gas of the heaviest path that ends with it, and the step before. */
  const heaviest: bigint[] = [];
  const before: number[] = [];
  let last = -1;
  for (const [index, own] of gas.entries()) {
    let step = -1;
    for (const predecessor of predecessors[index] ?? []) {
      if (step === -1 || (heaviest[predecessor] as bigint) > (heaviest[step] as bigint)) step = predecessor;
    }
    before.push(step);
    heaviest.push(step === -1 ? own : own + (heaviest[step] as bigint));
    if (last === -1 || (heaviest[index] as bigint) > (heaviest[last] as bigint)) last = index;
  }
  const transactions: number[] = [];
  for (let index = last; index !== -1; index = before[index] as number) transactions.push(index);
  return { transactions: transactions.reverse(), gas: heaviest[last] ?? 0n };
}
