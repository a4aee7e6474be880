/** Calls of a node over JSON-RPC, in batches, through ethers, which is loaded when the first one is made. */
import type { FetchRequest, JsonRpcProvider } from 'ethers';

const TIMEOUT_MS = 30_000;
/** Calls in one HTTP request: what public nodes accept. */
const BATCH = 100;
/** Calls under way: a few HTTP requests at a time. */
const UNDER_WAY = 4 * BATCH;

export interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A connection to a node. */
export class JsonRpcNode {
  readonly #url: string;
  readonly #host: string;
  readonly #timeoutMs: number;
  #provider: Promise<JsonRpcProvider> | null = null;

  constructor(url: string, timeoutMs = TIMEOUT_MS) {
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
