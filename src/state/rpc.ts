/**
 * Pre-state from a node, over JSON-RPC through ethers, at one block. Requests are batched; ethers is loaded when
 * the first one is made.
 */
import type { FetchRequest, JsonRpcProvider } from 'ethers';
import type { Address, BlockInput, Hex, Transaction } from '../input/block.ts';
import { hexToBytes } from '../input/hex.ts';
import { type FetchedAccount, type FetchedState, type FetchingState, fetchingState } from './fetching.ts';
import { accountKey, type StateKey, slotHex, storageKey } from './key.ts';

/** The state after this block: its number, its hash, or the node's latest one when it is first asked. */
export type RpcBlock = bigint | Hex | 'latest';

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

const TIMEOUT_MS = 30_000;
/** Calls in one HTTP request: what public nodes accept. */
const BATCH = 100;
/** Calls under way: a few HTTP requests at a time. */
const UNDER_WAY = 4 * BATCH;

interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

/**
 * State over JSON-RPC.
 *
 * @param url - Of the node; `https://user:password@host` is understood. Only its host is named in errors.
 * @throws RpcError from `load`, `foresee` and `chainId`.
 */
export function rpcState(url: string, block: RpcBlock, options: RpcOptions = {}): RpcState {
  const node = new Node(url, options.timeoutMs ?? TIMEOUT_MS);
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

/** `latest` becomes a number, so that all answers are of one state. */
async function blockParameter(node: Node, block: RpcBlock): Promise<unknown> {
  if (typeof block === 'bigint') return `0x${block.toString(16)}`;
  // EIP-1898.
  if (block !== 'latest') return { blockHash: block };
  const [number] = await node.ask([{ method: 'eth_blockNumber', params: [] }]);
  return `0x${readAmount(node, number).toString(16)}`;
}

function readAccount(node: Node, [balance, nonce, code]: readonly unknown[]): FetchedAccount | null {
  const bytes = typeof code === 'string' ? hexToBytes(code) : null;
  if (bytes === null) throw node.error(`expected code in hex, got ${JSON.stringify(code)}`);
  const account = { balance: readAmount(node, balance), nonce: readAmount(node, nonce), code: bytes };
  const isEmpty = account.balance === 0n && account.nonce === 0n && bytes.length === 0;
  return isEmpty ? null : account;
}

function readAmount(node: Node, value: unknown): bigint {
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

/** The connection. */
class Node {
  readonly #url: string;
  readonly #host: string;
  readonly #timeoutMs: number;
  #provider: Promise<JsonRpcProvider> | null = null;

  constructor(url: string, timeoutMs: number) {
    this.#url = url;
    this.#timeoutMs = timeoutMs;
    this.#host = hostOf(url);
  }

  /** Answers in the order of the calls. */
  async ask(calls: readonly Call[]): Promise<unknown[]> {
    return this.#each(calls, async (provider, call) => {
      try {
        return await provider.send(call.method, [...call.params]);
      } catch (error) {
        throw this.error(`${call.method}: ${sentenceOf(error)}`);
      }
    });
  }

  /** `null` for what the node does not answer. */
  async tryAsking(calls: readonly Call[]): Promise<unknown[]> {
    return this.#each(calls, (provider, call) =>
      provider.send(call.method, [...call.params]).catch(() => null),
    );
  }

  error(problem: string): RpcError {
    return new RpcError(this.#host, problem);
  }

  close(): void {
    this.#provider?.then((provider) => provider.destroy()).catch(() => {});
  }

  async #each(
    calls: readonly Call[],
    send: (provider: JsonRpcProvider, call: Call) => Promise<unknown>,
  ): Promise<unknown[]> {
    const answers: unknown[] = [];
    if (calls.length === 0) return answers;
    this.#provider ??= connect(this.#url, this.#timeoutMs);
    const provider = await this.#provider;
    for (let start = 0; start < calls.length; start += UNDER_WAY) {
      const part = calls.slice(start, start + UNDER_WAY);
      answers.push(...(await Promise.all(part.map((call) => send(provider, call)))));
    }
    return answers;
  }
}

async function connect(url: string, timeoutMs: number): Promise<JsonRpcProvider> {
  const ethers = await import('ethers');
  const request: FetchRequest = new ethers.FetchRequest(url);
  request.timeout = timeoutMs;
  // Only raw calls are made: which network it is does not matter, and looking for it would print and retry.
  const network = ethers.Network.from(1);
  return new ethers.JsonRpcProvider(request, network, {
    staticNetwork: network,
    batchMaxCount: BATCH,
    cacheTimeout: -1,
  });
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

/** The part of an error of ethers, of the node, or of the network that says what is wrong, on one line. */
function sentenceOf(error: unknown): string {
  const {
    error: inner,
    shortMessage,
    code,
    message,
  } = error as {
    readonly error?: { readonly message?: unknown };
    readonly shortMessage?: unknown;
    readonly code?: unknown;
    readonly message?: unknown;
  };
  const candidates = [inner?.message, shortMessage, message, code, 'no answer'];
  const found = candidates.find((text) => typeof text === 'string' && text !== '') as string;
  return found.replace(/\s+/g, ' ').slice(0, 200);
}

/** A node did not answer, or not as it should. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code = 'rpc-failed';

  /** @param host - Without path and password, which may be secret. */
  constructor(host: string, problem: string) {
    super(`${host}: ${problem}`);
  }
}
