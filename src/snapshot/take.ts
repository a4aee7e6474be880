/** Takes what a node says of an input into plain data, enough to run it again without the node. */
import { InvalidBlockError } from '../errors.ts';
import type { BlockInput } from '../input/block.ts';
import { readInput } from '../input/read.ts';
import { askForNames } from '../names/asked.ts';
import type { Findings } from '../report/document.ts';
import { type RunProgress, runOver } from '../run.ts';
import type { RpcInputBlock } from '../state/rpc/block.ts';
import { inputOverNode, type NamedDocument } from '../state/rpc/input.ts';
import { JsonRpcNode, type RpcOptions } from '../state/rpc/json-rpc.ts';
import type { NodeState } from '../state/rpc/state.ts';
import { type PrestateJson, prestateJson } from './prestate-json.ts';

/** What to take, and from where. */
export interface SnapshotRequest extends RpcOptions {
  /** Of the node; see `rpcState`. */
  readonly url: string;
  /** Transactions or a block to take the state for. Default: the node's own block. */
  readonly input?: NamedDocument;
  /** As for `run`: the block to take, or the one after which the state is. Default: the latest. */
  readonly block?: RpcInputBlock;
  readonly chain?: string;
  readonly hardfork?: string;
  /** Is told of each transaction. Default: nobody is. */
  readonly onProgress?: (progress: RunProgress) => void;
}

/** An input with all the state that analysis and execution ask for. */
export interface NodeSnapshot {
  readonly input: BlockInput;
  /** The block or the transactions, as the node or the given file has them. */
  readonly document: unknown;
  readonly prestate: PrestateJson;
  /** Hashes of earlier blocks by decimal number, but for the parent's; `null`: none is needed. */
  readonly blockHashes: Readonly<Record<string, string>> | null;
  /** What came of it; a block was executed once. */
  readonly findings: Findings;
  /** Options without which the files would be read by other rules, such as `--chain 31337`. */
  readonly options: readonly string[];
  /** Why the block cannot be executed; `null`: it can, or there is no block. */
  readonly invalid: string | null;
}

/**
 * Fetches an input and its state from a node. A block is analysed and executed once, and what that took is the
 * snapshot; transactions without a block are analysed in their order and as a mempool (`--unordered`).
 *
 * @throws InputError, RpcError
 */
export async function takeSnapshot(request: SnapshotRequest): Promise<NodeSnapshot> {
  const { url, input: given, block, chain, hardfork, onProgress, ...rpc } = request;
  const rules = { ...(chain !== undefined && { chain }), ...(hardfork !== undefined && { hardfork }) };
  const node = new JsonRpcNode(url, rpc);
  try {
    const { document, input, state } = await inputOverNode(node, given, block, rules);
    const { findings, invalid } = await runOnce(input, state, onProgress);
    return {
      input,
      document: document.value,
      prestate: prestateJson(state.known),
      blockHashes: hashesOf(input, state),
      findings,
      options: optionsFor(document.value, input),
      invalid,
    };
  } finally {
    node.close();
  }
}

async function runOnce(
  input: BlockInput,
  state: NodeState,
  onProgress: SnapshotRequest['onProgress'],
): Promise<Pick<NodeSnapshot, 'findings' | 'invalid'>> {
  const how = {
    workers: 1,
    granularity: 'transaction' as const,
    ...(onProgress !== undefined && { onProgress }),
  };
  if (input.block === null) {
    await runOver(state, input, { ...how, unordered: true, execute: 'no' });
    const findings = await runOver(state, input, { ...how, execute: 'no' });
    await askForNames(findings, state);
    return { findings, invalid: null };
  }
  try {
    const findings = await runOver(state, input, { ...how, execute: 'yes' });
    await askForNames(findings, state);
    return { findings, invalid: null };
  } catch (error) {
    if (!(error instanceof InvalidBlockError)) throw error;
    const findings = await runOver(state, input, { ...how, execute: 'no' });
    await askForNames(findings, state);
    return { findings, invalid: error.message };
  }
}

function hashesOf({ block }: BlockInput, { known }: NodeState): NodeSnapshot['blockHashes'] {
  const hashes = [...known.blockHashes]
    .filter(([number]) => block === null || number !== block.number - 1n)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([number, hash]) => [String(number), hash] as const);
  return hashes.length === 0 ? null : Object.fromEntries(hashes);
}

/** What a file does not say of itself. */
function optionsFor(document: unknown, { chainId, hardfork }: BlockInput): string[] {
  const alone = readInput(document);
  if (alone.chainId === chainId && alone.hardfork === hardfork) return [];
  const chain = alone.chainId === chainId ? [] : ['--chain', String(chainId)];
  const withChain = readInput(document, { chain: chainId });
  return withChain.hardfork === hardfork ? chain : [...chain, '--hardfork', hardfork];
}
