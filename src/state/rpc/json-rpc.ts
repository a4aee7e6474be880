/**
 * Calls of a node over JSON-RPC: in batches as large as the node takes them, a few at a time, and again where that
 * may help.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type PQueue from 'p-queue';
import { type Answer, answersOf, type Call } from './batch.ts';
import { type Exchange, openExchange, type Payload } from './exchange.ts';
import { excerpt, RpcError, shown, Trouble } from './rpc-error.ts';
import { type NodeAddress, nodeAddress } from './secrets.ts';

/** How to deal with a node. */
export interface RpcOptions {
  /** Longest wait for one answer, in milliseconds. Default: 30,000. */
  readonly timeoutMs?: number;
  /** How often a request is made again that fails for the moment. Default: 5. */
  readonly retries?: number;
  /** Wait before the first of these, in milliseconds; it doubles each time. Default: 500. */
  readonly backoffMs?: number;
  /** No attempt begins later than this after the first one, in milliseconds. Default: 60,000. */
  readonly patienceMs?: number;
  /** Most calls in one request; less where the node refuses them. Default: 100. */
  readonly batchSize?: number;
  /** Most requests under way at the same time. Default: 4. */
  readonly concurrency?: number;
  /** Most requests a second. Default: no limit. */
  readonly requestsPerSecond?: number;
  /** Is told what happens. */
  readonly onEvent?: (event: RpcEvent) => void;
}

/** What happens between here and a node, as it happens. */
export type RpcEvent =
  | { readonly kind: 'request'; readonly calls: number }
  | { readonly kind: 'answer'; readonly calls: number; readonly elapsedMs: number }
  | { readonly kind: 'retry'; readonly reason: string; readonly waitMs: number }
  | { readonly kind: 'loaded'; readonly accounts: number; readonly slots: number };

type Settled = Required<Omit<RpcOptions, 'requestsPerSecond' | 'onEvent'>>;

const DEFAULTS: Settled = {
  timeoutMs: 30_000,
  retries: 5,
  backoffMs: 500,
  patienceMs: 60_000,
  batchSize: 100,
  concurrency: 4,
};

const LONGEST_BACKOFF_MS = 10_000;

/** A connection to a node. */
export class JsonRpcNode {
  readonly #address: NodeAddress;
  readonly #options: RpcOptions & Settled;
  readonly #closing = new AbortController();
  #batchLimit: number;
  #nextId = 1;
  #open: Promise<{ readonly exchange: Exchange; readonly queue: PQueue }> | null = null;

