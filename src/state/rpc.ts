/** Blocks and pre-state from a node, over JSON-RPC. */
import type { Address, BlockInput, Hex, Transaction } from '../input/block.ts';
import { hexToBytes } from '../input/hex.ts';
import { type FetchedAccount, type FetchedState, type FetchingState, fetchingState } from './fetching.ts';
import { type Call, JsonRpcNode } from './json-rpc.ts';
import { accountKey, type StateKey, slotHex, storageKey } from './key.ts';

/** The state after this block: its number, its hash, or the node's latest one when it is first asked. */
export type RpcBlock = bigint | Hex | 'latest';

/** How patient to be with a node. */
export interface RpcOptions {
  /** Longest wait for one answer. Default: 30,000. */
  readonly timeoutMs?: number;
}

/** A source over a node. An account without balance, nonce and code is taken not to exist. */
export interface RpcState extends FetchingState {
  readonly foresee: (input: BlockInput) => Promise<readonly StateKey[]>;
  /** The chain that the node serves. */
  chainId(): Promise<bigint>;
  /** Lets go of the connection; nothing can be loaded any more. */
  close(): void;
}

/**
 * State over JSON-RPC.
 *
 * @param url - Of the node; `https://user:password@host` is understood. Only its host is named in errors.
 * @throws RpcError from `load`, `foresee` and `chainId`.
 */
export function rpcState(url: string, block: RpcBlock, options: RpcOptions = {}): RpcState {
  const node = new JsonRpcNode(url, options.timeoutMs);
  let pinned: Promise<unknown> | null = null;
  const at = (): Promise<unknown> => {
    pinned ??= blockParameter(node, block);
    return pinned;
  };
  const source = fetchingState(async ({ accounts, slots }): Promise<FetchedState> => {
    const parameter = await at();
    const calls: Call[] = [
      ...accounts.flatMap((address) =>
        ['eth_getBalance', 'eth_getTransactionCount', 'eth_getCode'].map((method) => ({
          method,
          params: [address, parameter],
        })),
      ),
      ...slots.map(({ address, slot }) => ({
        method: 'eth_getStorageAt',
        params: [address, slotHex(slot), parameter],
      })),
    ];
    const answers = await node.ask(calls);
    const { length } = accounts;
    return {
      accounts: accounts.map((_, i) => readAccount(node, answers.slice(3 * i, 3 * i + 3))),
      slots: slots.map((_, i) => readAmount(node, answers[3 * length + i])),
    };
  });
  return {
    ...source,
    foresee: async ({ transactions }) => {
      const parameter = await at();
      const calling = transactions.filter(({ to, data }) => to !== null && data.length >= 4);
      const calls = calling.map((tx) => ({
        method: 'eth_createAccessList',
        params: [callOf(tx), parameter],
      }));
      return (await node.tryAsking(calls)).flatMap(keysOfList);
    },
    chainId: async () => readAmount(node, (await node.ask([{ method: 'eth_chainId', params: [] }]))[0]),
    close: () => node.close(),
  };
}

/**
 * A block with its transactions, as the node writes it; `null` when it has no such block.
 *
 * @throws RpcError
 */
export async function rpcBlock(url: string, block: RpcBlock, options: RpcOptions = {}): Promise<unknown> {
  const node = new JsonRpcNode(url, options.timeoutMs);
  try {
    const isHash = typeof block === 'string' && block !== 'latest';
    const method = isHash ? 'eth_getBlockByHash' : 'eth_getBlockByNumber';
    const name = typeof block === 'bigint' ? `0x${block.toString(16)}` : block;
    const [found] = await node.ask([{ method, params: [name, true] }]);
    return found;
  } finally {
    node.close();
  }
}

/** `latest` becomes a number, so that all answers are of one state. */
async function blockParameter(node: JsonRpcNode, block: RpcBlock): Promise<unknown> {
  if (typeof block === 'bigint') return `0x${block.toString(16)}`;
  // EIP-1898.
  if (block !== 'latest') return { blockHash: block };
  const [number] = await node.ask([{ method: 'eth_blockNumber', params: [] }]);
  return `0x${readAmount(node, number).toString(16)}`;
}

function readAccount(node: JsonRpcNode, [balance, nonce, code]: readonly unknown[]): FetchedAccount | null {
  const bytes = typeof code === 'string' ? hexToBytes(code) : null;
  if (bytes === null) throw node.error(`expected code in hex, got ${JSON.stringify(code)}`);
  const account = { balance: readAmount(node, balance), nonce: readAmount(node, nonce), code: bytes };
  const isEmpty = account.balance === 0n && account.nonce === 0n && bytes.length === 0;
  return isEmpty ? null : account;
}

function readAmount(node: JsonRpcNode, value: unknown): bigint {
  if (typeof value === 'string' && /^0x[0-9a-f]{1,64}$/i.test(value)) return BigInt(value);
  throw node.error(`expected a quantity in hex, got ${JSON.stringify(value)}`);
}

function callOf({ from, to, gasLimit, value, data }: Transaction) {
  const gas = `0x${gasLimit.toString(16)}`;
  return { from, to, gas, value: `0x${value.toString(16)}`, data: `0x${Buffer.from(data).toString('hex')}` };
}

/** A hint is taken as far as it can be read. */
function keysOfList(answer: unknown): StateKey[] {
  const list = (answer as { readonly accessList?: unknown } | null)?.accessList;
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: { readonly address?: unknown; readonly storageKeys?: unknown } | null) => {
    const address = String(entry?.address).toLowerCase();
    if (!/^0x[0-9a-f]{40}$/.test(address)) return [];
    const slots = Array.isArray(entry?.storageKeys) ? entry.storageKeys : [];
    return [
      accountKey(address as Address, 'code'),
      ...slots
        .filter((slot: unknown) => typeof slot === 'string' && /^0x[0-9a-f]{1,64}$/i.test(slot))
        .map((slot: string) => storageKey(address as Address, BigInt(slot))),
    ];
  });
}
