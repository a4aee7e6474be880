/** A node of the local machine over a state that is there: JSON-RPC over HTTP, batches too, and all that goes wrong. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addressOf, parseKey, type StateKey } from '../../../src/state/key.ts';
import type { StateSource } from '../../../src/state/source.ts';

export interface TestNode {
  readonly url: string;
  /** Methods that were called, with the block parameter where there is one; in order. */
  readonly calls: readonly { readonly method: string; readonly block: unknown }[];
  /** HTTP requests: how many calls each had. */
  readonly requests: readonly number[];
  /** Their headers of this name, as far as they had one. */
  readonly authorizations: readonly string[];
  close(): Promise<void>;
}

/** What is done in place of an answer. */
export type Fault =
  | 'never'
  /** The connection ends without an answer. */
  | 'reset'
  /** It ends in the middle of one. */
  | 'cut'
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string | ((calls: readonly RpcCall[]) => unknown);
    };

export interface NodeOptions {
  readonly chainId?: bigint;
  /** Blocks that it has with their transactions; of others it has headers. */
  readonly blocks?: readonly { readonly number: string; readonly hash: string }[];
  /** What `eth_createAccessList` says; without it the node does not know the method. */
  readonly accessListOf?: (call: { readonly from: string; readonly data: string }) => readonly StateKey[];
  /** Whether blocks may be named by their hash (EIP-1898). Default: `yes`. */
  readonly namesByHash?: 'yes' | 'no';
  /** The hash of a block of which it has the header only; `null`: it has none. Default: made of the number. */
  readonly hashOf?: (number: bigint) => string | null;
  /** Answers to methods beside those here, or in their place; `undefined`: it does not know the method. */
  readonly methods?: Readonly<Record<string, (params: readonly unknown[]) => unknown>>;
  /** What goes wrong with a request; `undefined`: nothing. */
  readonly fault?: (calls: readonly RpcCall[], request: number) => Fault | undefined;
}

export interface RpcCall {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** The latest block's number. */
const LATEST = 999n;

/** The hash that a node of these tests gives a block, unless told otherwise. */
export function headerHash(number: bigint): `0x${string}` {
  return `0x${number.toString(16).padStart(64, 'b')}`;
}

export async function startNode(state: StateSource, options: NodeOptions = {}): Promise<TestNode> {
  const calls: { method: string; block: unknown }[] = [];
  const requests: number[] = [];
  const authorizations: string[] = [];
  const answer = ({ id, method, params }: RpcCall): unknown => {
    calls.push({ method, block: params[params.length - 1] });
    try {
      const result = resultOf(state, options, method, params);
      if (result !== undefined) return { jsonrpc: '2.0', id, result };
    } catch (error) {
      return { jsonrpc: '2.0', id, error: { code: -32602, message: String((error as Error).message) } };
    }
    return { jsonrpc: '2.0', id, error: { code: -32601, message: `the method ${method} does not exist` } };
  };
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    if (request.headers.authorization !== undefined) authorizations.push(request.headers.authorization);
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as RpcCall | RpcCall[];
      const batch = Array.isArray(body) ? body : [body];
      requests.push(batch.length);
      const fault = options.fault?.(batch, requests.length - 1);
      if (fault !== undefined) fail(fault, batch, response);
      else response.end(JSON.stringify(Array.isArray(body) ? batch.map(answer) : answer(body)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/secret-key`,
    calls,
    requests,
    authorizations,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function fail(fault: Fault, calls: readonly RpcCall[], response: ServerResponse): void {
  if (fault === 'never') return;
  if (fault === 'reset') response.socket?.destroy();
  else if (fault === 'cut') {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('[{"jsonrpc":"2.0",', () => response.socket?.destroy());
  } else {
    const { status = 200, headers = {}, body } = fault;
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body(calls)));
  }
}

/** @throws Error with the message of a JSON-RPC error. */
function resultOf(
  state: StateSource,
  options: NodeOptions,
  method: string,
  params: readonly unknown[],
): unknown {
  const { chainId = 1n, accessListOf, methods = {} } = options;
  const other = methods[method];
  if (other !== undefined) return other(params);
  const hex = (value: bigint) => `0x${value.toString(16)}`;
  const account = () => state.account(params[0] as `0x${string}`) ?? null;
  if (options.namesByHash === 'no' && typeof params.at(-1) === 'object') {
    throw new Error('invalid argument: expected a block number');
  }
  switch (method) {
    case 'eth_chainId':
      return hex(chainId);
    case 'eth_getBlockByNumber':
    case 'eth_getBlockByHash':
      return blockOf(options, String(params[0]), params[1] === true ? 'transactions' : 'header');
    case 'eth_getBalance':
      return hex(account()?.balance ?? 0n);
    case 'eth_getTransactionCount':
      return hex(account()?.nonce ?? 0n);
    case 'eth_getCode':
      return `0x${Buffer.from(account()?.code ?? []).toString('hex')}`;
    case 'eth_getStorageAt': {
      const value = state.storage(params[0] as `0x${string}`, BigInt(params[1] as string)) ?? 0n;
      return `0x${value.toString(16).padStart(64, '0')}`;
    }
    case 'eth_createAccessList': {
      if (accessListOf === undefined) return undefined;
      const keys = accessListOf(params[0] as { from: string; data: string });
      const accessList = keys.map((key) => {
        const { slot } = parseKey(key);
        return { address: addressOf(key), storageKeys: slot === null ? [] : [key.slice(43)] };
      });
      return { accessList, gasUsed: '0x0' };
    }
    default:
      return undefined;
  }
}

function blockOf(
  { blocks = [], hashOf = headerHash }: NodeOptions,
  name: string,
  detail: 'transactions' | 'header',
): unknown {
  const whole = blocks.find(({ number, hash }) => number === name || hash === name);
  if (whole !== undefined) return whole;
  if (name === 'latest' && blocks.length > 0) return blocks.at(-1);
  if (detail === 'transactions') return null;
  const isHash = name.length === 66;
  const number = isHash || name === 'latest' ? LATEST : BigInt(name);
  const hash = isHash ? name : hashOf(number);
  if (hash === null) return null;
  return { number: `0x${number.toString(16)}`, hash, parentHash: headerHash(number - 1n) };
}
