/** The block as ordered, as `eth_getBlockByNumber(…, true)` would answer: `analyze` and `execute` read it again. */
import type { BlockHeader, Hex } from '../input/block.ts';
import { quantity } from '../report/quantity.ts';
import { type RpcTransaction, rpcTransaction } from '../report/rpc-transaction.ts';
import type { OrderedBlock } from './order-block.ts';

const GWEI = 1_000_000_000n;

/** A block that did not run: it has no hash, and nothing of what comes of a block. */
export interface BlockJson {
  readonly number: Hex;
  readonly transactions: readonly RpcTransaction[];
  readonly [field: string]: unknown;
}

/** What blocks of its hardfork do not have is absent. */
export function blockJson({ findings }: Pick<OrderedBlock, 'findings'>): BlockJson {
  const { transactions, chainId, block } = findings.analysis.input;
  return {
    ...(block === null ? { number: '0x0' as const } : headerJson(block)),
    transactions: transactions.map((tx) => rpcTransaction(tx, chainId)),
  };
}

function headerJson(block: BlockHeader) {
  const { withdrawals } = block;
  return {
    number: quantity(block.number),
    hash: null,
    parentHash: block.parentHash,
    timestamp: quantity(block.timestamp),
    gasLimit: quantity(block.gasLimit),
    miner: block.feeRecipient,
    difficulty: quantity(block.difficulty),
    mixHash: block.prevRandao,
    extraData: block.extraData,
    ...(block.baseFeePerGas !== null && { baseFeePerGas: quantity(block.baseFeePerGas) }),
    ...(block.excessBlobGas !== null && { excessBlobGas: quantity(block.excessBlobGas) }),
    ...(block.parentBeaconBlockRoot !== null && { parentBeaconBlockRoot: block.parentBeaconBlockRoot }),
    ...(withdrawals !== null && {
      withdrawals: withdrawals.map(({ index, validatorIndex, address, amount }) => ({
        index: quantity(index),
        validatorIndex: quantity(validatorIndex),
        address,
        amount: quantity(amount / GWEI),
      })),
    }),
    uncles: [...block.uncles],
  };
}
