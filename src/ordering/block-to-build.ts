/** The block that orders are chosen for: the one that the input is of or for, or a made-up one. */
import type { Address, BlockHeader, BlockInput } from '../input/block.ts';
import { isHardforkFrom } from '../input/chain.ts';

/** What the block that is to be built has, whatever the input says. */
export interface HeaderChoice {
  readonly gasLimit?: bigint;
  /** Wei for each unit of gas. */
  readonly baseFeePerGas?: bigint;
  readonly feeRecipient?: Address;
}

/** A block without results: nothing ran in it yet. */
export interface BlockToBuild {
  readonly block: BlockHeader;
  /** `made-up`: neither the input nor a node says anything of it. */
  readonly origin: 'input' | 'made-up';
}

/** What most blocks of mainnet can hold since the end of 2025. */
const GAS_LIMIT = 60_000_000n;
const ZERO_ADDRESS: Address = `0x${'00'.repeat(20)}`;
const ZERO_HASH = `0x${'00'.repeat(32)}` as const;

/**
 * The header of the block that is to be built. A made-up one has the number and the time that bundles ask for, base
 * fee 0, and nothing else; for what it lacks of its hardfork stand zeros.
 */
export function blockToBuild(input: BlockInput, choice: HeaderChoice = {}): BlockToBuild {
  const { block: given } = input;
  const block = given ?? madeUp(input);
  const { gasLimit, baseFeePerGas, feeRecipient } = choice;
  return {
    block: {
      ...block,
      ...(gasLimit !== undefined && { gasLimit }),
      ...(baseFeePerGas !== undefined && { baseFeePerGas }),
      ...(feeRecipient !== undefined && { feeRecipient }),
      ...NOT_RUN,
    },
    origin: given === null ? 'made-up' : 'input',
  };
}

/** What a header says of what came of a block. */
const NOT_RUN = {
  hash: null,
  gasUsed: null,
  blobGasUsed: null,
  receiptsRoot: null,
  logsBloom: null,
  stateRoot: null,
  requestsHash: null,
  blockAccessListHash: null,
} satisfies Partial<BlockHeader>;

function madeUp({ bundles = [], hardfork }: BlockInput): BlockHeader {
  const since = (first: string): boolean => isHardforkFrom(hardfork, first);
  return {
    number: bundles.reduce((most, { bounds }) => larger(most, bounds.minBlock), 1n),
    timestamp: bundles.reduce((most, { bounds }) => larger(most, bounds.minTimestamp), 1n),
    gasLimit: GAS_LIMIT,
    feeRecipient: ZERO_ADDRESS,
    parentHash: ZERO_HASH,
    difficulty: 0n,
    prevRandao: ZERO_HASH,
    extraData: '0x',
    baseFeePerGas: since('london') ? 0n : null,
    excessBlobGas: since('cancun') ? 0n : null,
    parentBeaconBlockRoot: since('cancun') ? ZERO_HASH : null,
    withdrawals: since('shanghai') ? [] : null,
    uncles: [],
    ...NOT_RUN,
  };
}

function larger(a: bigint, b: bigint | null): bigint {
  return b !== null && b > a ? b : a;
}
