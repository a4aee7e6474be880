/** What a header does not say as long as nobody has made the block. */
import type { BlockHeader, Hex } from './block.ts';

export const ZERO_HASH: Hex = `0x${'0'.repeat(64)}`;

/** Fields that follow from the block's content, or that nobody has chosen yet. */
export const UNSEALED = {
  extraData: '0x',
  uncles: [],
  blobGasUsed: null,
  hash: null,
  gasUsed: null,
  receiptsRoot: null,
  logsBloom: null,
  stateRoot: null,
  requestsHash: null,
  blockAccessListHash: null,
} as const satisfies Partial<BlockHeader>;
