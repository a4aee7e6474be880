/**
 * The span of blocks that a derivation holds for. Where a member of a mempool is told what others may leave, time
 * and number of the block are intervals as well: most of what looks at the time (a pair's accumulators, interest)
 * only writes it down, and so stays as derived while the head moves on.
 */
import type { BlockHeader } from '../input/block.ts';
import { rangeWord, type Word } from './word.ts';

/** How many seconds and blocks from the header's own on; 1 and 1: that block alone. */
export interface HeadSpan {
  readonly seconds: bigint;
  readonly blocks: bigint;
}

export const ONE_BLOCK: HeadSpan = { seconds: 1n, blocks: 1n };

/** Ten minutes: as long as a whole window, deadlines in it are not known to be met. */
export const POOL_SPAN: HeadSpan = { seconds: 600n, blocks: 50n };

/** The header with which the window of a block starts; a function of the block alone. */
export function windowStart(header: BlockHeader, { seconds, blocks }: HeadSpan): BlockHeader {
  const { timestamp, number } = header;
  return { ...header, timestamp: timestamp - (timestamp % seconds), number: number - (number % blocks) };
}

/** A value that is `first` in the first block of a span. */
export function within(first: bigint, length: bigint): Word {
  return length === 1n ? first : rangeWord(first, first + length - 1n, []);
}