  constructor(url: string, options: RpcOptions = {}) {
    this.#address = nodeAddress(url);
    this.#options = { ...DEFAULTS, ...options };
    this.#batchLimit = this.#options.batchSize;
    // As many wait for it as there are requests under way.
    setMaxListeners(0, this.#closing.signal);
  }

  /**
   * Answers in the order of the calls.
   *
   * @throws RpcError for the first call that has none, or a wrong one.
   */
  async ask<T>(calls: readonly Call<T>[]): Promise<T[]> {
    const answers = await this.#answers(calls);
    return calls.map((call, i) => this.#valueOf(call, answers[i]));
  }

  /** The answer to one call. @throws RpcError */
  async askOne<T>(call: Call<T>): Promise<T> {
    const [answer] = await this.#answers([call]);
    return this.#valueOf(call, answer);
  }

  /** The same as `ask`, but `null` for what the node does not answer, or not at once. */
  async tryAsking<T>(calls: readonly Call<T>[]): Promise<(T | null)[]> {
    const answers = await this.#answers(calls, { ...this.#options, retries: 0 }).catch(() => []);
    return calls.map(({ read }, i) => {
      const answer = answers[i];
      return answer !== undefined && 'value' in answer ? (read(answer.value) ?? null) : null;
    });
  }

  error(problem: string): RpcError {
    return new RpcError(this.#address.host, this.#address.redact(problem));
  }

  emit(event: RpcEvent): void {
    this.#options.onEvent?.(event);
  }

  /** Whatever is under way fails; nothing can be asked any more. */
  close(): void {
    this.#closing.abort(this.error('the connection was closed'));
  }

  /** What the node says, without what is secret. */
  #said(text: string): string {
    return shown(this.#address.redact(text));
  }

  #valueOf<T>({ method, read, expected }: Call<T>, answer: Answer | undefined): T {
    if (answer === undefined) throw this.error(`${method}: no answer`);
    if ('error' in answer) throw this.error(`${method}: ${this.#said(answer.error.message)}`);
    const value = read(answer.value);
    if (value === undefined)
      throw this.error(`${method}: expected ${expected}, got ${this.#said(excerpt(answer.value))}`);
    return value;
  }

  async #answers(calls: readonly Call<unknown>[], patience: Settled = this.#options): Promise<Answer[]> {
    if (calls.length === 0) return [];
    this.#open ??= this.#connect();
    const { exchange, queue } = await this.#open;
    const { signal } = this.#closing;
    const payloads = calls.map(({ method, params }) => ({
      jsonrpc: '2.0' as const,
      id: this.#nextId++,
      method,
      params,
    }));
    const parts = chunks(payloads, this.#batchLimit);
    const answers = await Promise.all(
      parts.map((part) =>
        queue.add(() => this.#patiently(exchange, part, new Patience(patience)), { signal }),
      ),
    );
    return answers.flat();
  }

  async #connect(): Promise<{ readonly exchange: Exchange; readonly queue: PQueue }> {
    const { timeoutMs, concurrency, requestsPerSecond } = this.#options;
    const { default: Queue } = await import('p-queue');
    const { signal } = this.#closing;
    const queue = new Queue({ concurrency });
    const exchange = await openExchange(this.#address, { timeoutMs, signal });
    if (requestsPerSecond === undefined) return { exchange, queue };
    // Requests that are made again, or in parts, count as well.
    const rate = new Queue({ interval: 1000, intervalCap: requestsPerSecond, strict: true });
    return { exchange: (body) => rate.add(() => exchange(body), { signal }), queue };
  }

  /** Answers to some calls, in as many requests as it takes. @throws RpcError */
  async #patiently(exchange: Exchange, calls: readonly Payload[], patience: Patience): Promise<Answer[]> {
    const limit = this.#batchLimit;
    if (calls.length > limit) {
      const answers: Answer[] = [];
      for (const part of chunks(calls, limit)) {
        answers.push(...(await this.#patiently(exchange, part, patience.afresh())));
      }
      return answers;
    }
    let trouble: Trouble;
    try {
      const answers = await this.#request(exchange, calls);
      const again = answers.flatMap((answer, i) => (isWorthAsking(answer, calls.length) ? [i] : []));
      if (again.length === 0) return answers;
      // Some calls of the batch were put off: only these are asked again.
      trouble = errorOf(answers[again[0] as number]);
      await this.#afterTrouble(trouble, calls, patience);
      const rest = again.map((i) => calls[i] as Payload);
      const later = await this.#patiently(exchange, rest, patience);
      const found = new Map(again.map((i, n) => [i, later[n] as Answer]));
      return answers.map((answer, i) => found.get(i) ?? answer);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      trouble = error;
    }
    await this.#afterTrouble(trouble, calls, patience);
    return this.#patiently(exchange, calls, patience);
  }

  async #request(exchange: Exchange, calls: readonly Payload[]): Promise<Answer[]> {
    this.#closing.signal.throwIfAborted();
    const start = performance.now();
    this.emit({ kind: 'request', calls: calls.length });
    const [only] = calls;
    const answer = await exchange(calls.length === 1 && only !== undefined ? only : calls);
    this.emit({ kind: 'answer', calls: calls.length, elapsedMs: performance.now() - start });
    return answersOf(calls, answer);
  }

  /** Returns once it is time to ask again. @throws RpcError when it is not worth it. */
  async #afterTrouble(trouble: Trouble, calls: readonly Payload[], patience: Patience): Promise<void> {
    if (trouble.isPerhapsSize && calls.length > 1) {
      this.#batchLimit = Math.min(this.#batchLimit, Math.ceil(calls.length / 2));
      // Fewer calls are another request: nothing to wait for.
      if (trouble.kind === 'size' || trouble.kind === 'final') return;
    }
    const waitMs =
      trouble.kind === 'busy' || trouble.kind === 'transient' ? patience.next(trouble.waitMs) : null;
    if (waitMs === null)
      throw this.error(`${calls[0]?.method}: ${this.#said(trouble.message)}${patience.excuse(trouble)}`);
    this.emit({ kind: 'retry', reason: this.#said(trouble.message), waitMs });
    try {
      await wait(waitMs, undefined, { signal: this.#closing.signal });
    } catch {
      throw this.#closing.signal.reason;
    }
  }
}

/** How often and how long one request is tried. */
class Patience {
  readonly #options: Settled;
  readonly #start = performance.now();
  #attempts = 1;

  constructor(options: Settled) {
    this.#options = options;
  }

  /** The same for another request. */
  afresh(): Patience {
    return new Patience(this.#options);
  }

  /**
   * How long to wait before the next attempt; `null`: there is none.
   *
   * @param askedMs - What the node asks for.
   */
  next(askedMs: number | null): number | null {
    const { retries, backoffMs, patienceMs } = this.#options;
    if (this.#attempts > retries) return null;
    const backoff = Math.min(LONGEST_BACKOFF_MS, backoffMs * 2 ** (this.#attempts - 1));
    // Those who were refused together do not come back together.
    const waitMs = Math.max(askedMs ?? 0, backoff * (0.5 + Math.random() / 2));
    if (performance.now() - this.#start + waitMs > patienceMs) return null;
    this.#attempts++;
    return waitMs;
  }

  /** What was done about the trouble, for its error. */
  excuse({ waitMs }: Trouble): string {
    const tries = this.#attempts > 1 ? `, ${this.#attempts} times` : '';
    return waitMs !== null && waitMs > 0 ? `${tries}; it asks to wait ${Math.ceil(waitMs / 1000)} s` : tries;
  }
}

/** Whether a call was put off, or was too much together with the others. */
function isWorthAsking(answer: Answer, together: number): boolean {
  if (!('error' in answer)) return false;
  return answer.error.kind === 'busy' || (answer.error.kind === 'size' && together > 1);
}

function errorOf(answer: Answer | undefined): Trouble {
  return answer !== undefined && 'error' in answer ? answer.error : new Trouble('final', 'no answer');
}

function chunks<T>(list: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < list.length; start += size) parts.push(list.slice(start, start + size));
  return parts;
}
