/** Bundles and conditions of inclusion in the JSON document: what a builder was asked for. */
import type { Bundle, BundleMember, InclusionBounds, TransactionConditions } from '../input/block.ts';
import { slotHex } from '../state/key.ts';
import { quantity } from './quantity.ts';
import type { ReportDocument } from './schema.ts';

type BundleDocument = NonNullable<ReportDocument['bundles']>[number];
type ConditionsDocument = NonNullable<ReportDocument['transactions'][number]['conditions']>;

export function bundleDocument(bundle: Bundle): BundleDocument {
  const { kind, members, bounds, replacementId, stateBlock } = bundle;
  const indices = (those: readonly BundleMember[]) => those.map(({ index }) => index);
  return {
    kind,
    transactions: indices(members),
    canRevert: indices(members.filter(({ canRevert }) => canRevert)),
    canDrop: indices(members.filter(({ canDrop }) => canDrop)),
    bounds: boundsDocument(bounds),
    replacementId,
    stateBlock: typeof stateBlock === 'bigint' ? quantity(stateBlock) : stateBlock,
  };
}

export function conditionsDocument({ bounds, knownAccounts }: TransactionConditions): ConditionsDocument {
  const known = knownAccounts.map((account) => {
    switch (account.kind) {
      case 'storage-root':
        return [account.address, account.storageRoot] as const;
      case 'slots': {
        const slots = [...account.slots].map(([slot, value]) => [slotHex(slot), slotHex(value)]);
        return [account.address, Object.fromEntries(slots) as Record<string, string>] as const;
      }
      default:
        return account satisfies never;
    }
  });
  return { bounds: boundsDocument(bounds), knownAccounts: Object.fromEntries(known) };
}

function boundsDocument(bounds: InclusionBounds): BundleDocument['bounds'] {
  const { minBlock, maxBlock, minTimestamp, maxTimestamp } = bounds;
  const bound = (value: bigint | null) => (value === null ? null : quantity(value));
  return {
    minBlock: bound(minBlock),
    maxBlock: bound(maxBlock),
    minTimestamp: bound(minTimestamp),
    maxTimestamp: bound(maxTimestamp),
  };
}
