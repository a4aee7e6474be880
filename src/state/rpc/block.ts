/** Blocks from a node, and the one whose state is asked for. */
import type { Hex } from '../../input/block.ts';
import type { Call } from './batch.ts';
import {
  type BlockName,
  type BlockParameter,
  balanceOf,
  blockByHash,
  blockByNumber,
  type FoundBlock,
  quantity,
} from './calls.ts';
import { JsonRpcNode, type RpcOptions } from './json-rpc.ts';

/** A block: its number, its hash, or the node's latest one when it is first asked. */
export type RpcBlock = bigint | Hex | 'latest';

/** What of a node can be an input: a block, or what it would put into the next one. */
export type RpcInputBlock = RpcBlock | 'pending';

/**
 * A block with its transactions, as the node writes it; `null` when it has no such block.
 *
 * @param url - Of the node; see `rpcState`.
 * @throws RpcError
 */
export async function rpcBlock(
  url: string,
  block: RpcInputBlock,
  options: RpcOptions = {},
): Promise<unknown> {
  const node = new JsonRpcNode(url, options);
  try {
    return (await fetchBlock(node, block))?.json ?? null;
  } finally {
    node.close();
  }
}

/** The same over a connection that is there. @throws RpcError */
export function fetchBlock(node: JsonRpcNode, block: RpcInputBlock): Promise<FoundBlock | null> {
  return node.askOne(blockCall(block, 'transactions'));
}

/** The same with hashes in place of its transactions. @throws RpcError */
export function fetchHeader(node: JsonRpcNode, block: RpcBlock): Promise<FoundBlock | null> {
  return node.askOne(blockCall(block, 'hashes'));
}

/** One block that all state is read at, whatever becomes of the chain meanwhile. */
export interface PinnedBlock {
  readonly name: BlockName;
  /** What names it in a call. */
  readonly parameter: BlockParameter;
  /**
   * Throws when the block has left the chain since; does nothing where state is read by the block's hash.
   *
   * @throws RpcError
   */
  readonly check: () => Promise<void>;
}

const NOBODY = `0x${'00'.repeat(20)}` as const;

/**
 * Finds the block, and how the node wants it named: by its hash (EIP-1898), or by its number where it does not
 * know that.
 *
 * @throws RpcError
 */
export async function pinBlock(node: JsonRpcNode, block: RpcBlock): Promise<PinnedBlock> {
  const found = await fetchHeader(node, block);
  const name = found?.name ?? null;
  if (name === null) throw node.error(`has no block ${block}, whose state is asked for`);
  const byHash = { blockHash: name.hash };
  if (await namesByHash(node, byHash)) {
    return { name, parameter: byHash, check: async () => {} };
  }
  const byNumber = quantity(name.number);
  // Says why when it has no state of this block at all.
  await node.askOne(balanceOf(NOBODY, byNumber));
  const check = async (): Promise<void> => {
    const now = (await node.askOne(blockByNumber(byNumber, 'hashes')))?.name?.hash;
    if (now === name.hash) return;
    throw node.error(`block ${name.number} was replaced while its state was read (a reorganisation)`);
  };
  await check();
  return { name, parameter: byNumber, check };
}

/** Whether the node takes this block by its hash. */
async function namesByHash(node: JsonRpcNode, block: BlockParameter): Promise<boolean> {
  const [balance] = await node.tryAsking([balanceOf(NOBODY, block)]);
  return balance !== null && balance !== undefined;
}

function blockCall(block: RpcBlock | 'pending', detail: 'transactions' | 'hashes'): Call<FoundBlock | null> {
  if (typeof block === 'bigint') return blockByNumber(quantity(block), detail);
  if (block === 'latest' || block === 'pending') return blockByNumber(block, detail);
  return blockByHash(block, detail);
}
