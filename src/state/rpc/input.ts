/** An input that is looked at over a node: its own, or one that is given, and the state before it. */
import { InputError } from '../../errors.ts';
import type { BlockInput } from '../../input/block.ts';
import { type ReadOptions, readInput } from '../../input/read.ts';
import { fetchBlock, type RpcBlock, type RpcInputBlock } from './block.ts';
import { chainId } from './calls.ts';
import type { JsonRpcNode } from './json-rpc.ts';
import { type NodeState, nodeState } from './state.ts';

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
  options: Omit<ReadOptions, 'source' | 'defaultChain'>,
): Promise<NodeInput> {
  const [document, nodeChain] = await Promise.all([
    given ?? blockOf(node, block ?? 'latest'),
    node.askOne(chainId()),
  ]);
  const input = readInput(document.value, { ...options, source: document.source, defaultChain: nodeChain });
  if (nodeChain !== input.chainId) {
    const expected = `a node of chain ${input.chainId}`;
    throw new InputError({ source: '--rpc', path: '', expected, got: `one of chain ${nodeChain}` });
  }
  const asked = given === undefined || block === 'pending' ? undefined : block;
  return { document, input, state: nodeState(node, asked ?? before(input)) };
}

async function blockOf(node: JsonRpcNode, block: RpcInputBlock): Promise<NamedDocument> {
  const found = await fetchBlock(node, block);
  if (found !== null) return { value: found.json, source: `block ${block}` };
  const expected = 'a block that the node has';
  throw new InputError({ source: '--block', path: '', expected, got: `${block}` });
}

/** A bundle may say it itself; values of a block that is yet to be made may leave the parent's hash out. */
function before({ block, bundles }: BlockInput): RpcBlock {
  if (block === null) return bundles?.find(({ stateBlock }) => stateBlock !== null)?.stateBlock ?? 'latest';
  if (block.number === 0n) return 'latest';
  return BigInt(block.parentHash) === 0n ? block.number - 1n : block.parentHash;
}
