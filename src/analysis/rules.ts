/** The rules of a block as the analysis needs them, made once for all its transactions. */

import { paramsBlock } from '@ethereumjs/block';
import type { Common } from '@ethereumjs/common';
import { paramsEVM } from '@ethereumjs/evm';
import { paramsTx } from '@ethereumjs/tx';
import { blobBaseFee } from '../input/blob-gas.ts';
import type { BlockHeader, BlockInput, Transaction } from '../input/block.ts';
import { createChain } from '../input/chain.ts';
import { type IntrinsicPrices, intrinsicPrices } from '../input/intrinsic-gas.ts';
import { type GasSchedule, gasSchedule } from './gas.ts';
import { type HeadSpan, ONE_BLOCK } from './head-window.ts';
import type { Rules } from './machine.ts';
import { Precompiles } from './precompiles.ts';
import { unknownWord, type Word } from './word.ts';

/** From this hardfork on, rules that the analysis does not model yet (EIP-7708, 8037, 8246, …) change accesses. */
const FIRST_UNSUPPORTED = 'amsterdam';

export interface BlockRules {
  readonly common: Common;
  /** Whether the analysis knows the rules of the hardfork; without that it only says "everything". */
  readonly isSupported: boolean;
  readonly schedule: GasSchedule;
  readonly intrinsic: IntrinsicPrices;
  readonly rules: Rules;
  readonly precompiles: Precompiles;
  readonly block: BlockHeader | null;
  /** For how long from then on. */
  readonly span: HeadSpan;
  readonly chainId: bigint;
  /** The hash of an earlier block within reach, as a number; `null`: it has to be loaded first. */
  readonly blockHashOf: (number: bigint) => bigint | null;
  readonly blobBaseFee: Word;
  /** The header for what the sender pays beforehand, which code sees in the sender's balance alone. */
  readonly upFront: { readonly block: BlockHeader | null; readonly blobBaseFee: Word };
}

/** What is the same for all blocks of a hardfork; making it takes about as long as analysing many transactions. */
type HardforkRules = Pick<
  BlockRules,
  'common' | 'isSupported' | 'schedule' | 'intrinsic' | 'rules' | 'precompiles'
>;

const hardforks = new Map<string, HardforkRules>();
/** There are as many as chains times hardforks; who makes up more chains than this waits for each. */
const MOST_HARDFORKS = 64;

function hardforkRules(input: Pick<BlockInput, 'chainId' | 'hardfork'>): HardforkRules {
  const name = `${input.chainId} ${input.hardfork}`;
  let rules = hardforks.get(name);
  if (rules === undefined) {
    rules = makeHardforkRules(input);
    if (hardforks.size >= MOST_HARDFORKS) hardforks.clear();
    hardforks.set(name, rules);
  }
  return rules;
}

function makeHardforkRules(input: Pick<BlockInput, 'chainId' | 'hardfork'>): HardforkRules {
  const common = createChain(input);
  for (const params of [paramsEVM, paramsTx, paramsBlock]) common.updateParams(params);
  return {
    common,
    isSupported: !common.gteHardfork(FIRST_UNSUPPORTED),
    schedule: gasSchedule(common),
    intrinsic: intrinsicPrices(common),
    rules: {
      clearsEmptyAccounts: common.gteHardfork('spuriousDragon'),
      keepsOldAccounts: common.isActivatedEIP(6780),
      hasDelegation: common.isActivatedEIP(7702),
      rejectsEf: common.isActivatedEIP(3541),
      warmsFeeRecipient: common.isActivatedEIP(3651),
      failsUnpaidCode: common.gteHardfork('homestead'),
      isTangerineWhistle: common.gteHardfork('tangerineWhistle'),
      hasPrevRandao: common.isActivatedEIP(4399),
    },
    precompiles: new Precompiles(common),
  };
}

/**
 * @param shown - The header as code sees it, which may watch who looks at what. Default: that of the input.
 * @param span - The blocks that `shown` is the first of. Default: that one.
 */
export function blockRules(
  input: BlockInput,
  shown: BlockHeader | null = input.block,
  span = ONE_BLOCK,
): BlockRules {
  const hardfork = hardforkRules(input);
  const { block, chainId, blockHashes, otherBlockHashes = 'zero' } = input;
  const other = otherBlockHashes === 'zero' ? 0n : null;
  const fee = block === null ? unknownWord([]) : blobBaseFee(hardfork.common, block.excessBlobGas ?? 0n);
  return {
    ...hardfork,
    precompiles: hardfork.precompiles.forBlock(),
    block: shown,
    span,
    chainId,
    blockHashOf: (number) => {
      const hash = blockHashes.get(number);
      return hash === undefined ? other : BigInt(hash);
    },
    get blobBaseFee() {
      // Looked at for whoever watches: it follows from that.
      void shown?.excessBlobGas;
      return fee;
    },
    upFront: { block, blobBaseFee: fee },
  };
}

/** What each unit of gas costs the sender (EIP-1559). */
export function effectiveGasPrice(tx: Transaction, block: BlockHeader | null): Word {
  if (tx.type < 2) return tx.maxFeePerGas;
  if (block === null) return unknownWord([]);
  const baseFee = block.baseFeePerGas ?? 0n;
  const price = baseFee + tx.maxPriorityFeePerGas;
  return price < tx.maxFeePerGas ? price : tx.maxFeePerGas;
}
