/** A node of the local machine over a state that is there: JSON-RPC over HTTP, batches too. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addressOf, parseKey, type StateKey } from '../../src/state/key.ts';
import type { StateSource } from '../../src/state/source.ts';

export interface TestNode {
  readonly url: string;
  /** Methods that were called, with the block parameter where there is one; in order. */
  readonly calls: readonly { readonly method: string; readonly block: unknown }[];
  /** HTTP requests. */
  readonly requests: readonly number[];
  close(): Promise<void>;
}

export interface NodeOptions {
  readonly chainId?: bigint;
  readonly blocks?: readonly { readonly number: string; readonly hash: string }[];
  /** What `eth_createAccessList` says; without it the node does not know the method. */
  readonly accessListOf?: (call: { readonly from: string; readonly data: string }) => readonly StateKey[];
  /** Answers in place of the node; `undefined`: as usual, `null`: never. */
  readonly instead?: (
    method: string,
  ) => { readonly status: number; readonly body: string } | null | undefined;
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

export async function startNode(state: StateSource, options: NodeOptions = {}): Promise<TestNode> {
  const calls: { method: string; block: unknown }[] = [];
  const requests: number[] = [];
  const answer = ({ id, method, params }: Call): unknown => {
    calls.push({ method, block: params[params.length - 1] });
    const result = resultOf(state, options, method, params);
    return result === undefined
      ? { jsonrpc: '2.0', id, error: { code: -32601, message: `the method ${method} does not exist` } }
      : { jsonrpc: '2.0', id, result };
  };
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as Call | Call[];
      const batch = Array.isArray(body) ? body : [body];
      requests.push(batch.length);
      const other = options.instead?.(batch[0]?.method ?? '');
      if (other === null) return;
      if (other !== undefined) response.writeHead(other.status).end(other.body);
      else response.end(JSON.stringify(Array.isArray(body) ? batch.map(answer) : answer(body)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/secret-key`,
    calls,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function resultOf(
  state: StateSource,
  { chainId = 1n, blocks = [], accessListOf }: NodeOptions,
  method: string,
  params: readonly unknown[],
): unknown {
  const hex = (value: bigint) => `0x${value.toString(16)}`;
  const account = () => state.account(params[0] as `0x${string}`) ?? null;
  switch (method) {
    case 'eth_chainId':
      return hex(chainId);
    case 'eth_blockNumber':
      return '0x3e7';
    case 'eth_getBlockByNumber':
      return (
        (params[0] === 'latest' ? blocks.at(-1) : blocks.find((one) => one.number === params[0])) ?? null
      );
    case 'eth_getBlockByHash':
      return blocks.find((one) => one.hash === params[0]) ?? null;
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
