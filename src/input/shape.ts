/**
 * What an input is, found by its shape: transactions, a block, or a bundle; bare, or inside a JSON-RPC
 * request or response. What is inside a transaction or a block is not looked at here.
 */
import { InputError } from '../errors.ts';
import { describeValue, member, unexpected, type Where } from './schema.ts';

/** A value and where it stands. */
export interface Located {
  readonly value: unknown;
  readonly where: Where;
}

/** An input taken apart; a transaction is an object, or signed bytes as hex. */
export type Shape =
  | { readonly kind: 'transactions'; readonly transactions: readonly Located[] }
  | { readonly kind: 'block'; readonly block: Located };

type JsonObject = Readonly<Record<string, unknown>>;

const EXPECTED = 'a transaction, an array of transactions, a block, or a bundle';

/** Some of these are in every transaction object. */
const TRANSACTION_FIELDS = ['from', 'to', 'input', 'data', 'nonce', 'gas', 'gasLimit', 'value', 'r'] as const;

/** What the parameters of a JSON-RPC request hold. */
const METHODS: ReadonlyMap<string, (params: Located) => readonly Located[]> = new Map([
  ['eth_sendRawTransaction', firstOf],
  ['eth_sendTransaction', firstOf],
  ['eth_signTransaction', firstOf],
  ['eth_fillTransaction', firstOf],
  ['eth_call', firstOf],
  ['eth_estimateGas', firstOf],
  ['eth_createAccessList', firstOf],
  ['debug_traceCall', firstOf],
  ['eth_sendBundle', (params: Located) => firstOf(params).flatMap(bundleTransactions)],
]);

/**
 * Finds out what a value is.
 *
 * @throws InputError for a shape that is none of those known.
 */
export function detectShape(input: Located): Shape {
  const outer = unwrapResponse(input);
  // One line of NDJSON, or a batch of one response, may hold a block as well.
  const elements = Array.isArray(outer.value) ? elementsOf(outer, outer.value) : null;
  const inner = elements?.length === 1 && elements[0] !== undefined ? unwrapResponse(elements[0]) : outer;
  if (isBlock(inner.value)) return { kind: 'block', block: inner };
  return { kind: 'transactions', transactions: (elements ?? [outer]).flatMap(transactionsOf) };
}

function transactionsOf(element: Located): readonly Located[] {
  const { value, where } = unwrapResponse(element);
  if (typeof value === 'string') return [{ value, where }];
  if (!isObject(value)) throw unexpected(where, where.path === '' ? EXPECTED : 'a transaction', value);
  if (isBlock(value)) throw unexpected(where, 'a transaction, as one input holds one block', 'a block');
  if (has(value, 'method')) return parametersOf(value, where);
  if (has(value, 'txs') && !has(value, 'env') && !has(value, 'alloc')) {
    return bundleTransactions({ value, where });
  }
  if (TRANSACTION_FIELDS.some((name) => has(value, name))) return [{ value, where }];
  throw new InputError({ ...where, expected: EXPECTED, got: describeKeys(value) }, 'unknown-shape');
}

function parametersOf(request: JsonObject, where: Where): readonly Located[] {
  const { method, params } = request;
  const read = typeof method === 'string' ? METHODS.get(method) : undefined;
  if (read === undefined) {
    throw unexpected(member(where, 'method'), `one of ${[...METHODS.keys()].join(', ')}`, method);
  }
  return read({ value: params, where: member(where, 'params') });
}

function firstOf({ value, where }: Located): readonly Located[] {
  if (!Array.isArray(value)) throw unexpected(where, 'an array of parameters', value);
  const [first]: readonly unknown[] = value;
  const inside = member(where, 0);
  if (typeof first === 'string' || isObject(first)) return [{ value: first, where: inside }];
  throw unexpected(inside, 'a transaction or a bundle', first);
}

/** `eth_sendBundle`: its transactions stand one after the other, in the bundle's order. */
function bundleTransactions({ value, where }: Located): readonly Located[] {
  const txs = isObject(value) ? value.txs : undefined;
  if (!Array.isArray(txs)) throw unexpected(member(where, 'txs'), 'an array of signed transactions', txs);
  return elementsOf({ value: txs, where: member(where, 'txs') }, txs);
}

/** The result of a JSON-RPC response; any other value as it is. */
function unwrapResponse(input: Located): Located {
  const { value, where } = input;
  if (!isObject(value)) return input;
  if (has(value, 'error') && has(value, 'jsonrpc') && (value.error ?? null) !== null) {
    const { error } = value;
    const message = isObject(error) ? error.message : error;
    throw unexpected(member(where, 'error'), 'a response without an error', message);
  }
  if (!has(value, 'result')) return input;
  const result = { value: value.result, where: member(where, 'result') };
  if ((result.value ?? null) === null) throw unexpected(result.where, EXPECTED, result.value);
  return result;
}

function elementsOf({ where }: Located, array: readonly unknown[]): readonly Located[] {
  return array.map((value, index) => ({ value, where: member(where, index) }));
}

function isBlock(value: unknown): boolean {
  return (
    isObject(value) && (has(value, 'transactions') || (has(value, 'parentHash') && has(value, 'number')))
  );
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own properties only: `constructor` and its like are in every object. */
function has(value: JsonObject, name: string): boolean {
  return Object.hasOwn(value, name);
}

const SHOWN_KEYS = 3;

function describeKeys(value: JsonObject): string {
  const keys = Object.keys(value);
  if (keys.length === 0) return 'an empty object';
  const shown = keys.slice(0, SHOWN_KEYS).map(describeValue).join(', ');
  return `an object with ${shown}${keys.length > SHOWN_KEYS ? ', …' : ''}`;
}
