/** Orders: what a block builder may put into a block, as a whole or not at all. */
import { InputError } from '../errors.ts';
import type { BlockInput, Bundle, InclusionBounds, Transaction } from '../input/block.ts';

/** What a builder takes or leaves as a whole: a transaction, or a bundle. */
export interface Order {
  /** Its own among all orders of a pool: the transaction's hash, or a bundle's name. */
  readonly id: string;
  /** They run one right after the other, in this order. */
  readonly transactions: readonly Transaction[];
  /** Numbers of those transactions that may fail without the order being given up. */
  readonly canRevert: ReadonlySet<number>;
  /** Numbers of those transactions that may be left out without the order being given up. */
  readonly canDrop: ReadonlySet<number>;
  /** Blocks that it may be in. */
  readonly bounds: InclusionBounds;
  /** An order with the same name takes its place; `null`: a transaction, or a bundle without one. */
  readonly replacementId: string | null;
  /** What it is said to pay to the fee recipient directly, in wei, beside its fees. */
  readonly payment: bigint;
}

const UNBOUNDED: InclusionBounds = { minBlock: null, maxBlock: null, minTimestamp: null, maxTimestamp: null };
const NONE: ReadonlySet<number> = new Set();

/** A transaction as an order of its own. */
export function transactionOrder(tx: Transaction): Order {
  const bounds = tx.conditions?.bounds ?? UNBOUNDED;
  const all = new Set([0]);
  return {
    id: tx.hash,
    transactions: [tx],
    // Whoever sends one alone pays for its failure.
    canRevert: all,
    canDrop: NONE,
    bounds,
    replacementId: null,
    payment: 0n,
  };
}

/**
 * A bundle as an order.
 *
 * @param options.id - Default: its replacement name, else the hashes of its transactions.
 * @param options.payment - See `Order`. Default: 0n.
 */
export function bundleOrder(
  bundle: Bundle,
  transactions: readonly Transaction[],
  options: { readonly id?: string; readonly payment?: bigint } = {},
): Order {
  const own = bundle.members.map(({ index }) => {
    const tx = transactions[index];
    if (tx === undefined) {
      const expected = `one of ${transactions.length} transactions`;
      throw new InputError({ source: 'bundleOrder', path: 'members', expected, got: String(index) });
    }
    return tx;
  });
  const numbersOf = (which: 'canRevert' | 'canDrop') =>
    new Set([...bundle.members.keys()].filter((at) => bundle.members[at]?.[which] === true));
  const id = options.id ?? bundle.replacementId ?? own.map(({ hash }) => hash).join('+');
  return {
    id,
    transactions: own,
    canRevert: numbersOf('canRevert'),
    canDrop: numbersOf('canDrop'),
    bounds: own.reduce((bounds, { conditions }) => within(bounds, conditions?.bounds), bundle.bounds),
    replacementId: bundle.replacementId,
    payment: options.payment ?? 0n,
  };
}

/** The orders of an input: its bundles, and every other transaction alone. By their first transaction. */
export function ordersOf({ transactions, bundles = [] }: BlockInput): Order[] {
  const bundleAt = new Map(
    bundles.flatMap((bundle) => bundle.members.map(({ index }) => [index, bundle] as const)),
  );
  const orders: Order[] = [];
  const seen = new Set<Bundle>();
  for (const [index, tx] of transactions.entries()) {
    const bundle = bundleAt.get(index);
    if (bundle === undefined) orders.push(transactionOrder(tx));
    else if (!seen.has(bundle)) {
      seen.add(bundle);
      orders.push(bundleOrder(bundle, transactions));
    }
  }
  return orders;
}

/** What both bounds allow. */
function within(a: InclusionBounds, b: InclusionBounds | undefined): InclusionBounds {
  if (b === undefined) return a;
  return {
    minBlock: largest(a.minBlock, b.minBlock),
    maxBlock: smallest(a.maxBlock, b.maxBlock),
    minTimestamp: largest(a.minTimestamp, b.minTimestamp),
    maxTimestamp: smallest(a.maxTimestamp, b.maxTimestamp),
  };
}

function largest(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
}

function smallest(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
