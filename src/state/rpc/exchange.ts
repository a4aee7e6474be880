/**
 * One HTTP exchange with a node: calls out, answers in. Through the provider of ethers, which is loaded when the
 * first one is made; time and size of an answer are bounded here, since ethers bounds neither.
 */
import type { FetchRequest, GetUrlResponse, JsonRpcProvider } from 'ethers';
import { excerpt, oneLine, Trouble } from './rpc-error.ts';
import type { NodeAddress } from './secrets.ts';

/** Longer answers are not read; a block's traces are some tens of megabytes. */
const MAX_BYTES = 256 * 2 ** 20;

/** One call as it goes over the wire. */
export interface Payload {
  readonly jsonrpc: '2.0';
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

export interface ExchangeOptions {
  readonly timeoutMs: number;
  /** Aborted: nothing is waited for any more. */
  readonly signal: AbortSignal;
}

/** Sends a request and returns the answer, parsed; or throws a `Trouble`, whose message may quote the address. */
export type Exchange = (body: Payload | readonly Payload[]) => Promise<unknown>;

/** Makes ready for exchanges; nothing is sent yet. */
export async function openExchange(address: NodeAddress, options: ExchangeOptions): Promise<Exchange> {
  const ethers = await import('ethers');
  const request: FetchRequest = new ethers.FetchRequest(address.url);
  request.timeout = options.timeoutMs;
  if (address.credentials !== null) {
    request.setCredentials(address.credentials.user, address.credentials.password);
    request.allowInsecureAuthentication = true;
  }
  // When to ask again is decided in one place, for all kinds of trouble: `json-rpc.ts`.
  request.retryFunc = async () => false;
  request.getUrlFunc = (one) => fetchWithin(one, options);
  // Only raw calls are made: which network it is does not matter, and looking for it would print and retry.
  const network = ethers.Network.from(1);
  const provider = new ethers.JsonRpcProvider(request, network, { staticNetwork: network });
  return (body) => exchange(provider, body);
}

async function exchange(provider: JsonRpcProvider, body: Payload | readonly Payload[]): Promise<unknown> {
  // Not `provider.send`: it makes its own batches, and reads answers character by character.
  const request = provider._getConnection();
  request.body = JSON.stringify(body);
  request.setHeader('content-type', 'application/json');
  let text: string;
  let status: number;
  let headers: Readonly<Record<string, string>>;
  let statusMessage: string;
  try {
    const response = await request.send();
    text = Buffer.from(response.body ?? []).toString('utf8');
    ({ statusCode: status, statusMessage, headers } = response);
  } catch (error) {
    throw error instanceof Trouble ? error : new Trouble('final', lineOf(error));
  }
  const answer = parsed(text);
  if (status >= 200 && status < 300) {
    if (answer !== undefined) return answer;
    throw new Trouble('final', `expected JSON, got ${excerpt(text)}`);
  }
  // Some nodes say what is wrong with a call in a status as well.
  if (status === 400 && isAnswer(answer)) return answer;
  const said = messageIn(answer) ?? oneLine(statusMessage);
  throw troubleOf(status, `HTTP ${status}${said === '' ? '' : ` ${said}`}`, headers);
}

/** The provider's way to the network. */
async function fetchWithin(request: FetchRequest, options: ExchangeOptions): Promise<GetUrlResponse> {
  const { timeoutMs, signal } = options;
  const giveUp = new AbortController();
  const abort = (): void => giveUp.abort();
  const clock = setTimeout(abort, timeoutMs);
  signal.addEventListener('abort', abort, { once: true });
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: request.headers,
      // Its bytes are never shared memory, which a body must not be.
      body: request.body as Uint8Array<ArrayBuffer> | null,
      redirect: 'manual',
      signal: giveUp.signal,
    });
    const body = await bodyWithin(response);
    const headers = Object.fromEntries(response.headers);
    return { statusCode: response.status, statusMessage: response.statusText, headers, body };
  } catch (error) {
    if (error instanceof Trouble) throw error;
    if (signal.aborted) throw new Trouble('final', 'the connection was closed');
    if (giveUp.signal.aborted) {
      throw new Trouble('transient', `no answer within ${timeoutMs / 1000} s (timeout)`, {
        isPerhapsSize: true,
      });
    }
    throw networkTrouble(error);
  } finally {
    clearTimeout(clock);
    signal.removeEventListener('abort', abort);
  }
}

async function bodyWithin(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += part.length;
    if (length > MAX_BYTES) throw new Trouble('size', `an answer of more than ${MAX_BYTES >> 20} MB`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** Codes of the network that a second attempt may not meet again. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/** @param error - `fetch` says "failed"; its cause says why. */
function networkTrouble(error: unknown): Trouble {
  const { cause } = error as { readonly cause?: { readonly code?: unknown } };
  const code = typeof cause?.code === 'string' ? cause.code : '';
  const line = lineOf(cause ?? error);
  if (line === 'bad port')
    return new Trouble('final', 'a port that HTTP clients refuse (the Fetch Standard)');
  const message = line.includes(code) ? line : `${line} (${code})`;
  return new Trouble(TRANSIENT_CODES.has(code) ? 'transient' : 'final', message);
}

function troubleOf(status: number, message: string, headers: Readonly<Record<string, string>>): Trouble {
  const waitMs = retryAfterMs(headers['retry-after']);
  switch (status) {
    case 429:
      return new Trouble('busy', message, { waitMs });
    case 503:
      return new Trouble('transient', message, { waitMs });
    case 408:
    case 500:
    case 502:
    case 504:
      return new Trouble('transient', message, { waitMs, isPerhapsSize: status !== 408 });
    case 413:
      return new Trouble('size', message);
    case 400:
    case 405:
    case 422:
      return new Trouble('final', message, { isPerhapsSize: true });
    default:
      return new Trouble('final', message);
  }
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterMs(header: string | undefined): number | null {
  if (header === undefined) return null;
  const ms = /^[0-9]{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** `undefined` for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAnswer(value: unknown): boolean {
  return Array.isArray(value) || (typeof value === 'object' && value !== null && 'jsonrpc' in value);
}

/** What an error in JSON says, in the forms that servers have for it. */
function messageIn(answer: unknown): string | null {
  const { error, message } = (answer ?? {}) as { readonly error?: unknown; readonly message?: unknown };
  const inner = (error as { readonly message?: unknown } | null | undefined)?.message;
  const found = [inner, message, error].find((one) => typeof one === 'string' && one !== '');
  return found === undefined ? null : oneLine(String(found));
}

function lineOf(error: unknown): string {
  const { shortMessage, message, code } = error as {
    readonly shortMessage?: unknown;
    readonly message?: unknown;
    readonly code?: unknown;
  };
  const found = [shortMessage, message, code].find((text) => typeof text === 'string' && text !== '');
  return oneLine(String(found ?? 'no answer'));
}
