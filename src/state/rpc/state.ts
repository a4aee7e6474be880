/** Pre-state from a node, over JSON-RPC. */
import type { Address, BlockInput, Hex } from '../../input/block.ts';
import { type FetchedAccount, type FetchedState, type FetchingState, fetchingState } from '../fetching.ts';
import { type StateKey, slotHex } from '../key.ts';
import type { Call } from './batch.ts';
import { type PinnedBlock, pinBlock, type RpcBlock } from './block.ts';
import { CachedState, isCacheable } from './cached-state.ts';
import { anyCall, balanceOf, blockByNumber, chainId, codeOf, nonceOf, quantity, storageAt } from './calls.ts';
import { DiskCache } from './disk-cache.ts';
import { accessListHints } from './hints.ts';
import { JsonRpcNode, type RpcOptions } from './json-rpc.ts';
import { tracedState } from './traces.ts';

/** How to deal with a node, and what is kept of its answers. */
export interface StateOptions extends RpcOptions {
  /** A folder for what never changes; see `disk-cache.ts`. Default: none. */
  readonly cache?: string;
}

/** A source over a node. An account without balance, nonce and code is taken not to exist. */
export interface NodeState extends FetchingState {
  readonly foresee: (input: BlockInput) => Promise<readonly StateKey[]>;
  readonly blockHash: (number: bigint) => Hex | undefined;
  /** Puts what was fetched into the cache, if there is one. */
  readonly save: () => Promise<void>;
}

/** The same, with a connection of its own. */
export interface RpcState extends NodeState {
  /** The chain that the node serves. */
  chainId(): Promise<bigint>;
  /** Saves, and lets go of the connection; nothing can be loaded any more. */
  close(): Promise<void>;
}

/**
 * State over JSON-RPC: that after one block, whose hash is found out when it is first asked.
 *
 * @param url - Of the node; `https://user:password@host` is understood. Only its host is named in errors.
 * @throws RpcError from `load`, `foresee` and `chainId`.
 */
export function rpcState(url: string, block: RpcBlock, options: StateOptions = {}): RpcState {
  const node = new JsonRpcNode(url, options);
  const state = nodeState(node, block, options);
  return {
    ...state,
    chainId: () => node.askOne(chainId()),
    close: async () => {
      node.close();
      await state.save();
    },
  };
}

/** State over a connection that is there. */
export function nodeState(node: JsonRpcNode, block: RpcBlock, { cache }: StateOptions = {}): NodeState {
  let pinned: Promise<PinnedBlock> | null = null;
  const at = (): Promise<PinnedBlock> => {
    pinned ??= pin().catch((error: unknown) => {
      // The next one who asks may have more luck.
      pinned = null;
      throw error;
    });
    return pinned;
  };
  let cached: CachedState | null = null;
  let isKnownBefore = false;
  let fetches = 0;
  const pin = async (): Promise<PinnedBlock> => {
    const found = await pinBlock(node, block);
    cached = cache === undefined ? null : await cachedState(node, cache, found.name.hash);
    const before = (await cached?.read()) ?? null;
    if (before !== null) source.learn(before);
    isKnownBefore = before !== null;
    return found;
  };
  const source = fetchingState(async ({ accounts, slots, blocks }): Promise<FetchedState> => {
    const { name, parameter, check } = await at();
    const calls: Call<bigint | Uint8Array>[] = [
      ...accounts.flatMap((address) => [
        balanceOf(address, parameter),
        nonceOf(address, parameter),
        codeOf(address, parameter),
      ]),
      ...slots.map(({ address, slot }) => storageAt(address, slotHex(slot), parameter)),
    ];
    const [answers, blockHashes] = await Promise.all([
      node.ask(calls),
      hashesOf(node, blocks, name.number, name.hash),
    ]);
    await check();
    fetches++;
    node.emit({ kind: 'loaded', accounts: accounts.length, slots: slots.length });
    const { length } = accounts;
    return {
      accounts: accounts.map((_: Address, i) => accountOf(answers.slice(3 * i, 3 * i + 3))),
      slots: slots.map((_, i) => answers[3 * length + i] as bigint),
      blockHashes,
    };
  });
  return {
    ...source,
    load: async (keys) => {
      await at();
      await source.load(keys);
    },
    save: async () => {
      if (fetches > 0) await cached?.add(source.known);
      fetches = 0;
    },
    blockHash: (number) => source.known.blockHashes.get(number),
    foresee: async (input) => {
      const { name, parameter } = await at();
      if (isKnownBefore) return [];
      // The traces are over the state that the block itself was executed on.
      const traced = input.block?.parentHash === name.hash ? await tracedState(node, input) : null;
      if (traced === null) return accessListHints(node, input.transactions, parameter);
      source.learn(traced.known);
      const { accounts, slots } = traced.known;
      node.emit({ kind: 'loaded', accounts: accounts.size, slots: slots.size });
      fetches++;
      return traced.hints;
    },
  };
}

/** `null` where what the node says does not hold for ever. */
async function cachedState(node: JsonRpcNode, folder: string, block: Hex): Promise<CachedState | null> {
  const [chain, [version]] = await Promise.all([
    node.askOne(chainId()),
    node.tryAsking([anyCall('web3_clientVersion', [])]),
  ]);
  return isCacheable(chain, version) ? new CachedState(new DiskCache(folder), chain, block) : null;
}

/** @throws RpcError also when the chain is another one by now than that of the block which state is read at. */
async function hashesOf(
  node: JsonRpcNode,
  numbers: readonly bigint[],
  pinnedNumber: bigint,
  pinnedHash: Hex,
): Promise<Hex[]> {
  if (numbers.length === 0) return [];
  const found = await node.ask(
    [...numbers, pinnedNumber].map((number) => blockByNumber(quantity(number), 'hashes')),
  );
  const hashes = found.map((one, i) => {
    const hash = one?.name?.hash;
    if (hash !== undefined) return hash;
    throw node.error(`has no block ${numbers[i] ?? pinnedNumber}, whose hash is needed for BLOCKHASH`);
  });
  if (hashes.pop() === pinnedHash) return hashes;
  throw node.error(`block ${pinnedNumber} was replaced while its state was read (a reorganisation)`);
}

/** @param answers - Balance, nonce and code, which their calls have checked. */
function accountOf(answers: readonly (bigint | Uint8Array)[]): FetchedAccount | null {
  const [balance, nonce, code] = answers as readonly [bigint, bigint, Uint8Array];
  const isEmpty = balance === 0n && nonce === 0n && code.length === 0;
  return isEmpty ? null : { balance, nonce, code };
}
