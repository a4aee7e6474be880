/** Calls and their answers: what goes out in one request, and what of an answer belongs to which call. */
import type { Payload } from './exchange.ts';
import { excerpt, oneLine, Trouble } from './rpc-error.ts';

/** A call whose answer has a form. */
export interface Call<T> {
  readonly method: string;
  readonly params: readonly unknown[];
  /** `undefined` when it is not what was expected. */
  readonly read: (value: unknown) => T | undefined;
  /** What that is, e.g. `a quantity in hex`. */
  readonly expected: string;
}

/** What came of one call. */
export type Answer = { readonly value: unknown } | { readonly error: Trouble };

/** Rates and quotas, as nodes and services number them; -32005 is EIP-1474's. */
const BUSY_CODES: ReadonlySet<unknown> = new Set([-32005, -32007, -32029, -32097, 429]);
const BUSY_WORDS = /rate.?limit|too many requests|compute units per second|exceeded.*per second|throttl/i;
const SIZE_WORDS = /batch|response (?:size|too large)|response is too (?:big|large)|payload too large/i;

/**
 * Finds the answer to each call of a request.
 *
 * @throws Trouble when this is no answer to the request as a whole.
 */
export function answersOf(calls: readonly Payload[], response: unknown): Answer[] {
  if (!Array.isArray(response)) {
    if (calls.length === 1 && calls[0] !== undefined) return [answerTo(calls[0], response)];
    const trouble = errorIn(response);
    if (trouble?.kind === 'busy') throw trouble;
    throw new Trouble('size', trouble?.message ?? `expected answers to a batch, got ${excerpt(response)}`);
  }
  const byId = new Map<unknown, unknown>(response.map((one) => [(one as { id?: unknown } | null)?.id, one]));
  const unanswered = calls.filter(({ id }) => !byId.has(id));
  if (unanswered.length > 0) {
    const trouble = response.map(errorIn).find((one) => one !== null);
    if (trouble?.kind === 'busy') throw trouble;
    const missing = `expected answers to ${calls.length} calls, got ${calls.length - unanswered.length}`;
    throw new Trouble('size', trouble?.message ?? missing);
  }
  return calls.map((call) => answerTo(call, byId.get(call.id)));
}

function answerTo({ id }: Payload, response: unknown): Answer {
  const error = errorIn(response);
  if (error !== null) return { error };
  if (typeof response !== 'object' || response === null || !('result' in response)) {
    throw new Trouble('final', `expected a JSON-RPC answer, got ${excerpt(response)}`);
  }
  const got = (response as { readonly id?: unknown }).id;
  if (got !== id) throw new Trouble('final', `expected the answer with id ${id}, got ${excerpt(got)}`);
  return { value: response.result };
}

/** `null` when there is none. */
function errorIn(response: unknown): Trouble | null {
  const error = (response as { readonly error?: unknown } | null | undefined)?.error;
  if (error === undefined || error === null) return null;
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const said = typeof message === 'string' && message !== '' ? oneLine(message) : excerpt(error);
  const text = typeof code === 'number' ? `${said} (code ${code})` : said;
  if (BUSY_CODES.has(code) || BUSY_WORDS.test(said)) return new Trouble('busy', text);
  return new Trouble(SIZE_WORDS.test(said) ? 'size' : 'final', text);
}
