/** An input that is looked at over a node: its own, or one that is given, and the state before it. */
import { InputError } from '../../errors.ts';
import type { BlockInput } from '../../input/block.ts';
import type { BlockAccessList } from '../../input/block-access-list/list.ts';
import { readBlockAccessList } from '../../input/block-access-list/read.ts';
import { type ReadOptions, readInput } from '../../input/read.ts';
import { fetchBlock, type RpcBlock, type RpcInputBlock } from './block.ts';
import { anyCall, chainId, quantity } from './calls.ts';
import type { JsonRpcNode } from './json-rpc.ts';
import { blockAfter } from './next-block.ts';
import { type NodeState, nodeState, type StateOptions } from './state.ts';

/** Parsed JSON with the name that errors give it, e.g. `block.json`. */
export interface NamedDocument {
  readonly value: unknown;
  readonly source: string;
}

export interface NodeInput {
  /** What was read: as it was given, or as the node writes it. */
  readonly document: NamedDocument;
  readonly input: BlockInput;
  readonly state: NodeState;
}

/** By which rules an input is read over a node, and what is kept of its answers. */
export interface NodeInputOptions
  extends Omit<ReadOptions, 'source' | 'defaultChain'>,
    Pick<StateOptions, 'cache'> {
  /** Transactions without a block are for the one after that whose state is taken. Default: for any block. */
  readonly nextBlock?: 'from-node';
}

/**
 * Reads an input whose state is a node's.
 *
 * @param given - `undefined`: the node's own block is taken.
 * @param block - Without an input, that block; default: the latest. With one, the block after which the state is;
 * default: the parent of the input's block, else the latest.
 * @throws InputError, RpcError
 */
export async function inputOverNode(
  node: JsonRpcNode,
  given: NamedDocument | undefined,
  block: RpcInputBlock | undefined,
  options: NodeInputOptions,
): Promise<NodeInput> {
  const { cache, nextBlock, ...reading } = options;
  const [document, nodeChain] = await Promise.all([
    given ?? blockOf(node, block ?? 'latest'),
    node.askOne(chainId()),
  ]);
  const input = readInput(document.value, { ...reading, source: document.source, defaultChain: nodeChain });
  if (nodeChain !== input.chainId) {
    const expected = `a node of chain ${input.chainId}`;
    throw new InputError({ source: '--rpc', path: '', expected, got: `one of chain ${nodeChain}` });
  }
  const asked = given === undefined || block === 'pending' ? undefined : block;
  const base = asked ?? before(input);
  const caching = cache === undefined ? {} : { cache };
  if (nextBlock === undefined || input.block !== null) {
    return { document, input, state: nodeState(node, base, caching) };
  }
  const { hardfork } = reading;
  const rules = {
    chainId: nodeChain,
    blockHashes: input.blockHashes,
    ...(hardfork !== undefined && { hardfork }),
  };
  const { parent, ...next } = await blockAfter(node, base, rules);
  return { document, input: { ...input, ...next }, state: nodeState(node, parent, caching) };
}

/** The access list (EIP-7928) of a block whose header names one, where the node offers it. A hint: it is checked. */
export async function accessListOverNode(
  node: JsonRpcNode,
  { block }: BlockInput,
): Promise<BlockAccessList | undefined> {
  if (block === null || block.blockAccessListHash === null || block.hash === null) return undefined;
  const answers = await node.tryAsking(
    ['eth_getBlockAccessList', 'eth_getBlockAccessListByBlockHash'].map((method) =>
      anyCall(method, [block.hash]),
    ),
  );
  for (const answer of answers) {
    try {
      if (answer !== null) return readBlockAccessList(answer);
    } catch {
      // Not as the specification has it: the block runs without one.
    }
  }
  return undefined;
}

async function blockOf(node: JsonRpcNode, block: RpcInputBlock): Promise<NamedDocument> {
  if (block === 'pending') return pendingOf(node);
  const found = await fetchBlock(node, block);
  if (found !== null) return { value: found.json, source: `block ${block}` };
  const expected = 'a block that the node has';
  throw new InputError({ source: '--block', path: '', expected, got: `${block}` });
}

/** The block that the node would make next; without its header, or its transactions, what waits in its pool. */
async function pendingOf(node: JsonRpcNode): Promise<NamedDocument> {
  const source = 'the pending transactions';
  const json = (await fetchBlock(node, 'pending'))?.json;
  const { transactions } = json ?? {};
  if (json !== undefined && Array.isArray(transactions) && transactions.length > 0) {
    // What transactions can read of a block has to be there; nodes leave open what they do not know yet.
    if (typeof json.miner !== 'string' || typeof json.mixHash !== 'string') {
      return { value: transactions, source };
    }
    if (typeof json.number === 'string') return { value: json, source: 'the pending block' };
    const latest = (await fetchBlock(node, 'latest'))?.name;
    if (latest?.hash !== json.parentHash) return { value: transactions, source };
    return { value: { ...json, number: quantity((latest?.number ?? 0n) + 1n) }, source: 'the pending block' };
  }
  const [content] = await node.tryAsking([anyCall('txpool_content', [])]);
  const bySender = (content as { readonly pending?: unknown } | null)?.pending;
  const pending = Object.values(bySender ?? {}).flatMap((byNonce: unknown) =>
    Object.entries(byNonce ?? {})
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([, tx]) => tx),
  );
  if (pending.length > 0) return { value: pending, source };
  const expected = 'a node with pending transactions that it shows (pending block, txpool_content)';
  throw new InputError({ source: '--block', path: '', expected, got: 'none' });
}

/** A bundle may say it itself; values of a block that is yet to be made may leave the parent's hash out. */
function before({ block, bundles }: BlockInput): RpcBlock {
  if (block === null) return bundles?.find(({ stateBlock }) => stateBlock !== null)?.stateBlock ?? 'latest';
  if (block.number === 0n) return 'latest';
  return BigInt(block.parentHash) === 0n ? block.number - 1n : block.parentHash;
}
