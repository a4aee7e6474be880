/** What a workload's accounts, functions and variables are called, as `readNames` takes it. */
import type { Hex } from '../generator/account.ts';
import type { WorkloadBlock } from './workload.ts';

/** A file with names. */
interface NamesFile {
  readonly value: unknown;
  /** What errors call it. */
  readonly source: string;
  /** The account that an ABI or a storage layout is about. */
  readonly account?: Hex;
}

/** Labels of accounts, and for each contract its ABI and, where it was compiled for the example, its layout. */
export function namesFilesOf({ names, described }: WorkloadBlock): NamesFile[] {
  const about = [...described].flatMap(([account, { abi, storageLayout }]) => {
    const named = { source: names.get(account) ?? account, account };
    const functions = { ...named, value: JSON.parse(abi.formatJson()) };
    return storageLayout === undefined ? [functions] : [functions, { ...named, value: storageLayout }];
  });
  const labels = { source: 'labels', value: Object.fromEntries(names) };
  return names.size === 0 ? about : [labels, ...about];
}
