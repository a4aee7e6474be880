/**
 * Puts the parts of an input into one list of transactions: those of a bundle stand together, in its order. A bundle
 * may name a transaction by its hash that the input gives elsewhere; it then stands in the bundle.
 */
import type { Bundle, Hex } from './block.ts';
import type { BundleDraft, GivenTransaction } from './bundle.ts';
import { unexpected } from './schema.ts';
import type { Part } from './shape.ts';
import type { PreparedTransaction } from './transaction.ts';

/** Transactions in their order, and which of them are bundles. */
export interface Arrangement {
  readonly prepared: readonly PreparedTransaction[];
  readonly bundles: readonly PlacedBundle[];
}

/** A bundle whose transactions have places, from `first` on. */
export interface PlacedBundle {
  readonly draft: BundleDraft;
  readonly first: number;
}

/** The transactions that are given, wherever they stand, in the order of the input. */
export function givenTransactions(parts: readonly Part[]): readonly GivenTransaction[] {
  return parts.flatMap((part) => {
    if (part.kind === 'transaction') return [part];
    return part.bundle.items
      .map(({ content }) => content)
      .filter((content) => content.kind === 'transaction');
  });
}

/**
 * @param prepared - All of `givenTransactions`, in their order.
 * @throws InputError for a hash that is no given transaction's.
 */
export function arrange(parts: readonly Part[], prepared: readonly PreparedTransaction[]): Arrangement {
  if (parts.every(({ kind }) => kind === 'transaction')) return { prepared, bundles: [] };
  const byHash = new Map(prepared.map((one) => [hashOf(one), one]));
  const named = new Set<Hex | null>(
    parts.flatMap((part) => (part.kind === 'bundle' ? namedBy(part.bundle) : [])),
  );
  const arranged: PreparedTransaction[] = [];
  const bundles: PlacedBundle[] = [];
  let next = 0;
  for (const part of parts) {
    if (part.kind === 'transaction') {
      const one = prepared[next++];
      if (one !== undefined && !named.has(hashOf(one))) arranged.push(one);
      continue;
    }
    bundles.push({ draft: part.bundle, first: arranged.length });
    for (const { content } of part.bundle.items) {
      const one = content.kind === 'transaction' ? prepared[next++] : byHash.get(content.hash);
      if (one !== undefined) arranged.push(one);
      else if (content.kind === 'reference') {
        throw unexpected(content.where, 'the hash of a transaction that is given as well', content.hash);
      }
    }
  }
  return { prepared: arranged, bundles };
}

/** A bundle with its transactions, by their hashes. */
export function completeBundle({ draft, first }: PlacedBundle, hashes: readonly Hex[]): Bundle {
  const { items, reverting, dropping, ...rest } = draft;
  const members = items.map(({ canRevert }, place) => {
    const index = first + place;
    const hash = hashes[index] ?? '0x';
    return { index, canRevert: canRevert || reverting.has(hash), canDrop: dropping.has(hash) };
  });
  return { ...rest, members };
}

function namedBy({ items }: BundleDraft): Hex[] {
  return items.flatMap(({ content }) => (content.kind === 'reference' ? [content.hash] : []));
}

/** `null` for an unsigned transaction that says no hash. */
function hashOf({ signed, draft }: PreparedTransaction): Hex | null {
  return signed?.hash ?? draft.given.hash;
}
