/** The block that comes after one of a node, as far as that follows from its parent. */
import type { BlockInput, Hex } from '../../input/block.ts';
import { hardforkOfBlock, isKnownChain, readHardfork } from '../../input/chain.ts';
import { readEnv } from '../../input/env.ts';
import { hardforkOfFields } from '../../input/header.ts';
import { blockSchema, parseValue } from '../../input/schema.ts';
import { fetchHeader, type RpcBlock } from './block.ts';
import type { JsonRpcNode } from './json-rpc.ts';

/** A block, by whose rules it is, and the one that it is on. */
export interface NextBlock extends Pick<BlockInput, 'block' | 'hardfork' | 'blockHashes'> {
  readonly parent: Hex;
}

/** Seconds from block to block since the merge; elsewhere it is a stand-in. */
const SECONDS = 12n;

/**
 * The next block: number, base fee (EIP-1559) and blob fee (EIP-4844) follow from the parent; gas limit, fee
 * recipient and randomness are taken to be as there.
 *
 * @param rules.hardfork - Default: by the chain's dates, or by the fields of the parent.
 * @throws RpcError, InputError
 */
export async function blockAfter(
  node: JsonRpcNode,
  parent: RpcBlock,
  {
    chainId,
    blockHashes,
    ...rules
  }: Pick<BlockInput, 'chainId' | 'blockHashes'> & { readonly hardfork?: string },
): Promise<NextBlock> {
  const found = await fetchHeader(node, parent);
  const name = found?.name ?? null;
  if (found === null || name === null)
    throw node.error(`has no block ${parent}, on which one is to be built`);
  const where = { source: `block ${parent}`, path: '' };
  const json = parseValue(blockSchema, found.json, where);
  const next = { ...json, number: json.number + 1n, timestamp: json.timestamp + SECONDS };
  const hardfork =
    rules.hardfork !== undefined
      ? readHardfork(rules.hardfork)
      : isKnownChain(chainId)
        ? hardforkOfBlock(chainId, next, where)
        : hardforkOfFields(json, []);
  const text = (value: bigint | null | undefined): string | null => value?.toString() ?? null;
  const env = {
    currentNumber: text(next.number),
    currentTimestamp: text(next.timestamp),
    currentGasLimit: text(json.gasLimit),
    currentCoinbase: json.miner,
    currentDifficulty: text(json.difficulty ?? 0n),
    currentRandom: json.mixHash ?? `0x${'00'.repeat(32)}`,
    parentBaseFee: text(json.baseFeePerGas),
    parentGasUsed: text(json.gasUsed ?? 0n),
    parentGasLimit: text(json.gasLimit),
    parentExcessBlobGas: text(json.excessBlobGas ?? 0n),
    parentBlobGasUsed: text(json.blobGasUsed ?? 0n),
    parentBeaconBlockRoot: json.parentBeaconBlockRoot ?? `0x${'00'.repeat(32)}`,
    previousHash: name.hash,
    withdrawals: [],
  };
  const { block } = readEnv({ value: env, where }, { chainId, hardfork });
  return {
    block,
    hardfork,
    blockHashes: new Map(blockHashes).set(json.number, name.hash),
    parent: name.hash,
  };
}
