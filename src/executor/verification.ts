/** What a result is compared with: a sequential run, the block's header, and a given access list. */
import type { BlockInput } from '../input/block.ts';
import { blockAccessListProblems } from '../input/block-access-list/check.ts';
import type { BlockAccessList } from '../input/block-access-list/list.ts';
import { blockAccessListHash } from '../input/block-access-list/rlp.ts';
import { bytesToHex } from '../input/hex.ts';
import { accessListMismatches } from './access-list/compare.ts';
import type { BlockEnd } from './block-end.ts';
import { type BlockResult, type Execution, headerMismatches, sequentialMismatches } from './outcome.ts';

/** A run of the same block, one transaction after the other. */
export interface SequentialRun {
  readonly result: BlockResult;
  readonly end: BlockEnd;
}

export interface Comparisons {
  readonly input: BlockInput;
  /** `null`: not asked for. */
  readonly sequential: SequentialRun | null;
  /** `null`: none. */
  readonly given: BlockAccessList | null;
}

/** Compares; the access list is made only where there is something to compare it with. */
export function verification(
  result: BlockResult,
  end: BlockEnd,
  { input, sequential, given }: Comparisons,
): Execution['verified'] {
  const { block } = input;
  const fromSequential =
    sequential === null
      ? []
      : [
          ...sequentialMismatches(result, sequential.result),
          ...accessListMismatches(end.accessList(), sequential.end.accessList(), "the sequential run's"),
        ];
  // With transactions left out it is another block.
  const isWhole = result.skipped.length === 0;
  const hasHeader = block !== null && block.gasUsed !== null && isWhole;
  const fromHeader = hasHeader ? [...headerMismatches(result, block), ...hashMismatches(end, input)] : [];
  const fromList = given === null || !isWhole ? [] : givenListMismatches(end, given, input);
  return {
    sequential: sequential === null ? null : fromSequential.length === 0,
    header: hasHeader ? fromHeader.length === 0 : null,
    accessList: given === null || !isWhole ? null : fromList.length === 0,
    mismatches: [...fromSequential, ...fromHeader, ...fromList],
  };
}

function hashMismatches(end: BlockEnd, { block }: BlockInput): string[] {
  const expected = block?.blockAccessListHash ?? null;
  if (expected === null) return [];
  const got = bytesToHex(blockAccessListHash(end.accessList()));
  return got === expected
    ? []
    : [`block access list hash: the header has ${expected}, execution gave ${got}`];
}

function givenListMismatches(end: BlockEnd, given: BlockAccessList, input: BlockInput): string[] {
  const { block, transactions } = input;
  const problems = blockAccessListProblems(given, {
    transactions: transactions.length,
    gasLimit: block?.gasLimit ?? null,
  });
  const expected = block?.blockAccessListHash ?? null;
  const hash = bytesToHex(blockAccessListHash(given));
  if (expected !== null && hash !== expected) {
    problems.push(`block access list hash: the header has ${expected}, the given list ${hash}`);
  }
  return [...problems, ...accessListMismatches(end.accessList(), given, 'the given list')];
}
