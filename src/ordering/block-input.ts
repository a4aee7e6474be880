/** The input of a block that was made out of a pool. */
import type { BlockHeader, BlockInput, Bundle, Transaction } from '../input/block.ts';

/**
 * Transactions of a pool as its block, with the bundles that are in it where they then stand. What of a bundle was
 * left out is no member any more.
 */
export function blockInput<Pool extends BlockInput & { readonly block: BlockHeader }>(
  pool: Pool,
  transactions: readonly Transaction[],
): Pool {
  const placeOf = new Map(transactions.map(({ hash }, index) => [hash, index]));
  const bundles: Bundle[] = [];
  for (const bundle of pool.bundles ?? []) {
    const members = bundle.members.flatMap((member) => {
      const hash = pool.transactions[member.index]?.hash;
      const index = hash === undefined ? undefined : placeOf.get(hash);
      return index === undefined ? [] : [{ ...member, index }];
    });
    if (members.length > 0) bundles.push({ ...bundle, members });
  }
  bundles.sort((a, b) => (a.members[0]?.index ?? 0) - (b.members[0]?.index ?? 0));
  const { bundles: _given, ...rest } = pool;
  return { ...(rest as Pool), transactions, ...(bundles.length > 0 && { bundles }) };
}
